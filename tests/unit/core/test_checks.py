"""Each contradiction between settings is found, named, and comes with what to set."""

from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.test import modify_settings

from podero_admin.core import checks

UPSTREAM = [("Alpenstrom GmbH", "http://127.0.0.1:9/api")]


def test_the_settings_of_the_tests_pass_and_every_check_is_registered(settings: Any) -> None:
    assert [found for found in run_checks(tags=[Tags.security]) if (found.id or "").startswith("podero_admin.")] == []
    settings.ALLOWED_HOSTS = ["elsewhere.example.com"]
    assert "podero_admin.E002" in {found.id for found in run_checks(tags=[Tags.security])}


@pytest.mark.parametrize(
    ("check", "number", "changes"),
    [
        (checks.check_upstream, 1, {"UPSTREAMS": UPSTREAM, "ALLOW_INSECURE_UPSTREAM": False}),
        (checks.check_upstream, 1, {"UPSTREAMS": [("A", "https://localhost/")], "ALLOW_INSECURE_UPSTREAM": False}),
        (checks.check_public_host, 2, {"PUBLIC_URL": "https://a.example.com", "ALLOWED_HOSTS": ["b.example.com"]}),
        (checks.check_public_host, 2, {"PUBLIC_URL": "http://[::1]:8000", "ALLOWED_HOSTS": ["127.0.0.1"]}),
        (checks.check_any_host, 3, {"ALLOWED_HOSTS": ["*"]}),
        (checks.check_deadline, 4, {"PODERO_DEADLINE": 500.0}),
        (checks.check_embed_origins, 5,
         {"PUBLIC_URL": "https://a.example.com", "EMBED_ORIGINS": ["http://b.example.com"]}),
        (checks.check_prefix, 6, {"PUBLIC_URL": "https://a.example.com/tools", "URL_PREFIX": "podero"}),
        (checks.check_settle_window, 8, {"SETTLE_WINDOW": 5.0, "ALLOW_INSECURE_UPSTREAM": False}),
        (checks.check_settle_window, 8,
         {"SETTLE_WINDOW": 169.0, "PODERO_DEADLINE": 110.0, "ALLOW_INSECURE_UPSTREAM": False}),
    ],
)  # fmt: skip
def test_it_finds_the_contradiction(check: Any, number: int, changes: dict[str, Any], settings: Any) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    found = check()
    assert [problem.id for problem in found] == [f"podero_admin.E00{number}"]
    assert found[0].hint


def test_it_finds_the_sandbox_among_the_apps(settings: Any) -> None:
    with modify_settings(INSTALLED_APPS={"append": "podero_admin.sandbox"}):
        assert [problem.id for problem in checks.check_sandbox_is_outside()] == ["podero_admin.E007"]
    assert checks.check_sandbox_is_outside() == []


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (checks.check_upstream, {"UPSTREAMS": UPSTREAM, "ALLOW_INSECURE_UPSTREAM": True}),
        (checks.check_upstream, {"UPSTREAMS": UPSTREAM, "ALLOW_INSECURE_UPSTREAM": False, "DEBUG": True}),
        (checks.check_upstream, {"UPSTREAMS": [("A", "https://app.podero.com/")], "ALLOW_INSECURE_UPSTREAM": False}),
        (checks.check_public_host, {"PUBLIC_URL": "https://a.example.com", "ALLOWED_HOSTS": [".example.com"]}),
        (checks.check_any_host, {"ALLOWED_HOSTS": ["*"], "DEBUG": True}),
        (checks.check_deadline, {"PODERO_DEADLINE": 2.0, "PODERO_READ_TIMEOUT": 30.0}),
        (checks.check_embed_origins, {"EMBED_ORIGINS": ["http://127.0.0.1:9000"]}),
        (checks.check_prefix, {"PUBLIC_URL": "https://a.example.com/podero", "URL_PREFIX": "podero"}),
        (checks.check_prefix, {"PUBLIC_URL": "https://a.example.com", "URL_PREFIX": "podero"}),
        (checks.check_settle_window, {"SETTLE_WINDOW": 5.0, "ALLOW_INSECURE_UPSTREAM": True}),
        (
            checks.check_settle_window,
            {"SETTLE_WINDOW": 100.0, "PODERO_DEADLINE": 40.0, "ALLOW_INSECURE_UPSTREAM": False},
        ),
    ],
)
def test_it_accepts_what_agrees(check: Any, changes: dict[str, Any], settings: Any) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert check() == []
