"""A folder with a user's files, commands that run in it, and what is seen after."""

from __future__ import annotations

import gc
import io
import os
import pkgutil
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest_imessage_foundry
from pytest_imessage_foundry.cli import main

REPOSITORY = Path(__file__).parents[2]
# Ends the process that it comes to at once, or by SIGTERM.
ENDS = (signal.SIGKILL, signal.SIGTERM)
PATIENCE = 120.0


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    text: str

    def findings(self, *codes: int) -> list[str]:
        """Return what is wrong with it, where it may end with one of `codes`."""
        found = []
        if "Traceback" in self.text or "INTERNALERROR" in self.text:
            found.append(f"a traceback: {self.text}")
        elif self.code not in codes:
            found.append(f"exit code {self.code}, not {codes}: {self.text}")
        if self.code == 2 and self.text.count("\n") < 2:
            found.append(f"a message without three parts: {self.text}")
        return found


def load() -> None:
    """Load what commands load and derive, once, for the forks of this process."""
    prefix = f"{pytest_imessage_foundry.__name__}."
    for module in pkgutil.walk_packages(pytest_imessage_foundry.__path__, prefix):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    with (
        TemporaryDirectory() as place,
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        main(["build", f"{place}/phone", "--layout", "ios-backup"])
        main(["build", f"{place}/chat.db", "--scenario", "small"])
        main(["validate", f"{place}/chat.db"])
    gc.freeze()  # a fork would copy the pages that its collections touch


class Scene:
    """The folder of one round.

    `work` is where the user's files are, `temporary` the temporary folder of whatever
    runs.
    """

    def __init__(self, root: Path, random: Random) -> None:
        self.root, self.random = root, random
        self.work, self.temporary = root / "work", root / "temporary"
        for each in (self.work, self.temporary, root / "home"):
            each.mkdir()

    @cached_property
    def before(self) -> dict[str, bytes]:
        """What was there when it was first asked for."""
        return self.files()

    def files(self, folder: Path | None = None) -> dict[str, bytes]:
        """Return all files below a folder, hidden ones too."""
        root = folder or self.work
        return {
            each.relative_to(root).as_posix(): each.read_bytes()
            for each in sorted(root.rglob("*"))
            if each.is_file()
        }

    # Doing.

    def start(self, *words: object, most: int | None = None) -> Running:
        """Start a command of ours in a fork of this process, which has loaded it."""
        output = self.root / f"said-{time.monotonic_ns()}"
        child = os.fork()
        if child == 0:
            self._become(output, [str(each) for each in words], most)
        return Running(child, output)

    def run(self, *words: object, most: int | None = None) -> Said:
        """Run a command to its end."""
        return self.start(*words, most=most).said()

    def _become(self, output: Path, words: list[str], most: int | None) -> None:
        """Be the command, in the fork, and never return."""
        code = 70
        try:
            file = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            for stream in (1, 2):
                os.dup2(file, stream)
            os.chdir(self.work)
            os.environ |= self.environment
            sys.argv = ["imessage-foundry", *words]
            if most is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            code = main(words)
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(BaseException):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    @cached_property
    def environment(self) -> dict[str, str]:
        home = str(self.root / "home")
        own = {"TMPDIR": str(self.temporary), "HOME": home, "XDG_DATA_HOME": home}
        return own | {
            "PYTHONPATH": str(REPOSITORY),
            "IMESSAGE_FOUNDRY_DB": str(self.work / "foundry.db"),
            "XDG_CACHE_HOME": home,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }

    def python(self, *words: object) -> subprocess.Popen[str]:
        """Start Python in a process of its own."""
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            cwd=self.work,
            env={**os.environ, **self.environment, "PYTEST_ADDOPTS": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: Running | subprocess.Popen[str], within: float) -> int:
        """Kill or terminate a process at a random moment; return by which signal."""
        time.sleep(self.random.uniform(0, within))
        how = self.random.choice(ENDS)
        process.send_signal(how)
        return how

    # Seeing.

    def left_over(self, *folders: Path) -> list[str]:
        """Return what stands in a temporary folder or is a draft of anything."""
        left = [each for each in self.temporary.rglob("*") if each.is_file()]
        for folder in folders or (self.work,):
            left += [
                each
                for each in folder.rglob("*")
                if any(part.startswith(".") for part in each.relative_to(folder).parts)
            ]
        return [f"left over: {each.relative_to(self.root)}" for each in left]

    def lost(self, *but: str) -> list[str]:
        """Return which of the user's files are not as they were before."""
        now = self.files()
        return [
            f"lost or changed: {name}"
            for name, content in self.before.items()
            if not name.startswith(but) and now.get(name) != content
        ]

    def half(self, path: Path) -> list[str]:
        """Return what is wrong with a database that should be whole."""
        # A copy of it: even a reader makes files beside one in WAL mode.
        copy = self.root / "looked-at.db"
        for ending in ("", "-wal"):
            target = copy.with_name(copy.name + ending)
            target.unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{ending}", target)
        try:
            with closing(sqlite3.connect(copy)) as database:
                verdict = database.execute("PRAGMA integrity_check").fetchall()
                database.execute("SELECT count(*) FROM message").fetchone()
        except sqlite3.Error as error:
            return [f"half a file: {path}: {error}"]
        return [] if verdict == [("ok",)] else [f"not whole: {path}: {verdict[:3]}"]


@dataclass
class Running:
    """A command in a fork of this process."""

    pid: int
    output: Path
    code: int | None = None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def poll(self) -> int | None:
        if self.code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def said(self) -> Said:
        """Wait for its end."""
        over = time.monotonic() + PATIENCE
        while self.poll() is None:
            if time.monotonic() > over:
                self.send_signal(signal.SIGKILL)
                return Said(70, f"it hangs: {self.output.read_text()}")
            time.sleep(0.002)
        assert self.code is not None
        text = self.output.read_text() if self.output.exists() else ""
        self.output.unlink(missing_ok=True)
        return Said(self.code, text)
