"""Kept replies: a planted row runs, reads and deletes nothing."""

from __future__ import annotations

import pickle
import sqlite3
import stat
import sys
from contextlib import closing

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm.base import RawReply, Usage
from pytest_imessage_foundry.llm.reply_cache import Memo, default_folder

KEY = "ab" * 32
REPLY = RawReply(
    text='{"a": 1} \ud83c',
    finish="length",
    refusal="no",
    model="m",
    usage=Usage(3, 4),
    date="2026-11-22",
)


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def folder(tmp_path):
    with Memo(tmp_path / "memo") as memo:
        memo.put(KEY, REPLY)
    return tmp_path / "memo"


def sql(folder, *statements):
    with closing(sqlite3.connect(folder / "cache.db")) as connection:
        for statement, *values in statements:
            connection.execute(statement, values)
        connection.commit()


def test_kept_and_forgotten(folder):
    with Memo(folder) as memo:
        kept = memo.get(KEY)
        assert kept.is_kept
        assert (kept.text, kept.usage, kept.date) == (
            REPLY.text,
            REPLY.usage,
            REPLY.date,
        )
        memo.forget([KEY, "unknown"])
        assert memo.get(KEY) is None
        assert len(memo) == 0


def test_forgotten_once_nobody_else_is_at_work(folder):
    with Memo(folder) as one:
        with Memo(folder):
            one.forget([KEY])
            assert KEY in one._cache
        with Memo(folder):
            assert KEY in one._cache
    with Memo(folder) as alone:
        assert len(alone) == 0
    assert not list(folder.glob("*.lock"))


def test_what_another_one_took_stays_for_it(folder):
    """It may be interrupted, and then goes on from there."""
    with Memo(folder) as one, Memo(folder) as other:
        one.forget([KEY])
        assert other.get(KEY).text == REPLY.text
    with Memo(folder) as again:
        assert again.get(KEY).text == REPLY.text
        again.forget([KEY])
        assert len(again) == 0


def test_a_lock_of_a_killed_refresh_holds_nobody(folder):
    (folder / "refresh-4194303-x.lock").touch()
    (folder / f"ask-{KEY}.lock").touch()
    with Memo(folder) as memo:
        with memo.asking(KEY) as is_ours:
            assert is_ours
            with memo.asking(KEY) as again:
                assert not again
        memo.forget([KEY])
        assert len(memo) == 0
    assert not list(folder.glob("*.lock"))


def test_no_room_for_a_lock_is_told_before_anything_is_paid(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    def ask(memo):
        with memo.asking(KEY):
            pytest.fail("it is not ours")

    refused = pytest.raises(FoundryError, match="cannot be kept: No space left on")
    with Memo(folder) as memo, monkeypatch.context() as patch:
        patch.setattr("pytest_imessage_foundry.file_locks.os.open", full)
        with refused:
            ask(memo)
        with refused:
            Memo(folder).__enter__()
    with Memo(folder) as memo:
        assert memo.get(KEY)


def test_failures_are_counted(folder):
    with Memo(folder) as memo:
        assert memo.failures("a") == 0
        memo.fail("a", [KEY])
        memo.fail("a", [])
        assert memo.get(KEY) is None
    with Memo(folder) as memo:
        assert memo.failures("a") == 2
        assert memo.failures("b") == 0
    sql(folder, ("UPDATE Cache SET value = ?", "-1"))
    with Memo(folder) as memo:
        assert memo.failures("a") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights")
def test_private(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_ever_evicted(tmp_path):
    big = RawReply(text="x" * 200_000, date="2026-11-22")
    with Memo(tmp_path / "memo") as memo:
        for number in range(60):
            memo.put(f"{number:064}", big)
        assert len(memo) == 60
        assert not list(memo.folder.rglob("*.val"))


@pytest.mark.parametrize("kind", ["value", "key", "file"])
def test_planted_pickle_does_not_run(kind, folder, tmp_path):
    target = tmp_path / "ran"
    bomb = pickle.dumps(Bomb(target))
    if kind == "file":
        (folder / "bomb.val").write_bytes(bomb)
    sql(
        folder,
        {
            "value": ("UPDATE Cache SET mode = 4, value = ?", bomb),
            "key": ("UPDATE Cache SET raw = 0, key = ?", bomb),
            "file": ("UPDATE Cache SET mode = 4, value = NULL, filename = 'bomb.val'",),
        }[kind],
    )
    with Memo(folder) as memo:
        assert memo.get(KEY) is None
        memo.put(KEY, REPLY)
        assert memo.get(KEY).text == REPLY.text
        memo.forget([KEY])
    assert not target.exists()


@pytest.mark.parametrize("mode", [2, 3])
def test_planted_path_is_neither_read_nor_removed(mode, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    sql(
        folder,
        (
            "UPDATE Cache SET mode = ?, value = NULL, filename = '../secret', "
            "expire_time = 1",
            mode,
        ),
    )
    with Memo(folder) as memo:
        assert memo.get(KEY) is None
        memo.put("cd" * 32, REPLY)  # diskcache removes what expired, on a write
        memo.put(KEY, REPLY)
        memo.forget([KEY])
    assert secret.read_text() == "mine"


VALUES = [
    b"\x00",
    17,
    "",
    "{",
    "[]",
    "[" * 100_000,
    '{"version": 1}',
    '{"version": 1, "text": 1, "model": "", "date": "2026-11-22"}',
    '{"version": 1, "text": "", "model": "", "date": "tomorrow", "finish": "stop"}',
    '{"version": 1, "text": "", "model": "", "date": "2025-02-30", "finish": "stop"}',
    '{"version": 1, "text": "", "model": "", "date": "2999-01-01", "finish": "stop"}',
    '{"version": 1, "text": "", "model": "", "date": "2026-11-22", "finish": "?"}',
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_row_that_is_no_reply(value, folder):
    sql(folder, ("UPDATE Cache SET value = ?", value))
    with Memo(folder) as memo:
        assert memo.get(KEY) is None


SETTINGS = [
    ("disk_pickle_bomb", 1),
    ("eviction_policy", "no such"),
    ("sqlite_journal_mode", "x; DROP TABLE Cache"),
    ("cull_limit", 10),
    ("size_limit", 1),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_planted_settings(name, value, folder):
    """Those that diskcache would obey, or fall over."""
    sql(folder, ("INSERT OR REPLACE INTO Settings VALUES (?, ?)", name, value))
    with Memo(folder) as memo:
        memo.put("cd" * 32, REPLY)
        assert memo.get("cd" * 32).text == REPLY.text
        assert memo._cache.eviction_policy == "none"
        assert memo._cache.cull_limit == 0


@pytest.mark.parametrize("data", [b"no database", b"<<<<<<< HEAD\n" * 99])
def test_broken_database_is_moved_aside(data, folder):
    (folder / "cache.db").write_bytes(data)
    for suffix in ("-wal", "-shm"):
        (folder / f"cache.db{suffix}").unlink(missing_ok=True)
    with Memo(folder) as memo:
        assert "moved aside" in memo.notice
        assert memo.get(KEY) is None
        memo.put(KEY, REPLY)
    assert (folder / "broken-1-cache.db").read_bytes() == data


def test_breaks_while_it_is_open(folder):
    with Memo(folder) as memo:
        for number in range(200):
            memo.put(f"{number:064}", RawReply(text="x" * 4000, date="2026-11-22"))
    data = bytearray((folder / "cache.db").read_bytes())
    data[4096:-100] = b"\xa5" * len(data[4096:-100])
    (folder / "cache.db").write_bytes(data)
    with Memo(folder) as memo:
        for number in range(200):
            memo.get(f"{number:064}")
        memo.put(KEY, REPLY)
        assert memo.get(KEY).text == REPLY.text


def test_disk_full(folder):
    with Memo(folder) as memo:
        pages = memo._cache._sql("PRAGMA page_count").fetchone()[0]
        memo._cache._sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(FoundryError, match="cannot be kept: the disk is full"):
            memo.put("cd" * 32, RawReply(text="x" * 100_000, date="2026-11-22"))
        assert memo.get(KEY).text == REPLY.text


def test_place_that_cannot_be_used(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FoundryError, match="name another folder with --memo"):
        Memo(tmp_path / "file" / "memo")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux names it so")
@pytest.mark.parametrize("empty", ["", "not/absolute"])
def test_default_place(empty, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", empty)
    cache = tmp_path / ".cache" / "pytest-imessage-foundry" / "replies"
    assert default_folder() == cache
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_folder() == tmp_path / "x" / "pytest-imessage-foundry" / "replies"
