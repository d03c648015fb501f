"""Rules for the states of a message: each returns the message in one state.

A rule returns None if the state is not possible. It also returns further rows, if the
state brings them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.life import quoted_reactions
from pytest_imessage_foundry.conversations.life.draws import Lot
from pytest_imessage_foundry.models import (
    LONG_PART_NUMBER,
    OTHER_DEVICE,
    Deletion,
    Message,
    Traits,
)
from pytest_imessage_foundry.models.apple_time import (
    DAY,
    HOUR,
    SECOND,
    SINCE_10_13,
    SINCE_26,
    from_iso,
)
from pytest_imessage_foundry.models.guids import guid_of
from pytest_imessage_foundry.models.messages import BRINGING

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.life.message_states import LivedChat

Rule = Callable[["LivedChat", Message, int], "tuple[Message, ...] | None"]
_NOT_SENT = 22  # the error of most failed sends in public reports (§15)
_FOCUS_CAME = from_iso("2021-09-20")
_PART_COUNT_CAME = from_iso("2021-10-25")  # macOS 12
_ACCOUNTS_TOLD = from_iso("2020-01-01")
_KEPT = 30 * DAY  # in Recently Deleted
_SYNCED = 3 * DAY  # what is younger came on time
_TALK_OVER = HOUR  # after so long nobody answers


def with_traits(message: Message, **traits: object) -> Message:
    return replace(message, traits=replace(message.traits, **traits))  # type: ignore[arg-type]


def guid_after(guid: str, what: str) -> str:
    """Return the GUID of a row that a message brought with it."""
    digest = blake2b(f"{guid}:{what}".encode(), digest_size=16).digest()
    return guid_of(int.from_bytes(digest))


def _other_device(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if not chat.is_direct:
        return None
    return (replace(message, traits=OTHER_DEVICE),)


def _no_chat(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...]:
    sender = message.sender
    lot = Lot(message.guid, "message", chat.life.span)
    if sender is not None and lot.has("nameless"):
        message = replace(message, sender="")
    return (with_traits(message, chatless=True),)


def _straggler(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    """iCloud brings it after all others: the newest ROWID is not the newest message."""
    if message.date > chat.life.now - _SYNCED:
        return None
    return (with_traits(message, arrived=chat.life.now),)


def _late(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...] | None:
    """The Mac was asleep, and younger messages of other devices came first."""
    is_new = message.date > chat.life.now - _SYNCED
    if is_new or message.date < chat.life.brought + BRINGING:
        return None
    hours = 1 + int(message.guid[:4], 16) % 47
    return (with_traits(message, arrived=message.date + hours * HOUR),)


def _twin(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...] | None:
    found = _late(chat, message, until)
    if found is None:
        return None
    twin = replace(found[0], guid=guid_after(message.guid, "twin"), date=message.date)
    return message, twin


def _gap(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...]:
    return (with_traits(message, gap=1 + int(message.guid[:4], 16) % 6),)


def _failed(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...]:
    lot = Lot(message.guid, "message", chat.life.span)
    failed = replace(
        message, date_delivered=0, date_read=0, traits=Traits(error=_NOT_SENT)
    )
    again = quoted_reactions.moment(message.date, until, 90 * SECOND)
    if not again or not lot.has("resent"):
        return (failed,)
    resent = _later(message, again, "resent")
    return (failed, resent) if _is_over(resent, chat) else (failed,)


def _later(message: Message, date: int, what: str) -> Message:
    """Return a message like another at a later date.

    It is read when the first was, or right after it came.
    """
    after = after_one(message, date, message.date_read)
    return replace(after, guid=guid_after(message.guid, what))


def after_one(message: Message, date: int, opened: int) -> Message:
    """Return a message at another date, right after one that was read at `opened`.

    Who opened the chat later than that reads both at once. `opened` is 0 if that one
    was never read.
    """
    moved = date - message.date
    delivered, read = message.date_delivered, message.date_read
    if delivered:
        delivered += moved
    if read and opened > date:
        read = opened
    elif read and opened:
        read = date + 1 if message.sender is not None else read + moved
    if read and delivered > read:
        delivered = (date + read + 1) // 2
    return replace(message, date=date, date_delivered=delivered, date_read=read)


def _is_over(message: Message, chat: LivedChat) -> bool:
    """Return whether all that came of a message was before now."""
    return max(message.date_delivered, message.date_read) <= chat.life.now


def _ghost(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...] | None:
    """A failed send on macOS 26 leaves a row without text beside the one that was
    sent."""
    before = message.date - SECOND
    is_there = "any_guids" in chat.features and message.date >= SINCE_26
    if not is_there or before <= chat.previous:
        return None
    ghost = Message(
        guid=guid_after(message.guid, "ghost"),
        date=before,
        sender=None,
        service=message.service,
        traits=Traits(error=_NOT_SENT, chatless=True, blank=("body",)),
    )
    return ghost, message


def _downgraded(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if not chat.is_direct or message.service != "iMessage" or _is_mail(chat):
        return None
    gone = replace(message, service="SMS", date_delivered=0, date_read=0)
    return (with_traits(gone, downgraded=True),)


def _two_chats(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if chat.life.resent_in is None or message.service != "iMessage":
        return None
    gone = replace(message, service="SMS", date_delivered=0, date_read=0)
    return (with_traits(gone, downgraded=True, also_in=chat.life.resent_in),)


def _recently_deleted(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date < chat.life.now - _KEPT or message.date >= chat.life.now - HOUR:
        return None
    date = message.date + (chat.life.now - message.date) // 2
    return (with_traits(message, deleted=Deletion(date=date)),)


def _quiet(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...] | None:
    if message.date < _FOCUS_CAME or message.service != "iMessage":
        return None
    return (with_traits(message, delivered_quietly=True),)


def _text_reaction(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    """People without iMessage get and send reactions as texts (§26.14)."""
    is_elsewhere = message.service in ("SMS", "RCS")
    if not is_elsewhere or not chat.is_direct or not chat.is_known:
        return None
    address = next(iter(chat.plan.addresses.values()))
    found = quoted_reactions.after(message, address, until)
    return (message, *found) if found else None


def _bare_account(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date >= _ACCOUNTS_TOLD:
        return None
    is_upper = message.guid[0] < "4"
    return (with_traits(message, blank=("E:" if is_upper else "e:",)),)


def _no_part_count(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date >= _PART_COUNT_CAME:
        return None
    return (with_traits(message, blank=("part_count",)),)


def _no_service(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    # Since 26 a trigger notes the service of what joins a chat, and takes no NULL.
    if "chat_service" in chat.features:
        return None
    return (with_traits(message, blank=("service",)),)


def _in_seconds(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    date = message.date - message.date % SECOND
    if message.date >= SINCE_10_13 or date <= chat.previous:
        return None
    return (with_traits(replace(message, date=date), in_seconds=("date",)),)


def _read_in_seconds(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date >= SINCE_10_13 or not message.date_read:
        return None
    return (with_traits(message, in_seconds=("date_read",)),)


def _long_part_number(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date < SINCE_26 or message.storage == "text":
        return None
    return (replace(message, traits=LONG_PART_NUMBER),)


def _direction_text(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.storage == "text":
        return None
    plain = replace(message, writing_direction=False)
    return (with_traits(plain, direction_text="-1"),)  # its meaning is not known


def _business_card(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    return _rare(chat, message, until) if chat.is_business else None


def _rare_form(
    chat: LivedChat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if not chat.is_known or chat.is_business:
        return None
    return _rare(chat, message, until)


def _rare(chat: LivedChat, message: Message, until: int) -> tuple[Message, ...] | None:
    """Return a message and one in a rare form after it.

    Among people it comes at the end of a talk, so that it is no answer, and nobody
    answers it.
    """
    seconds = 8 + int(message.guid[:4], 16) % 80
    date = quoted_reactions.moment(message.date, until, seconds * SECOND)
    is_over = until - message.date >= _TALK_OVER
    if not date or not (is_over or chat.is_business):
        return None
    # The cards are the catalogue's, which a file without cards does not need.
    from pytest_imessage_foundry.conversations.life import rare_forms

    after = _later(message, date, "form")
    found = rare_forms.rare(after, is_business=chat.is_business)
    if found is None or not _is_over(found, chat):
        return None
    return message, found


def _is_mail(chat: LivedChat) -> bool:
    """Return whether the other is written to by e-mail, which SMS does not reach."""
    return any("@" in each for each in chat.plan.addresses.values())


BOTH: tuple[tuple[str, Rule], ...] = (
    ("no-chat", _no_chat),
    ("straggler", _straggler),
    ("late", _late),
    ("gap", _gap),
    ("recently-deleted", _recently_deleted),
    ("bare-account", _bare_account),
    ("no-part-count", _no_part_count),
    ("in-seconds", _in_seconds),
    ("direction-text", _direction_text),
    ("rare-form", _rare_form),
)
OWN: tuple[tuple[str, Rule], ...] = (
    ("failed", _failed),
    ("two-chats", _two_chats),
    ("downgraded", _downgraded),
    ("ghost", _ghost),
    ("text-reaction", _text_reaction),
    *BOTH,
    ("other-device", _other_device),
    ("long-part-number", _long_part_number),
)
RECEIVED: tuple[tuple[str, Rule], ...] = (
    ("business-card", _business_card),
    ("twin", _twin),
    ("quiet", _quiet),
    *BOTH,
    ("read-in-seconds", _read_in_seconds),
    ("no-service", _no_service),
    ("long-part-number", _long_part_number),
)
