"""Killed, interrupted, run twice: nothing lost, nothing paid twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from misbehaving import Server, digest

from pytest_imessage_foundry.llm import reply_cache, text_cache
from pytest_imessage_foundry.llm.base import Ask, Prompt

pytestmark = pytest.mark.sweep

# `make llm` kills twenty times, which takes a minute.
KILLS = int(os.environ.get("IMESSAGE_KILLS", "5"))
PLUGIN = "pytest_imessage_foundry.plugin"
CHAT = """\
[[conversations]]
id = "{name}"
participants = ["{name}"]
theme = "a picnic by the lake"
message_count_target = {count}
"""


@pytest.fixture
def three_chats(foundry, scenario):
    """Three conversations of 3 calls each: enough to be killed in."""
    chats = [CHAT.format(name=name, count=90) for name in ("mom", "priya", "marcus")]
    scenario.write_text("".join(['name = "two"\n', *chats]))
    return foundry


def kept(foundry, server):
    """Digests of the requests whose answers are on disk."""
    path = foundry.memo / "cache.db"
    if not path.exists():
        return set()
    connection = sqlite3.connect(path)
    try:
        keys = {row[0] for row in connection.execute("SELECT key FROM Cache")}
    except sqlite3.OperationalError:  # killed before it had a table
        return set()
    finally:
        connection.close()
    return {digest(body) for body in server.bodies if memo_key(server, body) in keys}


def memo_key(server, body):
    """The key under which the memo has the answer to a request."""
    ask = Ask(
        prompts=tuple(Prompt(m["role"], m["content"]) for m in body["messages"]),
        schema=body["response_format"]["json_schema"]["schema"],
        max_tokens=body["max_completion_tokens"],
        seed=body["seed"],
    )

    class Asked:
        name, endpoint, model = "openai", server.url, body["model"]

    return reply_cache.digest(Asked, ask)


class Killing:
    """Refreshes that are killed and resumed, each anew once one gets through.

    Attributes:
        repeated: answers that were on disk and were asked for again.
        lost: answers that were under way when a kill came.
    """

    def __init__(self, foundry, server, folder):
        self.foundry, self.server, self.folder = foundry, server, folder
        self.kills = self.rounds = self.repeated = self.lost = 0
        self.packs = set()
        self.anew()

    def anew(self):
        self.rounds += 1
        self.foundry.out = self.folder / f"packs-{self.rounds}"
        self.foundry.memo = self.folder / f"memo-{self.rounds}"
        self.server.bodies.clear()
        self.known = set()

    def run(self, seconds):
        """Kill a refresh so long after its first request, or without one."""
        asked = len(self.server.bodies)
        process = self.foundry.start(self.server, "--jobs", "2")
        if seconds > 0:
            wait_for(lambda: len(self.server.bodies) > asked or ended(process))
        finished = ended(process, abs(seconds))
        process.kill()
        _, errors = process.communicate()
        new = [digest(body) for body in self.server.bodies[asked:]]
        self.repeated += len(self.known.intersection(new))
        assert len(new) == len(set(new))
        if finished:
            assert process.returncode == 0, errors
            self.packs.add(self.foundry.pack.read_bytes())
            assert len({digest(body) for body in self.server.bodies}) == 9
            self.anew()
            return
        self.kills += 1
        self.known |= kept(self.foundry, self.server)
        self.lost += len(set(new) - self.known)
        if self.foundry.pack.exists():
            self.foundry.conversations  # noqa: B018 (whole at every moment)


def ended(process, seconds=0.0):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_killed_at_random_moments(three_chats, tmp_path):
    """SIGKILL, resume, SIGKILL, …: the same pack as an undisturbed run makes, and
    no answer that reached the disk is ever asked for again."""
    draws = random.Random("kill -9")
    with Server(delay=0.1) as server:
        killing = Killing(three_chats, server, tmp_path)
        while killing.kills < KILLS:
            is_early = killing.kills % 7 == 0  # lock, memo and plan are made
            killing.run(-draws.uniform(0.1, 1.0) if is_early else draws.uniform(0, 0.9))
        while len(server.bodies):
            killing.run(60)
        killing.run(60)  # undisturbed from the start
    print(
        f"{killing.kills} kills in {killing.rounds - 2} refreshes: "
        f"{killing.lost} answers under way were lost, {killing.repeated} paid twice"
    )
    assert killing.repeated == 0
    assert len(killing.packs) == 1


def test_resume_after_a_failure(foundry, key):
    """What was answered before the quota ended is not asked for again."""
    with Server("ok", "quota") as server:
        assert foundry.refresh(server, "--jobs", "1") == 2
        assert "next period; what was answered is kept\n" in foundry.errors
        server.script = []
        assert foundry.refresh(server, "--jobs", "1") == 0
        assert "1 answers of other runs" in foundry.output
        assert len(server.paid) == len(set(server.paid)) == 3


def test_all_asks_anew_once_all_is_done(one_chat, key):
    """The memo serves a refresh until it is done, not the next one."""
    with Server() as server:
        assert one_chat.refresh(server) == 0
        assert one_chat.refresh(server) == 0
        assert "nothing to do" in one_chat.output
        assert one_chat.refresh(server, "--all") == 0
        assert len(server.paid) == 2


def test_interrupt(three_chats):
    with Server(delay=0.3) as server:
        process = three_chats.start(server, "--jobs", "1", preexec_fn=heeds_ctrl_c)
        wait_for(lambda: len(server.paid) >= 2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "interrupted; 0 of 3 conversations were written" in errors
        assert "Traceback" not in errors
        assert not (three_chats.out / ".refresh.lock").exists()
        server.delay = 0
        process = three_chats.start(server, "--jobs", "1")
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert len(set(server.paid)) == 9
        assert len(server.paid) <= 10  # the one in flight when it was interrupted


def heeds_ctrl_c():
    """As at a prompt: what a script starts in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def test_two_at_once(three_chats):
    with Server(delay=0.5) as server:
        first = three_chats.start(server)
        wait_for(lambda: server.bodies)
        second = three_chats.start(server)
        _, errors = second.communicate(timeout=20)
        assert second.returncode == 2
        assert f"another refresh is at work on {three_chats.out}" in errors
        assert f"process {first.pid}" in errors
        first.communicate(timeout=60)
        assert first.returncode == 0


def test_two_at_once_with_one_memo(three_chats, tmp_path):
    """Each answer is asked for once, though one is done long before the other."""
    packs, both = [], threading.Event()
    with Server() as server:
        server.refuses.append((lambda _: not both.wait(60), "nobody came", 400))
        first = three_chats.start(server)
        packs.append(three_chats.pack)
        wait_for(lambda: server.bodies)
        three_chats.out = tmp_path / "other-packs"
        second = three_chats.start(server, "--jobs", "1")
        packs.append(three_chats.pack)
        wait_for(lambda: len([*three_chats.memo.glob("refresh-*.lock")]) == 2)
        both.set()
        for process in (first, second):
            said, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
            assert "wrote 3 of 3 conversations" in said
        assert len(server.paid) == len(set(server.paid)) == 9
    assert packs[0].read_bytes() == packs[1].read_bytes()
    with reply_cache.Memo(three_chats.memo) as memo:
        assert len(memo) == 0
    assert not list(three_chats.memo.glob("*.lock"))


def test_who_waits_for_a_killed_one_asks(one_chat, key, tmp_path):
    with Server("slow") as server:
        process = one_chat.start(server)
        wait_for(lambda: server.bodies)
        one_chat.out = tmp_path / "other-packs"
        other = one_chat.start(server)
        time.sleep(0.5)
        process.kill()
        process.communicate()
        _, errors = other.communicate(timeout=60)
        assert other.returncode == 0, errors
        assert len(server.paid) == 1


@pytest.mark.parametrize("text", ["", "{", "4194303", '{"pid": 1, "host": "pc"}'])
def test_a_lock_file_that_nobody_holds_is_none(text, one_chat, key, server):
    """A refresh that was killed leaves it, signed or not."""
    one_chat.out.mkdir()
    (one_chat.out / ".refresh.lock").write_text(text)
    assert one_chat.refresh(server) == 0, one_chat.errors
    assert [each.name for each in one_chat.out.iterdir()] == ["two.json"]


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="needs waitid")
def test_a_zombie_holds_no_lock(one_chat, key):
    """Killed, and nobody has asked for its exit code yet."""
    with Server(delay=0.5) as server:
        process = one_chat.start(server)
        wait_for(lambda: server.bodies)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        server.delay = 0
        assert (one_chat.out / ".refresh.lock").exists()
        assert one_chat.refresh(server) == 0, one_chat.errors
        process.communicate()


def test_old_pack_stays_when_the_new_one_cannot_be_written(
    one_chat, key, server, monkeypatch
):
    assert one_chat.refresh(server) == 0
    before = one_chat.pack.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        # The proof writes a pack of its own: only the real one has no room.
        patch.setattr("pytest_imessage_foundry.llm.verify.verify", lambda *_: "valid")
        assert one_chat.refresh(server, "--all") == 2
    assert "cannot be written: No space left on device" in one_chat.errors
    assert f"looked at: {one_chat.pack}, which is as it was\n" in one_chat.errors
    last = "make room on the disk, or write elsewhere, and run the command again: "
    assert f"{last}what was answered is kept\n" in one_chat.errors
    assert one_chat.pack.read_bytes() == before
    assert one_chat.refresh(server, "--all") == 0
    assert "0 calls, 1 answers of other runs" in one_chat.output
    assert len(server.paid) == 2


def test_a_folder_that_vanishes(one_chat, key, server, monkeypatch):
    """It is not as it was, and room is not what it lacks."""

    def vanish(*_):
        shutil.rmtree(one_chat.out)
        return "valid"

    with monkeypatch.context() as patch:
        patch.setattr("pytest_imessage_foundry.llm.verify.verify", vanish)
        assert one_chat.refresh(server) == 2
    assert one_chat.errors.splitlines()[-3:] == [
        "imessage-foundry: pack two.json cannot be written: No such file or directory",
        f"looked at: {one_chat.pack}",
        "check that its folder is there, and its rights, or write elsewhere, and run "
        "the command again: what was answered is kept",
    ]
    assert one_chat.refresh(server) == 0
    assert len(server.paid) == 1


def test_no_room_for_an_answer(one_chat, key, monkeypatch):
    """A full disk below the memo: said so, and later the same command goes on."""
    opened = text_cache.opened

    def small(folder):
        cache = opened(folder)
        pages = cache._sql("PRAGMA page_count").fetchone()[0]
        cache._sql(f"PRAGMA max_page_count = {pages}")
        return cache

    with monkeypatch.context() as patch, Server("many") as server:
        patch.setattr(text_cache, "opened", small)
        assert one_chat.refresh(server) == 2
    assert "replies cannot be kept: the disk is full" in one_chat.errors
    assert str(one_chat.memo) in one_chat.errors
    assert not one_chat.out.exists()
    with Server() as server:
        assert one_chat.refresh(server) == 0, one_chat.errors


def test_folder_that_cannot_be_written(one_chat, key, server, tmp_path):
    (tmp_path / "file").write_text("")
    one_chat.out = tmp_path / "file" / "packs"
    assert one_chat.refresh(server) == 2
    assert "packs cannot be written: Not a directory" in one_chat.errors
    assert not server.bodies


def test_read_only_folder(one_chat, key, server, tmp_path, as_a_user):
    # First as whoever runs this: others may not be allowed to load modules.
    assert one_chat.refresh(server) == 0, one_chat.errors
    asked = len(server.bodies)
    one_chat.out = tmp_path / "closed"
    one_chat.out.mkdir(mode=0o500)
    with as_a_user():
        assert one_chat.refresh(server) == 2
    assert "packs cannot be written: Permission denied" in one_chat.errors
    assert len(server.bodies) == asked


def test_read_only_mount(one_chat, key, server, monkeypatch):
    opened = os.open

    def refused(path, flags, *more, **how):
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return opened(path, flags, *more, **how)

    monkeypatch.setattr(os, "open", refused)
    assert one_chat.refresh(server) == 2
    assert "packs cannot be written: Read-only file system" in one_chat.errors


def test_no_secret_is_written(foundry, key):
    """Neither key nor header nor prompt: in no pack, memo, output or error."""
    with Server("401") as server:
        assert foundry.refresh(server) == 2
        said = foundry.output + foundry.errors
        assert foundry.refresh(server) == 0
        said += foundry.output + foundry.errors
    written = foundry.everything_written() + said.encode()
    assert key.encode() not in written
    assert b"Bearer" not in written
    assert b"You write text message" not in written
    assert not list(foundry.memo.rglob("*.val"))


def test_address_with_a_password_is_not_shown(one_chat, key):
    with Server() as server:
        url = server.url.replace("http://", "http://me:geheim@") + "?token=geheim"
        one_chat.refresh(url)
    written = one_chat.everything_written() + one_chat.output.encode()
    assert b"geheim" not in written + one_chat.errors.encode()


def test_pytest_never_refreshes(tmp_path):
    """A run that asks for a database imports neither this part nor its clients."""
    test = tmp_path / "test_it.py"
    test.write_text(
        "import sys\n"
        "def test_it(chat_db):\n"
        "    assert chat_db.messages\n"
        "    heavy = ('openai', 'diskcache', 'pytest_imessage_foundry.llm')\n"
        "    assert not [each for each in heavy if each in sys.modules]\n"
    )
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", PLUGIN),
            *("--imessage-version", "tahoe", str(test)),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
