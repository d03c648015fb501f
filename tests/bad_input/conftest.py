"""What the tests of bad input share: a valid database, and a command that refuses."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from refusals import Refusal, limited, stands_in

from pytest_imessage_foundry import foundry, whole_file
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.foundry import Order
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def ok(tmp_path_factory) -> Path:
    """A valid database in one file, which every case leaves as it is."""
    path = tmp_path_factory.mktemp("ok") / "chat.db"
    spec = Spec(scenario="small", messages=40)
    foundry.forge(Order(spec), path, attachments=False)
    return path


@pytest.fixture
def refused(ok, tmp_path, monkeypatch, capsys) -> Callable[[str], Refusal]:
    """Run a command that cannot do it, in a folder of its own, and see that nothing of
    it is left and nothing is lost."""
    # Nobody writes into a named pipe of these cases, however long one waits.
    monkeypatch.setattr(whole_file, "_PATIENCE", 0.05)
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
