"""Read times, people and contents as they are given by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    Attachment,
    Part,
    Persona,
    Run,
    TextPart,
    Unsent,
)
from pytest_imessage_foundry.models.apple_time import END, from_datetime, from_iso

When = datetime | str | int
Content = str | Run | TextPart | Attachment | Sequence[Run | str]
ME = "me"
# The twelfth day counts 1e15 nanoseconds. Readers that know dates from before macOS
# 10.13 take less than 1e11 for seconds, and what is between for no date (§18).
FIRST, SECONDS = 10**15, 10**11
CUT_OUT = "2"  # what the content identifier of such a sticker ends with


def when(moment: When) -> int:
    """Return nanoseconds since 2001 of a datetime, an ISO 8601 text, or themselves.

    Times without an offset are UTC.

    Raises:
        FoundryError: it is no time, or one that a chat.db cannot hold.
    """
    number = _nanoseconds(moment)
    if not FIRST <= number < END:
        raise FoundryError(
            f"{moment!r:.60} is no time that a chat.db holds\n"
            "looked for one between 2001-01-13 and 2040\n"
            "give another, such as 2025-10-06T15:00:00Z"
        )
    return number


def _nanoseconds(moment: When) -> int:
    if isinstance(moment, int):
        return moment
    if isinstance(moment, str):
        return _from_text(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return from_datetime(moment)


def _from_text(moment: str) -> int:
    try:
        return from_iso(moment)
    except ValueError as error:
        raise FoundryError(
            f"{moment!r} is no time\n"
            f"read it as ISO 8601: {error}\n"
            "give one such as 2025-10-06T15:00:00Z, or a datetime"
        ) from None


def unknown(what: str, word: str, choice: Iterable[str]) -> FoundryError:
    """Return the error for a word that is none of `choice`."""
    return FoundryError(f"unknown {what} {word!r} (choose from {', '.join(choice)})")


def address_of(who: Persona | str | None) -> str | None:
    if who is None or who == ME:
        return None
    if isinstance(who, str):
        return who
    return None if who.is_self else who.identifier


def named_parts(parts: Sequence[Part], guid: str) -> tuple[Part, ...]:
    """Return the parts of an own message: its files are called after it and their place
    where they are more than one (SEMANTICS §3)."""
    if len(parts) == 1:
        return tuple(parts)
    return tuple(
        replace(part, guid=f"at_{number}_{guid}")
        if isinstance(part, Attachment)
        else part
        for number, part in enumerate(parts)
    )


def stuck(image: Attachment, guid: str) -> Attachment:
    """The picture of a sticker as the message `guid` has it: called after its content
    and the message, unless it was cut out of a photo (three genuine rows)."""
    if image.source is None or image.source.suffix == CUT_OUT:
        return image
    name = f"at_{image.source.content_id}_{guid}"
    return replace(image, guid=name, original_guid=image.guid)


def part_of(content: Content | Part) -> Part:
    if isinstance(content, str):
        return TextPart(content)
    if isinstance(content, Run):
        return TextPart.of(content)
    if isinstance(content, (TextPart, Attachment, Unsent)):
        return content
    return TextPart.of(*content)
