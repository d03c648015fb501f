"""Where a database stands, and that everything is found from there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.db import addressbook, validators


@pytest.fixture
def author():
    author = ChatDBBuilder("tahoe")
    author.alex = author.person("Alex Doe")
    author.kim = author.person("Kim Lee", email=True)
    author.uma = author.person("Uma Kent", country="GB")
    chat = author.direct(author.alex)
    chat.receive("Look", author.file("photo"))
    chat.receive(author.file("pdf", state="missing"))
    chat.receive(author.file("video", state="not-downloaded"))
    author.direct(author.kim).receive("From an address")
    author.direct(author.uma).receive("From abroad")
    return author


@pytest.fixture
def order(author, tmp_path):
    return author.build(tmp_path / "scratch" / "chat.db")._order


def file_names(path):
    query = "SELECT filename FROM attachment ORDER BY ROWID"
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(query)]


@pytest.mark.parametrize(
    ("layout", "database", "root", "home"),
    [
        ("file", "phone", "~/Library/Messages/Attachments/", None),
        (
            "home",
            "phone/Library/Messages/chat.db",
            "~/Library/Messages/Attachments/",
            "phone",
        ),
        (
            "ios",
            "phone/private/var/mobile/Library/SMS/sms.db",
            "~/Library/SMS/Attachments/",
            "phone/private/var/mobile",
        ),
    ],
)
def test_a_layout(order, tmp_path, layout, database, root, home):
    counts = layouts.build(order, tmp_path / "phone", layout)

    path = layouts.database_in(tmp_path / "phone", layout)
    assert path == tmp_path / database
    assert counts.messages == 5
    assert validators.validate(path).ok
    present, missing, not_downloaded = file_names(path)
    assert present.startswith(root)
    assert missing.startswith(root)
    assert not_downloaded is None
    if home is not None:
        # As `~` expands where HOME is the layout's folder.
        assert Path(present.replace("~", str(tmp_path / home), 1)).is_file()
    assert (path.parent / "Attachments" / present.removeprefix(root)).is_file()
    assert not (path.parent / "Attachments" / missing.removeprefix(root)).exists()


def test_an_iphone_goes_on_living(order, tmp_path):
    layouts.build(order, tmp_path, "ios")
    db = foundry.ChatDB(layouts.database_in(tmp_path, "ios"), order)
    with db.live() as phone:
        (file,) = phone.send("Alex Doe", phone.file("photo")).attachments
    assert file_names(db.path)[-1] == f"~/Library/SMS/Attachments/{file.path}"
    assert (db.path.parent / "Attachments" / file.path).is_file()
    with db.condition("hot-wal"):
        assert all(
            name is None or name.startswith("~/Library/SMS/")
            for name in file_names(db.path)
        )


def test_an_iphone_has_its_address_book(order, author, tmp_path):
    layouts.build(order, tmp_path, "ios")
    book = tmp_path / "private/var/mobile/Library/AddressBook/AddressBook.sqlitedb"
    with closing(sqlite3.connect(book)) as connection:
        names = connection.execute("SELECT First FROM ABPerson").fetchall()
    assert names == [(each.name.partition(" ")[0],) for each in author.people]


@pytest.mark.parametrize("layout", ["home", "ios"])
def test_what_else_is_in_a_folder_stays(order, tmp_path, layout):
    path = layouts.database_in(tmp_path / "phone", layout)
    mine = path.parent / "Attachments" / "mine"
    mine.parent.mkdir(parents=True)
    mine.write_text("kept")
    for _ in range(2):
        layouts.build(order, tmp_path / "phone", layout)
        assert validators.validate(path).ok
    assert mine.read_text() == "kept"
    assert not [*tmp_path.rglob("*.draft")]


@pytest.mark.parametrize("layout", ["home", "ios", "ios-backup"])
def test_a_folder_is_there_whole_or_not_at_all(order, tmp_path, monkeypatch, layout):
    def fail(*_, **__):
        raise KeyboardInterrupt

    # The last that each of them writes.
    monkeypatch.setattr(layouts, "write_address_book", fail)
    monkeypatch.setattr(layouts.tree, "write_contacts", fail)
    with pytest.raises(KeyboardInterrupt):
        layouts.build(order, tmp_path / "deep" / "phone", layout)
    assert not (tmp_path / "deep").exists()


def people_in(path):
    query = "SELECT ZFULLNUMBER FROM ZABCDPHONENUMBER ORDER BY Z_PK"
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(query)]


def test_a_home_has_its_address_book_in_both_places(order, author, tmp_path):
    layouts.build(order, tmp_path, "home")
    book = tmp_path / "Library/Application Support/AddressBook"
    top = book / "AddressBook-v22.abcddb"
    (source,) = book.glob("Sources/*/AddressBook-v22.abcddb")
    numbers = [author.owner.identifier, author.alex.identifier, author.uma.identifier]
    assert people_in(top) == people_in(source) == numbers


@pytest.mark.parametrize(
    ("stores", "held"), [("both", (3, 3)), ("sources", (0, 3)), ("top", (3, 0))]
)
def test_which_store_holds_the_people(author, tmp_path, stores, held):
    top, source = layouts.write_address_book(tmp_path, author.people, stores=stores)
    assert (len(people_in(top)), len(people_in(source))) == held


def test_an_address_book_is_replaced(author, tmp_path):
    layouts.write_address_book(tmp_path, author.people)
    for path in layouts.write_address_book(tmp_path, author.people, numbers="national"):
        assert people_in(path)[1] == addressbook.shown(
            author.alex.identifier, "national"
        )


def test_a_home_around_a_copy(author, tmp_path):
    built = author.build(tmp_path / "scratch" / "chat.db")
    maker = foundry.Foundry(tmp_path / "templates", tmp_path / "copies")
    order = replace(built._order, fingerprint="f" * 16)
    folder = tmp_path / "home"
    folder.mkdir()

    db = layouts.home(maker, order, folder)

    assert db.path == folder / "Library/Messages/chat.db"
    for name in file_names(db.path)[:1]:
        assert Path(name.replace("~", str(folder), 1)).is_file()
    assert (folder / layouts.ADDRESS_BOOK / addressbook.FILE_NAME).is_file()
    assert db.conversations == built.conversations


def test_an_iphone_around_a_copy(author, tmp_path):
    built = author.build(tmp_path / "scratch" / "chat.db")
    maker = foundry.Foundry(tmp_path / "templates", tmp_path / "copies")
    order = replace(built._order, fingerprint="f" * 16)

    db = layouts.extraction(maker, order, tmp_path / "phone")

    assert db.path == layouts.database_in(tmp_path / "phone", "ios")
    assert db.conversations == built.conversations
    mobile = tmp_path / "phone/private/var/mobile"
    for name in file_names(db.path)[:1]:
        assert Path(name.replace("~", str(mobile), 1)).is_file()


@pytest.mark.parametrize("password", [None, "secret"], ids=["plain", "encrypted"])
def test_a_backup_of_a_copy(author, tmp_path, password):
    built = author.build(tmp_path / "scratch" / "chat.db")
    maker = foundry.Foundry(tmp_path / "templates", tmp_path / "copies")
    order = replace(built._order, fingerprint="f" * 16)

    handed = layouts.phone_backup(maker, order, tmp_path / "phone", password)
    layouts.build(order, tmp_path / "built", "ios-backup", backup_password=password)

    # As built in one go.
    names = {each.relative_to(handed.path) for each in handed.path.rglob("*")}
    assert names == {
        each.relative_to(tmp_path / "built") for each in (tmp_path / "built").rglob("*")
    }
    for name in names:
        file = tmp_path / "built" / name
        assert file.is_dir() or (handed.path / name).read_bytes() == file.read_bytes()
    assert [*tmp_path.glob(".phone-*")] == []
    assert handed.chat_db.conversations == built.conversations
    assert handed.place_of("HomeDomain", "Library/SMS/sms.db") == handed.chat_db.path
    assert Path(handed) == handed.path
    assert handed.password == password
