"""Only regular files are replaced, whoever asks for it."""

from __future__ import annotations

import os
import socket

import pytest

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.foundry import Foundry
from pytest_imessage_foundry.personas import library
from pytest_imessage_foundry.preview import page
from pytest_imessage_foundry.spec import Spec


def make_folder(path):
    path.mkdir()


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # the path of a socket has 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def make_link(path):
    path.with_name("elsewhere").write_text("precious")
    path.symlink_to("elsewhere")


def make_dangling_link(path):
    path.symlink_to("nowhere")


def make_device(path):
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))  # /dev/null
    except OSError:
        pytest.skip("only root makes devices")


KINDS = {
    "a folder": make_folder,
    "a named pipe": make_pipe,
    "a socket": make_socket,
    "a link to elsewhere": make_link,
    "a link to nowhere": make_dangling_link,
    "a device": make_device,
}


def command(*words):
    def run(path, tmp_path, capsys):
        assert main([str(path) if word == "PATH" else word for word in words]) == 2
        return capsys.readouterr().err

    return run


def refusal(act):
    def run(path, tmp_path, capsys):
        with pytest.raises(FoundryError) as refused:
            act(path, tmp_path)
        return str(refused.value)

    return run


def build_by_hand(path, tmp_path):
    ChatDBBuilder("tahoe", path=path).build()


def build_layout(path, tmp_path):
    order = Foundry(tmp_path / "s", tmp_path / "p").order(Spec(scenario="empty"))
    layouts.build(order, path)


def write_page(path, tmp_path, *, force=True):
    database = ChatDBBuilder("tahoe", path=tmp_path / "db" / "chat.db").build()
    page.write(database.path, path, force=force)


def export(path, tmp_path, *, force=True):
    with library.opened(tmp_path / "foundry.db") as kept:
        kept.export_to(path, force=force)


def read_schema(path, tmp_path, capsys):
    source = ChatDBBuilder("tahoe", path=tmp_path / "db" / "chat.db").build()
    words = ("schema", "read", str(source), "--output", "PATH", "--force")
    return command(*words)(path, tmp_path, capsys)


EMPTY = ("--scenario", "empty", "--force")
DOORS = {
    "build": command("build", "PATH", *EMPTY),
    "build-truth": command("build", "chat.db", "--truth", "PATH", *EMPTY),
    "schema-read": read_schema,
    "by-hand": refusal(build_by_hand),
    "layout": refusal(build_layout),
    "page": refusal(write_page),
    "export": refusal(export),
}


def anonymise_copy(path, tmp_path):
    database = ChatDBBuilder("tahoe", path=tmp_path / "db" / "chat.db").build()
    anonymise(database.path, path)


FUNCTIONS = {
    "page": lambda path, tmp_path: write_page(path, tmp_path, force=False),
    "export": lambda path, tmp_path: export(path, tmp_path, force=False),
    "anonymise": anonymise_copy,
}
COMMANDS = {
    "build OUT": "name another file, or",
    "build x.db --truth OUT": "name another file, or",
    "schema read DB -o OUT": "name another file with --output, or",
    "preview DB -o OUT": "name another file with --output, or",
    "stats DB --page OUT": "name another file with --page, or",
    "stats --scenario small --page OUT": "name another file with --page",
    "anonymise DB OUT": "name another file, or",
    "personas export OUT": "name another file, or",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_says_how_to_replace_a_file_in_python(name, tmp_path):
    path = tmp_path / "out"
    path.write_text("precious")
    with pytest.raises(FoundryError) as refused:
        FUNCTIONS[name](path, tmp_path)
    assert str(refused.value) == (
        f"{path} is there already\nit was left as it is\n"
        "name another file, or replace it with force=True"
    )
    assert path.read_text() == "precious"


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_which_option_replaces_a_file(
    words, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "foundry.db"))
    database = ChatDBBuilder("tahoe", path=tmp_path / "db" / "chat.db").build().path
    path = tmp_path / "out"
    path.write_text("precious")
    places = {"OUT": str(path), "DB": str(database)}
    assert main([places.get(each, each) for each in words.split()]) == 2
    # A note on the release of this machine may stand above.
    what, where, remedy = capsys.readouterr().err.splitlines()[-3:]
    assert what == f"imessage-foundry: {path} is there already"
    assert where == "it was left as it is"
    assert remedy.startswith(COMMANDS[words])
    assert remedy.endswith("replace it with --force")
    assert path.read_text() == "precious"


@pytest.mark.skipif(os.name == "nt", reason="there are no such files there")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_file_stays(kind, door, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "out"
    KINDS[kind](path)
    before = path.lstat()

    said = DOORS[door](path, tmp_path, capsys)

    assert str(path) in said
    assert f"is {kind}" in said
    after = path.lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    if kind == "a link to elsewhere":
        assert (tmp_path / "elsewhere").read_text() == "precious"
    assert not [*tmp_path.glob(".out*")]
    assert not (tmp_path / "chat.db").exists()


def test_a_pipe_where_an_attachment_would_be_is_refused(tmp_path):
    author = ChatDBBuilder("tahoe", path=tmp_path / "chat.db")
    author.direct(author.person("Alex Doe")).receive("Look", author.file("photo"))
    (file,) = [path for path in author.build().attachments.rglob("*") if path.is_file()]
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(FoundryError, match="is a named pipe"):
        author.build()


def test_a_pipe_where_the_wal_was_is_refused(tmp_path):
    os.mkfifo(tmp_path / "chat.db-wal")

    with pytest.raises(FoundryError, match=r"chat\.db-wal is a named pipe"):
        build_by_hand(tmp_path / "chat.db", tmp_path)


def test_a_file_where_a_home_would_be_is_refused(tmp_path):
    (tmp_path / "home").write_text("precious")
    order = Foundry(tmp_path / "s", tmp_path / "p").order(Spec(scenario="empty"))

    with pytest.raises(FoundryError, match="cannot take the place of a file"):
        layouts.build(order, tmp_path / "home", "home")

    assert (tmp_path / "home").read_text() == "precious"


def test_regular_files_are_replaced(tmp_path):
    for act in (build_by_hand, build_layout, write_page, export):
        path = tmp_path / "out"
        path.write_text("old")
        act(path, tmp_path)
        assert path.read_bytes() != b"old"
