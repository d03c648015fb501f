"""The command that starts the app; and the app in a real terminal."""

from __future__ import annotations

import importlib.util
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.db import validators

APP = [sys.executable, "-m", "pytest_imessage_foundry.cli", "tui"]


def in_three_parts(text):
    first, second, third = text.removeprefix("imessage-foundry: ").strip().splitlines()
    assert second.startswith("looked")
    return first, second, third


def test_no_terminal(capsys, library):
    assert main(["tui", "--library", str(library)]) == 2

    what, _, remedy = in_three_parts(capsys.readouterr().err)
    assert what == "the app needs a terminal"
    assert "imessage-foundry build" in remedy
    assert not library.exists()


def on_a_terminal(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)


def test_no_extra(capsys, library, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *more: None if name == "textual" else found(name, *more),
    )
    on_a_terminal(monkeypatch)

    assert main(["tui", "--library", str(library)]) == 2

    what, _, remedy = in_three_parts(capsys.readouterr().err)
    assert what == "the package 'textual' is not installed"
    assert "pytest-imessage-foundry[tui]" in remedy


def test_a_library_that_is_none(capsys, library, monkeypatch):
    """Said before the app takes the screen."""
    library.parent.mkdir()
    library.write_text("no database at all, but long enough to look like one" * 20)
    on_a_terminal(monkeypatch)

    assert main(["tui", "--library", str(library)]) == 2

    assert str(library) in capsys.readouterr().err


def test_the_command_alone_imports_no_app():
    code = (
        "import sys; from pytest_imessage_foundry.cli import parser; parser(); "
        "sys.exit('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_with_its_exit_code(library, number, code):
    with opened(library) as (app, ours):
        said = read_until(ours, b"New phone")
        app.send_signal(number)
        said += read_until(ours, b"imessage-foundry: interrupted")
        assert app.wait(60) == code
    assert b"Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_second_app_with_one_library_is_refused(capsys, library, monkeypatch):
    """It would write its own draft over that of the first."""
    with opened(library) as (first, ours):
        read_until(ours, b"New phone")
        on_a_terminal(monkeypatch)
        code = main(["tui", "--library", str(library)])
        first.send_signal(signal.SIGTERM)
        read_until(ours, b"interrupted")
    assert code == 2
    said = in_three_parts(capsys.readouterr().err)
    assert "another app is open with this library" in said[0]
    assert str(library.with_name("draft.json")) in said[1]
    assert not library.with_name("draft.lock").exists()


@contextmanager
def opened(library):
    """Start the app on a terminal of its own: the process, and its terminal."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*APP, "--library", str(library)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
        start_new_session=True,
    ) as app:
        os.close(theirs)
        yield app, ours
    os.close(ours)


def read_until(terminal, text):
    """Read what comes out of a terminal, until there is `text`."""
    said, end = b"", time.monotonic() + 60
    while text not in said:
        assert time.monotonic() < end, f"never saw {text!r}: {said[-500:]!r}"
        if select.select([terminal], [], [], 0.1)[0]:
            said += os.read(terminal, 1 << 16)
    return said


class Tmux:
    """The app in a window of 80 by 24 characters."""

    def __init__(self, folder, library):
        self._folder, self._starts = folder, 0
        self._command = shlex.join([*APP, "--library", str(library)])

    def __call__(self, *words):
        done = subprocess.run(
            ["tmux", "-u", "-L", f"app-{self._starts}", "-f", os.devnull, *words],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        return done.stdout

    def start(self):
        self._starts += 1  # a server of its own: the last one may be on its way out
        size = ("-x", "80", "-y", "24")
        where = ("-c", str(self._folder))
        self("new-session", "-d", "-s", "app", *size, *where, self._command)
        self.wait("imessage-foundry")

    def press(self, *keys):
        for key in keys:
            self("send-keys", "-t", "app", key)

    def type(self, text):
        self("send-keys", "-t", "app", "-l", text)

    def screen(self):
        return self("capture-pane", "-p", "-t", "app")

    def wait(self, text):
        end = time.monotonic() + 60
        while text not in (screen := self.screen()):
            assert time.monotonic() < end, f"never saw {text!r}:\n{screen}"
            time.sleep(0.1)
        assert len(screen.rstrip("\n").splitlines()) <= 24
        return screen

    def kill(self):
        """Nothing that the app could notice first."""
        pid = self("display-message", "-p", "-t", "app", "#{pane_pid}").strip()
        os.kill(int(pid), 9)


@pytest.fixture
def tmux(home, library, monkeypatch):
    if not shutil.which("tmux"):
        pytest.skip("needs tmux")
    # The path of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="tmux-") as folder:
        monkeypatch.setenv("TMUX_TMPDIR", folder)
        window = Tmux(home, library)
        yield window
        window("kill-server")


@pytest.mark.terminal
def test_five_steps_in_a_terminal(tmux, home):
    tmux.start()
    tmux.wait("▸ New phone")
    tmux.press("Enter")
    tmux.wait("[1 Settings]")
    tmux.press("C-n")
    tmux.wait("[2 People]")
    tmux.press("Down", "Space")
    tmux.wait("1 person will take part")
    tmux.press("C-n")
    tmux.wait("[3 Conversations]")
    tmux.wait("direct, over iMessage")
    tmux.press("C-n")
    tmux.wait("100 messages in 1 conversation")

    tmux.kill()
    tmux.start()
    tmux.wait("▸ Continue         1 person, 1 conversation, tahoe, chat.db")
    tmux.press("Enter")
    tmux.wait("[4 Messages]")
    tmux.press("g")
    tmux.wait("at the pace of reading")
    tmux.press("s")
    tmux.wait("[5 Result]")
    screen = tmux.wait("q Quit")

    assert "✓ valid  macOS 26 Tahoe" in screen
    assert "--scenario chat.scenario.json" in screen
    assert screen.rstrip().endswith("c Copy command  h Home  q Quit  esc Back")
    assert validators.validate(home / "chat.db", release="tahoe").ok
    # The command as it can be copied off the screen.
    shown = screen[screen.index("imessage-foundry build") : screen.index("Look at it")]
    made = (home / "chat.db").read_bytes()
    (home / "chat.db").unlink()
    binaries = f"PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH"
    subprocess.run(["sh", "-c", f"{binaries} {shown}"], cwd=home, check=True)
    assert (home / "chat.db").read_bytes() == made

    tmux.press("Escape")
    tmux.wait("ctrl+n shows the result")
    tmux.press("C-n")
    tmux.wait("[5 Result]")
    tmux.press("F1")
    tmux.wait("On this screen")
    tmux.press("Escape")
    tmux.press("C-p")
    tmux.wait("Search for commands")
    tmux.press("Escape")
    tmux.press("q")
