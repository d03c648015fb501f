"""Values of options: two dashes, nothing, and bytes that are no UTF-8."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest
from test_cli_manners import PARSERS

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.errors import FoundryError

BYTES = "x\udcff"  # what Python makes of an argument with the byte FF
SMALL = ["--macos", "tahoe", "--scenario", "small", "--no-attachments"]
# What an empty value means there is said in their helps.
MAY_BE_EMPTY = ("personas add", "personas edit")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "a.db"
    truth = str(path.with_suffix(".json"))
    assert main(["build", str(path), *SMALL, "--truth", truth]) == 0
    return path


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    shutil.copytree(made.parent, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "people.db"))
    return tmp_path


def code_of(words):
    try:
        return main(words)
    except SystemExit as left:
        return left.code


def every_option():
    """Each option that takes a value, with the words before it and its parser."""
    for words, parser in PARSERS.items():
        for action in parser._actions:
            if action.option_strings and action.nargs != 0:
                option = action.option_strings[-1]
                yield pytest.param(parser, action, id=f"{' '.join(words)} {option}")


def parsed(parser, action, text):
    """What an option makes of a value, or the complaint."""
    try:
        values = parser._get_values(action, [text])
    except argparse.ArgumentError as error:
        return str(error)
    return values[0] if isinstance(values, list) else values


@pytest.mark.parametrize(("parser", "action"), [*every_option()])
def test_two_dashes_are_a_value_as_any_other(parser, action):
    assert str(parsed(parser, action, "--")) == "--" or (
        "'--'" in parsed(parser, action, "--") or action.type.__name__ == "_seconds"
    )


@pytest.mark.parametrize(("parser", "action"), [*every_option()])
def test_an_empty_value_is_refused(parser, action):
    found = parsed(parser, action, "")

    is_field = action.dest not in ("library", "source")
    if parser.prog.endswith(MAY_BE_EMPTY) and is_field:
        assert found == ""
    else:
        assert action.option_strings[-1] in found


@pytest.mark.parametrize(
    "words",
    [
        ["anonymise", "a.db", "copy.db", "--chat", BYTES],
        ["anonymise", "a.db", "copy.db", "--message", BYTES],
        ["anonymise", "a.db", "copy.db", "--seed", BYTES],
        ["build", "b", "--layout", "ios-backup", "--backup-password", BYTES],
        ["personas", "show", BYTES],
        ["personas", "delete", "--yes", BYTES],
        ["personas", "add", "--name", BYTES],
        ["kinds", BYTES],
    ],
    ids=lambda words: " ".join(words[:-1]),
)
def test_a_text_that_is_no_utf_8_is_refused(place, capsys, words):
    assert code_of(words) == 2
    said = capsys.readouterr().err
    assert "is not UTF-8: 'x\\udcff'" in said
    assert "usage:" in said
    assert not {"copy.db", "b"} & {each.name for each in place.iterdir()}


def test_files_have_names_of_any_bytes(place):
    database, scenario = f"{BYTES}.db", f"{BYTES}.toml"
    Path(scenario).write_text(
        'name = "two"\n[[chat]]\nwith = ["nina"]\n'
        'messages = [{ from = "nina", text = "Hi" }]\n',
        "utf-8",
    )
    built = ["build", database, "--macos", "tahoe", "--scenario", scenario]
    for words in (
        [*built, "--truth", f"{BYTES}.json"],
        ["validate", database],
        ["schema", "show", database],
        ["schema", "diff", "tahoe", database],
        ["schema", "read", database, "-o", f"{BYTES}.schema"],
        ["preview", database, "-o", f"{BYTES}.html"],
        ["anonymise", database, f"{BYTES}.copy"],
        ["personas", "add", "--name", "Ana", "--library", f"{BYTES}.people"],
        ["personas", "export", f"{BYTES}.list", "--library", f"{BYTES}.people"],
        ["personas", "import", f"{BYTES}.list", "--library", f"{BYTES}.others"],
    ):
        assert code_of(words) == 0, words
    Path(f"{BYTES}.answer").touch()
    assert code_of(["check", f"{BYTES}.json", f"{BYTES}.answer"]) == 1


@pytest.mark.parametrize("given", [{"chats": [""]}, {"chats": ["x", ""]}])
def test_an_empty_chat_is_no_chat_without_a_name(place, given):
    with pytest.raises(FoundryError, match="there is no such chat"):
        anonymise(place / "a.db", place / "copy.db", **given)


@pytest.mark.parametrize(
    "words",
    [
        ["build", "{}", *SMALL],
        ["build", "b.db", *SMALL, "--truth", "{}"],
        ["preview", "a.db", "-o", "{}"],
        ["schema", "read", "a.db", "-o", "{}"],
        ["anonymise", "a.db", "{}"],
        ["export", "{}", "--macos", "tahoe", "--scenario", "small"],
        ["personas", "export", "{}"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_no_name_of_a_file_reaches_the_terminal_as_a_command(place, capsys, words):
    name = "\x1b[31mr\ned"

    assert code_of([word.replace("{}", name) for word in words]) == 0
    out = capsys.readouterr().out
    assert r"\x1b[31mr\ned" in out
    assert "\x1b" not in out
    assert (place / name).exists()
