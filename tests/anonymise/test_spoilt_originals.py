"""Spoilt files: a refusal in one message, or a safe copy. The original stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random

import pytest
from originals import change, query, without_triggers
from spoilt_files import KINDS, NUMBERS, WORDS, told

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.errors import FoundryError

pytestmark = pytest.mark.sweep

ROUNDS = 3


@pytest.fixture(scope="session")
def safe(built, tmp_path_factory):
    """A file of a few rows of most kinds, with secrets in it."""
    folder = tmp_path_factory.mktemp("spoilt")
    anonymise(built(), folder / "few.db", seed=1, last=60)
    path = without_triggers(folder / "few.db", folder / "chat.db")
    change(path, "UPDATE message SET text = text || ? WHERE ROWID % 3 = 0", WORDS[:1])
    change(path, "UPDATE message SET subject = ? WHERE ROWID % 5 = 0", WORDS[1:2])
    change(path, "UPDATE handle SET id = ? WHERE ROWID = 1", (f"+{NUMBERS[0]}",))
    assert told(path)
    return path


def state(folder):
    return {
        each.name: (each.read_bytes(), each.stat().st_mtime_ns)
        for each in folder.iterdir()
    }


def refused_or_safe(path, out, **options):
    """Anonymise, and check what is promised of any file; return whether it went."""
    before = state(path.parent)
    refusal = ""
    try:
        anonymise(path, out, seed=1, **options)
    except FoundryError as error:
        refusal = str(error)
    if refusal:
        assert 2 <= len(refusal.splitlines()) <= 4
        assert not out.exists()
    else:
        assert told(out) == []
        assert query(out, "PRAGMA integrity_check(3)") == [("ok",)]
    assert state(path.parent) == before
    return not refusal


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_a_spoilt_file_is_refused_or_safe(safe, tmp_path, kind, number):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "chat.db"
    path.write_bytes(safe.read_bytes())
    KINDS[kind](path, Random(f"{kind}:{number}"))
    refused_or_safe(path, tmp_path / "out.db")


@pytest.fixture
def beside(safe, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "chat.db"
    path.write_bytes(safe.read_bytes())
    return path


def test_a_file_that_is_not_spoilt_goes(beside, tmp_path):
    assert refused_or_safe(beside, tmp_path / "out.db")


@pytest.mark.parametrize("committed", [True, False])
def test_a_log_that_was_committed_or_not(beside, tmp_path, committed):
    with closing(sqlite3.connect(beside)) as writer:
        writer.execute("PRAGMA journal_mode = WAL").close()
        writer.execute("PRAGMA wal_autocheckpoint = 0").close()
        writer.execute("UPDATE message SET text = 'a'")
        writer.commit()
        writer.execute("PRAGMA cache_size = 1").close()
        writer.execute("UPDATE message SET subject = ?", (WORDS[2] * 2000,))
        if committed:
            writer.commit()
        folder = tmp_path / "left"
        folder.mkdir()
        for each in beside.parent.iterdir():
            if not each.name.endswith("-shm"):
                (folder / each.name).write_bytes(each.read_bytes())
    assert WORDS[2].encode() in (folder / "chat.db-wal").read_bytes()
    out = tmp_path / "out.db"
    assert refused_or_safe(folder / "chat.db", out)
    longest = "SELECT max(length(subject)) FROM message"
    expected = 2000 * len(WORDS[2]) if committed else len(WORDS[1])
    assert query(out, longest) == [(expected,)]


def test_a_hot_journal_is_rolled_back_in_a_copy(beside, tmp_path):
    folder = tmp_path / "left"
    folder.mkdir()
    with closing(sqlite3.connect(beside)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE").close()
        writer.execute("PRAGMA cache_size = 1").close()
        writer.execute("UPDATE message SET subject = ?", (WORDS[2] * 2000,))
        for each in beside.parent.iterdir():
            (folder / each.name).write_bytes(each.read_bytes())
    assert sorted(each.name for each in folder.iterdir()) == [
        "chat.db",
        "chat.db-journal",
    ]
    out = tmp_path / "out.db"
    assert refused_or_safe(folder / "chat.db", out)
    longest = "SELECT max(length(subject)) FROM message"
    assert query(out, longest) == [(len(WORDS[1]),)]


@pytest.mark.parametrize("options", [{"last": 5}, {"kinds": ["tapback", "reply"]}])
def test_a_part_of_an_old_file(beside, tmp_path, options):
    KINDS[6](beside, Random("older"))
    refused_or_safe(beside, tmp_path / "out.db", **options)


@pytest.mark.parametrize(
    ("spoil", "options", "lack"),
    [
        ("DROP TABLE message", {"last": 3}, "no such table: message"),
        ("DROP TABLE chat", {"chats": ["1"]}, "no such table: chat"),
        (
            "ALTER TABLE chat RENAME COLUMN display_name TO told",
            {"chats": ["1"]},
            "no such column: display_name",
        ),
    ],
)
def test_rows_that_nothing_can_choose(original, tmp_path, spoil, options, lack):
    change(original, spoil)

    with pytest.raises(FoundryError, match="leave that out") as told:
        anonymise(original, tmp_path / "part.db", seed=1, **options)

    assert lack in str(told.value)
    assert "decrypt" not in str(told.value)
    assert not (tmp_path / "part.db").exists()
    assert anonymise(original, tmp_path / "all.db", seed=1).rows


def test_an_unknown_column_that_has_to_be_unique(original, tmp_path):
    change(original, "ALTER TABLE message RENAME COLUMN guid TO id")

    with pytest.raises(FoundryError, match="remove that column") as told:
        anonymise(original, tmp_path / "out.db", seed=1)

    assert "message.id" in str(told.value)
    assert not (tmp_path / "out.db").exists()


@pytest.mark.parametrize(
    "name", ["a\0b.png", "q" * 300 + ".png", "ä" * 200 + ".png", "a.png/b.png"]
)
def test_a_stub_that_no_file_can_be(original, tmp_path, name):
    below = "~/Library/Messages/Attachments/"
    change(original, "DELETE FROM attachment WHERE ROWID > 2")
    for rowid, each in enumerate((f"{below}a.png", below + name), start=1):
        named = "UPDATE attachment SET filename = ? WHERE ROWID = ?"
        change(original, named, (each, rowid))

    outcome = anonymise(original, tmp_path / "out.db", seed=1, stubs=True)

    assert outcome.stubs == 1


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_ctrl_c_leaves_nothing(beside, tmp_path, moment, monkeypatch):
    monkeypatch.setattr("pytest_imessage_foundry.anonymise.anonymiser._STEP", 20)
    calls = []

    def stop(done, total):
        calls.append((done, total))
        if done * 4 > total * moment:
            raise KeyboardInterrupt

    before = state(beside.parent)
    with pytest.raises(KeyboardInterrupt):
        anonymise(beside, tmp_path / "out.db", seed=1, progress=stop)
    assert calls
    assert [each.name for each in tmp_path.iterdir()] == ["in"]
    assert state(beside.parent) == before


def test_the_progress_goes_up_to_all(beside, tmp_path, monkeypatch):
    monkeypatch.setattr("pytest_imessage_foundry.anonymise.anonymiser._STEP", 1)
    calls = []
    anonymise(
        beside,
        tmp_path / "out.db",
        seed=1,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})
    assert all(done <= total for done, total in calls)
    assert calls[-1][0] * 10 > calls[-1][1] * 9
