"""Messages of turns that have more than a text: files, links, replies, changes."""

from __future__ import annotations

from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.codes import notice
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
    MILLISECOND,
    MINUTE,
    SECOND,
    UNSEND_WITHIN,
)
from pytest_imessage_foundry.models.guids import guid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_imessage_foundry.conversations.eras import Era
    from pytest_imessage_foundry.models import (
        Part,
        Persona,
        Reaction,
        Service,
        TapbackKind,
        Turn,
    )

_LAST_FILE = 9_999  # as cameras count, and so that few different files are made

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


class RichTurns:
    """Makes the messages of one chat that are more than a text.

    Args:
        people: personas by id.
        address: the current address of each, by id; None is the owner.
        services: the ids of those who send notices.
        service: the service of all messages.
        is_group: whether reactions come without a read receipt.
        end: the latest time of anything.
        draws: the source of all draws.
        recent: the latest messages, None for a turn without one.
    """

    def __init__(
        self,
        *,
        people: Mapping[str, Persona],
        address: dict[str, str | None],
        services: set[str],
        service: Service,
        is_group: bool,
        end: int,
        draws: Random,
        recent: Sequence[Message | None],
    ) -> None:
        self.people, self.address, self.services = people, address, services
        self.service, self.is_group, self.end = service, is_group, end
        self.random, self.bits, self.recent = draws.random, draws.getrandbits, recent
        self.is_apple = service in ("iMessage", "iMessageLite")
        self.files = int(self.random() * 4_000)
        self.features: frozenset[str] = frozenset()
        self.lacks: frozenset[str] = frozenset()

    def enter(self, era: Era, release: frozenset[str]) -> None:
        """Write what a release can hold and phones could do from now on."""
        self.lacks, self.features = era.lacks, release - era.lacks

    def message(self, fields: dict[str, Any], turn: Turn, read: int) -> Message | None:
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
        if turn.link_title and "links" not in self.lacks:
            fields["balloon"] = self._link(turn)
        if turn.attachment == "voice":
            heard = read if read and self.random() < 0.8 else 0
            audio = Audio(date_played=heard, expire_state=1 if heard else 0)
            fields["traits"] = Traits(audio=audio)
        if turn.replies_to and self.is_apple and "replies" in self.features:
            fields["reply_to"] = self._reply(turn.replies_to)
        if turn.effect and self.is_apple and "effects" not in self.lacks:
            fields["effect"] = turn.effect
        if turn.edited_from and self.is_apple and "edits" in self.features:
            fields["edits"] = self._edits(date, turn.edited_from, len(parts) - 1)
        if turn.is_unsent and self.is_apple and "unsends" in self.features:
            parts = self._unsent(date, parts)
            fields |= {"balloon": None, "edits": ()}
        elif (
            turn.reactions
            and self.service in _TAPBACKS_OVER
            and "tapbacks" not in self.lacks
        ):
            fields["tapbacks"] = tuple(self._tapbacks(fields, turn.reactions, read))
        fields["parts"] = parts
        return Message(**fields)

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
        self, fields: Mapping[str, Any], reactions: Iterable[Reaction], read: int
    ) -> Iterator[Tapback]:
        """Yield the reactions that came by the end, in order of date."""
        seen = fields["date"] if self.is_group else read
        is_received = fields["sender"] is not None
        freed: dict[str, int] = {}  # until when who took one back can give no other
        for reaction in reactions if seen else ():
            name, emoji = reaction.name, reaction.emoji
            sender = self.address[reaction.sender]
            if sender is None and is_received:
                # Of a group, only the owner's reading is known.
                if not read:
                    continue
                seen = max(seen, read)
            if name == "emoji" and "emoji_tapbacks" not in self.features:
                name, emoji = _CLASSIC.get((emoji or "")[:1], "emoji"), None
            free = freed.get(reaction.sender, 0) if name != "sticker" else 0
            if free >= self.end:
                continue
            begin = max(seen, free)
            moment = self._reacted(sender, begin, 20 * MINUTE)
            if name in ("emoji", "sticker") and f"{name}_tapbacks" not in self.features:
                continue
            if not moment:
                return
            seen = moment
            tapback = Tapback(
                guid=self._guid(),
                date=moment,
                sender=sender,
                name=name,
                emoji=emoji if name == "emoji" else None,
                sticker=self._attachment("sticker") if name == "sticker" else None,
                removed=self._removal(sender, moment) if reaction.is_removed else None,
            )
            if name != "sticker":
                removed = tapback.removed
                freed[reaction.sender] = self.end if removed is None else removed.date
            yield tapback

    def _reacted(self, sender: str | None, date: int, most: int) -> int:
        """Return a time up to `most` after `date`, or 0; the owner's times are whole
        milliseconds."""
        moment = self._soon_after(date, 2 * SECOND, most)
        return moment if sender is not None else moment - moment % MILLISECOND

    def _removal(self, sender: str | None, date: int) -> Removal | None:
        moment = self._reacted(sender, date, 10 * MINUTE)
        if not moment:
            return None
        keeps = self.random() < 0.5
        return Removal(guid=self._guid(), date=moment, keeps_added=keeps)
