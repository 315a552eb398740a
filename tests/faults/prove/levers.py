"""How the machine speaks HTTP: a session of its own, and the sandbox's levers."""

import requests


def answers(address: str) -> bool:
    try:
        with session() as browser:
            return browser.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def session() -> requests.Session:
    """Without the proxies of the shell around."""
    fresh = requests.Session()
    fresh.trust_env = False
    return fresh


class Control:
    """The sandbox's levers."""

    def __init__(self, address: str) -> None:
        self.address = f"{address}/sandbox"

    def call(self, method: str, path: str, content: object = None) -> object:
        with session() as browser:
            answer = browser.request(method, f"{self.address}/{path}", json=content, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def fault(self, *faults: dict[str, object]) -> None:
        if faults:
            self.call("POST", "faults", list(faults))

    def count(self, endpoint: str) -> dict[str, int]:
        """How often each customer was asked for at this endpoint, as far as the sandbox remembers."""
        found: dict[str, int] = {}
        for each in self.call("GET", f"requests/{endpoint}")["requests"]:  # type: ignore[index]
            user = each["path"].partition("/users/")[2].partition("/")[0]
            found[user] = found.get(user, 0) + 1
        return found
