"""Words that adapters share: readings as plain objects, dates, names of tapbacks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Line = dict[str, Any]
EPOCH = 978_307_200
TAPBACKS = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned")
# As a number of associated_message_type; 3000 and on take these back.
BY_TYPE = dict(enumerate((*TAPBACKS, "emoji", "sticker"), 2000))
BY_VERB = dict(
    zip(
        ("love", "like", "dislike", "laugh", "emphasize", "question"),
        TAPBACKS,
        strict=True,
    )
)


def any_of(values: Iterable[Any]) -> Any:
    """What a reader knows less exactly: the one value, or those that it may be."""
    found: list[Any] = []
    for each in values:
        if each not in found:
            found.append(each)
    return found[0] if len(found) == 1 else {"any_of": found}


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def since_2001(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return iso(datetime.fromtimestamp(seconds + EPOCH, UTC))


def person(address: str | None, *, is_me: bool) -> Line:
    """Who wrote a row."""
    return {"from_me": is_me, "sender": None if is_me else address}


def given(word: str, emoji: str | None = None) -> Line:
    """A tapback by the name that readings have for it; other words are emoji."""
    word = BY_VERB.get(word, word)
    if emoji is not None or word not in (*TAPBACKS, "sticker"):
        return {"tapback": "emoji", "emoji": emoji or word}
    return {"tapback": word}


def select(db: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()
