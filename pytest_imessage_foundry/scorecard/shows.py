"""Which kinds of message a row shows: its main one, and what else is about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.models import ORDINARY, TextPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import Message, Run, Traits

_BALLOONS = {
    "link": "link-preview",
    "music": "song",
    "app-store": "store-app",
    "app": "app-card",
    "chatbot": "business-cards",
}
_SERVICES = {"SMS": "sms", "RCS": "rcs", "iMessageLite": "satellite"}


def shown_by(message: Message) -> list[str]:
    """Return the kinds that a message's own row shows, its main one first."""
    shown = [_main(message), *_of_parts(message), *_of_message(message)]
    if message.traits is not ORDINARY:
        shown += _of_traits(message.traits)
    return shown


def service_shown(message: Message) -> list[str]:
    """Return the kind that a service other than iMessage is."""
    if "service" in message.traits.blank:
        return ["no-service"]
    return [_SERVICES[message.service]] if message.service in _SERVICES else []


def _main(message: Message) -> str:
    if message.balloon is not None:
        return _BALLOONS.get(message.balloon.kind, message.balloon.kind)
    if message.traits.audio is not None:
        return "audio"
    return "file" if message.attachments else "text"


def _of_parts(message: Message) -> Iterator[str]:
    files = message.attachments
    if any(file.transcript for file in files):
        yield "transcript"
    if any(file.genmoji for file in files):
        yield "genmoji"
    if any(file.state not in ("present", "awaited") for file in files):
        yield "missing-file"
    gone = sum(part.kind == "unsent" for part in message.parts)
    if gone:
        yield "unsent" if message.is_unsent else "part-unsent"
    runs = [
        run for part in message.parts if isinstance(part, TextPart) for run in part.runs
    ]
    if runs and message.balloon is None:
        yield from _of_runs(runs)


def _of_runs(runs: list[Run]) -> Iterator[str]:
    if any(
        run.bold or run.italic or run.underline or run.strikethrough or run.effect
        for run in runs
    ):
        yield "styled"
    if any(run.mention for run in runs):
        yield "mention"
    if any(run.link for run in runs):
        yield "link"
    if any(run.detected for run in runs):
        yield "detected"


def _of_message(message: Message) -> Iterator[str]:
    if message.date_read or message.date_delivered:
        yield "receipts"
    if message.subject is not None:
        yield "subject"
    if message.reply_to is not None:
        yield "reply"
    if message.edits:
        yield "edit"
    if message.effect is not None:
        yield "effect"
    if message.tapbacks or message.stickers:
        yield "reacted-to"
    yield from service_shown(message)
    if message.sender == "":
        yield "nobody-named"
    elif message.sender and message.sender.endswith(")"):
        yield "filtered-sender"


def _of_traits(traits: Traits) -> Iterator[str]:
    deleted, schedule = traits.deleted, traits.schedule
    found = {
        "failed": bool(traits.error),
        "sending": traits.is_sending and not traits.error,
        "scheduled": schedule is not None and schedule.state != 3,
        "recently-deleted": deleted is not None and not deleted.parts,
        "part-deleted": deleted is not None and bool(deleted.parts),
        "no-chat": traits.chatless,
        "two-chats": traits.also_in is not None,
        "other-device": traits.from_other_device,
        "date-in-seconds": bool(traits.in_seconds),
        "translation": traits.translation is not None,
        "downgraded": traits.downgraded,
        "flagged": any(
            (
                *(traits.spam, traits.delivered_quietly, traits.off_grid),
                *(traits.critical, traits.time_sensitive, traits.unseen_mention),
            )
        ),
        "filtered": traits.filtered is not None,
    }
    yield from (name for name, is_shown in found.items() if is_shown)
