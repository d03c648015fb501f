"""Write a database alone, in a macOS home, in an iPhone's tree or backup.

Tools whose path is fixed look for `~/Library/Messages/chat.db`, its Attachments
and the AddressBook; those for iPhones for `private/var/mobile/Library/SMS/sms.db`
below an extraction, or for the file that a backup keeps it in.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, get_args

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.atomic_folders import replacing_folder, with_companions
from pytest_imessage_foundry.db import addressbook
from pytest_imessage_foundry.db.rows.attachment_roots import root_for
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ios import address_book, backup, tree
from pytest_imessage_foundry.ios.device import Device
from pytest_imessage_foundry.ios.ios_backup import IOSBackup
from pytest_imessage_foundry.ios.keybag import KeyBag
from pytest_imessage_foundry.models.guids import random_guid
from pytest_imessage_foundry.replaceable import NOTHING_KEPT, KeptFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.foundry import Buildable, ChatDB, Foundry, Order
    from pytest_imessage_foundry.models import Persona

LayoutName = Literal["file", "home", "ios", "ios-backup"]
LAYOUTS: tuple[LayoutName, ...] = get_args(LayoutName)
Stores = Literal["both", "sources", "top"]
MESSAGES = Path("Library/Messages")
ADDRESS_BOOK = Path("Library/Application Support/AddressBook")
# Each account has a folder of its own, named by a UUID; ours is always the same.
SOURCE = ADDRESS_BOOK / "Sources" / random_guid(Random("address book source"))
_DATABASES: dict[LayoutName, Path] = {
    "file": Path(),
    "home": MESSAGES / foundry.FILE_NAME,
    "ios": tree.MOBILE / tree.DATABASE,
    "ios-backup": backup.DATABASE,
}


def database_in(path: Path, layout: LayoutName) -> Path:
    """Return the database's file where `path` was asked for in a layout."""
    return path / _DATABASES[layout]


def files_in(path: Path, layout: LayoutName) -> tuple[Path, ...]:
    """What a build may replace, but for attachments; the database comes first."""
    others: dict[LayoutName, tuple[Path, ...]] = {
        "file": (),
        "home": tuple(each / addressbook.FILE_NAME for each in (ADDRESS_BOOK, SOURCE)),
        "ios": (tree.MOBILE / tree.ADDRESS_BOOK / address_book.FILE_NAME,),
        "ios-backup": (backup.ADDRESS_BOOK,),
    }
    return (database_in(path, layout), *(path / each for each in others[layout]))


def build(
    order: Buildable,
    path: Path,
    layout: LayoutName = "file",
    *,
    attachments: bool = True,
    backup_password: str | None = None,
    kept: KeptFiles = NOTHING_KEPT,
    check: Callable[[Path], object] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Build `order` at `path` in a layout, its attachments beside it; a home and an
    iPhone get their address book too, and the rows of an iPhone name its own folder
    of files.

    A build that fails or is interrupted takes back what it made, and one that is
    killed leaves no half folder.

    Args:
        backup_password: encrypt an iPhone's backup.
        kept: files that may come while the build runs: then it is refused, and they
            stay.
        check: called with the draft of the database, before anything takes its place
            and before a backup is encrypted; may raise.

    Raises:
        FoundryError: a password without a backup, a backup over other things.
    """
    forged = _Forged(order, attachments, progress, kept, check)
    if backup_password is not None and layout != "ios-backup":
        raise FoundryError(
            "only a backup has a password\n"
            f"looked at: layout {layout!r}\n"
            "choose the layout 'ios-backup', or leave the password out"
        )
    if layout == "file":
        return forged.alone(path)
    if layout == "ios-backup":
        return _build_backup(forged, path, _keys(order, backup_password))
    with _replacing(path, layout, kept) as draft:
        counts = forged.at(database_in(draft, layout))
        if layout == "home":
            write_address_book(draft, order.scenario.personas)
        else:
            tree.write_contacts(draft / tree.MOBILE, order.scenario.personas)
    return counts


def home(maker: Foundry, order: Order, folder: Path) -> ChatDB:
    """Return a home folder around a copy of an order's database."""
    write_address_book(folder, order.scenario.personas)
    return _copy(maker, order, database_in(folder, "home"))


def extraction(maker: Foundry, order: Order, folder: Path) -> ChatDB:
    """Return the tree of an iPhone around a copy of an order's database."""
    tree.write_contacts(folder / tree.MOBILE, order.scenario.personas)
    return _copy(maker, order, database_in(folder, "ios"))


def phone_backup(
    maker: Foundry, order: Order, folder: Path, password: str | None = None
) -> IOSBackup:
    """Return an iPhone's backup of a copy of an order's database."""
    keys = _keys(order, password)
    with TemporaryDirectory(dir=folder.parent, prefix=".phone-") as place:
        extraction(maker, order, Path(place))
        folder.mkdir(parents=True, exist_ok=True)
        mobile = Path(place) / tree.MOBILE
        backup.write(mobile, folder, Device.of(order), keys)
        maker.clear(Path(place))
    truth = maker.handle(order, database_in(folder, "ios-backup"))
    return IOSBackup(folder, truth, password)


def hand_out(
    maker: Foundry,
    order: Order,
    folder: Path,
    layout: LayoutName,
    password: str | None = None,
) -> ChatDB:
    """Return a copy of an order's database in a layout whose folder is `folder`."""
    if layout == "home":
        return home(maker, order, folder)
    if layout == "ios":
        return extraction(maker, order, folder)
    return phone_backup(maker, order, folder, password).chat_db


def _copy(maker: Foundry, order: Order, path: Path) -> ChatDB:
    path.parent.mkdir(parents=True)
    return maker.copy_to(order, path, lasts=True)


def _build_backup(forged: _Forged, path: Path, keys: KeyBag | None) -> Counts:
    with _replacing(path, "ios-backup", forged.kept) as draft:
        phone = draft / "phone"
        counts = forged.at(database_in(phone, "ios"))
        mobile = phone / tree.MOBILE
        tree.write_contacts(mobile, forged.order.scenario.personas)
        backup.write(mobile, draft, Device.of(forged.order), keys)
        shutil.rmtree(phone)
    return counts


def _replacing(
    path: Path, layout: LayoutName, kept: KeptFiles
) -> AbstractContextManager[Path]:
    """Return a draft of a layout's folder; a backup is replaced as a whole."""
    last = _DATABASES[layout]
    if layout != "ios-backup":
        return replacing_folder(path, last=last, kept=kept)
    check = partial(backup.check_replaceable, path)
    check()
    return replacing_folder(path, last=last, swaps=True, kept=kept, check=check)


def _keys(order: Buildable, password: str | None) -> KeyBag | None:
    return None if password is None else KeyBag(password, order.spec.seed)


@dataclass(frozen=True)
class _Forged:
    """What is built, wherever it goes."""

    order: Buildable
    attachments: bool
    progress: Callable[[int], None] | None
    kept: KeptFiles
    check: Callable[[Path], object] | None

    def alone(self, path: Path) -> Counts:
        with with_companions(path, kept=self.kept) as draft:
            return self.at(draft)

    def at(self, path: Path) -> Counts:
        path.parent.mkdir(parents=True, exist_ok=True)
        counts = foundry.forge(
            self.order,
            path,
            attachments=self.attachments,
            attachment_root=root_for(path),
            progress=self.progress,
        )
        if self.check is not None:
            self.check(path)
        return counts


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
