"""The process that writes for live(): what can happen to it and beside it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import rough_use

from pytest_imessage_foundry.chatdb import live_process, other_writer
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.processes import is_running

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture
def db(tmp_path):
    return rough_use.small(tmp_path)


def texts_outside(path):
    """The texts as a process of its own reads them, the last to close the file."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])\n"
        "for row in c.execute('SELECT text FROM message ORDER BY ROWID'): print(*row)\n"
        "c.close()"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(path)]
    return subprocess.check_output(command, text=True, timeout=30).splitlines()


def writer_of(phone):
    return phone._connection._process


def wait_until(condition):
    over = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < over, "waited in vain"
        time.sleep(0.02)


def has_gone(process):
    """Whether a process has ended; one that nobody has waited for has, too."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not is_running(process)
    return state == "Z"


@pytest.mark.parametrize("beside", ["report", "copy", "open", "query"])
def test_what_the_test_opens_and_closes_takes_no_locks_away(db, beside):
    with db.live() as phone:
        phone.receive("Alex Doe", "First")
        rough_use.beside(db, beside)
        first = texts_outside(db.path)
        phone.receive("Alex Doe", "Second")
        second = texts_outside(db.path)
        has_wal = db.path.with_name("chat.db-wal").exists()

    assert first == ["Hello", "First"]
    assert second == ["Hello", "First", "Second"]
    assert has_wal


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.sweep) for n in (1, 2))]
)
def test_rough_use_loses_nothing(db, seed):
    kinds = rough_use.use(db, seed, steps=60)

    assert all(kinds.values())


def test_a_second_live_of_a_file_is_refused(db):
    with db.live() as phone:
        with pytest.raises(FoundryError, match=r"another live\(\) has this file"):
            db.live().__enter__()
        phone.receive("Alex Doe", "Still here")
    with db.live() as phone:
        phone.receive("Alex Doe", "Next")

    assert texts_outside(db.path) == ["Hello", "Still here", "Next"]


def test_two_files_in_one_folder_live_beside_each_other(tmp_path):
    one, other = (rough_use.small(tmp_path, name) for name in ("a.db", "b.db"))
    with one.live() as first, other.live() as second:
        first.receive("Alex Doe", "To one")
        second.receive("Alex Doe", "To the other")

    assert texts_outside(one.path) == ["Hello", "To one"]
    assert texts_outside(other.path) == ["Hello", "To the other"]


KILLED = """
import os, sys, time
sys.path.insert(0, {root!r})
import rough_use
db = rough_use.small({folder!r})
with db.live() as phone:
    phone.receive("Alex Doe", "Before the end")
    phone._connection.execute("BEGIN IMMEDIATE")
    phone._connection.execute("DELETE FROM message_attachment_join")
    if {forks} and os.fork() == 0:
        os.close(1)
        time.sleep(60)
    print(phone._connection._process.pid, flush=True)
    time.sleep(60)
"""


@needs_fork
@pytest.mark.parametrize("forks", [False, True], ids=["alone", "with-a-fork"])
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_the_writer_ends_when_its_test_is_killed(tmp_path, how, forks):
    root = str(Path(__file__).parent)
    program = KILLED.format(root=root, folder=str(tmp_path), forks=forks)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as test:
        writer = int(test.stdout.readline())
        assert not has_gone(writer)
        test.send_signal(signal.Signals[how])
        test.wait()
        wait_until(lambda: has_gone(writer))
        if forks:
            os.killpg(test.pid, signal.SIGKILL)

    assert texts_outside(tmp_path / "chat.db") == ["Hello", "Before the end"]


@pytest.mark.skipif(os.name == "nt", reason="no Ctrl-C for one process there")
def test_ctrl_c_is_for_the_test_alone(db):
    with db.live() as phone:
        writer_of(phone).send_signal(signal.SIGINT)
        phone.receive("Alex Doe", "Still here")

    assert texts_outside(db.path) == ["Hello", "Still here"]


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_a_writer_that_was_ended_says_so_and_has_lost_nothing(db, how):
    with db.live() as phone:
        phone.receive("Alex Doe", "Written")
        getattr(writer_of(phone), how)()
        writer_of(phone).wait()
        with pytest.raises(FoundryError, match="has ended"):
            phone.receive("Alex Doe", "Too late")
        with pytest.raises(FoundryError, match="open a new live"):
            phone.receive("Alex Doe", "Later still")

    assert [message.text for message in db.messages] == ["Hello", "Written"]
    with db.live() as phone:
        phone.receive("Alex Doe", "Anew")
    assert texts_outside(db.path) == ["Hello", "Written", "Anew"]
    assert db.report().ok


def test_a_step_after_the_block_is_refused(db):
    with db.live() as phone:
        message = phone.receive("Alex Doe", "in time")
    told = phone.conversations
    for step in (
        lambda: phone.receive("Alex Doe", "too late"),
        lambda: phone.tapback(message, "loved"),
        phone.checkpoint,
    ):
        with pytest.raises(FoundryError, match=r"this live\(\) is over"):
            step()
    assert phone.conversations == db.conversations == told


def test_the_block_ends_the_writer(db):
    with db.live() as phone:
        writer = writer_of(phone)

    assert writer.returncode == 0
    assert [each.name for each in db.path.parent.glob("chat.db*")] == ["chat.db"]


class Interrupted(Exception):
    pass


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_step_that_is_interrupted_changes_neither_file_nor_truth(db):
    def interrupt(*_):
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with closing(sqlite3.connect(db.path)) as other, db.live() as phone:
            other.execute("BEGIN IMMEDIATE")
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(Interrupted):
                phone.receive("Alex Doe", "Never")
            other.rollback()
            with pytest.raises(FoundryError, match="was interrupted"):
                phone.receive("Alex Doe", "Nor this")
    finally:
        signal.signal(signal.SIGALRM, before)

    assert [message.text for message in db.messages] == ["Hello"]
    assert texts_outside(db.path) == ["Hello"]


def test_errors_are_those_of_sqlite(db):
    with db.live() as phone:
        connection = phone._connection
        with pytest.raises(sqlite3.OperationalError, match="no such table") as no_table:
            connection.execute("SELECT * FROM missing")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO message (guid) VALUES (?)", ("1",))
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE") as doubled:
            connection.execute("INSERT INTO message (guid) VALUES (?)", ("1",))
        connection.roll_back()
        with pytest.raises(OverflowError):
            connection.execute("SELECT ?", (1 << 70,))
        with pytest.raises(UnicodeEncodeError, match="surrogates"):
            connection.execute("SELECT ?", ("\ud800",))
        with pytest.raises(sqlite3.ProgrammingError, match="not supported"):
            connection.execute("SELECT ?", (object(),))
        values = (None, -(1 << 63), 1.5, "Ünï\n\0☃", b"\0\xff\n")
        assert connection.execute("SELECT ?, ?, ?, ?, ?", values).fetchall() == [values]

    assert no_table.value.sqlite_errorcode == sqlite3.SQLITE_ERROR
    assert doubled.value.sqlite_errorname == "SQLITE_CONSTRAINT_UNIQUE"
    assert texts_outside(db.path) == ["Hello"]


def test_a_file_that_cannot_be_opened_is_an_error_and_no_process_stays(db):
    db.path.unlink()
    with pytest.raises(FoundryError, match="unable to open"):
        db.live().__enter__()

    assert not db.path.exists()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_file_that_goes_meanwhile_is_told_by_the_next_step(db, is_replaced):
    with db.live() as phone:
        message = phone.receive("Alex Doe", "Hi")
        kim = phone.person("Kim Poe")
        before = db.messages
        away = db.path.rename(db.path.with_name("away.db"))
        if is_replaced:
            db.path.write_bytes(away.read_bytes())
        for step in (
            lambda: phone.receive("Alex Doe", "Nobody reads this"),
            lambda: phone.tapback(message, "loved"),
            lambda: phone.direct(kim),
            phone.checkpoint,
        ):
            with pytest.raises(FoundryError, match="was removed or replaced\nlooked"):
                step()
        assert db.messages == before
        away.replace(db.path)
        phone.receive("Alex Doe", "It is back")

    assert texts_outside(db.path) == ["Hello", "Hi", "It is back"]


def test_threads_take_their_steps_one_after_the_other(db):
    def chat(number):
        for each in range(8):
            message = phone.receive("Alex Doe", f"{number}-{each}")
            phone.tapback(message, "loved")

    with db.live() as phone:
        threads = [threading.Thread(target=chat, args=(n,)) for n in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    wanted = {"Hello"} | {f"{n}-{each}" for n in range(4) for each in range(8)}
    assert {message.text for message in db.messages} == wanted
    assert wanted <= {*texts_outside(db.path)}
    assert db.report().ok


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_takes_no_steps_and_ends_nothing(db):
    with db.live() as phone:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                phone.receive("Alex Doe", "From the fork")
            except FoundryError:
                phone._connection.close()
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        phone.receive("Alex Doe", "From the parent")

    assert texts_outside(db.path) == ["Hello", "From the parent"]


@pytest.mark.parametrize(
    "act", [lambda db: db.live(), lambda db: db.condition("locked")]
)
def test_a_package_in_a_zip_archive_is_told(db, monkeypatch, act):
    for module in (live_process, other_writer):
        monkeypatch.setattr(module, "__file__", "/w.zip/a.py")
    with pytest.raises(FoundryError, match="as pip does") as caught, act(db):
        pass
    assert "looked for: /w.zip/a.py" in str(caught.value)


def test_the_writer_starts_without_what_takes_long_to_import(db):
    command = [sys.executable, "-I", "-S", "-X", "importtime", live_process.__file__]
    uri = f"{db.path.as_uri()}?mode=rw"
    done = subprocess.run(
        [*command, str(db.path), uri], input=b"", capture_output=True, timeout=30
    )
    imported = {
        line.rpartition("|")[2].strip() for line in done.stderr.decode().split("\n")
    }

    assert done.returncode == 0
    assert "sqlite3" in imported
    assert not imported & {"typing", "inspect", "dataclasses", "pathlib", "sysconfig"}
