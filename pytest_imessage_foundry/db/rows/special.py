"""Rows of `message` that are not ordinary, with what comes along with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.rows.message import changes
from pytest_imessage_foundry.models.message_files import own_files

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.rows.chats import ChatContext
    from pytest_imessage_foundry.db.rows.columns import Row
    from pytest_imessage_foundry.models import Attachment, Message, Sticker


@dataclass(slots=True, eq=False)
class Special:
    """A row, its files, and the message whose own row it is."""

    row: Row
    attachments: tuple[Attachment, ...] = ()
    sticker: Sticker | None = None
    message: Message | None = None


@dataclass(slots=True, eq=False)
class Gone:
    """A row that was deleted for good, and its record in iCloud."""

    guid: str
    record: str | None = None


def special(message: Message, place: ChatContext, previous: str | None) -> Special:
    """Return the own row of a message, `previous` being the GUID of the one before."""
    row = changes(message, place, previous)
    return Special(row, tuple(own_files(message)), message=message)
