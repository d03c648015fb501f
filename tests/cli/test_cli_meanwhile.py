"""What comes to the place of an output while a command runs stays, without --force."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
from test_cli_arguments import SMALL, code_of

from pytest_imessage_foundry import atomic, atomic_folders
from pytest_imessage_foundry.atomic import replacing

MINE = "precious"
TRUTH = ["--truth", "t.json"]
BACKUP = ["build", "b", *SMALL, "--layout", "ios-backup"]
CONFORM = ["conform", "--macos", "tahoe", "--scenario", "small"]
EXPORT = ["export", "e", "--macos", "tahoe", "--scenario", "small"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("made")
    truth = ["--truth", f"{place}/a.json"]
    assert code_of(["build", f"{place}/a.db", *SMALL, *truth]) == 0
    return place


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "people.db"))
    return tmp_path


@pytest.fixture
def come(place, monkeypatch):
    """Let a file appear right after a command has looked at what is there."""

    def come(name):
        def at_work(sweep):
            def swept(path):
                sweep(path)
                if name not in come.come:
                    come.come.append(name)
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    (place / name).write_text(MINE)

            return swept

        for module in (atomic, atomic_folders):
            monkeypatch.setattr(module, "_sweep", at_work(module._sweep))

    come.come = []
    return come


def files(place):
    """What is there but what the commands are given."""
    found = {str(each.relative_to(place)) for each in place.rglob("*")}
    return found - {"a.db", "a.json", "people.db"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["build", "b.db", *SMALL], "b.db"),
        (["build", "b.db", *SMALL, *TRUTH], "b.db"),
        (["build", "b.db", *SMALL, *TRUTH], "t.json"),
        (["build", "h", *SMALL, "--layout", "home"], "h/Library/Messages/chat.db"),
        (BACKUP, "b/mine"),
        ([*BACKUP, "--force"], "b/mine"),
        (EXPORT, "e/mine"),
        ([*EXPORT, "--force"], "e/mine"),
        (EXPORT, "e/manifest.json"),
        (["preview", "a.db", "-o", "p.html"], "p.html"),
        (["stats", "a.db", "--page", "p.html"], "p.html"),
        (["schema", "read", "a.db", "-o", "s.json"], "s.json"),
        (["anonymise", "a.db", "safe.db"], "safe.db"),
        (["personas", "export", "p.json"], "p.json"),
    ],
    ids=lambda each: " ".join(each[:2]) if isinstance(each, list) else each,
)
def test_it_stays_and_nothing_else_is_left(place, come, capsys, words, name):
    come(name)

    assert code_of(words) == 2
    said = capsys.readouterr().err
    assert "left as it" in said
    assert "force=True" not in said
    assert "Traceback" not in said
    assert come.come == [name]
    assert (place / name).read_text() == MINE
    above = {str(each) for each in (place / name).relative_to(place).parents}
    assert files(place) == {name, *above} - {"."}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["build", "b.db", *SMALL, "--force"], "b.db"),
        (["preview", "a.db", "-o", "p.html", "--force"], "p.html"),
        (["schema", "read", "a.db", "-o", "s.json", "--force"], "s.json"),
        (["anonymise", "a.db", "safe.db", "--force"], "safe.db"),
    ],
)
def test_it_is_replaced_by_force(place, come, words, name):
    come(name)

    assert code_of(words) == 0
    assert come.come == [name]
    assert (place / name).read_bytes() != MINE.encode()


def test_conform_says_that_another_run_keeps_its_databases(place, monkeypatch, capsys):
    from pytest_imessage_foundry.cli import conform_command

    room = conform_command._make_room

    def made_and_taken(kept, *, force):
        room(kept, force=force)
        (kept / "tahoe-small").mkdir(parents=True)

    monkeypatch.setattr(conform_command, "_make_room", made_and_taken)
    assert code_of([*CONFORM, "--keep", "k", "--", "cat", "{db}"]) == 2
    said = capsys.readouterr().err
    assert "tahoe-small is there by now" in said
    assert "--keep" in said
    assert files(place) == {"k", "k/tahoe-small"}


def test_conform_keeps_a_file_that_is_no_report(place, capsys):
    page = place / "c.html"
    reader = [sys.executable, "-c", f"open({str(page)!r}, 'w').write({MINE!r})", "{db}"]

    assert code_of([*CONFORM, "--html", "c.html", "--", *reader]) == 2
    assert "is no report of an earlier --html" in capsys.readouterr().err
    assert page.read_text() == MINE


def write(path, **options):
    with replacing(path, **options) as draft:
        draft.write_text("new")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_system_may_have_no_links(tmp_path, monkeypatch, links):
    def refused(*_):
        raise PermissionError

    if not links:
        monkeypatch.setattr(os, "link", refused)
    write(tmp_path / "new", force=False)

    assert [each.name for each in tmp_path.iterdir()] == ["new"]
    assert (tmp_path / "new").read_text() == "new"
    assert (tmp_path / "new").stat().st_nlink == 1
