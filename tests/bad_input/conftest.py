"""What the tests of bad input share: a folder, a time limit, and a command that refuses."""

from __future__ import annotations

import shlex
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.foundry import Order
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SECONDS = 20  # each of these takes milliseconds; a hang takes for ever


@pytest.fixture(scope="session")
def ok(tmp_path_factory) -> Path:
    """A valid database in one file, which every case leaves as it is."""
    path = tmp_path_factory.mktemp("ok") / "chat.db"
    foundry.forge(Order(Spec(scenario="small")), path, attachments=False)
    return path


@contextmanager
def limited() -> Iterator[None]:
    """Fail after SECONDS instead of waiting for ever."""

    def late(*_: object) -> None:
        raise TimeoutError(f"still at it after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def stands_in(folder: Path) -> dict[str, object]:
    """All files and folders below a folder, with their content."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@dataclass
class Refusal:
    """How a command that could not do it ended."""

    code: int
    out: str
    err: str

    def says(self, wanted: Sequence[str]) -> None:
        """Check the code, and the message: what, where, what to do."""
        told = self.err + self.out
        missing = [each for each in wanted if each not in told]
        assert not missing, f"{missing} missing in:\n{told}"
        assert "Traceback" not in told
        assert all(each.isprintable() for each in self.err.splitlines()), self.err
        assert self.code == 2, told
        assert not self.out or self.out.startswith("plan: ")
        assert _is_whole(self.err), f"too little is said:\n{self.err}"


def _is_whole(message: str) -> bool:
    """Whether a message has three parts, or shows the usage or the choice."""
    is_of_parser = message.startswith("usage:")
    return is_of_parser or "choose from" in message or message.count("\n") >= 3


@pytest.fixture
def refused(ok, tmp_path, monkeypatch, capsys) -> Callable[[str], Refusal]:
    """Run a command that cannot do it, in a folder of its own, and see that nothing of
    it is left and nothing is lost."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "people.db"))
    monkeypatch.setenv("COLUMNS", "1000")
    for name in ("OPENAI", "ANTHROPIC"):
        for what in ("API_KEY", "BASE_URL", "MODEL"):
            monkeypatch.delenv(f"{name}_{what}", raising=False)

    def run(command: str) -> Refusal:
        before, original = stands_in(tmp_path), ok.read_bytes()
        words = [
            word.replace("{ok}", str(ok))
            .replace("{nines}", "9" * 5000)
            .replace("{long}", "n" * 300)
            for word in shlex.split(command)
        ]
        capsys.readouterr()
        try:
            with limited():
                code = main(words)
        except SystemExit as left:
            code = left.code
        told = capsys.readouterr()
        kept = stands_in(tmp_path)
        kept.pop("people.db", None)  # a library is made on its first use
        assert kept == before
        assert ok.read_bytes() == original
        return Refusal(code, told.out, told.err)

    return run
