"""The screens that run a command: the scorecard and the copy to show."""

from __future__ import annotations

import shlex
import sys
import threading
import time

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.ui.running import CommandRun

READER = """
import json, sqlite3, sys
for guid, service in sqlite3.connect(sys.argv[1]).execute(
    "SELECT guid, service FROM message"
):
    print(json.dumps({"guid": guid, "service": WHAT}))
"""


def adapter(home, what):
    path = home / f"{what}.py"
    path.write_text(READER.replace("WHAT", what))
    return shlex.join([sys.executable, str(path), "{db}"])


def test_a_reader_is_tested(play, home):
    async def story(person):
        await person.press("down", "down", "enter")
        await person.press("ctrl+n")
        await person.sees("'' is no command")
        await person.fill("reader", adapter(home, "service"))
        screen = person.app.screen
        screen.query_one("#scenario").value = "small"
        await person.press("ctrl+n")
        await person.sees("✓ nothing is misread")
        assert screen.ran.words[:5] == (
            ["conform", "--macos", "tahoe", "--scenario", "small"]
        )
        assert any("tahoe small" in line for line in screen.ran.lines)
        await person.fill("reader", adapter(home, "None"))
        await person.press("ctrl+n")
        await person.sees("✗ something is misread")
        await person.press("escape", "enter")
        assert adapter(home, "None") in screen.app.typed["Test a reader"]["reader"]

    play(story)


def test_a_copy_is_made_and_asked_for_before_it_replaces(play, home):
    assert main(["build", "chat.db", "--macos", "tahoe", "--scenario", "small"]) == 0

    async def story(person):
        await person.press("down", "down", "down", "enter")
        await person.press("ctrl+n")
        await person.sees("no path is given")
        await person.fill("original", "chat.db")
        await person.fill("last", "none")
        await person.press("ctrl+n")
        await person.sees("'none' is no number of messages")
        await person.fill("last", "10")
        await person.press("ctrl+n")
        await person.sees("✓ the copy is written")
        assert (home / "safe.db").is_file()
        before = (home / "safe.db").stat().st_ino
        await person.press("ctrl+n")
        assert person.screen == "ConfirmScreen"
        await person.press("n")
        assert (home / "safe.db").stat().st_ino == before
        await person.fill("original", "nowhere.db")
        await person.press("ctrl+n", "y")
        await person.sees("✗ no copy was written")

    play(story)

    assert validators.validate(home / "safe.db", release="tahoe").ok


def test_a_command_is_stopped(home):
    """Stopped before it runs, or while it does: it ends, and says so."""
    run = CommandRun(["--help"])
    run.stop()
    run.wait()
    assert run.was_stopped

    program = home / "slow.py"
    program.write_text(
        "import pathlib, time; pathlib.Path('began').touch(); time.sleep(600)"
    )
    words = ["conform", "--scenario", "empty", "--macos", "tahoe", "--"]
    run = CommandRun([*words, sys.executable, str(program), "{db}"])
    start = time.monotonic()

    def stop():
        while not (home / "began").exists() and time.monotonic() - start < 60:
            time.sleep(0.05)
        run.stop()

    stopping = threading.Thread(target=stop)
    stopping.start()
    code = run.wait()
    stopping.join()

    assert (home / "began").exists()
    assert code != 0
    assert time.monotonic() - start < 60
