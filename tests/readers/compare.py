"""Hold what a reader says against what is true, row by row and aspect by aspect.

A verdict is of one reader on one case of one release:
`agrees`, `reader cannot` (it has no notion of what the case is about), `reader's
fault` (an entry of `faults` says why), `differs` (ours to mend).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from . import flat, observed, observed_bodies, observed_exporter
from .either import either
from .expected import about, expected, plain
from .faults import FAULTS, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .seen import Reading, Seen
    from .worlds import Fact, World

AGREES, CANNOT, FAULT, DIFFERS = "agrees", "reader cannot", "reader's fault", "differs"
VERDICTS = (AGREES, CANNOT, FAULT, DIFFERS)
Observe = Callable[["Seen", "Fact"], dict[str, Any]]


@dataclass(frozen=True)
class Notion:
    """How far a reader's notion of the file goes.

    Attributes:
        observe: from its `Seen` to aspects.
        rows: "told": it lists tapbacks and votes as rows of their own; "blind": it
            lists them as messages, because it does not know them; "none": it shows
            them on their message; "bodies": it reads bodies, whosever they are.
        aspects: what it has a notion of at all.
    """

    observe: Observe
    rows: str
    aspects: frozenset[str]


def _notion(observe: Observe, rows: str, aspects: str) -> Notion:
    return Notion(observe, rows, frozenset(aspects.split()))


EXPORTER = (
    "listed chat sender date read_after is_reply replies edits unsent effect tapbacks "
    "partly_unsent "
    "transcript deleted problems names lines subject link app drawing poll "
    "event translation"
)
NOTIONS = {
    "imessage-exporter txt": _notion(observed_exporter.exporter_txt, "none", EXPORTER),
    "imessage-exporter html": _notion(
        *(observed_exporter.exporter_html, "none"),
        f"{EXPORTER} service parts app_name marks mentions",
    ),
    "pytypedstream": _notion(
        observed_bodies.pytypedstream,
        "bodies",
        "listed text left marks detected mentions guids transcript",
    ),
    "imbridge": _notion(
        *(observed.imbridge, "told"),
        "listed chat sender date service read text is_reply reply_to unsent edited "
        "edit_count names has_files disk transcript mentions status scheduled played "
        "delivered link poll event reaction vote choice",
    ),
    "imessage-chatdb": _notion(
        *(observed.chatdb, "told"),
        "listed chat sender date service read text is_reply reply_to changed names "
        "files has_files mentions link left reaction",
    ),
    "imessage-wrapped": _notion(
        *(observed.wrapped, "none"),
        "listed chat sender date service text has_files tapbacks",
    ),
    "imessage-reader": _notion(
        observed.reader, "blind", "listed sender date service text has_files"
    ),
    "imessagedb": _notion(
        observed.imessagedb, "blind", "listed chat sender date text is_reply every_name"
    ),
    "parse-smsdb": _notion(
        *(observed.smsdb, "blind"),
        "listed sender date service text read edits changed unsent",
    ),
    "imessage-database": _notion(
        *(flat.observe, "told"),
        "listed chat sender date service read delivered changed text subject is_reply "
        "reply_to edits unsent partly_unsent effect parts marks detected mentions "
        "guids transcript every_name has_files link app app_name drawing poll event "
        "deleted translation reaction",
    ),
    "imessage-kit": _notion(
        *(flat.observe, "told"),
        "listed chat sender date service read delivered played changed text unsent "
        "is_reply reply_to has_files names files genmoji reaction event status "
        "scheduled",
    ),
    "parseaple-typedstream": _notion(
        observed_bodies.pytypedstream,
        "bodies",
        "listed text left marks detected mentions guids transcript",
    ),
    "imessage-conversation-analyzer": _notion(
        flat.observe, "blind", "listed sender date text files"
    ),
    "mvt": _notion(flat.observe, "blind", "listed sender date service read text"),
}


@dataclass(frozen=True)
class Finding:
    """One aspect of one row that is not as it should be."""

    reader: str
    fact: Fact
    aspect: str
    true: Any
    said: Any
    fault: Fault | None = None

    def __str__(self) -> str:
        fact = self.fact
        where = f"{fact.world.release} {fact.chapter} {fact.case} ({fact.own_name})"
        return (
            f"{self.reader}: {where}: {self.aspect}: {self.said!r}, not {self.true!r}"
        )


@dataclass
class Comparison:
    """All that came of one reader and one world."""

    reader: str
    world: World
    findings: list[Finding] = field(default_factory=list)
    agreed: int = 0
    extra: list[Seen] = field(default_factory=list)
    too_wide: list[Finding] = field(default_factory=list)
    """Faults that should show and do not."""
    complaints: tuple[str, ...] = ()
    told: set[str] = field(default_factory=set)
    """The aspects that it said anything of."""
    cases: dict[tuple[str, str], str] = field(default_factory=dict)
    """(chapter, case) → verdict."""

    @property
    def differences(self) -> list[Finding]:
        return [each for each in self.findings if each.fault is None]


def compare(
    reading: Reading, world: World, left_out: frozenset[str] = frozenset()
) -> Comparison:
    """`left_out` are messages that the reader was spared, because they end its run."""
    notion = NOTIONS[reading.reader]
    done = Comparison(reading.reader, world, complaints=reading.complaints)
    facts = [f for f in world.facts if f.message.guid not in left_out]
    pairs, done.extra = match(reading, facts)
    untold: dict[tuple[str, str], bool] = {}
    worst: dict[tuple[str, str], int] = defaultdict(int)
    for fact, seen in pairs:
        key = (fact.chapter, fact.case)
        if fact.drawn is None and (
            not all(point & notion.aspects for point in about(fact))
            or not _lists(notion, fact)
        ):
            untold[key] = True
        for finding in _row(done, notion, fact, seen):
            done.findings.append(finding)
            if finding.fault is None or finding.fault.counts(fact):
                worst[key] = max(worst[key], 1 if finding.fault else 2)
        worst[key] = worst[key]
    for finding, key in _chats(done, reading, facts):
        worst[key] = max(worst[key], 0)
        if finding is not None:
            done.findings.append(finding)
            worst[key] = max(worst[key], 1 if finding.fault else 2)
    for key, rank in worst.items():
        plainly = CANNOT if untold.get(key) else AGREES
        done.cases[key] = (plainly, FAULT, DIFFERS)[rank]
    return done


def _row(
    done: Comparison, notion: Notion, fact: Fact, seen: Seen | None
) -> Iterable[Finding]:
    true = expected(fact)
    true["listed"] = true["listed"] and _lists(notion, fact)
    if fact.is_in_recently_deleted and "deleted" not in notion.aspects:
        # To show it and to leave it out are both right for who has no notion of it.
        true["listed"] = seen is not None
    if seen is None:
        said: dict[str, Any] = {"listed": False}
    else:
        said = notion.observe(seen, fact)
    for aspect, value in said.items():
        if aspect not in notion.aspects:
            continue
        done.told.add(aspect)
        wanted = _fitted(aspect, true.get(aspect), value)
        wanted = either(aspect, fact, wanted, value)
        fault = _fault(done.reader, aspect, fact)
        if value == wanted:
            done.agreed += 1
            if fault is not None:
                done.too_wide.append(
                    Finding(done.reader, fact, aspect, wanted, value, fault)
                )
        else:
            yield Finding(done.reader, fact, aspect, wanted, value, fault)
        if aspect == "listed" and value != wanted:
            return


def _chats(
    done: Comparison, reading: Reading, facts: list[Fact]
) -> Iterable[tuple[Finding | None, tuple[str, str]]]:
    """Members, names and kinds of the chats, where the reader lists them."""
    placed = [fact for fact in facts if not fact.is_chatless]
    firsts = {fact.chat.guid: fact for fact in reversed(placed)}
    told = observed.chats(reading, done.world)
    for guid, first in firsts.items() if told else ():
        kind = "group" if first.chat.is_group else "direct"
        fact = replace(first, case=f"{kind} {guid}", chapter="chats")
        true = {
            "participants": tuple(
                sorted(done.world.person(a) or a for a in first.chat.participants)
            ),
            "is_group": first.chat.is_group,
            "name": first.chat.name,
        }
        yield None, (fact.chapter, fact.case)
        said = told.get(guid, {"participants": None})
        for aspect, value in said.items():
            if value == true[aspect]:
                done.agreed += 1
            else:
                finding = Finding(done.reader, fact, aspect, true[aspect], value)
                yield finding, (fact.chapter, fact.case)


def _lists(notion: Notion, fact: Fact) -> bool:
    message = fact.message
    if message.traits.dangling is not None and notion.rows == "none":
        return False
    if notion.rows == "bodies" and fact.drawn is None:
        hollow = message.event is not None or message.is_unsent
        empty = "body" in message.traits.blank
        return not hollow and not empty and message.storage != "text"
    return fact.drawn is None or notion.rows != "none"


def _fitted(aspect: str, true: Any, said: Any) -> Any:
    """The truth as coarse as the reader's way to say it."""
    if aspect == "problems":
        return ()
    if aspect in ("tapbacks", "replies") and said and len(said[0]) == 2:
        # Without the part that they stand under.
        whole = aspect == "tapbacks"
        return tuple(sorted(row[:2] if whole else row[1:] for row in true))
    return true


def _fault(reader: str, aspect: str, fact: Fact) -> Fault | None:
    for fault in FAULTS:
        if reader in fault.readers and aspect in fault.aspects and fault.when(fact):
            return fault
    return None


def match(
    reading: Reading, facts: list[Fact]
) -> tuple[list[tuple[Fact, Seen | None]], list[Seen]]:
    """Pair rows with what the reader shows of them; and what is left over."""
    notion = NOTIONS[reading.reader]
    left = {id(seen): seen for seen in reading.messages}
    pairs: list[tuple[Fact, Seen | None]] = []
    named = {seen.guid: seen for seen in reading.messages if seen.guid}
    waiting: list[Fact] = []
    for fact in facts:
        seen = named.get(fact.guid)
        if seen is not None:
            pairs.append((fact, seen))
            left.pop(id(seen), None)
            if fact.message.traits.also_in:
                # It may be shown in both of its chats.
                for each in [s for s in left.values() if s.guid == fact.guid]:
                    left.pop(id(each))
        else:
            waiting.append(fact)
    nameless: dict[int, list[Seen]] = defaultdict(list)
    # Who takes seconds for nanoseconds puts these into the first second of 2001.
    moved = {f.guid for f in facts if "date" in f.message.traits.in_seconds}
    for seen in left.values():
        if seen.guid is None and seen.date is not None:
            nameless[observed.since_2001(seen.date) or 0].append(seen)

    # Messages first: their text says which of one second they are. Last come those
    # that the reader is known to leave out.
    def rank(fact: Fact) -> tuple[bool, bool]:
        is_left_out = _fault(reading.reader, "listed", fact) is not None
        return is_left_out, fact.drawn is not None

    for fact in sorted(waiting, key=rank):
        candidates = nameless.get(fact.date // 10**9, [])
        if fact.guid in moved:
            candidates = candidates or nameless.get(0, [])
        if candidates and (_lists(notion, fact) or notion.rows == "blind"):
            best = max(candidates, key=lambda seen: _likeness(seen, fact))
            candidates.remove(best)
            left.pop(id(best), None)
            pairs.append((fact, best))
        else:
            pairs.append((fact, None))
    # Without a GUID it may be shown in both of its chats as well.
    twice = {f.date // 10**9 for f in facts if f.message.traits.also_in}
    extra = [
        seen
        for seen in left.values()
        if seen.guid is not None or observed.since_2001(seen.date) not in twice
    ]
    return pairs, extra


def _likeness(seen: Seen, fact: Fact) -> int:
    """How well two of one second go together."""
    person = fact.world.person
    same_chat = seen.chat in (fact.chat.guid, fact.chat.identifier) or (
        fact.world.stems.get(seen.chat or "") == fact.chat.guid
    )
    same_who = person(seen.sender) == (person(fact.sender) or "me")
    text = plain(fact.message.text) if fact.drawn is None else ""
    return 4 * same_chat + 2 * same_who + (plain(seen.text) == text)
