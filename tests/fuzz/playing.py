"""Scripts played: by hand or live, a line at a time, and what was wrong with one."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from pytest_imessage_foundry import models
from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import messages

from . import read_back
from .script import Writer

_WORDS = vars(models) | vars(messages) | {"nan": float("nan")}
_OUTSIDE = Path(__file__).with_name("outside.py")


class FaultFound(Exception):
    """Something that our verbs did and must not do."""


@dataclass
class Play:
    """A script and what came of it.

    Attributes:
        head: the line that makes the phone.
        lines: those that were played, refused ones too.
        refusals: what was said of those.
    """

    head: str
    is_live: bool
    lines: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join((self.head, *self.lines))


class Outside:
    """A process that reads a database by itself, a message at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_OUTSIDE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def found(self, path: Path, guid: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(path), guid]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def head_of(random: Random) -> str:
    """Draw the line that makes a phone."""
    release = random.choice([*schema.RELEASES])
    layout = random.choice(("fresh", "fresh", "migrated"))
    wal = random.choice(("open", "checkpointed"))
    return f"phone, wal = ChatDBBuilder({release!r}, layout={layout!r}), {wal!r}"


def random_lines(random: Random, number: int, *, is_live: bool) -> Iterator[Any]:
    """Draw lines for the names that are sent in."""
    writer = Writer(random, is_live=is_live)
    names = yield
    for _ in range(number):
        names = yield writer.line(names)


@contextmanager
def phone_of(head: str) -> Iterator[Any]:
    """Make the phone of a script, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        space: dict[str, Any] = {"ChatDBBuilder": ChatDBBuilder}
        exec(head, space)
        phone = space["phone"]
        phone._path = Path(folder) / "chat.db"
        yield phone, space["wal"]


def by_hand(play: Play, source: Any) -> None:
    """Play lines on a phone that is written by hand, and look at its file."""
    with phone_of(play.head) as (phone, _):
        _run(play, source, _space(phone, phone.owner), lambda _: None)
        db = _built(phone)
        look(db)


def live(play: Play, source: Any, outside: Outside) -> None:
    """Play lines on a phone that lives, whose every step is seen from outside."""
    with phone_of(play.head) as (author, wal):
        alex, kim = author.person("Alex Doe"), author.person("Kim Lee", email=True)
        author.direct(alex).receive("Hello")
        author.group(alex, kim, name="Trip").send("Hi").tapback("loved", by=kim)
        db = _built(author)
        with db.live(wal=wal) as phone:
            space = _space(phone, db.owner) | {"p0": alex, "p1": kim}
            space |= {f"c{n}": each.guid for n, each in enumerate(db.conversations)}
            space |= {f"m{n}": each for n, each in enumerate(db.messages)}

            def see(before: Any) -> None:
                _see(db, phone, before, outside)

            _run(play, source, space, see, state=lambda: phone.conversations)
            _goes_on(db, phone, alex)
        look(db)


def _run(play: Play, source: Any, space: Any, see: Any, state: Any = None) -> None:
    lines = iter(source)
    is_drawn = hasattr(source, "send")
    if is_drawn:
        next(lines)
    while True:
        try:
            line = source.send(space) if is_drawn else next(lines)
        except StopIteration:
            return
        play.lines.append(line)
        before = state() if state is not None else None
        try:
            exec(line, space)
        except NameError:
            play.lines.pop()  # of something that was refused, or left out
            continue
        except FoundryError as error:
            play.refusals.append(str(error))
            _check_words(error)
            if state is not None and state() != before:
                raise FaultFound("a refused step changed the truth") from error
            continue
        except Exception as error:
            raise FaultFound(f"{type(error).__name__}: {error}") from error
        see(before)


def _space(phone: Any, owner: Any) -> dict[str, Any]:
    return {**_WORDS, "phone": phone, "owner": owner}


def _check_words(error: FoundryError) -> None:
    """A message has three lines, or the words to choose from."""
    lines = str(error).split("\n")
    if not all(lines) or not (len(lines) >= 3 or "(choose from " in lines[0]):
        raise FaultFound(f"a message without advice: {error}")
    str(error).encode("utf-8", "backslashreplace")


def _built(phone: Any) -> Any:
    try:
        return phone.build()
    except Exception as error:
        raise FaultFound(f"build: {type(error).__name__}: {error}") from error


def _see(db: Any, phone: Any, before: Any, outside: Outside) -> None:
    """Hold what a process outside reads against the truth of what changed."""
    if phone.conversations != db.conversations:
        raise FaultFound("the truth of the phone is not that of its database")
    known = {
        message.guid: message for chat in before or () for message in chat.messages
    }
    for chat in phone.conversations:
        for message in chat.messages:
            if known.get(message.guid) is not message:
                _compare(
                    message.guid,
                    read_back.told(message, chat.guid),
                    outside.found(db.path, message.guid),
                )


def _goes_on(db: Any, phone: Any, alex: Any) -> None:
    """After all that was refused, the next step works."""
    chat = phone.conversations[0]
    try:
        message = phone.read(phone.receive(chat, "Goes on"))
    except Exception as error:
        raise FaultFound(f"the next step: {type(error).__name__}: {error}") from error
    if message not in db.messages:
        raise FaultFound("the next step is not in the truth")


def look(db: Any) -> None:
    """Hold a finished file against the validator, SQLite and the truth."""
    verdict = db.report()
    errors = [str(each) for each in verdict.findings if each.severity == "error"]
    if errors:
        raise FaultFound("; ".join(sorted(errors)))
    with closing(sqlite3.connect(f"{db.path.as_uri()}?mode=ro", uri=True)) as opened:
        if opened.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise FaultFound("integrity_check is not ok")
        for chat in db.conversations:
            for message in chat.messages:
                _compare(
                    message.guid,
                    read_back.told(message, chat.guid),
                    read_back.found(opened, message.guid),
                )


def _compare(guid: str, told: Any, found: Any) -> None:
    if told == found:
        return
    if told is None or found is None:
        raise FaultFound(f"message {guid}: told {told}, found {found}")
    wrong = [key for key in {**told, **found} if told.get(key) != found.get(key)]
    said = [f"{key} {told.get(key)!r:.80} is {found.get(key)!r:.80}" for key in wrong]
    raise FaultFound("read back: " + ", ".join(said))


def again(play: Play, lines: Iterable[str], outside: Outside | None) -> str:
    """Play some of the lines of a script; give the fault, or ''."""
    copy = Play(play.head, play.is_live)
    try:
        if play.is_live:
            assert outside is not None
            live(copy, lines, outside)
        else:
            by_hand(copy, lines)
    except FaultFound as fault:
        return str(fault)
    return ""
