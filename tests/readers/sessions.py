"""Each reader on each world, once: what it understood, by GUIDs wherever it can be."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import exporter, install, programs
from .compare import CANNOT, FAULT, NOTIONS, Comparison, compare
from .endings import FATAL, REFUSED, Fatal, Refused
from .programs import Export, UnreadableError
from .seen import Reading, Seen, words
from .worlds import RELEASES, World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .worlds import Fact

WORKERS = 2
# Reading's name → the name of its install.
INSTALLS = {name: name.removesuffix(" txt").removesuffix(" html") for name in NOTIONS}


@dataclass(frozen=True)
class Session:
    """One reader's run on one world.

    Attributes:
        left_out: messages that the reader was spared.
        survived: fatal faults that did not end its run on such a message alone.
        refused: why it reads nothing of files of this release.
    """

    reader: str
    world: World
    comparison: Comparison
    left_out: frozenset[str]
    survived: tuple[tuple[Fatal, str], ...] = ()
    refused: Refused | None = None


def missing_readers() -> list[str]:
    """The installs that are not there, of those that the readers need."""
    absent = set(install.missing())
    return sorted(absent & set(INSTALLS.values()))


def worlds(folder: Path, scenario: str) -> list[World]:
    return [
        World(release, scenario, folder / f"{scenario}-{release}")
        for release in RELEASES
    ]


def run_all(
    found: list[World], readers: Sequence[str] = tuple(NOTIONS)
) -> dict[tuple[str, str], Session | UnreadableError]:
    """Every reader on every world, two runs at a time: by (reader, release)."""
    for world in found:
        assert world.db
    jobs = [(name, world) for world in found for name in readers]
    with ThreadPoolExecutor(WORKERS) as pool:
        done = pool.map(lambda job: _caught(*job), jobs)
        return {
            (name, world.release): result
            for (name, world), result in zip(jobs, done, strict=True)
        }


def _caught(reader: str, world: World) -> Session | UnreadableError:
    try:
        return session(reader, world)
    except UnreadableError as error:
        return error


def session(reader: str, world: World) -> Session:
    refused = refusal(reader, world.release)
    if refused is not None:
        return _refused(refused, world)
    left_out = spared(reader, world)
    reading = read(reader, world.without(left_out), world)
    survived = tuple(_survived(reader, world)) if world.scenario == "kinds" else ()
    done = compare(reading, world, left_out)
    for fact in world.facts:
        if fact.message.guid in left_out:
            done.cases[fact.chapter, fact.case] = FAULT
    return Session(reader, world, done, left_out, survived)


def refusal(reader: str, release: str) -> Refused | None:
    for each in REFUSED:
        if each.reader == reader and release in each.releases:
            return each
    return None


def _refused(refused: Refused, world: World) -> Session:
    """It must still end with the error that its entry states."""
    done = Comparison(refused.reader, world)
    done.cases = {(fact.chapter, fact.case): CANNOT for fact in world.facts}
    try:
        read(refused.reader, world.db, world)
    except UnreadableError as error:
        if refused.error in str(error):
            return Session(refused.reader, world, done, frozenset(), refused=refused)
        raise
    raise UnreadableError(
        f"{refused.reader} reads {world.release} now: take the entry out of REFUSED"
    )


def spared(reader: str, world: World) -> frozenset[str]:
    """The messages that would end the reader's run, and the replies to them."""
    fatal = [each for each in FATAL if each.reader == reader]
    gone = {f.message.guid for f in world.facts if any(e.when(f) for e in fatal)}
    for message in world.messages.values():
        if message.reply_to is not None and message.reply_to.guid in gone:
            gone.add(message.guid)
    return frozenset(gone)


def _survived(reader: str, world: World) -> list[tuple[Fatal, str]]:
    """Run it on each such message alone: it must still end there."""
    survived = []
    for number, fatal in enumerate(FATAL):
        if fatal.reader != reader:
            continue
        hit = {f.message.guid: f for f in world.facts if fatal.when(f)}
        for guid, fact in hit.items():
            db = world.alone(frozenset([guid]), f"{reader}-{number}-{guid[:8]}")
            try:
                read(reader, db, world)
            except UnreadableError as error:
                if fatal.error in str(error):
                    continue
            survived.append((fatal, _name(fact)))
    return survived


def _name(fact: Fact) -> str:
    return f"{fact.world.release} {fact.case}"


def read(reader: str, db: Path, world: World) -> Reading:
    how = Export(home=db.parents[2])
    match reader:
        case "imessage-exporter txt":
            return programs.imessage_exporter_txt(db, how)
        case "imessage-exporter html":
            return programs.imessage_exporter_html(db, how)
        case "pytypedstream":
            return bodies(db)
        case "imbridge":
            return programs.imbridge(db, how)
        case "imessage-chatdb":
            return programs.imessage_chatdb(db)
        case "imessage-wrapped":
            return _with_chats(programs.imessage_wrapped(db), db, "chat_")
        case "imessage-reader":
            return programs.imessage_reader(db)
        case "imessagedb":
            return _with_chats(programs.imessagedb(db), db, "")
        case "parse-smsdb":
            return _with_guids(programs.parse_smsdb(db), db)
        case "imessage-database":
            return programs.imessage_database(db)
        case "imessage-kit":
            return programs.imessage_kit(db)
        case "parseaple-typedstream":
            return programs.parseaple_typedstream(db)
        case "imessage-conversation-analyzer":
            return programs.conversation_analyzer(db)
        case "mvt":
            return programs.mvt(db)
        case _:
            raise KeyError(reader)


def bodies(db: Path) -> Reading:
    """pytypedstream on every attributedBody of the file."""
    rows = _select(
        db, "SELECT guid, attributedBody FROM message WHERE attributedBody NOT NULL"
    )
    seen = []
    for guid, blob in rows:
        body = programs.pytypedstream_decode(blob)
        seen.append(Seen(guid=guid, text=body.text, more={"runs": body.runs}))
    return Reading("pytypedstream", words("guid text parts"), tuple(seen))


def _with_chats(reading: Reading, db: Path, prefix: str) -> Reading:
    chats = {f"{prefix}{rowid}": guid for rowid, guid in _select(db, CHATS)}
    found = tuple(
        replace(seen, chat=chats.get(seen.chat or "", seen.chat))
        for seen in reading.messages
    )
    listed = {chats.get(key, key): told for key, told in reading.chats.items()}
    return replace(reading, messages=found, chats=listed)


def _with_guids(reading: Reading, db: Path) -> Reading:
    guids = dict(_select(db, "SELECT ROWID, guid FROM message"))
    found = tuple(replace(seen, guid=guids[seen.rowid]) for seen in reading.messages)
    return replace(reading, messages=found)


CHATS = "SELECT ROWID, guid FROM chat"


def _select(db: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def export_html(world: World, out: Path) -> list[Path]:
    """imessage-exporter's pages of a world, with its attachments where they stand."""
    exporter.export(world.db, "html", out, Export(home=world.db.parents[2]))
    return sorted(out.glob("*.html"))
