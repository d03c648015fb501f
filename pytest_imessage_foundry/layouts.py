"""Where a database stands: alone, in a macOS home, in an iOS tree.

Tools whose path is fixed look for `~/Library/Messages/chat.db`, its Attachments
and the AddressBook; those for iPhones for `Library/SMS/sms.db`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.db import addressbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.foundry import Buildable, ChatDB, Foundry, Order

LayoutName = Literal["file", "home", "ios"]
MESSAGES = Path("Library/Messages")
ADDRESS_BOOK = Path("Library/Application Support/AddressBook")
SMS = Path("Library/SMS")


def database_in(path: Path, layout: LayoutName) -> Path:
    """The database's file where `path` was asked for in a layout."""
    if layout == "home":
        return path / MESSAGES / foundry.FILE_NAME
    return path / SMS / "sms.db" if layout == "ios" else path


def build(
    order: Buildable,
    path: Path,
    layout: LayoutName = "file",
    *,
    attachments: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Build `order` at `path` in a layout; a home gets its AddressBook too."""
    target = database_in(path, layout)
    target.parent.mkdir(parents=True, exist_ok=True)
    counts = foundry.forge(order, target, attachments=attachments, progress=progress)
    if layout == "home":
        _write_address_book(order, path)
    return counts


def home(maker: Foundry, order: Order, folder: Path) -> ChatDB:
    """A home folder around a copy of an order's database."""
    (folder / MESSAGES).mkdir(parents=True)
    _write_address_book(order, folder)
    return maker.copy_to(order, folder / MESSAGES / foundry.FILE_NAME)


def _write_address_book(order: Buildable, folder: Path) -> None:
    target = folder / ADDRESS_BOOK / addressbook.FILE_NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    addressbook.build(target, order.scenario.personas)
