"""The rules of the house that a machine can hold: who imports whom, what is closed, what a template may hold."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import podero_admin

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "podero_admin"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(
    path for path in (ROOT / "static").rglob("*.*") if "vendor" not in path.parts and path.suffix in {".css", ".js"}
)

#: Pages for people who are not signed in, and nothing else.
OPEN = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "admin:login",
}
OURS = re.compile("(desk|directory|registrations|vehicles|audit|organizations):")
SIGN_IN = ("/accounts/login/?next=", "/django-admin/login/?next=")  # the second leads to the first, see OPEN
VALUES = {
    "uuid": "11111111-1111-4111-8111-111111111111", "reference": "R-7F3K2M9QXA", "int": "1", "str": "x", "path": "x/",
    "uidb36": "1", "key": "x", "app_label": "accounts", "url": "x/", "content_type_id": "1", "object_id": "1",
}  # fmt: skip


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-cache",
        "--config",
        str(folder / "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "podero_admin", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == podero_admin.__version__


def test_the_import_contracts_hold() -> None:
    done = contracts(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("where", "what", "contract"),
    [
        ("vehicles/models.py", "import podero_admin.registrations.models", "Packages look downwards only"),
        ("core/errors.py", "import podero_admin.audit.actions", "Packages look downwards only"),
        ("vehicles/statuses.py", "import podero_admin.vehicles.services", "Inside an app"),
        ("vehicles/readings.py", "import podero_admin.vehicles.services", "Inside an app"),
        ("vehicles/history.py", "import podero_admin.vehicles.views", "Inside an app"),
        ("registrations/presenting.py", "import podero_admin.gateway", "Views never touch the API client"),
        ("podero/errors.py", "import django.conf", "The API client knows nothing of Django"),
        ("vehicles/views.py", "import podero_admin.gateway", "Views never touch the API client"),
        ("sandbox/world.py", "import podero_admin.podero.contract", "The sandbox stands alone"),
        ("desk/views.py", "import podero_admin.sandbox.world", "Nothing imports the sandbox"),
    ],
)
def test_a_breach_planted_on_purpose_is_found(copy: Path, where: str, what: str, contract: str) -> None:
    path = copy / "podero_admin" / where
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{what}\n", encoding="utf-8")
    done = contracts(copy)
    assert done.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", done.stdout)


def test_every_module_of_an_app_has_its_place_among_the_layers() -> None:
    """A module that stands in none may import whatever it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    inside = next(each for each in contracts if each.get("containers"))
    placed = set(re.findall(r"\((\w+)\)", " ".join(inside["layers"])))
    for app in inside["containers"]:
        folder = ROOT / app.replace(".", "/")
        modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        assert modules - placed - {"__init__", "migrations"} == set(), app


def addresses(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(
                pattern.url_patterns, route, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", route


def filled(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: VALUES[found[1]], route)
    route = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: VALUES.get(found[2]) or VALUES[found[1] or "str"], route)
    return "/" + re.sub(r"[\^$\\]", "", route).lstrip("/")


ADDRESSES = [(name, filled(route)) for name, route in addresses(get_resolver().url_patterns)]


def test_every_address_is_known() -> None:
    names = {name for name, _ in ADDRESSES}
    assert {"desk:start", "directory:list", "vehicles:detail", "audit:list", "registrations:detail"} <= names
    assert OPEN - {"account_logout"} <= names


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "address"), [pair for pair in ADDRESSES if pair[0] not in OPEN])
def test_a_stranger_is_shown_to_the_sign_in(db: None, name: str, address: str, method: str) -> None:
    response = getattr(Client(), method)(address)
    closed = response.status_code in {401, 403, 405} or (
        response.status_code in {301, 302} and response["Location"].startswith(SIGN_IN)
    )
    assert closed, f"{name} at {address} answers a stranger with {response.status_code}"


@pytest.mark.parametrize("name", sorted(OPEN - {"account_logout", "admin:login"}))  # which lead to the sign-in
def test_what_is_said_to_be_open_is(db: None, name: str) -> None:
    address = dict(ADDRESSES)[name]
    assert Client().get(address).status_code == 200, address


@pytest.mark.parametrize("method", ["options", "put", "patch", "delete"])
@pytest.mark.parametrize(("name", "address"), [pair for pair in ADDRESSES if OURS.match(pair[0])])
def test_our_pages_take_no_method_that_they_do_not_know(
    root: Any, client_of: Any, name: str, address: str, method: str
) -> None:
    assert getattr(client_of(root), method)(address).status_code == 405, f"{name} at {address}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_script_no_style_and_trusts_nothing(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style\b|\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son\w+\s*=", text), "inline handler"
    assert not re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text), "marked safe"
    assert "javascript:" not in text
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", text), "somebody else's address"


@pytest.mark.parametrize("path", STATIC, ids=lambda path: str(path.relative_to(ROOT)))
def test_our_static_files_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    assert not re.search(r"\beval\(|new Function|innerHTML", text)


def is_harmless(argument: ast.expr) -> bool:
    """A text that stands there, or pieces put together that were escaped one by one."""
    if isinstance(argument, ast.Call):
        called = argument.func
        return isinstance(called, ast.Attribute) and called.attr == "join" and isinstance(called.value, ast.Constant)
    return isinstance(argument, ast.Constant)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_says_why_it_exists_and_asserts_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), "no docstring"
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Assert), f"assert in line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mark_safe":
            assert is_harmless(node.args[0]), f"mark_safe of something that is not ours, in line {node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_a_drawer_for_everything(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "base", "misc"}


def test_the_sandbox_is_no_app() -> None:
    assert not [name for name in settings.INSTALLED_APPS if "sandbox" in name]


def test_no_request_is_one_transaction() -> None:
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"]


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            assert not line or line.startswith(("#", "-r ")) or re.fullmatch(r"[\w.\-\[\]]+==[\w.]+", line), line
