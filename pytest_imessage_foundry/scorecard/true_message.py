"""What is true of a message's own row, as a reading says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import ORDINARY, Link
from pytest_imessage_foundry.models.filters import without_suffix
from pytest_imessage_foundry.models.message_files import own_files
from pytest_imessage_foundry.scorecard import shows
from pytest_imessage_foundry.scorecard.iso_dates import digits, iso
from pytest_imessage_foundry.scorecard.reading_lines import plain_data
from pytest_imessage_foundry.scorecard.reading_parts import (
    FilteredAs,
    PlacedSticker,
    StandingTapback,
    TranslatedText,
)
from pytest_imessage_foundry.scorecard.readings import (
    EventReading,
    MessageReading,
    TapbackReading,
)
from pytest_imessage_foundry.scorecard.true_balloon import balloon_reading
from pytest_imessage_foundry.scorecard.true_body import (
    body_fields,
    coarse,
    file_reading,
    history_fields,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Event, Message, Traits
    from pytest_imessage_foundry.scorecard.readings import Status

Fields = dict[str, Any]
# What stands in the text of a line that an app left, for whoever received it (§23).
_RECEIVER = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier)"


def own_reading(
    message: Message, place: Fields
) -> MessageReading | TapbackReading | EventReading:
    """Return the reading of a message's own row.

    `place` has the fields that the row's place gives: rowid, chat, chat_rowid, case.
    """
    if message.event is not None:
        return event_reading(message, message.event, message.guid, place)
    if message.traits.dangling is not None:
        return _dangling(message, message.traits.dangling, place)
    return _message(message, place)


def envelope(
    message: Message, guid: str, sender: str | None, date: int, place: Fields
) -> Fields:
    """Return who, when and over what, of a row of `message`."""
    fields: Fields = {
        **place,
        "guid": guid,
        "date": iso(date),
        "date_ns": str(date),
        "from_me": sender is None,
        "sender": sender or None,
        "service": None if "service" in message.traits.blank else message.service,
    }
    if sender and (bare := without_suffix(sender)) != sender:
        # What was dialled is right as well (§26.1).
        fields["or_else"] = {**fields.get("or_else", {}), "sender": [bare]}
    return fields


def _message(message: Message, place: Fields) -> MessageReading:
    fields = _placed(message, place)
    if message.traits is not ORDINARY:
        fields |= _of_traits(message.traits)
    fields |= body_fields(message) | history_fields(message) | _receipts(message)
    if message.reply_to is not None:
        reply = message.reply_to
        fields |= {
            "is_reply": True,
            "reply_to": reply.guid,
            "reply_part": reply.part,
        }
    if message.tapbacks or message.stickers:
        fields |= _reactions(message)
    if message.balloon is not None:
        fields["balloon"] = balloon_reading(message.balloon)
        fields["has_files"] = any(own_files(message))
    found = MessageReading(
        subject=message.subject,
        effect=message.effect,
        shows=shows.shown_by(message),
        **fields,
    )
    return _with_others(message, found)


def _placed(message: Message, place: Fields) -> Fields:
    """Return the envelope of an own row, whatever chat holds it now."""
    fields = envelope(message, message.guid, message.sender, message.date, place)
    traits = message.traits
    if traits.chatless:
        fields |= {"chat": None, "chat_rowid": None}
    elif _is_deleted(traits):
        # Its join to the chat is gone; the table of what can be recovered names it.
        others: Fields = {"chat": [None], "chat_rowid": [None]}
        fields["or_else"] = {**fields.get("or_else", {}), **others}
    if traits.also_in is not None:
        fields["also_in"] = traits.also_in
    return fields


def _is_deleted(traits: Traits) -> bool:
    return traits.deleted is not None and not traits.deleted.parts


def _of_traits(traits: Traits) -> Fields:
    deleted, category = traits.deleted, traits.filtered
    fields: Fields = {
        "error": traits.error,
        "is_audio": traits.audio is not None,
        "is_deleted": _is_deleted(traits),
        "deleted_parts": list(deleted.parts) if deleted else [],
        "was_downgraded": traits.downgraded,
        "was_delivered_quietly": traits.delivered_quietly,
        "is_spam": traits.spam,
        "is_off_grid": traits.off_grid,
        "is_critical": traits.critical,
        "is_time_sensitive": traits.time_sensitive,
        "has_unseen_mention": traits.unseen_mention,
    }
    if traits.audio is not None:
        played = traits.audio.date_played
        fields |= {"date_played": iso(played), "date_played_ns": digits(played)}
    if traits.translation is not None:
        said = traits.translation
        fields["translation"] = TranslatedText(language=said.language, text=said.text)
    if category is not None:
        fields["filtered"] = FilteredAs(
            action=category.action, sub_action=category.sub_action
        )
    return fields


def _receipts(message: Message) -> Fields:
    read, delivered = message.date_read, message.date_delivered
    fields: Fields = {"is_read": bool(read), "status": _status(message)}
    if message.traits.delivered_flag_only:
        # iCloud set the flags and left the dates (§1).
        lost = ["date_read", "date_read_ns", "date_delivered", "date_delivered_ns"]
        return fields | {"not_in_file": lost}
    return fields | {
        "date_read": iso(read),
        "date_read_ns": digits(read),
        "date_delivered": iso(delivered),
        "date_delivered_ns": digits(delivered),
    }


def _status(message: Message) -> Status | None:
    traits = message.traits
    if message.sender is not None:
        return None
    if traits.error:
        return "failed"
    if traits.is_sending:
        return "sending"
    if traits.schedule is not None and traits.schedule.state != 3:
        return "scheduled"
    if message.date_read and not traits.delivered_flag_only:
        return "read"
    return "delivered" if message.date_delivered else "sent"


def _reactions(message: Message) -> Fields:
    on_balloon = message.balloon is not None
    return {
        "tapbacks": [
            StandingTapback(
                tapback=each.name,
                address=each.sender,
                emoji=each.emoji,
                part=None if on_balloon else each.part,
            )
            for each in message.tapbacks
            if each.removed is None
        ],
        "stickers": [
            PlacedSticker(address=each.sender, part=None if on_balloon else each.part)
            for each in message.stickers
        ],
    }


def _with_others(message: Message, found: MessageReading) -> MessageReading:
    """Note where a file leaves two right answers."""
    balloon, others = message.balloon, found.or_else
    if isinstance(balloon, Link) and (
        balloon.is_placeholder or not balloon.has_payload
    ):
        others["balloon"] = [None]  # the text alone has the address
    texts = [part.text or "" for part in found.parts if part.kind == "text"]
    if message.balloon is None and (below := "\n".join(texts)) != found.text:
        # Readers set bubbles one below the other; a file's run may be some text.
        others["text"] = [below]
    if found.detected:
        # Messages underlines what it found, and readers show it so.
        marked = [{"style": "underline", "text": e.text} for e in found.detected]
        others["styles"] = [plain_data([*found.styles, *marked])]
    if balloon is not None and (brought := [*own_files(message)]):
        # The pictures of an app came with the row, and are no part of its body.
        others["files"] = [plain_data([file_reading(file) for file in brought])]
    if _RECEIVER in found.text:
        read = found.text.replace(_RECEIVER, "You")
        others["text"] = [*others.get("text", ()), read]
        others["parts"] = [[{"kind": "text", "text": read}]]
    if any(file.state == "awaited" for file in message.attachments):
        # The body names a file that has no row yet.
        named = [{"guid": file.guid} for file in message.attachments]
        others["files"] = [named]
        others["has_files"] = [True]
    detected = coarse(found.detected)
    if detected != [{"text": e.text, "found": e.found} for e in found.detected]:
        others["detected"] = [detected]
    return found


def event_reading(
    message: Message,
    event: Event,
    guid: str,
    place: Fields,
    *,
    joins: bool = False,
) -> EventReading:
    """Return the reading of one row of an event; `joins` is the second row of a
    changed number (§26.3)."""
    who, happened = event.who, event.kind
    if event.was is not None and not joins:
        who, happened = event.was, "removed"
    sender = event.who if joins else message.sender
    return EventReading(
        **envelope(message, guid, sender, message.date, place),
        shows=[f"event-{happened}", *shows.service_shown(message)],
        event=happened,
        who=who if happened in ("added", "removed", "number-changed") else None,
        title=event.title or None,
        incoming=event.incoming,
        files=[file_reading(event.photo)] if event.photo else [],
    )


def _dangling(message: Message, target: str, place: Fields) -> TapbackReading:
    """Return the reading of a tapback whose message the file does not have."""
    return TapbackReading(
        **_placed(message, place),
        shows=["tapback", *shows.service_shown(message)],
        of=target.rpartition("/")[2],
        tapback="loved",
    )
