"""The subcommands that look: schema, kinds, validate, detect, preview, cache."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry.cli import main, parser
from pytest_imessage_foundry.db.functions import register_functions


@pytest.fixture(scope="module")
def chat_db_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("look") / "chat.db"
    assert main(["build", str(path), "--macos", "sonoma", "--scenario", "small"]) == 0
    return path


def test_validate(chat_db_file, capsys):
    assert main(["validate", str(chat_db_file)]) == 0
    assert "sonoma" in capsys.readouterr().out


def test_validate_as_another_release(chat_db_file, capsys):
    assert main(["validate", str(chat_db_file), "--macos", "tahoe", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"]


@pytest.fixture
def unusual_file(chat_db_file, tmp_path):
    """A file with a row of another version, as an old one may have."""
    path = Path(shutil.copyfile(chat_db_file, tmp_path / "chat.db"))
    with closing(register_functions(sqlite3.connect(path))) as connection:
        connection.execute("UPDATE message SET version = 9 WHERE ROWID = 1")
        connection.commit()
    return str(path)


def test_what_is_unusual_counts_only_when_told(unusual_file, capsys):
    assert main(["validate", unusual_file]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "unusual: message-values: message 1: version is 9, not 10"
    assert lines[-1] == "valid: 0 errors, 1 unusual, 0 notes"

    assert main(["validate", unusual_file, "--strict", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["valid"], report["errors"], report["unusual"]) == (True, 0, 1)
    assert [each["severity"] for each in report["findings"]] == ["unusual"]


def test_a_usual_file_passes_strictly(chat_db_file):
    assert main(["validate", str(chat_db_file), "--strict"]) == 0


def test_validate_what_is_not_there(tmp_path, capsys):
    assert main(["validate", str(tmp_path / "none.db")]) == 2
    assert "none.db" in capsys.readouterr().err


def test_schema_show(capsys):
    assert main(["schema", "show", "26"]) == 0
    assert "chat_service" in capsys.readouterr().out


def test_schema_show_as_statements_makes_a_database(capsys):
    import sqlite3
    from contextlib import closing

    assert main(["schema", "show", "tahoe", "--sql"]) == 0
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(capsys.readouterr().out)
        tables = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        ).fetchone()
    assert tables == (27,)


def test_schema_diff(capsys):
    assert main(["schema", "diff", "sequoia", "tahoe"]) == 0
    said = capsys.readouterr().out
    assert "ck_chat_id" in said
    assert "index_state" in said
    assert main(["schema", "diff", "sequoia", "sequoia"]) == 0
    assert capsys.readouterr().out.endswith("\nno difference\n")
    assert main(["schema", "diff", "sequoia", "tahoe", "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert {"change": "added", "what": "feature", "definition": "any_guids"} in changes
    assert len(changes) == len(said.splitlines()) - 2  # a heading and a note


def test_kinds(capsys):
    assert main(["kinds", "--macos", "sonoma"]) == 0
    said = capsys.readouterr().out
    assert "tapback-loved-removed" in said
    assert "poll-votes" not in said


def test_kinds_one(capsys):
    assert main(["kinds", "poll-votes", "--json"]) == 0
    case = json.loads(capsys.readouterr().out)["poll-votes"]
    assert case["reading"]["poll"] == {
        "Friday": ["me"],
        "Saturday": ["Alex Doe", "me"],
    }
    assert main(["kinds", "poll-votes"]) == 0
    assert '"Saturday": ["Alex Doe", "me"]' in capsys.readouterr().out
    assert main(["kinds", "poll-votes", "--macos", "sonoma"]) == 2


def test_scenarios(capsys):
    assert main(["kinds", "--scenarios"]) == 0
    said = capsys.readouterr().out
    for name in ("default", "small", "empty", "sms-only", "busy-group", "large"):
        assert f"{name} " in said


def test_stats(capsys):
    arguments = ["--scenario", "small", "--macos", "tahoe"]
    assert main(["stats", *arguments]) == 0
    assert "local hour" in capsys.readouterr().out
    assert main(["stats", *arguments, "--json"]) == 0
    measures = json.loads(capsys.readouterr().out)["measures"]
    assert all(each["name"] == each["name"].strip() for each in measures)
    assert {each["met"] for each in measures} == {True, False, None}


def test_stats_of_a_scenario_file(tmp_path, capsys):
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'name = "mine"\npersonas = ["alex", "nina"]\n'
        '[[conversations]]\nid = "one"\nparticipants = ["nina"]\n'
        "message_count_target = 12\n"
        'start = "2025-05-01T00:00:00Z"\nend = "2025-05-10T00:00:00Z"\n'
    )
    assert main(["stats", "--scenario", str(mine), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["messages"] == 12


def test_stats_page(tmp_path, capsys):
    page = tmp_path / "plots.html"
    arguments = ["stats", "--scenario", "small", "--page", str(page)]

    assert main(arguments) == 0
    assert "<svg" in page.read_text(encoding="utf-8")
    assert main(arguments) == 2
    assert main([*arguments, "--force"]) == 0


def test_preview(chat_db_file, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert main(["preview", str(chat_db_file), "-o", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!")
    assert main(["preview", str(chat_db_file), "-o", str(page)]) == 2
    assert "--force" in capsys.readouterr().err


def test_preview_takes_what_is_known_beside_the_file(chat_db_file, tmp_path):
    page, truth, names = (tmp_path / name for name in ("page.html", "t.json", "n.json"))
    people = [{"name": "Ada Moss", "identifier": "+12015550101"}]
    owner = {"name": "Robin", "identifier": "+12015550100", "time_zone": "Asia/Tokyo"}
    case = {"name": "a-case", "message": "GUID", "reading": {"text": "x"}}
    told = {"owner": owner, "personas": people, "cases": [case]}
    truth.write_text(json.dumps(told), encoding="utf-8")
    names.write_text('{"+12015550102": "Ben Ash"}', encoding="utf-8")
    known = ["--truth", str(truth), "--names", str(names)]
    written = ["preview", str(chat_db_file), "-o", str(page), "--force"]

    assert main([*written, *known]) == 0
    drawn = page.read_text(encoding="utf-8")
    for words in ("Ada Moss", "Ben Ash", "a-case", "Times: Asia/Tokyo."):
        assert words in drawn
    assert main([*written, *known, "--time-zone", "Europe/Berlin"]) == 0
    assert "Times: Europe/Berlin." in page.read_text(encoding="utf-8")
    assert main([*written, "--time-zone", "local"]) == 0
    assert main(written) == 0
    assert "Times: UTC." in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--time-zone", "Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("--time-zone", "../etc/passwd", "no time zone"),
        ("--names", None, "could not be read: No such file"),
        ("--names", "[]", "no JSON object"),
        ("--truth", "{", "could not be read: Expecting"),
        ("--truth", "\udcff", "could not be read"),
    ],
)
def test_preview_refuses_what_says_nothing(
    chat_db_file, tmp_path, capsys, option, content, said
):
    page, beside = tmp_path / "page.html", tmp_path / "beside.json"
    value = content
    if option != "--time-zone":
        value = str(beside)
        if content is not None:
            beside.write_bytes(content.encode("utf-8", "surrogateescape"))

    given = ["preview", str(chat_db_file), "-o", str(page), option, value]
    assert main(given) == 2

    assert said in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.usefixtures("few_shipped")
def test_cache_verify(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)  # here is a folder of packs
    assert main(["cache", "verify"]) == 0
    assert "conversations" in capsys.readouterr().out
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert main(["cache", "verify", str(broken)]) == 2
    assert "broken.json" in capsys.readouterr().err


def test_detect(capsys):
    assert main(["detect", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["release"]


def test_version_and_nothing(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("imessage-foundry 0.")
    assert main([]) == 2


def commands():
    """Every subcommand, as the parser has it."""
    choices = parser()._subparsers._group_actions[0].choices
    return sorted(choices)


@pytest.mark.parametrize("command", commands())
def test_each_command_helps_and_the_readme_names_it(command, capsys, pytestconfig):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])

    assert left.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 3
    assert command in (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
