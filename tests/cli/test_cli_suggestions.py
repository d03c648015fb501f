"""What the command says of a word or a place that is not there."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from pytest_imessage_foundry import errors
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.errors import counted, meant, nearest, page


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("buld", "invalid choice: 'buld': did you mean 'build'?"),
        ("anonymize", "invalid choice: 'anonymize': did you mean 'anonymise'?"),
        ("frobnicate", "invalid choice: 'frobnicate' (choose from build, "),
    ],
)
def test_a_misspelt_command(word, said, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([word])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("build x.db --macos tahoee", "unknown macOS release 'tahoee': did you mean"),
        ("build x.db --scenario familly", "scenario 'familly': did you mean 'family'?"),
        ("kinds --scenarios tidyy", "no scenario 'tidyy': did you mean 'tidy'?"),
        ("kinds polls --macos tahoe", "no case 'polls' on tahoe: did you mean 'poll' "),
        ("kinds edit-twice --macos tahoe", "'edit-five-times'"),
        ("cache show famili", "nothing cached under 'famili': did you mean 'family'?"),
    ],
)
def test_a_misspelt_name(words, said, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*words.split())
    assert done.code == 2
    assert said in done.err


def test_a_case_of_other_releases_names_them(run):
    done = run("kinds", "poll-votes", "--macos", "sonoma")
    assert "no case 'poll-votes' on sonoma, but on tahoe-26.0, tahoe, " in done.err
    assert "did you mean" not in done.err


def test_the_release_that_auto_means_is_named(run):
    done = run("kinds", "nothing-like-it")
    assert "on auto" not in done.err
    assert "--macos tahoe` for their names" in done.err


def test_a_library_names_who_is_meant(personas, library_path):
    assert personas("add", "--name", "Ana Diaz").code == 0
    done = personas("show", "ana-dias")
    assert "no persona 'ana-dias': did you mean 'ana-diaz'?" in done.err


def test_who_has_no_name_is_asked_for_one(personas, library_path):
    done = personas("add", "foo")
    assert done.code == 2
    assert "give one of them, as in personas add --name" in done.err


def test_a_number_that_stands_in_is_told(personas, library_path):
    spain = personas("add", "--name", "Ana", "--country", "ES")
    assert "+1" in spain.out
    assert "note: ana (ES) has an American number: no numbers are known" in spain.err
    germany = personas("add", "--name", "Ben", "--country", "DE")
    assert "+49" in germany.out
    assert "American" not in germany.err
    given = ("--address", "cleo@example.com")
    assert (
        "note" not in personas("add", "--name", "Cleo", "--country", "IT", *given).err
    )


def test_nearest_knows_no_case_and_takes_the_beginning_last():
    known = ["edit-five-times", "Tahoe", "unsent"]
    assert nearest("TAHOEE", known) == ["Tahoe"]
    assert nearest("edit-x", known) == ["edit-five-times"]
    assert meant("nothing", known) == ""
    assert meant("poll", ["polls", "pole", "poll-a"], 3).count("'") == 6


def test_a_page_of_the_docs_is_where_the_project_says():
    root = Path(__file__).parents[2]
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    index = urls["project"]["urls"]["Documentation"]
    assert index == page("index.md")


def test_no_message_names_a_page_that_is_not_installed():
    package = Path(errors.__file__).parent
    for path in package.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        # Most files need not be parsed.
        for node in ast.walk(ast.parse(source)) if "docs" in source else ():
            if isinstance(node, ast.Call):
                for text in ast.walk(node):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        assert "docs/" not in text.value, f"{path}: {text.value}"


def test_a_number_has_its_noun():
    assert counted(1, "chat") == "1 chat"
    assert counted(2000, "chat") == "2,000 chats"
    assert counted(0, "address", "addresses") == "0 addresses"


def test_one_of_each_is_counted_as_one(run, tmp_path):
    file = tmp_path / "trip.toml"
    file.write_text(TRIP, encoding="utf-8")
    built = run("build", tmp_path / "c.db", "--macos", "tahoe", "--scenario", file)
    assert " in 1 chat, 1 handle, " in built.out
    written = run("export", tmp_path / "set", "--macos", "tahoe", "--scenario", "small")
    assert written.out.endswith("1 database with its truth\n")


@pytest.mark.parametrize(
    ("layout", "inside"),
    [
        ("home", "Library/Messages/chat.db"),
        ("ios", "private/var/mobile/Library/SMS/sms.db"),
        ("ios-backup", "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28"),
    ],
)
def test_a_folder_names_the_database_in_it(run, tmp_path, layout, inside):
    out = tmp_path / "phone"
    small = ("--macos", "tahoe", "--scenario", "small", "--layout", layout)
    assert run("build", out, *small).code == 0
    done = run("validate", out)
    assert done.code == 2
    assert f"name {out / inside}" in done.err
    assert run("validate", out / inside).code == 0


def test_a_folder_without_a_database_names_none(run, tmp_path):
    assert "name the chat.db or sms.db in it" in run("stats", tmp_path).err


def test_a_chat_that_is_not_there_lists_those_that_are(run, tmp_path):
    database = tmp_path / "chat.db"
    run("build", database, "--macos", "tahoe", "--scenario", "small")
    done = run("anonymise", database, tmp_path / "copy.db", "--chat", "nobody")
    assert done.code == 2
    listed = done.err.split("(how many): ")[1]
    first = listed.split(" ")[0]
    assert run("anonymise", database, tmp_path / "copy.db", "--chat", first).code == 0
    assert "+1" not in done.err  # nobody's address is in a complaint


def test_a_schema_that_is_not_there_is_not_to_be_built(run, tmp_path):
    done = run("build", tmp_path / "s.db", "--schema", tmp_path / "none.json")
    assert "schema read" in done.err
    assert "imessage-foundry build" not in done.err


TRIP = """
name = "trip"
personas = ["nina"]
[[conversations]]
id = "hike"
participants = ["nina"]
message_count_target = 20
theme = "a walk"
"""


def test_a_scenario_that_is_named_is_not_asked_for_again(run, tmp_path):
    file = tmp_path / "trip.toml"
    file.write_text(TRIP, encoding="utf-8")
    done = run("cache", "show", "hike", "--scenario", file)
    assert "nothing cached under 'hike', which trip asks for" in done.err
    assert f"`imessage-foundry cache status --scenario {file}` says" in done.err
    assert "of your own" not in done.err
