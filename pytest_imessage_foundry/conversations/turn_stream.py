"""Mix turns of several sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.models import Turn


def spread(
    scenes: Sequence[Sequence[Turn]],
    generated: Iterable[Turn],
    count: int,
    places: Sequence[float] = (),
) -> Iterator[Turn]:
    """Yield `scenes`, spread among about `count` generated turns.

    A scene comes only before a turn that opens a topic, after that share of the
    generated turns that `places` says; without places they are spread evenly.
    """
    size = len(scenes)
    places = places or [(number + 0.5) / size for number in range(size)]
    placed, since = 0, 0
    for number, turn in enumerate(generated):
        due = placed < size and number >= count * places[placed]
        if due and turn.opens:
            yield from scenes[placed]
            placed, since = placed + 1, 0
        if placed and turn.replies_to > since:
            # A reply to a turn before the scene has to count the scene's turns too.
            over = turn.replies_to + len(scenes[placed - 1])
            turn = replace(turn, replies_to=over)
        yield turn
        since += 1
    for scene in scenes[placed:]:
        yield from scene
