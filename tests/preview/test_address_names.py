"""Names for addresses: from address books, and as Messages writes numbers."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from scratch_phones import write_phone

from pytest_imessage_foundry.attachments.generator import content
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.ios import address_book
from pytest_imessage_foundry.preview import write
from pytest_imessage_foundry.preview.address_names import AddressBook, beside, names_of
from pytest_imessage_foundry.preview.contact_faces import faces_of


@pytest.fixture
def phone():
    return Author("tahoe")


@pytest.mark.parametrize("numbers", ["e164", "national", "international", "typed"])
@pytest.mark.parametrize(
    "place",
    [
        "Library/Application Support/AddressBook",
        "Library/Application Support/AddressBook/Sources/A1",
    ],
)
def test_a_mac_s_address_book(phone, tmp_path: Path, numbers, place) -> None:
    alex = phone.person("Alex Doe", addresses=["phone", "email"])
    kim = phone.person("Kim Poe", country="GB")
    messages = tmp_path / "Library/Messages"
    messages.mkdir(parents=True)
    (tmp_path / place).mkdir(parents=True)
    addressbook.build(
        tmp_path / place / addressbook.FILE_NAME, [alex, kim], numbers=numbers
    )

    book = beside(messages / "chat.db")

    assert [book.name(each) for each in alex.addresses] == ["Alex Doe", "Alex Doe"]
    assert book.name(alex.addresses[1].upper()) == "Alex Doe"
    assert book.name(kim.identifier) == "Kim Poe"
    assert book.name("+12125550199") is None
    assert book.name("nobody@example.com") is None


@pytest.mark.parametrize("numbers", ["e164", "typed"])
def test_an_iphone_s_address_book(phone, tmp_path: Path, numbers) -> None:
    alex = phone.person("Alex Doe", addresses=["phone", "email"])
    (tmp_path / "Library/SMS").mkdir(parents=True)
    (tmp_path / "Library/AddressBook").mkdir()
    address_book.build(tmp_path / "Library/AddressBook", [alex], numbers=numbers)

    book = beside(tmp_path / "Library/SMS/sms.db")

    assert [book.name(each) for each in alex.addresses] == ["Alex Doe", "Alex Doe"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" * 60])
def test_a_book_that_cannot_be_read_names_nobody(tmp_path: Path, content) -> None:
    folder = tmp_path / "Library/Application Support/AddressBook"
    folder.mkdir(parents=True)
    (folder / addressbook.FILE_NAME).write_bytes(content)
    (tmp_path / "Library/Messages").mkdir()

    assert beside(tmp_path / "Library/Messages/chat.db").name("+12125550142") is None


def test_the_longest_number_that_fits_wins() -> None:
    book = AddressBook(
        [("555-0142", "Short"), ("(212) 555-0142", "Long"), ("0142", "Code")]
    )

    assert book.name("+12125550142") == "Long"
    assert book.name("+13105550142") == "Short"
    assert book.name("0142") == "Code"


def test_numbers_are_written_as_messages_writes_them() -> None:
    addresses = ["+12125550142", "+447700900757", "62262", "a@example.com", "+1"]

    shown = names_of(addresses, {"a@example.com": "Ada"}, AddressBook())

    assert shown == {
        "+12125550142": "+1 (212) 555-0142",
        "+447700900757": "+44 7700 900757",
        "a@example.com": "Ada",
    }


@pytest.mark.parametrize("suffix", ["(filtered)", "(smsfp)", "(smsft)", "(smsft_fi)"])
def test_a_filter_s_suffix_is_not_shown(suffix: str) -> None:
    book = AddressBook([("(212) 555-0143", "Alex Doe")])
    given = {f"62262{suffix}": "", f"+12125550144{suffix}": "Kim Poe"}
    addresses = [*given, f"+12125550142{suffix}", f"+12125550143{suffix}"]

    shown = names_of([*addresses, f"6{suffix}x"], given, book)

    assert [shown.get(each) for each in addresses] == [
        "62262",
        "Kim Poe",
        "+1 (212) 555-0142",
        "Alex Doe",
    ]
    assert f"6{suffix}x" not in shown


def test_an_address_is_no_name_of_its_own() -> None:
    stranger, nobody = "+12125550142", "a@example.com"

    shown = names_of(
        [stranger, nobody], {stranger: stranger, nobody: nobody}, AddressBook()
    )

    assert shown == {stranger: "+1 (212) 555-0142"}


# --- pictures of contacts ----------------------------------------------------

PNG = content("link-image")


def test_a_mac_s_pictures(phone, tmp_path: Path) -> None:
    """Byte 1 and the file itself; byte 2 names a file elsewhere."""
    people = [phone.person(f"Person {each}") for each in "ABC"]
    place = tmp_path / "Library/Application Support/AddressBook"
    place.mkdir(parents=True)
    file = place / addressbook.FILE_NAME
    addressbook.build(file, people)
    with closing(sqlite3.connect(file)) as connection:
        for name, blob in (("A", b"\1" + PNG), ("B", b"\2A-UUID"), ("C", "text")):
            connection.execute(
                "UPDATE ZABCDRECORD SET ZTHUMBNAILIMAGEDATA = ? WHERE ZLASTNAME = ?",
                (blob, name),
            )
        connection.commit()
    addresses = [each.identifier for each in people]

    found = faces_of(tmp_path / "Library/Messages/chat.db", addresses)

    assert found == {addresses[0]: PNG}


def test_an_iphone_s_pictures(phone, tmp_path: Path) -> None:
    people = [phone.person("Alex Doe"), phone.person("Kim Poe")]
    folder = tmp_path / "Library/AddressBook"
    folder.mkdir(parents=True)
    address_book.build(folder, people)
    with closing(sqlite3.connect(folder / address_book.IMAGES_NAME)) as connection:
        connection.execute(
            "INSERT INTO ABThumbnailImage (record_id, format, data) VALUES (1, 0, ?)",
            (PNG,),
        )
        connection.commit()
    with closing(sqlite3.connect(folder / address_book.FILE_NAME)) as connection:
        ((who,),) = connection.execute("SELECT First FROM ABPerson WHERE ROWID = 1")
    shown = next(each for each in people if each.name.startswith(who))

    found = faces_of(
        tmp_path / "Library/SMS/sms.db", [each.identifier for each in people]
    )

    assert found == {shown.identifier: PNG}


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" * 60])
def test_pictures_that_cannot_be_read(tmp_path: Path, content) -> None:
    place = tmp_path / "Library/Application Support/AddressBook"
    place.mkdir(parents=True)
    (place / addressbook.FILE_NAME).write_bytes(content)

    assert faces_of(tmp_path / "Library/Messages/chat.db", ["+12125550142"]) == {}


def test_a_contact_s_picture_is_on_the_page(phone, tmp_path: Path) -> None:
    alex = phone.person("Alex Doe")
    phone.direct(alex).receive("Hello")
    place = tmp_path / "Library/Application Support/AddressBook"
    place.mkdir(parents=True)
    addressbook.build(place / addressbook.FILE_NAME, [alex])
    with closing(sqlite3.connect(place / addressbook.FILE_NAME)) as connection:
        connection.execute("UPDATE ZABCDRECORD SET ZIMAGEDATA = ?", (b"\1" + PNG,))
        connection.commit()
    (tmp_path / "Library/Messages").mkdir()
    database = write_phone(tmp_path / "Library/Messages/chat.db", phone)

    text = write(database, tmp_path / "page.html").read_text()

    assert f'"faces":{{"{alex.identifier}":1}}' in text
    assert base64.b64encode(PNG).decode() in text
