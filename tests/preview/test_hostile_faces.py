"""Pictures in an address book that are none, or more than a picture."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from browser import Open
from scratch_phones import write_phone
from test_page import RUN, Tags, block

from pytest_imessage_foundry.attachments.generator import content
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.ios import address_book
from pytest_imessage_foundry.preview import write
from pytest_imessage_foundry.preview.pictures import PICTURE_LIMIT

PNG = content("link-image")
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"/>'.encode()
HTML = f"<!DOCTYPE html><script>{RUN}</script>".encode()
REFUSED = {
    "svg": SVG,
    "svg behind a byte order mark": b"\xef\xbb\xbf" + SVG,
    "svg in xml": b'<?xml version="1.0"?>' + SVG,
    "svg, packed": b"\x1f\x8b\x08" + SVG,
    "svg in utf-16": SVG.decode().encode("utf-16"),
    "html": HTML,
    "html behind white space": b"\n \t" + HTML,
    "an address": f"data:image/svg+xml,{SVG.decode()}".encode(),
    "a script": b"javascript:" + RUN.encode(),
    "too large": PNG + b"x" * PICTURE_LIMIT,
    "cut in its first bytes": PNG[:7],
    "nothing": b"",
    "zeros": bytes(1000),
    "another kind in a RIFF": b"RIFF0000WAVE" + SVG,
    "a text": RUN,
    "a number": 1,
    "no value": None,
}
BEGUN = {
    "svg behind a PNG's first bytes": PNG[:8] + SVG,
    "html in a GIF": b"GIF89a" + HTML,
    "html in a JPEG": b"\xff\xd8\xff" + HTML,
    "svg that says HEIC": b"<svgftypheic" + SVG,
    "a picture that is cut": PNG[: len(PNG) // 2],
    "a picture and html": PNG + HTML,
}
Home = Callable[[object], Path]


def _mac(folder: Path, phone: Author, picture: object) -> Path:
    book = folder / "Library/Application Support/AddressBook" / addressbook.FILE_NAME
    book.parent.mkdir(parents=True)
    addressbook.build(book, phone.people)
    if isinstance(picture, bytes):
        picture = b"\1" + picture
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("UPDATE ZABCDRECORD SET ZIMAGEDATA = ?", (picture,))
        connection.commit()
    return folder / "Library/Messages/chat.db"


def _iphone(folder: Path, phone: Author, picture: object) -> Path:
    books = folder / "Library/AddressBook"
    books.mkdir(parents=True)
    address_book.build(books, phone.people)
    with closing(sqlite3.connect(books / address_book.IMAGES_NAME)) as connection:
        connection.executemany(
            "INSERT INTO ABThumbnailImage (record_id, format, data) VALUES (?, 0, ?)",
            [(number + 1, picture) for number in range(len(phone.people))],
        )
        connection.commit()
    return folder / "Library/SMS/sms.db"


@pytest.fixture(scope="module", params=[_mac, _iphone], ids=["mac", "iphone"])
def home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Home:
    """Makes the page of a home whose one contact has this picture, once each."""

    phone = Author("tahoe")
    phone.direct(phone.person("Alex Doe")).receive("Hello")
    written = write_phone(tmp_path_factory.mktemp("phone") / "chat.db", phone)

    @cache
    def make(picture: object) -> Path:
        folder = tmp_path_factory.mktemp("home")
        database: Path = request.param(folder, phone, picture)
        database.parent.mkdir(parents=True)
        page = folder / "page.html"
        return write(Path(shutil.copyfile(written, database)), page)

    return make


@cache
def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    return Tags(html).tags


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_small_picture_changes_nothing(home: Home, name: str) -> None:
    without = home(None).read_text("utf-8")

    assert block(home(PNG).read_text("utf-8"), "index")["faces"]
    assert home(REFUSED[name]).read_text("utf-8") == without


@pytest.mark.parametrize("name", BEGUN)
def test_what_begins_as_a_picture_is_shown_as_no_more(home: Home, name: str) -> None:
    good, bad = home(PNG).read_text("utf-8"), home(BEGUN[name]).read_text("utf-8")

    (url,) = block(bad, "pictures")
    assert url.partition(",")[0] in {
        f"data:image/{kind};base64" for kind in ("png", "gif", "jpeg", "heic")
    }
    assert Tags(bad).tags == tags_of(good)
    assert RUN not in bad


@pytest.mark.browser
@pytest.mark.parametrize("name", [name for name in BEGUN if name.startswith("svg")])
def test_a_picture_that_cannot_be_drawn_leaves_the_initials(
    home: Home, browse: Open, name: str
) -> None:
    dom = browse(home(BEGUN[name]))

    assert ">AD</span>" in dom
    assert "<title>ran</title>" not in dom
