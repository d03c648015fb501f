"""docs/command.md does what it says: its examples run, its documents look so."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from pytest_imessage_foundry.cli import main, parser
from pytest_imessage_foundry.conversations.packs import pack_files

PAGE = (Path(__file__).parents[1] / "docs/command.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `([\w-]+)` \|.*\| `(imessage-foundry .*)` \|$", PAGE, re.M)
DOCUMENTS = re.findall(r"^\| `imessage-foundry (.*)` \| (.*) \|$", PAGE, re.M)


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "foundry.db"))
    monkeypatch.chdir(tmp_path)


def test_each_command_has_an_example_that_runs():
    # The app takes a whole terminal: it has tests of its own.
    commands = {*parser()._subparsers._group_actions[0].choices} - {"tui"}
    assert sorted(name for name, _ in EXAMPLES) == sorted(commands)
    for name, line in EXAMPLES:
        arguments = shlex.split(line)[1:]
        assert arguments[0] == name
        assert main(arguments) == 0, line


@pytest.fixture
def one_shipped_pack(tmp_path, monkeypatch):
    """A package that ships the conversations of `family` alone: `cache verify` reads
    each of the shipped ones turn by turn, which takes seconds and has tests of its
    own."""
    folder = tmp_path / "shipped-packs"
    folder.mkdir()
    shutil.copy(pack_files.shipped_folder() / "family.json", folder)
    monkeypatch.setattr(pack_files, "shipped_folder", lambda: folder)


@pytest.mark.usefixtures("one_shipped_pack")
def test_each_document_has_the_keys_that_are_told(capsys):
    assert len(DOCUMENTS) > 12
    for line, told in DOCUMENTS:
        assert main(shlex.split(line)) == 0, line
        document = json.loads(capsys.readouterr().out)
        if "by name" in told:
            document = next(iter(document.values()))
        elif isinstance(document, list) and document:
            document = document[0]

        words = [each.split() for each in re.findall(r"`([^`]+)`", told)]
        assert not words or list(document) in ([], words[0]), line
        parts = re.findall(r"of each (\w+)", told)
        for part, names in zip(parts, words[1:], strict=True):
            assert list(document[f"{part}s"][0]) == names, line
