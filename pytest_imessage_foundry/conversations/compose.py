"""Turn timed turns into messages, with ids, receipts, edits and reactions.

Messages are made in blocks: all messages of one side until the other side writes. The
other side has read a block before it writes, so that receipts agree with the
conversation. Blocks are short, so that memory use does not grow: of a long run, the
other side has read each block before the next one begins.
"""

from __future__ import annotations

from collections import deque
from itertools import chain
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.eras import USUAL, Era
from pytest_imessage_foundry.conversations.receipts import Reader, reactions_of
from pytest_imessage_foundry.conversations.receipts import delivered as delivered_at
from pytest_imessage_foundry.conversations.rich_turns import RichTurns
from pytest_imessage_foundry.models import Message, TextPart
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_imessage_foundry.models import Persona, Service, Turn

    Timed = tuple[int, Turn]

_BLOCK = 32  # most messages of one side that are read together
_NEVER = 1 << 63
_MEMORY = 64  # messages that an inline reply can still reach
_RECEIPTS = 0.7  # share of people who send read receipts
# One comparison separates the many plain turns from those with anything else.
_RARITIES = attrgetter(
    *("reactions", "replies_to", "attachment", "link_title"),
    *("edited_from", "effect", "event", "is_unsent"),
)
_PLAIN = ((), 0, None, None, None, None, None, False)


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
    composer.enter(USUAL)
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
        draws = Random(f"compose:{rng_key}")
        random, self.bits = draws.random, draws.getrandbits
        self.owner, self.release, self.end = owner.id, features, end
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
        theirs = Reader(habits, zones[0] if zones else owner.time_zone, random)
        mine = Reader([owner.typical_response_time], owner.time_zone, random)
        self.readers = {True: theirs, False: mine}
        self.service, self.shows_delivery = service, service != "SMS"
        self.shows_reading = service != "SMS" and not is_group and random() < _RECEIPTS
        self.recent: deque[Message | None] = deque(maxlen=_MEMORY)
        self.rich = RichTurns(
            people=people,
            address=self.address,
            services=self.services,
            service=service,
            is_group=is_group,
            end=end,
            draws=draws,
            recent=self.recent,
        )
        self.eras: deque[Era] = deque()

    def enter(self, era: Era) -> None:
        """Write what the release can hold and phones could do from now on."""
        usual = era.immutable, 256 - era.text_only
        self.bodies = {True: (*era.own, *usual), False: (*era.received, *usual)}
        self.next_era = self.eras[0].since if self.eras else _NEVER
        self.rich.enter(era, self.release)

    def enter_by(self, date: int) -> None:
        """Enter the era of a date."""
        while self.next_era <= date:
            self.enter(self.eras.popleft())

    def blocks(self, timed: Iterable[Timed]) -> Iterator[list[Message]]:
        owner = self.owner
        block: list[Timed] = []
        is_mine = False
        for pair in timed:
            mine = pair[1].sender == owner
            if block and (mine is not is_mine or len(block) == _BLOCK):
                yield self._block(block, is_mine, pair[0])
                block = []
            is_mine = mine
            block.append(pair)
        if block:
            yield self._block(block, is_mine, 0)

    def _block(self, block: list[Timed], is_mine: bool, until: int) -> list[Message]:
        """Return the messages of one side up to `until`, when somebody writes again (0:
        never).

        The other side has read them by then.
        """
        reader = self.readers[is_mine]
        dates = [date for date, _ in block]
        opened = reader.answers(dates[-1], until) if until else 0
        reads = reader.reads(dates, opened)
        if not until:
            reader.stops(reads)
        if reader.reactions:
            reader.catches_up(dates, reads)
        archived, directed, immutable, text_only = self.bodies[is_mine]
        next_era = self.next_era
        delivers = is_mine and self.shows_delivery
        shows = self.shows_reading or not is_mine
        bits, end, recent = self.bits, self.end, self.recent
        messages: list[Message] = []
        delivered = 0
        for (date, turn), read in zip(block, reads, strict=True):
            if date >= next_era:
                self.enter_by(date)
                archived, directed, immutable, text_only = self.bodies[is_mine]
                next_era = self.next_era
            sender = turn.sender
            chance = bits(56)
            share = chance & 255
            if delivers:
                delivered = delivered_at(date, chance >> 24)
                if delivered > read:
                    delivered = (date + read + 1) // 2
                if delivered > end:
                    delivered = 0
            if read > end:
                read = 0
            fields: dict[str, Any] = {
                "guid": guid_of(bits(128)),
                "date": date,
                "sender": self.address[sender],
                "service": self.service,
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
            if _RARITIES(turn) != _PLAIN or sender in self.services:
                message = self.rich.message(fields, turn, read)
                if message is not None and message.tapbacks:
                    reader.reactions += reactions_of(message, is_mine)
                    reader.catches_up(dates, reads)
            else:
                # Beside others `**fields` would be copied one by one.
                fields["parts"] = (TextPart(turn.text),)
                message = Message(**fields)
            recent.append(message)
            if message is not None:
                messages.append(message)
        return messages
