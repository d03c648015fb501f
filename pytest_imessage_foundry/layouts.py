"""Where a database stands: alone, in a macOS home, in an iOS tree.

Tools whose path is fixed look for `~/Library/Messages/chat.db`, its Attachments
and the AddressBook; those for iPhones for `Library/SMS/sms.db`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.atomic import removing_on_error
from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.db.rows.attachment import IOS_NAME, root_for
from pytest_imessage_foundry.db.rows.chats import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.foundry import Buildable, ChatDB, Foundry, Order
    from pytest_imessage_foundry.models import Persona

LayoutName = Literal["file", "home", "ios"]
Stores = Literal["both", "sources", "top"]
MESSAGES = Path("Library/Messages")
ADDRESS_BOOK = Path("Library/Application Support/AddressBook")
SMS = Path("Library/SMS")
# Each account has a folder of its own, named by a UUID; ours is always the same.
SOURCE = ADDRESS_BOOK / "Sources" / random_uuid(Random("address book source"))


def database_in(path: Path, layout: LayoutName) -> Path:
    """The database's file where `path` was asked for in a layout."""
    if layout == "home":
        return path / MESSAGES / foundry.FILE_NAME
    return path / SMS / IOS_NAME if layout == "ios" else path


def build(
    order: Buildable,
    path: Path,
    layout: LayoutName = "file",
    *,
    attachments: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Build `order` at `path` in a layout, its attachments beside it; a home gets
    its AddressBook too, and the rows of an iPhone name its own folder of files.

    A build that fails or is interrupted takes back what it made.
    """
    target = database_in(path, layout)
    with removing_on_error() as made:
        made.folder(target.parent)
        made.file(target)
        counts = foundry.forge(
            order,
            target,
            attachments=attachments,
            attachment_root=root_for(target),
            made=made,
            progress=progress,
        )
        if layout == "home":
            for place in (path / ADDRESS_BOOK, path / SOURCE):
                made.folder(place)
                made.file(place / addressbook.FILE_NAME)
            write_address_book(path, order.scenario.personas)
    return counts


def home(maker: Foundry, order: Order, folder: Path) -> ChatDB:
    """A home folder around a copy of an order's database."""
    (folder / MESSAGES).mkdir(parents=True)
    write_address_book(folder, order.scenario.personas)
    path = folder / MESSAGES / foundry.FILE_NAME
    return maker.copy_to(order, path, lasts=True)


def write_address_book(
    folder: Path,
    people: Iterable[Persona],
    *,
    numbers: addressbook.Numbers = "e164",
    stores: Stores = "both",
) -> list[Path]:
    """Write the AddressBook of `people` into a home folder; gives its files.

    What was there is replaced.

    Args:
        numbers: how phone numbers are written, see `addressbook.build`.
        stores: which files hold the people. A Mac keeps the contacts of an account
            (iCloud, Google) under Sources and those "On My Mac" in the file above;
            some tools read one place, some both. In 'sources' and 'top' the other
            file is there and holds nobody.
    """
    everybody = tuple(people)
    places = {"top": folder / ADDRESS_BOOK, "sources": folder / SOURCE}
    files = []
    for name, place in places.items():
        place.mkdir(parents=True, exist_ok=True)
        path = place / addressbook.FILE_NAME
        held = everybody if stores in (name, "both") else ()
        addressbook.build(path, held, numbers=numbers)
        files.append(path)
    return files
