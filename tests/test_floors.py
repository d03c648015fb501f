"""What each part of the package may know, and what it must not.

`KNOWS` is the map of the package: a line for each wing with all that its files import.
An import inside a function counts; one for type checkers alone does not.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import pytest_imessage_foundry

ROOT = Path(pytest_imessage_foundry.__file__).parent
NAME = ROOT.name
FILES = sorted(ROOT.rglob("*.py"))
# A wing is a folder, without the folders in it that are wings themselves, or a file
# of the package's own folder. `errors`, known to all, is left out.
KNOWS: Mapping[str, str] = {
    # the ground: nothing of ours
    "messages_home": "",
    "whole_file": "",
    "batches": "",
    "measures": "",
    "file_locks": "",
    "file_state": "",
    "garbage": "",
    "models": "",
    "processes": "",
    "replaceable": "",
    "terminal": "",
    "spec": "terminal",
    "strict_json": "terminal",
    "termination": "",
    "user_folders": "",
    "scratch": "processes",
    "reading": "scratch whole_file",
    # files, people
    "atomic": "processes replaceable",
    "atomic_folders": "atomic processes replaceable",
    "attachments": "atomic models replaceable",
    "personas": "atomic models replaceable strict_json user_folders whole_file",
    # the database
    "db.schema": "reading strict_json terminal whole_file",
    "db.blobs": "models",
    "db.rows": "db.blobs models",
    "db.checks": "db.schema models reading",
    "db": "atomic batches db.checks db.rows db.schema garbage models reading",
    "preview": "atomic reading replaceable whole_file",
    "rates": "db.schema measures reading",
    "anonymise": "atomic personas reading replaceable terminal",
    "diagnosis": "anonymise db rates reading",
    # what is in it
    "conversations.packs": "atomic models strict_json whole_file",
    "conversations.authoring": "attachments db.rows db.schema models personas",
    "conversations.catalogue": "conversations.authoring models",
    # Of the catalogue it takes the cards of apps, which hold no rows.
    "conversations": "attachments conversations.catalogue conversations.packs measures"
    " models personas spec strict_json terminal whole_file",
    "conversations.dialogue": "conversations models",
    # what readers say of it, and what is true
    "scorecard": "batches file_state models reading strict_json",
    # from a spec to a file
    "pipeline": "attachments batches conversations conversations.catalogue"
    " conversations.dialogue db db.rows garbage models",
    "order": "conversations conversations.authoring conversations.catalogue"
    " conversations.packs db.schema pipeline",
    "chatdb": "atomic attachments conversations conversations.authoring"
    " conversations.catalogue db db.rows db.schema models processes reading scorecard"
    " scratch spec",
    "shared_file": "file_state",
    "templates": "attachments chatdb file_locks processes termination",
    "foundry": "atomic attachments chatdb db.rows order pipeline shared_file templates",
    "by_hand": "conversations.authoring foundry models spec",
    "ios": "atomic attachments db db.blobs db.rows models",
    "layouts": "atomic_folders db db.rows foundry ios models replaceable",
    # who asks for one
    "strategies": "by_hand",
    "plugin": "by_hand chatdb conversations db db.schema foundry layouts messages_home"
    " models preview scorecard spec terminal",
    "llm": "conversations conversations.packs db db.schema file_locks foundry models"
    " personas scratch spec terminal termination user_folders",
    "ui": "atomic conversations conversations.packs db db.schema file_locks foundry"
    " layouts llm models personas replaceable spec terminal",
    "cli": "anonymise atomic atomic_folders attachments chatdb conversations"
    " conversations.catalogue conversations.packs db db.schema diagnosis foundry"
    " layouts llm models personas preview rates replaceable scorecard scratch spec"
    " terminal termination ui",
    "__main__": "cli",
}
GROUND = {"", "errors"}
WRITER = {"db", "db.rows", "db.blobs", "conversations.authoring", "pipeline"}


def module_of(path: Path) -> str:
    """The dotted name of a file below the package; "" is the package itself."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def wing_of(module: str) -> str:
    """The wing that a module belongs to: the longest name that begins its own."""
    names = [name for name in KNOWS if f"{module}.".startswith(f"{name}.")]
    return max(names, key=len, default=module)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, for_types: bool = False) -> Iterator[str]:
    """Modules that a file imports, those for type checkers alone left out."""
    skipped: set[ast.AST] = set()
    tree = parsed(path)
    for node in ast.walk(tree):
        is_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(
            node.test
        )
        if is_for_types and not for_types:
            skipped.update(each for part in node.body for each in ast.walk(part))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                is_module = name.removeprefix(f"{NAME}.") in MODULES
                yield name if is_module else node.module


@cache
def graph() -> dict[str, set[str]]:
    """What each of our modules imports of ours."""
    ours = f"{NAME}."
    return {
        module: {
            each.removeprefix(ours)
            for each in imports(path)
            if each.startswith(ours) and each != ours + module
        }
        for module, path in MODULES.items()
    }


@cache
def arrows() -> dict[str, set[str]]:
    """What the files of each wing import of other wings."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, imported in graph().items():
        if module not in GROUND:
            known = {wing_of(each) for each in imported}
            found[wing_of(module)] |= known - GROUND - {wing_of(module)}
    return found


def reach(wing: str) -> set[str]:
    """All that a wing knows, and what that knows in its turn."""
    known: set[str] = set()
    waiting = [wing]
    while waiting:
        new = set(KNOWS[waiting.pop()].split()) - known
        known |= new
        waiting += new
    return known


def test_every_file_is_in_a_wing():
    assert {wing_of(module) for module in MODULES} - GROUND == set(KNOWS)


@pytest.mark.parametrize("wing", KNOWS)
def test_a_wing_knows_what_the_map_says(wing):
    known, listed = arrows()[wing], set(KNOWS[wing].split())
    assert not known - listed, f"{wing} imports what the map does not list"
    assert not listed - known, f"the map lists what {wing} does not import"


def test_the_map_goes_up_only():
    done: set[str] = set()
    for wing, known in KNOWS.items():
        assert set(known.split()) <= done, f"{wing} knows what stands above it"
        done.add(wing)


def test_ways_to_make_a_conversation_do_not_know_each_other():
    ways = {f"conversations.{each}" for each in ("dialogue", "packs", "authoring")}
    for way in ways:
        assert not set(KNOWS[way].split()) & ways


@pytest.mark.parametrize(
    "wing", ["preview", "rates", "db.checks", "reading", "anonymise"]
)
def test_who_looks_shares_nothing_with_who_writes(wing):
    assert not reach(wing) & WRITER


def test_a_test_run_never_asks_a_language_model():
    assert not reach("plugin") & {"llm", "cli", "ui"}


@pytest.mark.parametrize(
    ("libraries", "wing"),
    [(("pytest", "_pytest"), "plugin"), (("textual", "rich"), "ui")],
)
def test_one_wing_alone_knows_a_library(libraries, wing):
    knowing = {
        wing_of(module)
        for module, path in MODULES.items()
        for name in imports(path, for_types=True)
        if name.partition(".")[0] in libraries
    }
    assert knowing == {wing}


def test_no_circles():
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail, module))
        if module not in done:
            for each in sorted(graph()[module]):
                walk(each, (*trail, module))
            done.add(module)

    for module in sorted(graph()):
        walk(module, ())


def test_each_name_is_one_things():
    files = defaultdict(list)
    classes = defaultdict(list)
    for path in FILES:
        files[path.name].append(path)
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(path)
    del files["__init__.py"], files["__main__.py"]
    for name, places in {**files, **classes}.items():
        assert len(places) == 1, f"{name} is in {', '.join(map(str, places))}"
