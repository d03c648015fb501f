"""A project's database: all of it in place, or nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from pytest_imessage_foundry.conversations import scenario_files, scenarios
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import KeptFiles
from pytest_imessage_foundry.ui import building
from pytest_imessage_foundry.ui.journal import Journal, StoppedError
from pytest_imessage_foundry.ui.project import Project


@pytest.fixture
def project(home):
    start = Project.of(scenarios.get("small"), output=str(home / "deep" / "chat.db"))
    return replace(start, release="tahoe")


def files(home):
    return sorted(str(each.relative_to(home)) for each in home.rglob("*"))


@pytest.mark.parametrize("layout", ["file", "home", "ios", "ios-backup"])
def test_made_in_a_layout(project, home, layout):
    project = replace(project, layout=layout, output=str(home / "deep" / "phone"))
    journal = Journal.of(project)

    made = building.make(project, journal)

    assert made.path == project.database
    assert made.report.ok
    assert validators.validate(made.path, release="tahoe").ok
    assert (home / "deep" / "phone.scenario.json").is_file()
    assert made.pack_file is None
    assert not list(home.rglob(".*"))
    assert sum(each.done for each in journal.chats.values()) == project.messages
    assert {each.state for each in journal.chats.values()} == {"built"}


def test_the_scenario_file_says_the_same(project, home):
    made = building.make(project, Journal.of(project))

    read = scenario_files.read(made.scenario_file)

    assert read == project.scenario


def test_stopped_at_once(project, home):
    journal = Journal.of(project)
    journal.stop.set()

    with pytest.raises(StoppedError):
        building.make(project, journal)

    assert files(home) == []


def test_a_failure_leaves_what_was_there(project, home, monkeypatch):
    project.path.parent.mkdir()
    project.path.write_text("mine")
    bad = validators.Report(
        path=project.path,
        release="tahoe",
        title="",
        layout="fresh",
        is_expected=True,
        is_experimental=False,
        is_older=False,
        differences=(),
        checks={},
        findings=(validators.Finding("guids", "message", 1, "is twice"),),
        errors=1,
        unusual=0,
        notes=0,
    )
    monkeypatch.setattr(validators, "validate", lambda *_, **__: bad)

    with pytest.raises(FoundryError, match=r"is not valid: .*is twice"):
        building.make(project, Journal.of(project))

    assert files(home) == ["deep", "deep/chat.db"]
    assert project.path.read_text() == "mine"


def test_what_a_killed_build_left_is_swept(project, home):
    project.path.parent.mkdir()
    dead = project.path.with_name(".chat.db.4194303.making")
    alive = project.path.with_name(f".chat.db.{os.getppid()}.making")
    dead.mkdir()
    alive.mkdir()

    building.make(project, Journal.of(project))

    assert not dead.exists()
    assert alive.exists()


def test_a_database_in_use_is_replaced_with_its_log(project, home):
    """SQLite would replay the old one's log into the new one."""
    project.path.parent.mkdir()
    with closing(sqlite3.connect(project.path)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("CREATE TABLE mine (x)")
        old.commit()
        building.make(project, Journal.of(project))

    assert validators.validate(project.path, release="tahoe").ok


@pytest.fixture
def come(monkeypatch):
    """Let a file appear when the draft is there and checked."""

    def come(path):
        def examined(*arguments, **options):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("mine")
            return real(*arguments, **options)

        monkeypatch.setattr(validators, "validate", examined)

    real = validators.validate
    return come


LAYOUTS = ["file", "home", "ios", "ios-backup"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("which", ["database", "scenario_file"])
def test_what_comes_while_it_is_built_stays(project, home, come, layout, which):
    project = replace(project, layout=layout, output=str(home / "deep" / "phone"))
    place = getattr(project, which)
    kept = KeptFiles.of(project.files, "start again")
    come(place)

    with pytest.raises(FoundryError) as refused:
        building.make(project, Journal.of(project), kept=kept)

    said = str(refused.value).splitlines()
    assert len(said) == 3
    if layout == "ios-backup" and which == "database":
        assert "phone is no backup" in said[0]  # such a folder is never replaced
    else:
        assert said[0] == f"{place} is there by now, and was not when the work began"
        assert said[2] == "start again"
    assert place.read_text() == "mine"
    assert [each for each in home.rglob("*") if each.is_file()] == [place]


@pytest.mark.parametrize("layout", LAYOUTS[:3])
def test_what_the_user_gave_up_is_replaced(project, home, layout):
    project = replace(project, layout=layout, output=str(home / "deep" / "phone"))
    for each in project.files:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_text("old")

    kept = KeptFiles.of(project.files, "start again")
    building.make(project, Journal.of(project), kept=kept)

    assert not [each for each in project.files if each.read_bytes() == b"old"]


def test_an_encrypted_backup_is_checked_before_it_is_encrypted(project, home):
    output = str(home / "phone")
    project = replace(
        project, layout="ios-backup", output=output, backup_password="secret"
    )

    assert building.make(project, Journal.of(project)).report.ok
    assert not project.database.read_bytes().startswith(b"SQLite")


def test_bubbles_say_what_is_sent(project, home):
    journal = Journal.of(project)
    building.make(project, journal)

    shown = [each for chat in journal.chats.values() for each in chat.bubbles]

    assert {each.who for each in shown} >= {"Linda Carver", "Alex Carver"}
    assert all(each.text for each in shown)
    assert not any("\ufffc" in each.text for each in shown)
    assert {each.who for each in shown if each.is_mine} == {"Alex Carver"}


def test_a_place_that_cannot_be_written(project, home):
    (home / "file").write_text("")
    project = replace(project, output=str(home / "file" / "chat.db"))

    with pytest.raises(FoundryError, match="Not a directory") as raised:
        building.make(project, Journal.of(project))

    assert len(str(raised.value).splitlines()) == 3
    assert files(home) == ["file"]


def test_an_unknown_users_home(home):
    project = Project(output="~nobody-at-all/chat.db")

    assert project.path == home / "~nobody-at-all" / "chat.db"
