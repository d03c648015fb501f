"""What is true of rows that point at a message: tapbacks, stickers, polls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import Poll, PollChoice
from pytest_imessage_foundry.scorecard import shows
from pytest_imessage_foundry.scorecard.readings import (
    ChoiceReading,
    StickerReading,
    TapbackReading,
    VoteReading,
)
from pytest_imessage_foundry.scorecard.true_body import file_reading
from pytest_imessage_foundry.scorecard.true_message import envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_imessage_foundry.models import (
        Attachment,
        Message,
        PollVote,
        Sticker,
        Tapback,
    )
    from pytest_imessage_foundry.scorecard.readings import Reading

Place = dict[str, Any]


def reactions(message: Message) -> Iterator[tuple[int, Callable[[Place], Reading]]]:
    """Yield date and reading of each row that points at a message, as they are
    written; where they stand is given to what is yielded."""
    for tapback in message.tapbacks:
        removed = tapback.removed
        if removed is None or removed.keeps_added:
            yield tapback.date, partial(_added, message, tapback)
        if removed is not None:
            yield removed.date, partial(_removed, message, tapback)
    for sticker in message.stickers:
        yield sticker.date, partial(_placed, message, sticker)
    poll = message.balloon
    if isinstance(poll, Poll):
        updates: list[PollChoice | PollVote] = [*poll.added, *poll.votes]
        for update in sorted(updates, key=lambda each: each.date):
            if isinstance(update, PollChoice):
                yield update.date, partial(_choice, message, update)
            else:
                yield update.date, partial(_vote, message, poll, update)


def _added(message: Message, tapback: Tapback, place: Place) -> TapbackReading:
    return _tapback(message, tapback, place, tapback.guid, tapback.date)


def _removed(message: Message, tapback: Tapback, place: Place) -> TapbackReading:
    removed = tapback.removed
    assert removed is not None
    return _tapback(message, tapback, place, removed.guid, removed.date, True)


def _tapback(
    message: Message,
    tapback: Tapback,
    place: Place,
    guid: str,
    date: int,
    removed: bool = False,
) -> TapbackReading:
    fields = envelope(message, guid, tapback.sender, date, place)
    part = None if message.balloon is not None else tapback.part
    if tapback.is_bare and part is not None:
        # Where no part is named it is the first one, or none (§21).
        fields["or_else"] = {**fields.get("or_else", {}), "part": [None]}
    # The picture is one file; where both rows stand, the first has it.
    has_file = not removed or not (tapback.removed and tapback.removed.keeps_added)
    main = "tapback-removed" if removed else "tapback"
    return TapbackReading(
        **fields,
        shows=[main, *shows.service_shown(message)],
        of=message.guid,
        tapback=tapback.name,
        part=part,
        emoji=tapback.emoji,
        removed=removed,
        files=_files(tapback.sticker) if has_file else [],
    )


def _placed(message: Message, sticker: Sticker, place: Place) -> StickerReading:
    return StickerReading(
        **envelope(message, sticker.guid, sticker.sender, sticker.date, place),
        shows=["sticker", *shows.service_shown(message)],
        of=message.guid,
        part=None if message.balloon is not None else sticker.part,
        files=_files(sticker.image),
    )


def _vote(message: Message, poll: Poll, vote: PollVote, place: Place) -> VoteReading:
    every = [*poll.options, *(added.option for added in poll.added)]
    texts = {option.id: option.text for option in every}
    return VoteReading(
        **envelope(message, vote.guid, vote.voter, vote.date, place),
        shows=["vote"],
        of=message.guid,
        votes=[texts[each] for each in vote.options],
    )


def _choice(message: Message, added: PollChoice, place: Place) -> ChoiceReading:
    option = added.option
    return ChoiceReading(
        **envelope(message, added.guid, option.creator, added.date, place),
        shows=["poll-choice"],
        of=message.guid,
        choice=option.text,
    )


def _files(file: Attachment | None) -> list[Any]:
    return [] if file is None else [file_reading(file)]
