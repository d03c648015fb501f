"""Make the row of `message` from a message: the columns and their values.

`columns.ORDINARY` states what a plain text row holds where nothing special
happened; `changes()` says what a message changes in it. `ordinary_row()` is the
same for the nineteen messages in twenty that change nothing: one tuple, no dict.
A test holds the two against each other.

Values and their sources: SEMANTICS §1 to §16, section numbers in the comments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs import bodies, payloads, summary_info
from pytest_imessage_foundry.db.blobs.attributes import balloon_runs, body_runs
from pytest_imessage_foundry.db.rows.blanks import leave_out
from pytest_imessage_foundry.db.rows.columns import (
    EFFECTS,
    EVENTS,
    FILTER_ACTIONS,
    FILTER_SUB_ACTIONS,
    NOT_INDEXED,
    NULL,
)
from pytest_imessage_foundry.models import (
    BALLOON_MARK,
    LONG_PART_NUMBER,
    OTHER_DEVICE,
    Message,
    TextPart,
    pictures,
    utf16_length,
)
from pytest_imessage_foundry.models import ORDINARY as NO_TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.db.rows.chats import ChatContext
    from pytest_imessage_foundry.db.rows.columns import Row
    from pytest_imessage_foundry.models import Balloon, Event, Run, Storage


def is_ordinary(message: Message) -> bool:
    """Return whether `ordinary_row` says all there is to say about `message`."""
    parts, traits = message.parts, message.traits
    return (
        (traits is NO_TRAITS or traits is OTHER_DEVICE or traits is LONG_PART_NUMBER)
        and len(parts) == 1
        and parts[0].kind == "text"
        and not parts[0].runs
        and not message.edits
        and message.reply_to is None
        and message.balloon is None
        and message.effect is None
        and message.subject is None
        and message.event is None
    )


def ordinary_row(
    message: Message, place: ChatContext, previous: str | None
) -> tuple[Any, ...]:
    """Return the values of VARYING without the ROWID, for an ordinary message.

    `previous` is the GUID of the message before it in the chat: reply_to_guid
    holds it on every row and has nothing to do with inline replies (§1).
    """
    text: str = message.parts[0].text  # type: ignore[union-attr]
    sender = message.sender
    delivered = message.date_delivered
    read = message.date_read
    mine = sender is None
    storage, traits = message.storage, message.traits
    return (
        message.guid,
        text if storage != "archive" else NULL,
        0 if traits is OTHER_DEVICE else place.handle(sender, message.service),
        # For `bytes`, sqlite3 looks for an adapter each time, as it does for None.
        bytearray(
            bodies.plain(
                text,
                mutable=not message.immutable,
                writing_direction=message.writing_direction,
                part_code=traits.part_code,
            )
        )
        if storage != "text"
        else NULL,
        message.service,
        place.account(message.service),
        place.account_guid,
        message.date,
        read,
        delivered,
        1 if delivered or not mine else 0,
        1 if mine else 0,
        1 if read else 0,
        1 if mine else 0,
        NULL if place.room_name is None else place.room_name,
        place.caller(message.service),
        previous,
    )


def changes(message: Message, place: ChatContext, previous: str | None) -> Row:
    """Return every column of `message` that is not as in ORDINARY."""
    row = envelope(message, place, previous)
    row.update(_body(message))
    _add_event(row, message, place)
    _add_history(row, message, place)
    _add_balloon(row, message, place)
    _add_reply(row, message)
    if message.traits is not NO_TRAITS:
        _add_traits(row, message)
        leave_out(row, message.traits)
    return row


def envelope(message: Message, place: ChatContext, previous: str | None) -> Row:
    """Return who, when, over what, and how far it got."""
    mine = message.sender is None
    delivered = message.date_delivered
    flagged = message.traits.delivered_flag_only
    return {
        "guid": message.guid,
        "handle_id": 0
        if message.traits.from_other_device
        else place.handle(message.sender, message.service),
        "service": message.service,
        "account": place.account(message.service),
        "account_guid": place.account_guid,
        "date": message.date,
        "date_read": 0 if flagged else message.date_read,
        "date_delivered": 0 if flagged else delivered,
        "is_delivered": int(bool(delivered) or not mine),
        "is_from_me": int(mine),
        "is_read": int(bool(message.date_read)),
        "is_sent": int(mine),
        "cache_roomnames": place.room_name,
        "destination_caller_id": place.caller(message.service),
        "reply_to_guid": previous,
    }


def text_columns(text: str, storage: Storage, *, mutable: bool = True) -> Row:
    """`text` and `attributedBody` of a body that is plain text (§2)."""
    body = bodies.plain(text, mutable=mutable)
    return {
        "text": text if storage != "archive" else None,
        "attributedBody": body if storage != "text" else None,
    }


def _body(message: Message) -> Row:
    if message.event is not None:
        return {"text": None, "attributedBody": None, "part_count": 0}
    kinds = [part.kind for part in message.parts]
    row: Row = {"part_count": len(kinds) - kinds.count("unsent")}
    if kinds and not row["part_count"]:
        # §8: a message wholly taken back keeps neither text nor archive.
        return row | {"text": None, "attributedBody": None, "is_empty": 1}
    if message.balloon is not None and not kinds:
        return row | _balloon_body(message.balloon, mutable=not message.immutable)
    row["text"] = message.text if message.storage != "archive" else None
    row["attributedBody"] = _archive(message) if message.storage != "text" else None
    if "attachment" in kinds and any(
        file.state != "awaited" for file in message.attachments
    ):
        row["cache_has_attachments"] = 1
    runs = [run for part in message.parts if part.kind == "text" for run in part.runs]
    if runs:
        row["has_dd_results"] = int(any(map(_is_detected, runs)))
    if message.subject is not None:
        row["subject"] = message.subject
    return row


def _balloon_body(balloon: Balloon, *, mutable: bool) -> Row:
    """The body of a balloon without a text: a mark, a file, or something to read."""
    if balloon.kind not in ("app", "chatbot"):
        return {"part_count": 1} | text_columns(BALLOON_MARK, "both", mutable=mutable)
    runs = balloon_runs(balloon)
    return {
        "part_count": len(runs),
        "text": "".join(text for text, _ in runs),
        "attributedBody": bodies.attributed(runs, mutable=mutable),
    }


def _archive(message: Message) -> bytes:
    """Return the body's archive; a reply's or an edited message's is mostly plain."""
    parts, mutable = message.parts, not message.immutable
    only = parts[0] if len(parts) == 1 else None
    traits = message.traits
    # A rich link's URL gets runs even where the truth states none.
    is_usual = traits.direction_text is None and message.balloon is None
    if isinstance(only, TextPart) and not only.runs and is_usual:
        return bodies.plain(
            only.text,
            mutable=mutable,
            writing_direction=message.writing_direction,
            part_code=traits.part_code,
        )
    return bodies.attributed(body_runs(message), mutable=mutable)


def _is_detected(run: Run) -> bool:
    return run.detected is not None or run.link is not None


def _add_event(row: Row, message: Message, place: ChatContext) -> None:
    event = message.event
    if event is None:
        return
    row["item_type"], row["group_action_type"] = EVENTS[event.kind]
    row["index_state"] = NOT_INDEXED
    row["handle_id"] = place.actor(message.sender, message.service)
    if event.kind in ("added", "removed", "location-started", "location-stopped"):
        row["other_handle"] = place.actor(event.who, message.service)
    if event.kind == "number-changed":
        _add_changed_number(row, event, message, place)
    if event.kind == "renamed":
        row["group_title"] = event.title
    if event.kind in ("location-started", "location-stopped"):
        row["share_status"] = int(event.kind == "location-stopped")
        row["share_direction"] = int(event.incoming)
    if event.photo is not None:
        row["cache_has_attachments"] = 1


def _add_changed_number(
    row: Row, event: Event, message: Message, place: ChatContext
) -> None:
    """The first row of a changed number takes the old one out (§26.3); where
    none is known the new one alone comes in."""
    if event.was is not None:
        row["group_action_type"] = 1
    # IE+ reads handle_id = other_handle as a changed number (§14).
    row["other_handle"] = row["handle_id"] = place.actor(
        event.was or event.who, message.service
    )


def event_rows(message: Message, place: ChatContext) -> Iterator[Row]:
    """Yield the rows of an event beside its message's own, in order.

    A changed number brings the new one in; copies repeat every row.
    """
    event = message.event
    assert event is not None
    first = changes(message, place, None)
    told = [first]
    if event.joined_by is not None:
        handle = place.actor(event.who, message.service)
        second = {"handle_id": handle, "other_handle": handle, "group_action_type": 0}
        told.append(first | second)
        yield told[1] | {"guid": event.joined_by}
    for number, guid in enumerate(event.copies):
        yield told[number % len(told)] | {"guid": guid}


def _add_history(row: Row, message: Message, place: ChatContext) -> None:
    """Edits and unsends (§8): the dates and the summary that holds what was."""
    unsent = [part.date for part in message.parts if part.kind == "unsent"]
    if message.edits or unsent:
        row["date_edited"] = max([edit.date for edit in message.edits] + unsent)
        row["message_summary_info"] = summary_info.history(
            message, editor=message.sender or place.caller(message.service)
        )
        if any(part.kind == "unsent" and part.was_attachment for part in message.parts):
            # Set when the file came, and never cleared (§1).
            row["cache_has_attachments"] = 1
    elif message.traits.translation is not None:
        row["message_summary_info"] = summary_info.translated(
            message.traits.translation
        )


def _add_balloon(row: Row, message: Message, place: ChatContext) -> None:
    balloon = message.balloon
    if balloon is None:
        return
    row["balloon_bundle_id"] = payloads.bundle_id(balloon)
    row["payload_data"] = payloads.payload(
        balloon,
        creator=message.sender,
        owner=place.caller(message.service),
        date=message.date,
    )
    if not message.parts:
        row["message_summary_info"] = summary_info.app(balloon)
    if pictures(balloon):
        row["cache_has_attachments"] = 1
    if row["balloon_bundle_id"] == payloads.RICH_LINK and message.parts:
        row["has_dd_results"] = 1  # the link that it stands for
    if balloon.kind == "poll" and (balloon.votes or balloon.added):
        # §10: the root turns into type 3 with its own GUID once it was updated.
        row["associated_message_type"] = 3
        row["associated_message_guid"] = message.guid
        row["index_state"] = NOT_INDEXED


def _add_reply(row: Row, message: Message) -> None:
    if message.effect is not None:
        row["expressive_send_style_id"] = EFFECTS[message.effect]
    reply = message.reply_to
    if reply is not None:
        row["thread_originator_guid"] = reply.guid
        row["thread_originator_part"] = f"{reply.part}:{reply.location}:{reply.length}"


def _add_traits(row: Row, message: Message) -> None:
    """The rare columns, §1, §11, §15, §16."""
    traits = message.traits
    if traits.error or traits.is_sending:
        row |= {"error": traits.error, "is_sent": 0, "is_delivered": 0}
    if traits.audio is not None:
        row |= {
            "is_audio_message": 1,
            "is_played": int(bool(traits.audio.date_played)),
            "date_played": traits.audio.date_played,
            "is_expirable": int(traits.audio.is_expirable),
            "expire_state": traits.audio.expire_state,
        }
    if traits.schedule is not None:
        row |= {"schedule_type": 2, "schedule_state": traits.schedule.state}
        if traits.schedule.state != 3:
            row |= {"is_sent": 0, "is_delivered": 0}
    if traits.cloud is not None:
        row |= {
            "ck_sync_state": traits.cloud.sync_state,
            "ck_record_id": traits.cloud.record_id,
            "ck_record_change_tag": traits.cloud.change_tag,
        }
    if traits.filtered is not None:
        category = (traits.filtered.action, traits.filtered.sub_action)
        row["filter_action"] = FILTER_ACTIONS[category[0]]
        row["filter_sub_action"] = FILTER_SUB_ACTIONS.get(category, 0)
    flags = {
        "was_downgraded": traits.downgraded,
        "is_spam": traits.spam,
        "was_delivered_quietly": traits.delivered_quietly,
        "did_notify_recipient": traits.notified,
        "sent_or_received_off_grid": traits.off_grid,
        "is_critical": traits.critical,
        "is_time_sensitive": traits.time_sensitive,
        "has_unseen_mention": traits.unseen_mention,
    }
    row |= {column: 1 for column, is_set in flags.items() if is_set}
    row["date_retracted"] = traits.legacy_date_retracted
    row["time_expressive_send_played"] = traits.date_effect_played
    if traits.plugin_type:
        row |= {
            "associated_message_type": traits.plugin_type,
            "index_state": NOT_INDEXED,
        }
    if traits.dangling is not None:
        row["associated_message_guid"] = traits.dangling
        row["associated_message_type"] = 2000
        row["associated_message_range_length"] = utf16_length(message.text)
