"""The projects of docs/examples do what docs/languages.md says, line by line."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from . import toolchains
from .page import PAGE, lines_of
from .toolchains import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = {"Rust": ("cargo", "cc"), "Node": ("node", "npm"), "Go": ("go",)}


@pytest.mark.languages
@pytest.mark.parametrize("language", TOOLS)
def test_the_project_builds_passes_and_misreads_nothing(
    language: str, fixtures: Path
) -> None:
    toolchains.need(*TOOLS[language])
    name = language.lower()
    place = toolchains.copied(EXAMPLES / name, name)

    lines = lines_of(f"{language}")
    said = [
        toolchains.run(line, place, IMESSAGE_FIXTURES=str(fixtures)) for line in lines
    ]

    assert lines[-1].startswith("imessage-foundry conform")
    assert re.search(r"^tapback-removed +[1-9]", said[-1], re.MULTILINE)


@pytest.mark.languages
def test_the_test_of_a_project_fails_for_a_wrong_reader(
    fixtures: Path, tmp_path: Path
) -> None:
    """Node's, for all: its file is the quickest to break."""
    toolchains.need("node", "npm")
    place = toolchains.copied(EXAMPLES / "node", "node")
    if not (place / "node_modules").exists():
        toolchains.run("npm ci", place)
    broken = tmp_path / "broken"
    shutil.copytree(place, broken, symlinks=True)
    reader = broken / "reader.js"
    source = reader.read_text("utf-8")
    assert "0x82: 4" in source
    reader.write_text(source.replace("0x81: 2", "0x81: 1"), "utf-8")

    with pytest.raises(AssertionError, match="not ok"):
        toolchains.run("npm test", broken, IMESSAGE_FIXTURES=str(fixtures))


def test_all_projects_ask_the_same_question() -> None:
    question = (EXAMPLES / "rust/messages.sql").read_text("utf-8")
    assert (EXAMPLES / "node/messages.sql").read_text("utf-8") == question
    assert (EXAMPLES / "go/messages.sql").read_text("utf-8") == question
    swift = EXAMPLES / "swift/Sources/ChatReader/MessagesSQL.swift"
    assert f'"""\n{question}"""' in swift.read_text("utf-8")


def test_the_page_names_every_project() -> None:
    # Runs of the examples leave caches behind.
    folders = [each.name for each in EXAMPLES.iterdir() if each.is_dir()]
    projects = [name for name in folders if name[0] not in "._"]
    named = re.findall(r"\]\(examples/(\w+)\)", PAGE)
    assert sorted(named) == sorted(projects)
    for language in named:
        assert lines_of(language.title())[-1].startswith("imessage-foundry conform")


def test_lock_files_name_no_place_to_load_from() -> None:
    locks = [*EXAMPLES.glob("*/package-lock.json"), *EXAMPLES.glob("*/go.sum")]
    assert len(locks) == 2
    for lock in locks:
        assert '"resolved"' not in lock.read_text("utf-8")


def test_the_command_goes_by_the_package_name_too(tmp_path: Path) -> None:
    """`uvx pytest-imessage-foundry`, `uvx --from … imessage-foundry` and pipx run these
    two scripts of the package."""
    lines = lines_of("From another language")
    assert lines[0].startswith("uvx --from pytest-imessage-foundry ")
    assert lines[1].startswith("uvx ")
    first = lines[0].removeprefix("uvx --from pytest-imessage-foundry ")
    second = lines[1].removeprefix("uvx ")

    said = toolchains.run(first, tmp_path)

    assert re.search(r"\d+\.\d+", said)
    assert toolchains.run(second, tmp_path).split()[-1] == said.split()[-1]


def test_the_page_lists_the_words_of_each_field() -> None:
    from typing import get_args

    from pytest_imessage_foundry.models.literals import (
        EventKind,
        SendEffect,
        Service,
        TapbackKind,
    )
    from pytest_imessage_foundry.scorecard.readings import Status

    page = (toolchains.ROOT / "docs/readings.md").read_text("utf-8")
    for name, kind in (
        ("service", Service),
        ("tapback", TapbackKind),
        ("event", EventKind),
        ("status", Status),
        ("effect", SendEffect),
    ):
        listed = re.search(rf"^\| `{name}` \| `([^`]*)`", page, re.MULTILINE)
        assert listed is not None
        assert tuple(listed[1].split()) == get_args(kind)
