"""The tree of a file-system extraction: what lies below / on an iPhone.

MVT looks for private/var/mobile/Library/SMS/sms.db and its like below the folder that
it is given, iLEAPP for */Library/SMS/sms.db* and */mobile/Library/AddressBook/….
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDERS
from pytest_imessage_foundry.db.rows.attachment_roots import IOS_NAME
from pytest_imessage_foundry.ios import address_book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import Persona

MOBILE = Path("private/var/mobile")  # `~` in the paths of attachments
SMS = Path("Library/SMS")
DATABASE = SMS / IOS_NAME
FILES = tuple(SMS / name for name in FOLDERS)
ADDRESS_BOOK = Path("Library/AddressBook")


def write_contacts(mobile: Path, people: Iterable[Persona]) -> None:
    """Write the address book of `people` below the home of an iPhone's user."""
    folder = mobile / ADDRESS_BOOK
    folder.mkdir(parents=True, exist_ok=True)
    address_book.build(folder, people)
