"""What the tests of the persona commands share: a library, and the command."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.cli import main


@pytest.fixture
def library_path(tmp_path, monkeypatch):
    """Where the library of whoever runs the command would be made."""
    place = tmp_path / "data" / "foundry.db"
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(place))
    return place


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = main([*map(str, arguments)])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def personas(run):
    return lambda *arguments: run("personas", *arguments)
