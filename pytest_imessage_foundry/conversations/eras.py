"""What phones could do, and how they wrote bodies, from one year to the next.

A message has only what the phones of its time had: an edit in a message of 2019 would
give a file away. Dates are those on which Apple released the iOS that brought it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models.apple_time import from_iso
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import LifeSpan


@dataclass(frozen=True, slots=True)
class Era:
    """Some years in which nothing changed.

    Attributes:
        since: when it began, in nanoseconds since 2001.
        lacks: features that were still to come, by the names of `Schema.features`;
            "effects" and "links" beside them, which each release here has.
        own, received: shares of 256 of bodies without `text`, and of those with a
            writing direction.
        immutable: share of 256 of bodies whose root is immutable.
        text_only: share of 256 of plain texts without a body beside them.
    """

    since: int
    lacks: frozenset[str]
    own: tuple[int, int]
    received: tuple[int, int]
    immutable: int
    text_only: int = 0


# Bodies without `text` are 26 % to 98 % of rows in users' counts, own rows far more
# often (SEMANTICS §2).
USUAL = Era(0, frozenset(), (218, 0), (92, 150), 8)
# Of 20,783 bodies of one file 71 % are immutable (imessage-chatdb; §26.17).
_IMMUTABLE = 182

# Date → what came with it.
_CAME = (
    ("2016-09-13", "tapbacks stickers effects links"),  # iOS 10
    ("2020-09-16", "replies mentions"),  # iOS 14
    ("2022-09-12", "edits unsends"),  # iOS 16
    ("2023-09-18", "audio_transcripts check_in"),  # iOS 17
    ("2024-09-16", "emoji_tapbacks sticker_tapbacks text_styles text_effects rcs"),
    ("2025-09-15", "backgrounds polls"),  # iOS 26
)
# How bodies were written since then: `own`, `received`, `text_only`. The shares in all
# are three counts of whole files, 26 %, 85 % and 99 % (§26.18), that most rows since
# Ventura are without `text`, and that old ones have nothing else (§2). How they rose
# over the years is inferred.
_BODIES = (
    ("2001-01-01", (8, 0), (4, 60), 90),
    ("2017-09-25", (110, 0), (50, 120), 8),  # macOS 10.13
    ("2020-11-12", (200, 0), (110, 150), 2),  # macOS 11
    ("2022-10-24", (243, 0), (150, 150), 0),  # macOS 13
    ("2025-09-15", (253, 0), (240, 150), 0),  # macOS 26
)


def of(span: LifeSpan) -> tuple[Era, ...]:
    """Return the eras of a life, none where there is no life."""
    if not span:
        return ()
    return _year() if span == "year" else _decade()


@cache
def _decade() -> tuple[Era, ...]:
    return tuple(_era(from_iso(date)) for date in sorted(_DATES))


@cache
def _year() -> tuple[Era, ...]:
    """Return the usual bodies of a file of last year, of the class that prevails."""
    return (Era(0, frozenset(), USUAL.own, USUAL.received, _IMMUTABLE),)


_DATES = {date for date, _ in _CAME} | {row[0] for row in _BODIES}


def _era(since: int) -> Era:
    lacks = [words.split() for date, words in _CAME if from_iso(date) > since]
    own, received, text_only = next(
        row[1:] for row in reversed(_BODIES) if from_iso(row[0]) <= since
    )
    names = frozenset(word for words in lacks for word in words)
    return Era(since, names, own, received, _IMMUTABLE, text_only)
