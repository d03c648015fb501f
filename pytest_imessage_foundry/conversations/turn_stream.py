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
    phase: float = 0.5,
) -> Iterator[Turn]:
    """Yield `scenes`, evenly spread among about `count` generated turns.

    A scene comes only before a turn that opens a topic, so far into its share of the
    generated turns as `phase` says, from 0 to 1; so a chat seldom ends with a story.
    """
    placed, since = 0, 0
    for number, turn in enumerate(generated):
        due = number * len(scenes) >= count * (placed + phase)
        if placed < len(scenes) and turn.opens and due:
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
