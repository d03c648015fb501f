"""The floors of the design: a file imports only what stands below it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import pytest_imessage_foundry

ROOT = Path(pytest_imessage_foundry.__file__).parent
NAME = ROOT.name
# From the ground up; everything on one floor may know everything below it.
FLOORS = (
    ("models", "errors", "made", "publishing", "hookspecs", "reading", "preview"),
    ("spec", "personas", "attachments", "db"),
    ("conversations", "settings", "marks"),
    (
        *("orders", "chat_db", "templates", "foundry", "truth", "conditions"),
        *("live", "by_hand", "layouts", "report", "axis"),
    ),
    ("handing", "llm"),
    ("plugin", "cli", "ui"),
)
IMPORT_PYTEST = {"plugin", "settings", "hookspecs", "report", "axis", "handing"}
FILES = sorted(ROOT.rglob("*.py"))


def unit(module: str) -> str:
    """The part of the package that a module belongs to, as FLOORS names it."""
    return module.split(".")[1] if "." in module else "__init__"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path, *, for_types: bool) -> set[str]:
    """Modules that a file imports, those for type checkers alone left out."""
    tree = ast.parse(path.read_text())
    skipped = set()
    if not for_types:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                skipped.update(map(id, ast.walk(node)))
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_only_what_stands_below(path):
    here = unit(module_of(path))
    if here == "__init__":
        return
    floor = {name: level for level, names in enumerate(FLOORS) for name in names}
    for imported in imports(path, for_types=False):
        if imported.startswith(f"{NAME}.") and unit(imported) in floor:
            there = unit(imported)
            assert floor[there] <= floor[here], f"{here} imports {there}"
            if there == here:
                continue
            starts_the_app = (here, there) == ("cli", "ui")
            assert there not in ("plugin", "cli", "ui") or starts_the_app


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_only_the_plugins_files_know_pytest(path):
    knows = any(
        name.split(".")[0] in ("pytest", "_pytest")
        for name in imports(path, for_types=True)
    )
    assert not knows or unit(module_of(path)) in IMPORT_PYTEST


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_only_the_app_knows_its_library(path):
    knows = any(
        name.split(".")[0] in ("textual", "rich")
        for name in imports(path, for_types=True)
    )
    assert not knows or unit(module_of(path)) == "ui"


def test_no_circles():
    graph: dict[str, set[str]] = {}
    known = {module_of(path) for path in FILES}
    for path in FILES:
        here = module_of(path)
        wanted = imports(path, for_types=False)
        top_level = ast.parse(path.read_text()).body
        eager = {
            f"{node.module}.{alias.name}"
            for node in top_level
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        graph[here] = {
            name
            for each in wanted & eager
            for name in (each, each.rpartition(".")[0])
            if name in known and name != here and not here.startswith(f"{name}.")
        }
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail, module))
        if module not in done:
            for each in sorted(graph[module]):
                walk(each, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        walk(module, ())
