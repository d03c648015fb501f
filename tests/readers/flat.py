"""Readings told flat: one JSON object a line, its keys the words of `expected`.

A line with `guid` is a message; one with `chat_guid` or `chat_rowid` is a chat. A key
that is missing is one that the reader says nothing of. A message's chat is named by
GUID or ROWID, people by address, the owner as null, somebody who is not named as "",
dates as seconds since 2001.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import AppCard

from .expected import card_lines, expected, is_placeholder, plain
from .seen import ME, Reading, Seen, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .worlds import Fact

Line = dict[str, Any]
Told = dict[str, Any]
EPOCH = 978_307_200
OF_A_ROW = words("chat sender date service reaction")
"""What is judged of a row that is no message of its own, or tells of an event."""
AS_IT_IS = words(
    "date service is_reply reply_to unsent partly_unsent has_files read delivered "
    "played changed subject effect status scheduled deleted translation app_name"
)
LISTS = words("names every_name guids edits parts left")


def reading(reader: str, out: str, db: Path, complaints: tuple[str, ...]) -> Reading:
    lines = [json.loads(line) for line in out.split("\n") if line]
    guids = _guids(db)
    named = {"chat_guid", "chat_rowid"}
    chats = {
        line.get("chat_guid") or guids[line["chat_rowid"]]: line
        for line in lines
        if named & line.keys()
    }
    seen = tuple(_seen(line, guids) for line in lines if "guid" in line)
    return Reading(reader, frozenset(), seen, chats, complaints)


def _seen(line: Line, guids: dict[int, str]) -> Seen:
    chat = line.get("chat")
    return Seen(
        guid=line["guid"],
        chat=guids[chat] if isinstance(chat, int) else chat,
        sender=line.get("sender") or ME,
        date=datetime.fromtimestamp(line["date"] + EPOCH, UTC)
        if "date" in line
        else None,
        text=line.get("text"),
        more=line,
    )


def _guids(db: Path) -> dict[int, str]:
    """A chat's ROWID → its GUID."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT ROWID, guid FROM chat"))


def observe(seen: Seen, fact: Fact) -> Told:
    """What a line says, aspect by aspect."""
    line = seen.more
    told: Told = {"listed": True}
    for name, value in line.items():
        if name in AS_IT_IS:
            told[name] = value or None if name == "effect" else value
        elif name in LISTS:
            told[name] = tuple(value)
        elif name in CONVERTED:
            told[name] = CONVERTED[name](value, fact)
    if "chat" in line:
        told["chat"] = seen.chat
    if fact.is_in_recently_deleted and "deleted" not in line:
        told.pop("chat", None)
    if fact.drawn is not None:
        return {name: told[name] for name in told if name in {"listed", *OF_A_ROW}}
    if fact.message.event is not None:
        kept = {"listed", "event", "deleted", *OF_A_ROW} - {"reaction"}
        return {name: told[name] for name in told if name in kept}
    if fact.message.balloon is not None:
        # Readers differ in whether they show the pictures of a preview.
        return {name: told[name] for name in told if name not in ("names", "files")}
    return told


def _people(addresses: list[str | None], fact: Fact) -> tuple[str | None, ...]:
    return tuple(fact.world.person(each) for each in addresses)


def _sender(address: str | None, fact: Fact) -> str:
    return "" if address == "" else fact.world.person(address) or ME


def _reaction(said: list[Any] | None, fact: Fact) -> tuple[Any, ...] | None:
    if said is None:
        return None
    kind, target, part, removed = said
    # A balloon has no parts; who counts them says 0.
    on_balloon = fact.drawn is not None and fact.message.balloon is not None
    return (kind, target, None if on_balloon else part, removed)


def _event(said: list[Any] | None, fact: Fact) -> tuple[Any, ...]:
    if said is None:
        return ()
    kind, who, name = said
    moved = kind in ("added", "removed")
    return (kind, fact.world.person(who) or ME if moved else None, name or None)


def _marks(said: list[list[Any]], _: Fact) -> tuple[tuple[Any, ...], ...]:
    return tuple(sorted((tuple(each) for each in said), key=str))


def _files(paths: list[str | None], _: Fact) -> tuple[str | None, ...]:
    return tuple(path and beneath(path) for path in paths)


def beneath(path: str) -> str:
    """A path within the folder of Messages that it is relative to."""
    for folder in ("/Attachments/", "/StickerCache/"):
        if folder in path:
            return path.partition(folder)[2]
    return path


def _link(shown: list[str | None] | None, fact: Fact) -> tuple[str, ...]:
    """Of what a preview must show, that which the reader shows."""
    true: tuple[str, ...] = expected(fact)["link"]
    if is_placeholder(fact.message):
        return true
    return tuple(text for text in true if text in (shown or ()))


def _app(shown: list[str | None], fact: Fact) -> tuple[str, ...]:
    """A card shows one of its lines at least."""
    true: tuple[str, ...] = expected(fact)["app"]
    if not isinstance(fact.message.balloon, AppCard):
        return tuple(filter(None, shown))
    return true if set(card_lines(fact.message)) & set(shown) else ()


def _poll(options: list[list[Any]], fact: Fact) -> tuple[tuple[Any, ...], ...]:
    person = fact.world.person
    return tuple(
        (text, tuple(sorted(person(who) or ME for who in voters)))
        for text, voters in options
    )


CONVERTED: dict[str, Callable[[Any, Fact], Any]] = {
    "sender": _sender,
    "text": lambda text, _: plain(text),
    "transcript": lambda text, _: text or "",
    "genmoji": lambda text, _: text or "",
    "drawing": lambda text, _: text or "",
    "mentions": _people,
    "reaction": _reaction,
    "event": _event,
    "marks": _marks,
    "detected": _marks,
    "files": _files,
    "link": _link,
    "app": _app,
    "poll": _poll,
}
