"""`imessage-foundry build`: the file, its truth, and what is never lost."""

from __future__ import annotations

import json
import plistlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from pytest_imessage_foundry.cli import main

SMALL = ["--macos", "tahoe", "--scenario", "small"]


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """A folder with a database and its truth."""
    folder = tmp_path_factory.mktemp("built")
    path, truth = folder / "chat.db", folder / "truth.json"
    assert main(["build", str(path), *SMALL, "--truth", str(truth)]) == 0
    return folder


@pytest.fixture
def built(built_once, tmp_path):
    """A copy of the database and its truth, which a test may change."""
    folder = shutil.copytree(built_once, tmp_path / "out")
    return folder / "chat.db", folder / "truth.json"


def rows(path, sql):
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return connection.execute(sql).fetchall()


def test_every_layout_can_be_named():
    from pytest_imessage_foundry import layouts
    from pytest_imessage_foundry.cli import build_options

    assert build_options.LAYOUTS == layouts.LAYOUTS


def test_truth_says_what_is_in_the_file(built):
    path, truth = built
    document = json.loads(truth.read_text(encoding="utf-8"))
    told = {
        message["guid"]: message["date"]
        for chat in document["conversations"]
        for message in chat["messages"]
    }

    stored = dict(rows(path, "SELECT guid, date FROM message"))

    assert len(told) > 10
    assert told == {guid: stored[guid] for guid in told}
    assert {chat["guid"] for chat in document["conversations"]} == {
        guid for (guid,) in rows(path, "SELECT guid FROM chat")
    }


def test_truth_keeps_to_its_schema(built, capsys):
    from pydantic import TypeAdapter

    from pytest_imessage_foundry.chatdb.truth import Document

    _, truth = built
    capsys.readouterr()
    document = json.loads(truth.read_text(encoding="utf-8"))
    for chat in document["conversations"]:
        for message in chat["messages"]:
            message.pop("text")
    read = TypeAdapter(Document).validate_python(document)
    assert read.release == "tahoe"

    assert main(["truth-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "text" in schema["$defs"]["Message"]["properties"]
    assert '"" somebody whom the row does not name' in schema["description"]


def test_the_same_bytes_again(built, tmp_path):
    path, truth = built
    other, other_truth = tmp_path / "again.db", tmp_path / "again.json"

    assert main(["build", str(other), *SMALL, "--truth", str(other_truth)]) == 0

    assert other.read_bytes() == path.read_bytes()
    assert other_truth.read_bytes() == truth.read_bytes()


def test_an_existing_file_is_kept_unless_forced(built, capsys):
    path, _ = built
    before = path.read_bytes()

    assert main(["build", str(path), *SMALL, "--seed", "1"]) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["build", str(path), *SMALL, "--seed", "1", "--force"]) == 0
    assert path.read_bytes() != before


DANE = """
[[personas]]
id = "soren"
name = "Soren Holm"
identifier = "soren@example.com"
locale = "da_DK"

[[conversations]]
id = "soren"
participants = ["soren"]
message_count_target = 20
"""


@pytest.mark.parametrize(("locale", "is_said"), [("da_DK", True), ("de_DK", False)])
def test_who_writes_english_for_want_of_scenes_is_said(
    tmp_path, capsys, locale, is_said
):
    scenario = tmp_path / "dane.toml"
    scenario.write_text(DANE.replace("da_DK", locale), encoding="utf-8")

    options = ["--macos", "tahoe", "--scenario", str(scenario)]
    assert main(["build", str(tmp_path / "chat.db"), *options]) == 0

    note = "note: soren (da_DK) writes English where the cache has nothing"
    assert (note in capsys.readouterr().err) == is_said


def test_json_report(tmp_path, capsys):
    path = tmp_path / "chat.db"
    assert main(["build", str(path), *SMALL, "--messages", "30", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)

    assert report["path"] == str(path)
    assert report["release"] == "tahoe"
    assert report["messages"] == rows(path, "SELECT count(*) FROM message")[0][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--macos", "ventura"], "unknown macOS release 'ventura' (choose from"),
        (["--scenario", "nonesuch"], "unknown scenario 'nonesuch'"),
        (["--scenario", "missing.toml"], "missing.toml"),
    ],
)
def test_what_is_not_known(tmp_path, capsys, arguments, said):
    path = tmp_path / "chat.db"

    assert main(["build", str(path), *SMALL, *arguments]) == 2

    assert said in capsys.readouterr().err
    assert not path.exists()


def test_a_folder_is_no_file(tmp_path, capsys):
    assert main(["build", str(tmp_path), *SMALL]) == 2
    assert "is a folder\nname a file in it" in capsys.readouterr().err


@pytest.mark.parametrize("layout", ["home", "ios", "ios-backup"])
def test_layouts(tmp_path, layout):
    assert main(["build", str(tmp_path / "x"), *SMALL, "--layout", layout]) == 0
    found = {path.name for path in (tmp_path / "x").rglob("*.*db")}

    expected = {
        "home": {"chat.db", "AddressBook-v22.abcddb"},
        "ios": {"sms.db", "AddressBook.sqlitedb", "AddressBookImages.sqlitedb"},
        "ios-backup": {"Manifest.db"},
    }
    assert found == expected[layout]


@pytest.mark.parametrize("layout", ["home", "ios", "ios-backup"])
def test_an_existing_folder_is_kept_unless_forced(tmp_path, capsys, layout):
    command = ["build", str(tmp_path / "x"), *SMALL, "--layout", layout]
    assert main(command) == 0
    before = contents(tmp_path)

    assert main([*command, "--seed", "1"]) == 2
    assert "--force" in capsys.readouterr().err
    assert contents(tmp_path) == before
    assert main([*command, "--seed", "1", "--force"]) == 0
    assert contents(tmp_path) != before


def contents(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("layout", ["home", "ios", "ios-backup"])
def test_a_folder_named_from_where_one_is(tmp_path, monkeypatch, layout):
    monkeypatch.chdir(tmp_path)
    command = ["build", "x/../deep/y", *SMALL, "--layout", layout]
    (tmp_path / "x").mkdir()
    for options in ([], ["--force"]):
        assert main([*command, *options]) == 0
    assert {each.name for each in tmp_path.iterdir()} == {"x", "deep"}
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["y"]


def test_an_encrypted_backup(tmp_path, capsys):
    command = ["build", str(tmp_path / "x"), *SMALL, "--backup-password", "secret"]
    assert main([*command, "--layout", "ios-backup"]) == 0
    said = plistlib.loads((tmp_path / "x" / "Manifest.plist").read_bytes())
    assert said["IsEncrypted"]

    assert main([*command, "--layout", "ios", "--force"]) == 2
    assert "only a backup has a password" in capsys.readouterr().err


def test_the_truth_of_a_backup_stands_elsewhere(tmp_path, capsys):
    command = ["build", str(tmp_path / "x"), *SMALL, "--layout", "ios-backup"]
    assert main([*command, "--truth", str(tmp_path / "x" / "truth.json")]) == 2
    assert "cannot stand in what is built" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main([*command, "--truth", str(tmp_path / "truth.json")]) == 0


FILE = "Attachments/*/*/*/*"
DATABASE = pytest.param(["--no-attachments"], ".path.*.draft", id="database")
HOME = pytest.param(["--layout", "home"], FILE, id="home")
STAGES = (
    DATABASE,
    HOME,
    pytest.param(["--truth", "new/truth.json"], ".truth.json.*.draft", id="truth"),
    pytest.param([], FILE, id="attachments"),
    pytest.param(["--layout", "ios"], FILE, id="iphone"),
    pytest.param(["--layout", "ios-backup"], FILE, id="backup"),
)


@pytest.mark.sweep
@pytest.mark.parametrize(("options", "seen"), [DATABASE, HOME])
def test_interrupted_build_leaves_nothing(tmp_path, options, seen):
    assert ended(tmp_path, options, seen, signal.SIGINT) == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sweep
@pytest.mark.parametrize(("options", "seen"), STAGES)
def test_a_build_that_is_told_to_end_leaves_nothing(tmp_path, options, seen):
    assert ended(tmp_path, options, seen, signal.SIGTERM) == 143
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sweep
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows")
def test_a_build_whose_terminal_is_closed_leaves_nothing(tmp_path):
    assert ended(tmp_path, [], FILE, signal.SIGHUP) == 129
    assert list(tmp_path.iterdir()) == []


def ended(folder, options, seen, how):
    """Start a long build, send it a signal, and return its exit code."""
    process = long_build(folder, options, seen)
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert "interrupted" in said
    return process.returncode


def long_build(folder, options, seen):
    """Start a build that takes long, and wait until it has made a file like `seen`."""
    command = [sys.executable, "-m", "pytest_imessage_foundry.cli", "build", "new/path"]
    command += ["--macos", "tahoe", "--messages", "400000", "--source", "faker"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        # What a script starts in the background ignores Ctrl-C, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not [*folder.rglob(seen)] and process.poll() is None:
        time.sleep(0.05)
    return process


@pytest.mark.sweep
@pytest.mark.parametrize(("options", "seen"), STAGES)
def test_what_a_killed_build_left_goes_with_the_next(
    tmp_path, options, seen, monkeypatch
):
    process = long_build(tmp_path, options, seen)
    process.kill()
    process.communicate()
    folder = tmp_path / "new"
    assert not (folder / "path").exists()
    assert all(each.name.startswith(".") for each in folder.iterdir())

    monkeypatch.chdir(tmp_path)
    assert main(["build", "new/path", *SMALL, *options]) == 0
    kept = {"path", "Attachments", "StickerCache", "truth.json"}
    assert {each.name for each in folder.iterdir()} <= kept
    assert not [*folder.rglob(".*")]


def test_auto_is_this_machines_release(tmp_path, capsys, monkeypatch):
    import platform

    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.7.1", ("", "", ""), ""))
    path = tmp_path / "chat.db"

    assert main(["build", str(path), "--scenario", "empty"]) == 0
    assert "release=sonoma" in capsys.readouterr().out
