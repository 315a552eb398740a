"""System checks of our settings: what each value allows alone, but not together with the others."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http.request import validate_host

from podero_admin.env.addresses import is_upstream

LONGEST_DEADLINE = 110  # gunicorn ends a worker that is silent for 120 s
LATE = 60  # for as long as this Podero may still be at work on a call that nobody waits for any more


def check_upstream(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or settings.ALLOW_INSECURE_UPSTREAM:
        return []
    return [
        Error(
            f"{name} is asked at {address}, which is local or not https.",
            hint="Give the https:// address, or set ALLOW_INSECURE_UPSTREAM=true for the sandbox and for tests.",
            id="podero_admin.E001",
        )
        for name, address in settings.UPSTREAMS
        if not is_upstream(address, allow_insecure=False)
    ]


def check_public_host(**_: Any) -> list[CheckMessage]:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"PUBLIC_URL names the host {host}, but ALLOWED_HOSTS does not, so every page would be refused.",
            hint=f"Add {host} to ALLOWED_HOSTS.",
            id="podero_admin.E002",
        )
    ]


def check_any_host(**_: Any) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS is *, so that links in mails could be made to lead anywhere.",
            hint="Name the hosts that are served.",
            id="podero_admin.E003",
        )
    ]


def check_deadline(**_: Any) -> list[CheckMessage]:
    if settings.PODERO_DEADLINE <= LONGEST_DEADLINE:
        return []
    return [
        Error(
            f"PODERO_DEADLINE is {settings.PODERO_DEADLINE:g} s: a call cannot outlast the web server's patience.",
            hint=f"Set PODERO_DEADLINE to {LONGEST_DEADLINE} or less.",
            id="podero_admin.E004",
        )
    ]


def check_embed_origins(**_: Any) -> list[CheckMessage]:
    if urlsplit(settings.PUBLIC_URL).scheme == "http":
        return []
    return [
        Error(
            f"EMBED_ORIGINS names {origin}, which is not https: anybody on its network could frame the dashboard.",
            hint="Serve the intranet page over https and name that origin.",
            id="podero_admin.E005",
        )
        for origin in settings.EMBED_ORIGINS
        if urlsplit(origin).scheme != "https"
    ]


def check_prefix(**_: Any) -> list[CheckMessage]:
    path = urlsplit(settings.PUBLIC_URL).path.strip("/")
    if path in {"", settings.URL_PREFIX}:
        return []
    return [
        Error(
            f"PUBLIC_URL has the path /{path}, but URL_PREFIX is {settings.URL_PREFIX or 'empty'}.",
            hint=f"Set URL_PREFIX={path}, or leave the path out of PUBLIC_URL.",
            id="podero_admin.E006",
        )
    ]


def check_sandbox_is_outside(**_: Any) -> list[CheckMessage]:
    if not any(name.startswith("podero_admin.sandbox") for name in settings.INSTALLED_APPS):
        return []
    return [
        Error(
            "The sandbox is in INSTALLED_APPS.",
            hint="Remove it: it is a server of its own, never part of the dashboard.",
            id="podero_admin.E007",
        )
    ]


def check_settle_window(**_: Any) -> list[CheckMessage]:
    """Who calls a registration absent before it can be there offers "Send again": a second vehicle."""
    shortest = settings.PODERO_DEADLINE + LATE
    if settings.ALLOW_INSECURE_UPSTREAM or shortest <= settings.SETTLE_WINDOW:
        return []
    return [
        Error(
            f"SETTLE_WINDOW is {settings.SETTLE_WINDOW:g} s, too short to protect from duplicates: "
            "a vehicle may appear that late.",
            hint=f"Set SETTLE_WINDOW to {shortest:g} or more: PODERO_DEADLINE and {LATE} s.",
            id="podero_admin.E008",
        )
    ]


ALL: tuple[Callable[..., list[CheckMessage]], ...] = (
    check_upstream,
    check_public_host,
    check_any_host,
    check_deadline,
    check_embed_origins,
    check_prefix,
    check_sandbox_is_outside,
    check_settle_window,
)


def problems_in_words() -> str:
    """One line for each contradiction; for web and worker, since only `manage.py` runs the checks by itself."""
    return "\n".join(f"{problem.msg} {problem.hint}" for check in ALL for problem in check())
