"""Rows that come with a message or after it: tapbacks, stickers, polls, events.

Each is a full row of `message`. Those of other people's doings point at their
target; see SEMANTICS §6, §10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.db.blobs import bodies, payloads, summary_info
from pytest_imessage_foundry.db.blobs.attributes import Runs, attachment_runs
from pytest_imessage_foundry.db.blobs.bodies import PART
from pytest_imessage_foundry.db.rows.columns import NOT_INDEXED, ORDINARY
from pytest_imessage_foundry.db.rows.deletions import is_gone
from pytest_imessage_foundry.db.rows.message import (
    envelope,
    event_rows,
    text_columns,
)
from pytest_imessage_foundry.models import (
    ATTACHMENT_MARK,
    BALLOON_MARK,
    Message,
    Poll,
    PollChoice,
    PollVote,
    Sticker,
    Tapback,
    TextPart,
    part_length,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.db.rows.chats import ChatContext
    from pytest_imessage_foundry.db.rows.columns import Row
    from pytest_imessage_foundry.models import Attachment

ADDED = {  # associated_message_type; its removal is 1000 more
    "loved": 2000,
    "liked": 2001,
    "disliked": 2002,
    "laughed": 2003,
    "emphasized": 2004,
    "questioned": 2005,
    "emoji": 2006,
    "sticker": 2007,
}
PLACED_STICKER = 1000
POLL_UPDATE = 2
POLL_VOTE = 4000
NO_RANGE = -1
_VERBS = {
    "loved": "Loved",
    "liked": "Liked",
    "disliked": "Disliked",
    "laughed": "Laughed at",
    "emphasized": "Emphasized",
    "questioned": "Questioned",
}
_NOUNS = {
    "loved": "a heart",
    "liked": "a like",
    "disliked": "a dislike",
    "laughed": "a laugh",
    "emphasized": "an exclamation",
    "questioned": "a question mark",
}

Arrival = tuple[int, "Row", tuple["Attachment", ...], "Sticker | None"]


def has_drawn(message: Message) -> bool:
    """Return whether there is anything in `rows`, at a glance."""
    return bool(
        message.tapbacks
        or message.stickers
        or message.balloon is not None
        or message.event is not None
    )


def rows(message: Message, place: ChatContext) -> Iterator[Arrival]:
    """(date, row, files, the sticker placed) of all that `message` drew after it.

    What reacted to a message goes with it when that is deleted for good.
    """
    if is_gone(message):
        return
    for tapback in message.tapbacks:
        yield from _tapback_rows(message, tapback, place)
    for sticker in message.stickers:
        row = _sticker_row(message, sticker, place)
        yield sticker.date, row, (sticker.image,), sticker
    if message.balloon is not None and message.balloon.kind == "poll":
        yield from _poll_rows(message, message.balloon, place)
    if message.event is not None:
        for row in event_rows(message, place):
            yield message.date, row, (), None


def gone(message: Message) -> Iterator[tuple[int, str]]:
    """(date, GUID) of tapbacks whose rows went when they were taken back or changed:
    each had a ROWID, which nothing has since (§6)."""
    for tapback in message.tapbacks if not is_gone(message) else ():
        yield from tapback.gone


def target(message: Message, part: int, *, is_bare: bool = False) -> str:
    """associated_message_guid: a part of a message, or a balloon (§6)."""
    if is_bare:
        return message.guid
    if message.balloon is not None:
        return f"bp:{message.guid}"
    return f"p:{part}/{message.guid}"


def _tapback_rows(
    message: Message, tapback: Tapback, place: ChatContext
) -> Iterator[Arrival]:
    images = (tapback.sticker,) if tapback.sticker is not None else ()
    removed = tapback.removed
    if removed is None or removed.keeps_added:
        row = _tapback_row(message, tapback, place, tapback.guid, tapback.date)
        yield tapback.date, row, images, None
    if removed is not None:
        row = _tapback_row(message, tapback, place, removed.guid, removed.date)
        row |= {
            "associated_message_type": ADDED[tapback.name] + 1000,
            "index_state": NOT_INDEXED,
        }
        then = _as_it_was(message, removed.date)
        row |= text_columns(_removal_text(then, tapback), "both") | {"part_count": 1}
        if removed.keeps_added:
            # The sticker is one file; where both rows stand, the first has it.
            images, row["cache_has_attachments"] = (), 0
        else:  # it names the row that it took away (§26.23)
            row["reply_to_guid"] = tapback.guid
            row["message_summary_info"] = summary_info.removal(
                _excerpt(then, tapback.part)
            )
        yield removed.date, row, images, None


def _tapback_row(
    message: Message, tapback: Tapback, place: ChatContext, guid: str, date: int
) -> Row:
    row = _pointing(message, tapback.sender, guid, date, place)
    message = _as_it_was(message, date)
    location, length = _range(message, tapback.part, date)
    row |= text_columns(_tapback_text(message, tapback), "both")
    row |= {
        # Of all rows that point at others these alone are searched: 26.5.2 has an
        # index of rows whose state must be NOT_INDEXED and is not.
        "index_state": ORDINARY["index_state"],
        "associated_message_guid": target(
            message, tapback.part, is_bare=tapback.is_bare
        ),
        "associated_message_type": ADDED[tapback.name],
        "associated_message_range_location": location,
        "associated_message_range_length": length,
        "message_summary_info": summary_info.tapback(_excerpt(message, tapback.part)),
    }
    if tapback.emoji is not None:
        row["associated_message_emoji"] = tapback.emoji
    if tapback.sticker is not None:
        row |= _sticker_body(row["text"], tapback.sticker)
        row["cache_has_attachments"] = 1
    return row


def _sticker_body(said: str, sticker: Attachment) -> Row:
    """What is said, and after it the picture as a part of its own (one genuine body
    of type 2007)."""
    runs: Runs = [(said, {PART: 0}), *attachment_runs(sticker, 1)]
    return {
        "text": said + sticker.mark,
        "attributedBody": bodies.attributed(runs),
        "part_count": len(runs),
    }


def _sticker_row(message: Message, sticker: Sticker, place: ChatContext) -> Row:
    row = _pointing(message, sticker.sender, sticker.guid, sticker.date, place)
    then = _as_it_was(message, sticker.date)
    location, length = _range(then, sticker.part, sticker.date)
    return row | {
        "text": ATTACHMENT_MARK,
        "attributedBody": bodies.attributed(attachment_runs(sticker.image)),
        "cache_has_attachments": 1,
        "associated_message_guid": target(message, sticker.part),
        "associated_message_type": PLACED_STICKER,
        "associated_message_range_location": location,
        "associated_message_range_length": length,
    }


def _poll_rows(message: Message, poll: Poll, place: ChatContext) -> Iterator[Arrival]:
    """Added choices and votes; a vote points at the newest state before it."""
    newest = message.guid
    owner = place.caller(message.service)
    updates: list[PollChoice | PollVote] = [*poll.added, *poll.votes]
    for update in sorted(updates, key=lambda each: each.date):
        if isinstance(update, PollChoice):
            row = _poll_row(message, update, update.option.creator, place)
            row |= {
                "associated_message_type": POLL_UPDATE,
                "associated_message_guid": message.guid,
                "payload_data": payloads.choice_payload(
                    poll, update, message.sender, owner=owner
                ),
            }
            newest = update.guid
        else:
            row = _poll_row(message, update, update.voter, place)
            row |= text_columns(" ", "both")
            row |= {
                "associated_message_type": POLL_VOTE,
                "associated_message_guid": newest,
                "payload_data": payloads.vote_payload(
                    update,
                    update.voter or owner,
                    session=payloads.session_of(poll.options),
                ),
                "message_summary_info": summary_info.vote(),
            }
        yield update.date, row, (), None


def _poll_row(
    message: Message,
    update: PollChoice | PollVote,
    sender: str | None,
    place: ChatContext,
) -> Row:
    assert message.balloon is not None
    row = _pointing(message, sender, update.guid, update.date, place)
    row |= text_columns(BALLOON_MARK, "both")
    return row | {
        "balloon_bundle_id": payloads.bundle_id(message.balloon),
        "associated_message_range_length": NO_RANGE,
        "message_summary_info": summary_info.app(message.balloon),
    }


def _pointing(
    message: Message, sender: str | None, guid: str, date: int, place: ChatContext
) -> Row:
    """Return the envelope of a row that points at `message`."""
    mine = sender is None
    # An own one has arrived unless the own message that it points at never did; the
    # owner has seen another's, unless what it points at is still unread.
    arrived = message.date_delivered or message.sender is not None
    looked = message.date_read if message.sender is not None else date
    carrier = Message(
        guid=guid,
        date=date,
        sender=sender,
        service=message.service,
        date_delivered=date if mine and arrived and message.service != "SMS" else 0,
        date_read=0 if mine or not looked else max(date, looked),
    )
    row = envelope(carrier, place, None)
    row["index_state"] = NOT_INDEXED
    return row


def _range(message: Message, number: int, date: int) -> tuple[int, int]:
    """Location and length that a part of a message, as it was, had at `date`."""
    parts = message.parts
    if number >= len(parts):
        return 0, 1  # a balloon
    lengths = [
        part.length if part.kind == "unsent" and part.date > date else part_length(part)
        for part in parts
    ]
    return sum(lengths[:number]), max(lengths[number], 1)


def _as_it_was(message: Message, date: int) -> Message:
    """`message` before the edits that came after `date`: later ones rewrite neither
    what a reaction quotes nor the range that it names."""
    after = [edit for edit in message.edits if edit.date > date]
    if not after:
        return message
    parts = list(message.parts)
    for edit in reversed(after):
        parts[edit.part] = edit.before
    return replace(message, parts=tuple(parts))


def _quoted(message: Message, part: int) -> str:
    """Return what the English summary text names: the quoted text, or the kind (§6)."""
    parts = message.parts
    if part < len(parts):
        chosen = parts[part]
        if isinstance(chosen, TextPart):
            return f"\u201c{chosen.text}\u201d"
        if chosen.kind == "attachment":
            return _thing(chosen)
        return "an attachment" if chosen.was_attachment else "a message"
    return f"\u201c{message.text}\u201d" if message.text else "an attachment"


def _thing(attachment: Attachment) -> str:
    mime = attachment.mime_type or ""
    if mime.startswith("image/"):
        return "an image"
    return "a movie" if mime.startswith("video/") else "an attachment"


def _excerpt(message: Message, part: int) -> str:
    return _quoted(message, part).strip("\u201c\u201d")


def _tapback_text(message: Message, tapback: Tapback) -> str:
    quoted = _quoted(message, tapback.part)
    if tapback.name == "emoji":
        return f"Reacted {tapback.emoji} to {quoted}"
    if tapback.name == "sticker":
        return f"Reacted with a sticker to {quoted}"
    return f"{_VERBS[tapback.name]} {quoted}"


def _removal_text(message: Message, tapback: Tapback) -> str:
    quoted = _quoted(message, tapback.part)
    if tapback.name in _NOUNS:
        return f"Removed {_NOUNS[tapback.name]} from {quoted}"
    what = tapback.emoji if tapback.name == "emoji" else "a sticker"
    return f"Removed {what} from {quoted}"
