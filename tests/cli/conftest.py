"""What the tests of commands share: a library, the command, and few packs."""

from __future__ import annotations

import shutil

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.conversations.packs import pack_files


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


@pytest.fixture
def few_shipped(tmp_path, monkeypatch):
    """Two of the shipped packs in their stead: to hold every text against a calendar
    takes long, and which packs are looked at is the same."""
    folder = tmp_path / "package" / "packs"
    folder.mkdir(parents=True)
    for name in ("languages_sv.json", "services.json"):
        shutil.copyfile(pack_files.shipped_folder() / name, folder / name)
    monkeypatch.setattr(pack_files, "shipped_folder", lambda: folder)
