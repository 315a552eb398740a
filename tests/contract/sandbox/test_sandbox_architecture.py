"""The stand-in is a second, independent reading of the documents, so it imports nothing of ours and no Django."""

import ast
import sys
from pathlib import Path

import pytest

import podero_admin.sandbox

ROOT = Path(podero_admin.sandbox.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "." * node.level)
    return found


def is_allowed(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or name.startswith("podero_admin.sandbox")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_the_standard_library_and_itself_only(path: Path) -> None:
    assert [name for name in imported_by(path) if not is_allowed(name)] == []


@pytest.mark.parametrize(
    "name", ["django", "django.conf", "requests", "podero_admin.podero", "podero_admin.fields", "."]
)
def test_it_would_notice_a_stranger(name: str) -> None:
    assert not is_allowed(name)
