"""Which addresses are acceptable where."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


def split(raw: str) -> SplitResult:
    """The parts of an http(s) address without credentials and without anything that could break out of a header."""
    parts = urlsplit(raw)
    host, _, port = parts.netloc.rpartition(":") if parts.port else (parts.netloc, "", "")
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or not (port or "0").isdigit():
        raise ValueError(raw)
    return parts


def is_local(host: str | None) -> bool:
    """This machine, under any of its names."""
    name = (host or "").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def origin(raw: str) -> str:
    parts = split(raw)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def public_url(raw: str) -> str:
    """Where people find the dashboard: https, or http on this machine."""
    parts = split(raw)
    if (parts.scheme == "http" and not is_local(parts.hostname)) or parts.query or parts.fragment:
        raise ValueError(raw)
    return raw.rstrip("/")


def is_upstream(raw: object, *, allow_insecure: bool) -> bool:
    """May an API be called here: https and elsewhere, unless this is for the sandbox."""
    try:
        parts = split(raw) if isinstance(raw, str) else None
    except ValueError:
        return False
    if parts is None or parts.query or parts.fragment:
        return False
    return allow_insecure or (parts.scheme == "https" and not is_local(parts.hostname))
