"""Which addresses we send credentials to: plain https URLs, and nothing that could lead elsewhere."""

from urllib.parse import urlsplit

from podero_admin.podero.errors import NotConfigured


def require_address(url: str, *, allow_insecure: bool, name: str) -> None:
    """Raise NotConfigured for an address that is no plain https URL; with `allow_insecure`, http will do."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise NotConfigured(f"The {name} of the API is no usable URL.") from None
    if not usable or parts.query or parts.fragment or parts.username is not None:
        raise NotConfigured(f"The {name} of the API is no plain URL: a scheme, a host and a path are expected.")
    if parts.scheme not in (("https", "http") if allow_insecure else ("https",)):
        raise NotConfigured(f"The {name} of the API must begin with https://.")
