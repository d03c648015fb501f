"""Turn timed turns into messages, with ids, receipts, edits and reactions.

Messages are made in blocks: all messages of one side until the other side writes. The
other side has read a block before it writes, so that receipts agree with the
conversation. Blocks are short, so that memory use does not grow.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from itertools import chain
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.codes import notice
from pytest_imessage_foundry.conversations.eras import USUAL, Era
from pytest_imessage_foundry.conversations.receipts import Reader
from pytest_imessage_foundry.conversations.receipts import delivered as delivered_at
from pytest_imessage_foundry.models import (
    Attachment,
    Audio,
    Edit,
    Event,
    Link,
    Message,
    Removal,
    Reply,
    Run,
    Tapback,
    TextPart,
    Traits,
    Unsent,
    utf16_length,
)
from pytest_imessage_foundry.models.apple_time import (
    EDIT_WITHIN,
    MINUTE,
    SECOND,
    UNSEND_WITHIN,
)
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_imessage_foundry.models import (
        Part,
        Persona,
        Reaction,
        Service,
        TapbackKind,
        Turn,
    )

    Timed = tuple[int, Turn]

_BLOCK = 32  # most messages of one side that are read together
_LAST_FILE = 9_999  # as cameras count, and so that few different files are made
_MEMORY = 64  # messages that an inline reply can still reach
_RECEIPTS = 0.7  # share of people who send read receipts
# One comparison separates the many plain turns from those with anything else.
_RARITIES = attrgetter(
    *("reactions", "replies_to", "attachment", "link_title"),
    *("edited_from", "effect", "event", "is_unsent"),
)
_PLAIN = ((), 0, None, None, None, None, None, False)

# What stands for an emoji tapback in releases before Sequoia.
_CLASSIC: dict[str, TapbackKind] = {
    "❤": "loved",
    "👍": "liked",
    "👎": "disliked",
    "😂": "laughed",
    "‼": "emphasized",
    "❓": "questioned",
}
_TAPBACKS_OVER = ("iMessage", "RCS")


def compose(
    timed: Iterable[Timed],
    *,
    owner: Persona,
    people: Mapping[str, Persona],
    features: frozenset[str],
    rng_key: str,
    end: int,
    service: Service = "iMessage",
    is_group: bool = False,
    addresses: Mapping[str, str] | None = None,
    eras: Iterable[Era] = (),
) -> Iterator[Message]:
    """Yield the messages of one chat, in order.

    Nothing in them is later than `end`: reads and reactions after it do not happen.
    What the release or the service cannot hold is left out (an edited message has its
    last text, an event has no row) or replaced by an older form (an emoji tapback by
    one of the six).

    Args:
        timed: (nanoseconds since 2001, turn) pairs, strictly increasing.
        owner: whose phone it is.
        people: personas by id: everybody who writes, reacts or is named in
            this chat, and nobody else: the first of them to read counts.
        features: what the release can hold, see `db.schema.Schema.features`.
        rng_key: the key of every draw, GUIDs included.
        end: the latest time of anything, in nanoseconds since 2001.
        service: the service of all messages.
        is_group: groups show no read receipts.
        addresses: the address of a persona in this chat, by id, if it is not
            `Persona.identifier`.
        eras: what phones could do, and how they wrote bodies, at the time; the
            release's features and the usual bodies where there are none.
    """
    composer = _Composer(
        owner, people, features, rng_key, end, service, is_group, addresses or {}
    )
    composer.eras.extend(eras)
    return chain.from_iterable(composer.blocks(timed))


class _Composer:
    def __init__(
        self,
        owner: Persona,
        people: Mapping[str, Persona],
        features: frozenset[str],
        rng_key: str,
        end: int,
        service: Service,
        is_group: bool,
        addresses: Mapping[str, str],
    ) -> None:
        generator = Random(f"compose:{rng_key}")
        self.random, self.bits = generator.random, generator.getrandbits
        self.owner, self.release, self.end = owner.id, features, end
        self.eras: deque[Era] = deque()
        self.enter(USUAL)
        self.service, self.is_group = service, is_group
        self.is_apple = service in ("iMessage", "iMessageLite")
        self.people = people
        others = {who: p for who, p in people.items() if who != owner.id}
        self.address: dict[str, str | None] = {
            who: addresses.get(who, p.identifier) for who, p in others.items()
        }
        self.address[owner.id] = None
        self.services = {
            who for who, p in others.items() if p.identifier_type == "short-code"
        }
        # Who reads what the owner says, and the owner, who reads what the others say.
        habits = [each.typical_response_time for each in others.values()]
        zones = [each.time_zone for each in others.values()]
        theirs = Reader(
            list(habits), zones[0] if zones else owner.time_zone, self.random
        )
        mine = Reader([owner.typical_response_time], owner.time_zone, self.random)
        self.readers = {True: theirs, False: mine}
        self.shows_delivery = service != "SMS"
        self.shows_reading = (
            service != "SMS" and not is_group and self.random() < _RECEIPTS
        )
        self.recent: deque[Message | None] = deque(maxlen=_MEMORY)
        self.files = int(self.random() * 4_000)

    def enter(self, era: Era) -> None:
        """Write what the release can hold and phones could do from now on."""
        self.era = era
        self.features = self.release - era.lacks

    def blocks(self, timed: Iterable[Timed]) -> Iterator[list[Message]]:
        owner = self.owner
        block: list[Timed] = []
        is_mine = False
        for pair in timed:
            mine = pair[1].sender == owner
            if block and (mine is not is_mine or len(block) == _BLOCK):
                yield self._block(block, is_mine, pair[0], mine is not is_mine)
                block = []
            is_mine = mine
            block.append(pair)
        if block:
            yield self._block(block, is_mine, 0)

    def _block(
        self, block: list[Timed], is_mine: bool, until: int, is_answered: bool = False
    ) -> list[Message]:
        """Return the messages of one side up to `until`, when somebody writes again (0:
        never).

        The other side has read them by then if it `is_answered`.
        """
        while self.eras and self.eras[0].since <= block[0][0]:
            self.enter(self.eras.popleft())
        reader = self.readers[is_mine]
        opened = reader.answers(block[-1][0], until) if is_answered else 0
        dates = [date for date, _ in block]
        unread = 0 if until else reader.stops(dates)
        era = self.era
        archived, directed = era.own if is_mine else era.received
        immutable, text_only = era.immutable, 256 - era.text_only
        delivers = is_mine and self.shows_delivery
        shows = self.shows_reading or not is_mine
        bits, end, service, services = self.bits, self.end, self.service, self.services
        messages: list[Message] = []
        delivered = 0
        reads = reader.reads(dates, opened)
        for (date, turn), read in zip(block, reads, strict=True):
            chance = bits(56)
            share = chance & 255
            if delivers:
                delivered = delivered_at(date, chance >> 24)
                if delivered > read:
                    delivered = (date + read + 1) // 2
                if delivered > end:
                    delivered = 0
            if read > end or (unread and date >= unread):
                read = 0
            fields: dict[str, Any] = {
                "guid": guid_of(bits(128)),
                "date": date,
                "sender": self.address[turn.sender],
                "service": service,
                "date_delivered": delivered,
                "date_read": read if shows else 0,
                "storage": "archive"
                if share < archived
                else "text"
                if share >= text_only
                else "both",
                "immutable": chance >> 8 & 255 < immutable,
                "writing_direction": chance >> 16 & 255 < directed,
            }
            message: Message | None
            if _RARITIES(turn) != _PLAIN or turn.sender in services:
                message = self._special(fields, turn, read)
            else:
                message = Message(parts=(TextPart(turn.text),), **fields)
            self.recent.append(message)
            if message is not None:
                messages.append(message)
        return messages

    def _special(self, fields: dict[str, Any], turn: Turn, read: int) -> Message | None:
        """Return the message with all that its turn says; None if it makes no row.

        `fields` are the fields that every message has. `read` is when the other side
        read it, in nanoseconds since 2001, whether or not a receipt shows it.
        """
        if fields["storage"] == "text":
            fields["storage"] = "both"  # files and links need a body
        if turn.event:
            return self._event(fields, turn)
        date = fields["date"]
        parts = self._parts(fields, turn)
        if turn.link_title and "links" not in self.era.lacks:
            fields["balloon"] = self._link(turn)
        if turn.attachment == "voice":
            heard = read if read and self.random() < 0.8 else 0
            audio = Audio(date_played=heard, expire_state=1 if heard else 0)
            fields["traits"] = Traits(audio=audio)
        if turn.replies_to and self.is_apple and "replies" in self.features:
            fields["reply_to"] = self._reply(turn.replies_to)
        if turn.effect and self.is_apple and "effects" not in self.era.lacks:
            fields["effect"] = turn.effect
        if turn.edited_from and self.is_apple and "edits" in self.features:
            fields["edits"] = self._edits(date, turn.edited_from, len(parts) - 1)
        if turn.is_unsent and self.is_apple and "unsends" in self.features:
            parts = self._unsent(date, parts)
            fields |= {"balloon": None, "edits": ()}
        elif (
            turn.reactions
            and self.service in _TAPBACKS_OVER
            and "tapbacks" not in self.era.lacks
        ):
            fields["tapbacks"] = tuple(self._tapbacks(date, turn.reactions, read))
        return Message(parts=parts, **fields)

    def _parts(self, fields: Mapping[str, Any], turn: Turn) -> tuple[Part, ...]:
        text = turn.text
        if turn.attachment == "voice":
            words = text if "audio_transcripts" in self.features else ""
            return (self._attachment("voice", transcript=words or None),)
        if turn.attachment:
            guid = f"at_0_{fields['guid']}" if text and fields["sender"] is None else ""
            file = self._attachment(turn.attachment, guid)
            return (file, TextPart(text)) if text else (file,)
        if turn.link_title:
            return (TextPart.of(Run(text, link=text)),)
        if turn.sender in self.services:
            return (notice(text),)
        return (TextPart(text),)

    def _attachment(self, kind: str, guid: str = "", **fields: Any) -> Attachment:
        """Return the next file that this chat's phones make."""
        self.files = self.files % _LAST_FILE + 1
        return self._send(kind, guid or self._guid(), self.files, **fields)

    @cached_property
    def _send(self) -> Callable[..., Attachment]:
        # A chat without files does not need the module.
        from pytest_imessage_foundry.attachments.sending import send

        return send

    def _guid(self) -> str:
        return guid_of(self.bits(128))

    def _link(self, turn: Turn) -> Link:
        host = turn.text.partition("://")[2].partition("/")[0]
        image = self._attachment("link-image") if self.random() < 0.7 else None
        return Link(
            url=turn.text,
            title=turn.link_title,
            site_name=host.removeprefix("www.") or None,
            image=image,
        )

    def _event(self, fields: Mapping[str, Any], turn: Turn) -> Message | None:
        kind, sender = turn.event, fields["sender"]
        assert kind is not None
        if kind.startswith("background") and "backgrounds" not in self.features:
            return None
        photo = self._attachment("group-photo") if kind == "photo-set" else None
        event = self._number(turn.sender) if kind == "number-changed" else None
        event = event or Event(
            kind=kind,
            who=self.address[turn.event_who] if turn.event_who else None,
            title=turn.text or None if kind == "renamed" else None,
            photo=photo,
            incoming=sender is not None,
        )
        return Message(
            guid=fields["guid"],
            date=fields["date"],
            sender=sender,
            service=fields["service"],
            date_read=fields["date_read"] if sender is not None else 0,
            event=event,
        )

    def _number(self, sender: str) -> Event | None:
        """Return the event of a sender's new address, None if they have only one."""
        was = self.address[sender]
        others = [each for each in self.people[sender].addresses if each != was]
        if was is None or not others:
            return None
        self.address[sender] = others[0]
        return Event(
            kind="number-changed", who=others[0], was=was, joined_by=self._guid()
        )

    def _reply(self, back: int) -> Reply | None:
        """Return a reply in the thread of the message `back` turns ago, None if it
        cannot.

        All replies of a thread name its first message (SEMANTICS §7).
        """
        target = self.recent[-back] if back <= len(self.recent) else None
        if target is None or not target.parts or target.is_unsent:
            return None
        if target.reply_to is not None:
            return target.reply_to
        part = target.parts[0]
        length = utf16_length(part.text) if part.kind == "text" else 1
        return Reply(guid=target.guid, length=length)

    def _edits(self, date: int, before: str, part: int) -> tuple[Edit, ...]:
        moment = self._soon_after(date, 6 * SECOND, EDIT_WITHIN)
        if not moment:
            return ()
        return (Edit(date=moment, before=TextPart(before), part=part),)

    def _unsent(self, date: int, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        moment = self._soon_after(date, 3 * SECOND, UNSEND_WITHIN)
        if not moment:
            return parts
        lengths = [utf16_length(p.text) if p.kind == "text" else 1 for p in parts]
        return tuple(Unsent(date=moment, length=length) for length in lengths)

    def _soon_after(self, date: int, least: int, most: int) -> int:
        """Return a time up to `most` after `date`, usually near `least`, or 0."""
        wait = least + int((most - least) * self.random() ** 3)
        return date + wait if date + wait <= self.end else 0

    def _tapbacks(
        self, date: int, reactions: Iterable[Reaction], read: int
    ) -> Iterator[Tapback]:
        """Yield the reactions that came by the end, in order of date."""
        seen = date if self.is_group else read
        for reaction in reactions if seen else ():
            name, emoji = reaction.name, reaction.emoji
            if name == "emoji" and "emoji_tapbacks" not in self.features:
                name, emoji = _CLASSIC.get((emoji or "")[:1], "emoji"), None
            moment = self._soon_after(seen, 2 * SECOND, 20 * MINUTE)
            if name in ("emoji", "sticker") and f"{name}_tapbacks" not in self.features:
                continue
            if not moment:
                return
            seen = moment
            yield Tapback(
                guid=self._guid(),
                date=moment,
                sender=self.address[reaction.sender],
                name=name,
                emoji=emoji if name == "emoji" else None,
                sticker=self._attachment("sticker") if name == "sticker" else None,
                removed=self._removal(moment) if reaction.is_removed else None,
            )

    def _removal(self, date: int) -> Removal | None:
        moment = self._soon_after(date, 2 * SECOND, 10 * MINUTE)
        if not moment:
            return None
        keeps = self.random() < 0.5
        return Removal(guid=self._guid(), date=moment, keeps_added=keeps)
