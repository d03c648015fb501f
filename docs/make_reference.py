"""Make docs/reference.md of the code: fixtures, options, the mark, hooks, classes.

python docs/make_reference.py
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest_imessage_foundry as foundry
from pytest_imessage_foundry import cli, strategies
from pytest_imessage_foundry.plugin import mark, settings

PAGE = Path(__file__).parent / "reference.md"
PLUGIN = Path(settings.__file__).parent
HEAD = """# Reference

Made of the code by `python docs/make_reference.py`. What users name comes from
`pytest_imessage_foundry`.
"""
# What verbs and handles are; their methods are listed.
VERBS = ("ChatDBBuilder", "Chat", "Draft", "Live", "ChatDB", "CaseOnFile", "Foundry")


class Recorded:
    """A parser that notes which options and settings it is given."""

    def __init__(self) -> None:
        self.options: dict[str, str] = {}
        self.settings: dict[str, str] = {}

    def getgroup(self, *_: str) -> Recorded:
        return self

    def addoption(self, *names: str, help: str = "", **_: Any) -> None:
        self.options[names[-1]] = help

    def addini(self, name: str, help: str, **_: Any) -> None:
        self.settings[name] = help


def first_words(text: str | None) -> str:
    """Give the first paragraph of a docstring on one line, fit for a table."""
    paragraph = inspect.cleandoc(text or "").split("\n\n")[0].split("::")[0]
    return " ".join(paragraph.split()).replace("|", "&#124;")


def fixtures() -> dict[str, str]:
    """Give each fixture of the plugin with what it says of itself."""
    tree = ast.parse((PLUGIN / "__init__.py").read_text(encoding="utf-8"))
    return {
        node.name: first_words(ast.get_docstring(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("fixture" in ast.unparse(each) for each in node.decorator_list)
        and not node.name.startswith("_")
    }


def hooks() -> dict[str, str]:
    """Give each hook that a project can implement."""
    tree = ast.parse((PLUGIN / "project_hooks.py").read_text(encoding="utf-8"))
    return {
        f"{node.name}({', '.join(each.arg for each in node.args.args)})": first_words(
            ast.get_docstring(node)
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


def options() -> Recorded:
    """Give the options and settings of the plugin."""
    parser: Any = Recorded()
    settings.add_options(parser)
    return parser


def signature(member: Any) -> str:
    """Give what a method takes, without types."""
    try:
        parameters = list(inspect.signature(member).parameters.values())
    except (TypeError, ValueError):
        return ""
    shown, is_keyword = [], False
    for each in parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is each.VAR_POSITIONAL:
            is_keyword = True
        if each.kind is each.KEYWORD_ONLY and not is_keyword:
            shown.append("*")
            is_keyword = True
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        has_default = each.default is not each.empty and not stars
        shown.append(f"{stars}{each.name}" + ("=…" if has_default else ""))
    return ", ".join(shown)


def members(cls: type) -> Iterator[tuple[str, str]]:
    """Yield the public methods and properties of a class, and its bases' of ours."""
    for name in sorted(dir(cls)):
        member = inspect.getattr_static(cls, name)
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield name, first_words(member.__doc__)
        elif isinstance(member, classmethod) or inspect.isfunction(member):
            call = f"{name}({signature(getattr(cls, name))})"
            yield call, first_words(getattr(cls, name).__doc__)


def attributes(cls: type) -> Iterator[tuple[str, str]]:
    """Yield the attributes that the docstrings of a class and its bases name."""
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        text = inspect.cleandoc(each.__dict__.get("__doc__") or "")
        _, _, told = text.partition("Attributes:\n")
        block = told.split("\n\n")[0]
        for name, what in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", block, re.M):
            found[name] = " ".join(what.split())
    yield from found.items()


def table(head: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Yield the lines of a table of two columns."""
    yield f"| {head} | |"
    yield "|---|---|"
    yield from (f"| `{name}` | {what} |" for name, what in rows)
    yield ""


def facts(cls: type) -> str:
    """Name the fields of a model or the keys of a reading, then what derives from
    them."""
    if is_dataclass(cls):
        names = [each.name for each in fields(cls)]
    else:
        names = list(getattr(cls, "__annotations__", {}))
    stated = ", ".join(f"`{each}`" for each in names if each[0] != "_")
    derived = ", ".join(
        f"`{name}`"
        for name in sorted(dir(cls))
        if name[0] != "_" and _is_own(inspect.getattr_static(cls, name))
    )
    return f"{stated}; {derived}" if stated and derived else stated or derived


def _is_own(member: object) -> bool:
    """Say whether it is a property that this package defines."""
    getter = member.fget if isinstance(member, property) else None
    return getattr(getter, "__module__", "").startswith(foundry.__name__)


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_sections()]).rstrip() + "\n"


def _sections() -> Iterator[str]:
    given = options()
    yield "## Fixtures\n"
    yield from table("fixture", iter(fixtures().items()))
    yield "## Options\n"
    yield from table("command line", iter(given.options.items()))
    yield from table("ini", iter(given.settings.items()))
    yield "## The mark\n"
    names = ", ".join(f"{each.name}=" for each in fields(mark.MarkArguments))
    yield f"`@pytest.mark.imessage({names})`\n"
    yield "[README](../README.md) says what each does.\n"
    yield "## Hooks\n"
    yield from table("in a conftest.py", iter(hooks().items()))
    for name in VERBS:
        cls = getattr(foundry, name)
        yield f"## {name}\n"
        yield f"{first_words(cls.__doc__)}\n"
        yield from table("member", chain(attributes(cls), members(cls)))
    yield "## Strategies\n"
    yield "Of `pytest_imessage_foundry.strategies`: [Hypothesis](hypothesis.md).\n"
    functions = [each for each in strategies.__all__ if each[0].islower()]
    calls = ((each, getattr(strategies, each)) for each in functions)
    yield from table(
        "strategy", ((f"{n}({signature(f)})", first_words(f.__doc__)) for n, f in calls)
    )
    yield "## Models, readings and errors\n"
    yield "Behind a semicolon stands what derives from the fields.\n"
    yield "| name | | fields |"
    yield "|---|---|---|"
    for name in foundry.__all__:
        cls = getattr(foundry, name)
        if name not in VERBS and isinstance(cls, type):
            yield f"| `{name}` | {_said(cls)} | {facts(cls)} |"
    yield ""
    yield "## The command\n"
    yield "[The command](command.md) has an example of each.\n"
    choices = cli.parser()._subparsers._group_actions[0]._choices_actions
    rows = ((each.dest, re.sub(r"\s+", " ", each.help or "")) for each in choices)
    yield from table("imessage-foundry", rows)


def _said(cls: type) -> str:
    """Give a class's own words, not those that dataclasses make up."""
    words = first_words(cls.__dict__.get("__doc__"))
    return "" if words.startswith(f"{cls.__name__}(") else words


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
