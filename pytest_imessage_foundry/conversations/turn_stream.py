"""Join turns of several sources, and move streams of items in batches."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.models import Turn

T = TypeVar("T")
_BATCH = 256  # items that one stage makes before the next one goes on


def in_batches(stream: Iterable[T]) -> Iterator[T]:
    """The same items, made a few hundred at a time.

    A stage that stays at work keeps its code and data in the processor's caches:
    a tenth of the time, beside one message's way through all stages.
    """
    items = iter(stream)
    return chain.from_iterable(iter(lambda: list(islice(items, _BATCH)), []))


def spread(
    scenes: Sequence[Sequence[Turn]], generated: Iterable[Turn], count: int
) -> Iterator[Turn]:
    """Spread `scenes` evenly among about `count` generated turns.

    A scene goes only before a turn that opens a topic; the last one ends it all,
    since the newest messages are what one sees first.
    """
    placed, since, last = 0, 0, len(scenes) - 1
    for number, turn in enumerate(generated):
        due = number * len(scenes) >= count * (placed + 1)
        if placed < last and turn.opens and due:
            yield from scenes[placed]
            placed, since = placed + 1, 0
        if placed and turn.replies_to > since:
            # The reply reaches back over a scene, so it counts its turns too.
            over = turn.replies_to + len(scenes[placed - 1])
            turn = replace(turn, replies_to=over)
        yield turn
        since += 1
    for scene in scenes[placed:]:
        yield from scene
