"""What a browser with an empty cache has to fetch for a page: the HTML, and whatever it names, as it is sent."""

import re
from urllib.parse import urljoin

from tests.bench.measuring import Browser, checked

IN_HTML = re.compile(r"""<(?:link|script|img|source|use)\b[^>]*?\b(?:href|src)="([^"#]+)""")
IN_CSS = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])([^"')\s]+)""")


def weigh(browser: Browser, path: str, *, by: str) -> dict[str, int]:
    """Bytes over the wire: of the page, plain and as sent, and of all that it needs besides."""
    browser.connect()
    page = checked(browser.ask(path, by=by), path)
    seen: dict[str, int] = {}
    wanted = [urljoin(path, found) for found in IN_HTML.findall(page.body.decode())]
    while wanted:
        address = wanted.pop()
        if address in seen or not address.startswith("/"):
            continue
        answer = checked(browser.ask(address, by=by), address)
        seen[address] = answer.sent
        if address.endswith(".css"):
            wanted += [
                urljoin(address, found)
                for found in IN_CSS.findall(answer.body.decode())
                if not found.startswith("data:")
            ]
    return {
        "plain": len(page.body),
        "sent": page.sent,
        "linked": sum(seen.values()),
        "files": len(seen),
        "in all": page.sent + sum(seen.values()),
    }
