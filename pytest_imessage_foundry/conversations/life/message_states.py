"""States of messages: what happened to them, and how their rows came to be.

A message has one of them at most, by one draw for each, in the order of the rules. So
none contradicts another, and most messages stay as they are.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from hashlib import blake2b
from itertools import chain, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.life import file_states, quoted_reactions
from pytest_imessage_foundry.conversations.life.draws import Lot, thresholds
from pytest_imessage_foundry.conversations.life.found_data import with_found
from pytest_imessage_foundry.conversations.life.state_rules import (
    OWN,
    RECEIVED,
    after_one,
    guid_after,
    with_traits,
)
from pytest_imessage_foundry.conversations.receipts import reactions_of
from pytest_imessage_foundry.models import ORDINARY, OTHER_DEVICE, Message
from pytest_imessage_foundry.models.apple_time import (
    HOUR,
    MILLISECOND,
    SECOND,
    SINCE_26,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.conversations.chat_plans import ChatPlan
    from pytest_imessage_foundry.conversations.life.state_rules import Rule
    from pytest_imessage_foundry.models import LifeSpan

# One comparison separates the many plain messages from those with anything else.
_REMEMBERED = 64  # messages that a reply may not name
_A_TALK = HOUR  # a link that comes later is no second row of the text before it
_RARITIES = attrgetter(
    *("traits", "tapbacks", "edits", "reply_to", "balloon", "event", "effect")
)
_PLAIN = (ORDINARY, (), (), None, None, None, None)


def lived(
    messages: Iterable[Message], plan: ChatPlan, features: frozenset[str]
) -> Iterator[Message]:
    """Yield the messages of a planned chat in the states that years of use left.

    Dates rise strictly, as before.
    """
    chat = LivedChat(plan, features)
    if plan.life.unread_since:
        messages = left_unread(messages, plan.life.unread_since)
    ends: tuple[Message | None, ...] = (None,)
    for message, following in pairwise(chain(messages, ends)):
        assert message is not None
        until = following.date if following is not None else plan.life.now
        yield from chat.states_of(message, until)


def left_unread(messages: Iterable[Message], since: int) -> Iterator[Message]:
    """Yield messages, of which the owner read none from `since` on.

    Whoever writes or reacts reads once more: what came before is read.
    """
    left: list[Message] = []
    reacted = 0
    for message in messages:
        if message.tapbacks:
            reacted = max(reacted, *reactions_of(message, is_mine=False), 0)
        if message.sender is None or message.date < max(since, reacted):
            yield from left
            yield message
            left = []
        else:
            left.append(message)
    yield from (replace(each, date_read=0) for each in left)


class LivedChat:
    """One chat, and the rules that can apply in it."""

    def __init__(self, plan: ChatPlan, features: frozenset[str]) -> None:
        life = plan.life
        self.plan, self.life, self.features = plan, life, features
        self.is_direct = not plan.is_group
        self.is_known = not life.correspondence or life.correspondence == "acquaintance"
        self.is_business = plan.people[0].relationship == "service"
        self.is_note = self.is_direct and plan.people[0].is_self
        self.user = plan.owner.name.split()[0].lower()
        self.previous = 0  # the date of the message before
        self.spoke: str | None = ""  # who said it
        self.was_read = 0  # when it was read
        # Own messages that went as SMS after all, to which nobody can reply inline.
        self.downgraded: deque[str] = deque(maxlen=_REMEMBERED)
        self.own = _drawable(OWN, life.span)
        self.received = _drawable(RECEIVED, life.span)

    def states_of(self, message: Message, until: int) -> tuple[Message, ...]:
        """Return a message in its state, with rows that came of it before `until`."""
        if message.reply_to is not None and message.reply_to.guid in self.downgraded:
            message = replace(message, reply_to=None)
        is_plain = _is_plain(message)
        if not is_plain and message.attachments:
            message = file_states.aged(message, self.life.span, self.user)
        if self.life.category is not None and message.sender is not None:
            message = with_traits(message, filtered=self.life.category)
            is_plain = False
        if message.event is not None and self._is_unread(message):
            message = replace(message, date_read=0)
        if message.tapbacks and "sticker_tapbacks" in self.features:
            message = file_states.with_stickers(message, self.life.span)
        drawn = self._drawn(message, until, is_plain=is_plain)
        found = tuple(map(with_found, drawn))
        last = found[-1]
        self.previous, self.spoke = last.date, last.sender
        self.was_read = last.date_read
        if last.traits.downgraded:
            self.downgraded.append(last.guid)
        return found

    def _is_unread(self, event: Message) -> bool:
        """Return whether the owner left it unread, as announcements always are."""
        lot = Lot(event.guid, "message", self.life.span)
        return event.sender is not None and lot.has("unread-event")

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
            return (self._rich(message), *self._reacted(message, until))
        return (message,)

    def _reacted(self, message: Message, until: int) -> tuple[Message, ...]:
        """Return the reaction as text to a photo that went over SMS."""
        if message.service != "SMS" or not self.is_direct or not self.is_known:
            return ()
        is_own_photo = message.sender is None and len(message.attachments) == 1
        if not is_own_photo or len(message.parts) > 1 or message.balloon is not None:
            return ()
        if message.tapbacks:
            return ()
        lot = Lot(message.guid, "message", self.life.span)
        address = next(iter(self.plan.addresses.values()))
        drawn = lot.has("text-reaction")
        return quoted_reactions.after(message, address, until) if drawn else ()

    def _note(self, message: Message) -> Iterator[Message]:
        """Yield a note to oneself; before 26 it came back (§26.12)."""
        yield message
        if message.date < SINCE_26 and message.event is None:
            address = next(iter(self.plan.addresses.values()))
            date = message.date + SECOND
            yield replace(
                message,
                guid=guid_after(message.guid, "twin"),
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
            can = self.spoke == message.sender and soon < message.date < soon + _A_TALK
            if can and not message.tapbacks and self.previous and lot.has("link-row"):
                return after_one(message, soon - soon % MILLISECOND, self.was_read)
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
    """Return, for each rule that can apply, the place of its number in a digest, the
    first byte of its limit, the limit, and the rule."""
    limits = thresholds(span)
    return [
        (at, limit >> 8, limit, rule)
        for (at, limit), rule in ((limits[name], rule) for name, rule in rules)
        if limit
    ]


def _is_plain(message: Message) -> bool:
    """Return whether nothing but a text was said, and nothing came of it."""
    if _RARITIES(message) != _PLAIN or len(message.parts) != 1:
        return False
    part = message.parts[0]
    return part.kind == "text" and not part.runs
