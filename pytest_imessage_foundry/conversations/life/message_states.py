"""States of messages: what happened to them, and how their rows came to be.

A message has one of them at most, by one draw for each, in the order of the rules. So
none contradicts another, and most messages stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.life import file_states
from pytest_imessage_foundry.conversations.life.draws import Lot, thresholds
from pytest_imessage_foundry.models import (
    LONG_PART_NUMBER,
    ORDINARY,
    OTHER_DEVICE,
    Deletion,
    Message,
    TextPart,
    Traits,
)
from pytest_imessage_foundry.models.apple_time import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    SINCE_10_13,
    SINCE_26,
    from_iso,
)
from pytest_imessage_foundry.models.guids import guid_of
from pytest_imessage_foundry.models.messages import BRINGING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.models import LifeSpan, TapbackKind

Rule = Callable[["_Chat", Message, int], "tuple[Message, ...] | None"]
_NOT_SENT = 22  # the error of most failed sends in public reports (§15)
_FOCUS_CAME = from_iso("2021-09-20")
_PART_COUNT_CAME = from_iso("2021-10-25")  # macOS 12
_ACCOUNTS_TOLD = from_iso("2020-01-01")
_KEPT = 30 * DAY  # in Recently Deleted
_SYNCED = 3 * DAY  # what is younger came on time
_REACTIONS: tuple[tuple[TapbackKind, str], ...] = (
    ("loved", "Loved \u201c{}\u201d"),
    ("liked", "Liked \u201c{}\u201d"),
    ("laughed", "Laughed at \u201c{}\u201d"),
    ("emphasized", "Emphasized \u201c{}\u201d"),
)


def lived(
    messages: Iterable[Message], plan: ChatPlan, features: frozenset[str]
) -> Iterator[Message]:
    """Yield the messages of a planned chat in the states that years of use left.

    Dates rise strictly, as before.
    """
    chat = _Chat(plan, features)
    ends: tuple[Message | None, ...] = (None,)
    for message, following in pairwise(chain(messages, ends)):
        assert message is not None
        until = following.date if following is not None else plan.life.now
        yield from chat.states_of(message, until)


class _Chat:
    """One chat, and the rules that can apply in it."""

    def __init__(self, plan: ChatPlan, features: frozenset[str]) -> None:
        life = plan.life
        self.plan, self.life, self.features = plan, life, features
        self.is_direct = not plan.is_group
        self.is_known = not life.correspondence or life.correspondence == "acquaintance"
        self.is_note = self.is_direct and plan.people[0].is_self
        self.user = plan.owner.name.split()[0].lower()
        self.previous = 0  # the date of the message before
        self.spoke: str | None = ""  # who said it
        self.own = _drawable(_OWN, life.span)
        self.received = _drawable(_RECEIVED, life.span)

    def states_of(self, message: Message, until: int) -> tuple[Message, ...]:
        """Return a message in its state, with rows that came of it before `until`."""
        is_plain = _is_plain(message)
        if not is_plain and message.attachments:
            message = file_states.aged(message, self.life.span, self.user)
        if self.life.category is not None and message.sender is not None:
            message = _with(message, filtered=self.life.category)
            is_plain = False
        if self.life.unread_since and _is_late(message, self.life.unread_since):
            message = replace(message, date_read=0)
        found = self._drawn(message, until, is_plain=is_plain)
        self.previous, self.spoke = found[-1].date, found[-1].sender
        return found

    def _drawn(
        self, message: Message, until: int, *, is_plain: bool
    ) -> tuple[Message, ...]:
        if self.is_note:
            return tuple(self._note(message))
        if is_plain:
            digest = blake2b(message.guid.encode(), digest_size=64).digest()
            for at, high, limit, rule in (
                self.own if message.sender is None else self.received
            ):
                # Most are decided by the first byte.
                if digest[at] > high:
                    continue
                if digest[at] << 8 | digest[at + 1] < limit:
                    found = rule(self, message, until)
                    if found is not None:
                        return found
        elif message.event is None and message.traits is ORDINARY:
            return (self._rich(message),)
        return (message,)

    def _note(self, message: Message) -> Iterator[Message]:
        """Yield a note to oneself; before 26 it came back (§26.12)."""
        yield message
        if message.date < SINCE_26 and message.event is None:
            address = next(iter(self.plan.addresses.values()))
            date = message.date + SECOND
            yield replace(
                message,
                guid=_guid(message.guid, "twin"),
                date=date,
                sender=address,
                date_delivered=0,
                date_read=date + SECOND,
                traits=ORDINARY,
            )

    def _rich(self, message: Message) -> Message:
        """Return a link that came right after its text, a bare tapback, or what was
        sent from another device."""
        lot = Lot(message.guid, "message", self.life.span)
        if message.balloon is not None and message.balloon.kind == "link":
            soon = self.previous + int((0.8 + 1.2 * lot.number("link-row")) * SECOND)
            can = self.spoke == message.sender and soon < message.date
            if can and self.previous and lot.has("link-row"):
                return replace(message, date=soon - soon % 1_000_000)
        if message.tapbacks and lot.has("bare-pointer"):
            first, *others = message.tapbacks
            bare = (replace(first, is_bare=True), *others)
            return replace(message, tapbacks=bare)
        is_own = message.sender is None and self.is_direct
        if is_own and lot.has("other-device"):
            return replace(message, traits=OTHER_DEVICE)
        return message


def _drawable(
    rules: Iterable[tuple[str, Rule]], span: LifeSpan
) -> list[tuple[int, int, int, Rule]]:
    """Return where the number of each rule that can apply stands in a digest, the
    first byte of its limit, the limit, and the rule."""
    limits = thresholds(span)
    return [
        (at, limit >> 8, limit, rule)
        for (at, limit), rule in ((limits[name], rule) for name, rule in rules)
        if limit
    ]


def _is_plain(message: Message) -> bool:
    """Return whether nothing but a text was said, and nothing came of it."""
    return (
        message.traits is ORDINARY
        and len(message.parts) == 1
        and message.parts[0].kind == "text"
        and not message.parts[0].runs
        and not message.tapbacks
        and not message.edits
        and message.reply_to is None
        and message.balloon is None
        and message.event is None
        and message.effect is None
    )


def _is_late(message: Message, since: int) -> bool:
    return message.date >= since and message.sender is not None


def _with(message: Message, **traits: object) -> Message:
    return replace(message, traits=replace(message.traits, **traits))  # type: ignore[arg-type]


def _guid(guid: str, what: str) -> str:
    """Return the GUID of what came of a message."""
    digest = blake2b(f"{guid}:{what}".encode(), digest_size=16).digest()
    return guid_of(int.from_bytes(digest))


# --- the rules: messages in their state, or None where it cannot be


def _other_device(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if not chat.is_direct:
        return None
    return (replace(message, traits=OTHER_DEVICE),)


def _no_chat(chat: _Chat, message: Message, until: int) -> tuple[Message, ...]:
    sender = message.sender
    lot = Lot(message.guid, "message", chat.life.span)
    if sender is not None and lot.has("nameless"):
        message = replace(message, sender="")
    return (_with(message, chatless=True),)


def _straggler(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    """iCloud brings it when all else is there: the newest ROWID is no new message."""
    if message.date > chat.life.now - _SYNCED:
        return None
    return (_with(message, arrived=chat.life.now),)


def _late(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    """The Mac was asleep, and younger messages of other devices came first."""
    is_new = message.date > chat.life.now - _SYNCED
    if is_new or message.date < chat.life.brought + BRINGING:
        return None
    hours = 1 + int(message.guid[:4], 16) % 47
    return (_with(message, arrived=message.date + hours * HOUR),)


def _twin(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    found = _late(chat, message, until)
    if found is None:
        return None
    twin = replace(found[0], guid=_guid(message.guid, "twin"), date=message.date)
    return message, twin


def _gap(chat: _Chat, message: Message, until: int) -> tuple[Message, ...]:
    return (_with(message, gap=1 + int(message.guid[:4], 16) % 6),)


def _failed(chat: _Chat, message: Message, until: int) -> tuple[Message, ...]:
    lot = Lot(message.guid, "message", chat.life.span)
    failed = replace(
        message, date_delivered=0, date_read=0, traits=Traits(error=_NOT_SENT)
    )
    again = _between(message.date, until, 90 * SECOND)
    if not again or not lot.has("resent"):
        return (failed,)
    later = again - message.date
    delivered, read = message.date_delivered, message.date_read
    resent = replace(
        message,
        guid=_guid(message.guid, "resent"),
        date=again,
        date_delivered=delivered + later if delivered else 0,
        date_read=read + later if read else 0,
    )
    is_over = max(resent.date_delivered, resent.date_read) <= chat.life.now
    return (failed, resent) if is_over else (failed,)


def _ghost(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    """A failed send on 26 leaves a row without a text beside the one that went."""
    before = message.date - SECOND
    is_there = "any_guids" in chat.features and message.date >= SINCE_26
    if not is_there or before <= chat.previous:
        return None
    ghost = Message(
        guid=_guid(message.guid, "ghost"),
        date=before,
        sender=None,
        service=message.service,
        traits=Traits(error=_NOT_SENT, chatless=True, blank=("body",)),
    )
    return ghost, message


def _downgraded(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if not chat.is_direct or message.service != "iMessage" or _is_mail(chat):
        return None
    gone = replace(message, service="SMS", date_delivered=0, date_read=0)
    return (_with(gone, downgraded=True),)


def _two_chats(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    if chat.life.resent_in is None or message.service != "iMessage":
        return None
    gone = replace(message, service="SMS", date_delivered=0, date_read=0)
    return (_with(gone, downgraded=True, also_in=chat.life.resent_in),)


def _recently_deleted(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date < chat.life.now - _KEPT or message.date >= chat.life.now - HOUR:
        return None
    date = message.date + (chat.life.now - message.date) // 2
    return (_with(message, deleted=Deletion(date=date)),)


def _quiet(chat: _Chat, message: Message, until: int) -> tuple[Message, ...] | None:
    if message.date < _FOCUS_CAME or message.service != "iMessage":
        return None
    return (_with(message, delivered_quietly=True),)


def _text_reaction(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    """Who has no iMessage gets, and sends, reactions as texts (§26.14)."""
    after = _between(message.date, until, 40 * MINUTE)
    is_over_sms = message.service == "SMS" and chat.is_direct and chat.is_known
    text = message.parts[0].text if message.parts[0].kind == "text" else ""
    if not after or not is_over_sms or len(text) > 60:
        return None
    number = int(message.guid[:4], 16)
    words = _REACTIONS[number % len(_REACTIONS)][1].format(text)
    reaction = Message(
        guid=_guid(message.guid, "reaction"),
        date=after,
        sender=next(iter(chat.plan.addresses.values())),
        parts=(TextPart(words),),
        service="SMS",
        date_read=after + SECOND,
        storage=message.storage,
        immutable=message.immutable,
    )
    return message, reaction


def _bare_account(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date >= _ACCOUNTS_TOLD:
        return None
    return (_with(message, blank=("e:",)),)


def _no_part_count(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date >= _PART_COUNT_CAME:
        return None
    return (_with(message, blank=("part_count",)),)


def _no_service(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    # Since 26 a trigger notes the service of what joins a chat, and takes no NULL.
    if "chat_service" in chat.features:
        return None
    return (_with(message, blank=("service",)),)


def _in_seconds(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    date = message.date - message.date % SECOND
    if message.date >= SINCE_10_13 or date <= chat.previous:
        return None
    return (_with(replace(message, date=date), in_seconds=("date",)),)


def _long_part_number(
    chat: _Chat, message: Message, until: int
) -> tuple[Message, ...] | None:
    if message.date < SINCE_26 or message.storage == "text":
        return None
    return (replace(message, traits=LONG_PART_NUMBER),)


def _between(date: int, until: int, most: int) -> int:
    """Return a moment after `date`, up to `most` later and before `until`, or 0."""
    wait = min(most, (until - date) // 2)
    wait -= wait % 1_000_000
    return date + wait if wait >= SECOND else 0


def _is_mail(chat: _Chat) -> bool:
    """Return whether the other is written to by e-mail, which SMS does not reach."""
    return any("@" in each for each in chat.plan.addresses.values())


_BOTH: tuple[tuple[str, Rule], ...] = (
    ("no-chat", _no_chat),
    ("straggler", _straggler),
    ("late", _late),
    ("gap", _gap),
    ("recently-deleted", _recently_deleted),
    ("bare-account", _bare_account),
    ("no-part-count", _no_part_count),
    ("in-seconds", _in_seconds),
)
_OWN: tuple[tuple[str, Rule], ...] = (
    ("failed", _failed),
    ("two-chats", _two_chats),
    ("downgraded", _downgraded),
    ("ghost", _ghost),
    ("text-reaction", _text_reaction),
    *_BOTH,
    ("other-device", _other_device),
    ("long-part-number", _long_part_number),
)
_RECEIVED: tuple[tuple[str, Rule], ...] = (
    ("twin", _twin),
    ("quiet", _quiet),
    *_BOTH,
    ("no-service", _no_service),
    ("long-part-number", _long_part_number),
)
