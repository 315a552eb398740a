"""Every public function of the client says what it takes and gives, in which unit, what it raises and where from."""

import ast
import builtins
import inspect
import re
from pathlib import Path

import pytest

from podero_admin import podero
from podero_admin.podero import errors

ROOT = Path(podero.__file__).parent
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PAGES = "https://developers.podero.com/"
PAGE_OF = {
    "register_electric_vehicle": "api-reference/user-electric-vehicles/register-a-users-electric-vehicle",
    "list_electric_vehicles": "api-reference/user-electric-vehicles/get-a-users-electric-vehicles",
    "get_electric_vehicle": "api-reference/user-electric-vehicles/get-details-about-a-users-electric-vehicle",
    "list_users": "api-reference/users/list-users-in-the-organization",
    "iter_users": "api-reference/users/list-users-in-the-organization",
    "get_user": "partner-api/reference/users",
}
NUMBER = re.compile(r"\b(int|float|Decimal)\b")
UNIT = re.compile(r"\b(milliseconds?|seconds?|bytes?|characters|levels|HTTP status)\b")


def public_functions(body, owner=""):
    """Every function that others may call: no name of its path begins with an underscore."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, FUNCTIONS) and not node.name.startswith("_"):
            yield pytest.param(node, id=f"{owner}{node.name}")


def arguments_of(function):
    given = function.args
    every = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [one for one in every if one and one.arg not in {"self", "cls"}]


def undocumented(function):
    """What a reader of this function would have to look up in its code."""
    text = ast.get_docstring(function) or ""
    types = [one.annotation and ast.unparse(one.annotation) for one in arguments_of(function)]
    types.append(function.returns and ast.unparse(function.returns))
    if not text:
        yield "a docstring"
    if None in types:
        yield "a type"
    if any(NUMBER.search(kind or "") for kind in types) and not UNIT.search(text):
        yield "the unit of its number"
    yield from sorted(name for name in raised_by(function) if name not in text)


def raised_by(function):
    """The names of the errors that are raised here in so many words."""
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            kind = getattr(errors, node.exc.func.id, getattr(builtins, node.exc.func.id, None))
            if isinstance(kind, type) and issubclass(kind, Exception):
                yield node.exc.func.id
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and hasattr(builtins, node.exc.id):
            yield node.exc.id


MODULES = {path: ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}
PUBLIC = [function for tree in MODULES.values() for function in public_functions(tree.body)]
ENDPOINTS = [name for name, value in vars(podero.PoderoClient).items() if not name.startswith("_") and callable(value)]


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in MODULES])
def test_every_file_says_why_it_exists(path):
    assert ast.get_docstring(MODULES[path])


@pytest.mark.parametrize("function", PUBLIC)
def test_every_public_function_says_types_units_and_errors(function):
    assert not list(undocumented(function))


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_names_its_page_its_values_and_its_errors(name):
    method = getattr(podero.PoderoClient, name)
    lines = inspect.getdoc(method).splitlines()
    assert [line for line in lines if PAGES in line] == [PAGES + PAGE_OF[name]]
    for said in ("Args:", "Returns:", "Raises:", *inspect.signature(method).parameters):
        assert said == "self" or any(line.strip().startswith(said) for line in lines), said


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_error_that_an_endpoint_names_exists(name):
    listed = inspect.getdoc(getattr(podero.PoderoClient, name)).partition("Raises:")[2]
    kinds = re.findall(r"^ {4}(\w+):", listed, re.MULTILINE)
    assert "PoderoError" in kinds
    assert all(issubclass(getattr(errors, kind), errors.PoderoError) for kind in kinds)


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("def wait(name: str) -> None: ...", "a docstring"),
        ("def wait(name) -> None: 'Wait.'", "a type"),
        ("def wait(name: str): 'Wait.'", "a type"),
        ("def wait(limit: float) -> None: 'Wait.'", "the unit of its number"),
        ("def wait() -> int | None: 'Wait.'", "the unit of its number"),
        ("def wait() -> None:\n  'Wait.'\n  raise NotFound('x')", "NotFound"),
        ("def wait() -> None:\n  'Wait.'\n  raise TimeoutError", "TimeoutError"),
    ],
)
def test_what_is_not_said_would_be_noticed(code, missing):
    assert list(undocumented(ast.parse(code).body[0])) == [missing]
