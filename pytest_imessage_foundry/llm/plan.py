"""Which conversations the scenarios ask for, which are cached, and which to make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry.conversations import scenario_files, scenarios
from pytest_imessage_foundry.conversations.packs import pack_files
from pytest_imessage_foundry.conversations.packs import store as packs
from pytest_imessage_foundry.errors import FoundryError, counted, meant
from pytest_imessage_foundry.llm import conversation_writer, prompts
from pytest_imessage_foundry.llm.exchange import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.conversations.packs.store import (
        Cached,
        Pack,
        PackIndex,
        Request,
    )
    from pytest_imessage_foundry.models import ConversationConfig, Persona, Scenario

State = Literal["fresh", "stale", "missing"]
Which = Literal["missing", "stale", "all", "due"]
_SAID, _LINE = 35, 60  # tokens and characters of an ordinary message, roughly
_REASK = prompts.AGAIN_TEXT + 500  # most characters that a repeated request adds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """One conversation of a scenario, and its state in the cache.

    `answers` are the keys of the cached conversations that a test would get, `cached`
    is the number of their turns.
    """

    scenario: str
    config: ConversationConfig
    owner: Persona
    people: tuple[Persona, ...]
    request: Request
    key: str
    state: State
    note: str
    answers: tuple[str, ...]
    cached: int
    target: Path

    @property
    def is_short(self) -> bool:
        """Whether the cache has turns for a part of the conversation alone."""
        return 0 < self.cached < self.config.message_count_target

    @property
    def everybody(self) -> tuple[Persona, ...]:
        return (self.owner, *self.people)

    @property
    def context(self) -> Context:
        return Context(
            config=self.config, owner=self.owner, people=self.people, key=self.key
        )

    @property
    def calls(self) -> int:
        return len(conversation_writer.batches(self.config.message_count_target))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All entries of some scenarios.

    `unused` are conversations in the project's own packs that no scenario asks for;
    `invalid` says which packs cannot be read, and why.
    """

    entries: tuple[PlanEntry, ...]
    unused: tuple[tuple[Path, Cached], ...] = ()
    invalid: tuple[tuple[Path, str], ...] = ()
    packs: tuple[Pack, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def is_fresh(self) -> bool:
        return not self.invalid and all(each.state == "fresh" for each in self.entries)


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls and tokens, as expected and at most."""

    calls: int = 0
    most_calls: int = 0
    tokens: int = 0
    most_tokens: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.calls + other.calls,
            self.most_calls + other.most_calls,
            self.tokens + other.tokens,
            self.most_tokens + other.most_tokens,
        )


@dataclass(slots=True)
class _CachedPacks:
    """The packs of one folder, and why others in it cannot be read."""

    packs: dict[Path, Pack] = field(default_factory=dict)
    invalid: list[tuple[Path, str]] = field(default_factory=list)
    homes: dict[str, Path] = field(default_factory=dict)


def chosen(names: Sequence[str]) -> list[Scenario]:
    """Return the scenarios with these names or files; all built-in ones for none."""
    if not names:
        return [each for each in scenarios.built_in() if each.conversations]
    return [
        scenario_files.read(Path(name))
        if name.endswith((".toml", ".json"))
        else scenarios.get(name)
        for name in names
    ]


def survey(asked: Iterable[Scenario], folder: Path, *, is_part: bool = False) -> Survey:
    """Return what `folder` and the shipped packs hold of scenarios' conversations.

    If only some scenarios are planned, conversations that nobody asks for are looked
    for only in packs that these scenarios write into. The rest belongs to other
    scenarios. What a built-in scenario asks for counts as asked for in any pack.
    """
    stored = _read(folder)
    index = _index(stored, folder)
    entries: list[PlanEntry] = []
    used: set[str] = set()
    for scenario in asked:
        for config in scenario.conversations:
            if not config.message_count_target:
                continue
            entry = _entry(scenario, config, index, stored, folder)
            entries.append(entry)
            used.update(entry.answers)
    if is_part:
        used.update(_of_built_in(index))
    own = {each.target for each in entries} if is_part else stored.packs.keys()
    unused = (
        (path, each)
        for path, pack in stored.packs.items()
        for each in pack.conversations
        if path in own and each.key not in used
    )
    return Survey(
        entries=tuple(entries),
        unused=tuple(unused),
        invalid=tuple(stored.invalid),
        packs=index.packs,
        places=index.places,
    )


def _of_built_in(index: PackIndex) -> Iterator[str]:
    """Yield the keys of all cached conversations that a built-in scenario gets."""
    for scenario in chosen(()):
        for config in scenario.conversations:
            request = packs.request_of(config, scenario.personas, scenario.owner.id)
            if found := packs.find(index, request):
                yield from found.keys


def select(found: Survey, which: Which, only: Sequence[str] = ()) -> list[PlanEntry]:
    """Return the entries to make, each key once.

    Raises:
        FoundryError: `only` names a conversation that no scenario has.
    """
    known = {name for each in found.entries for name in (each.config.id, each.key)}
    if unknown := [name for name in only if name not in known]:
        ids = dict.fromkeys(each.config.id for each in found.entries)
        raise FoundryError(
            f"no conversation {unknown[0]!r}{meant(unknown[0], known)}\n"
            f"looked in: {len(found.entries)} conversations of the scenarios chosen\n"
            f"choose from {', '.join(list(ids)[:40])}"
        )
    states = {"due": ("missing", "stale"), "all": ("missing", "stale", "fresh")}
    wanted = states.get(which, (which,))
    picked = {
        each.key: each
        for each in reversed(found.entries)
        if each.state in wanted
        and (not only or each.config.id in only or each.key in only)
    }
    return list(reversed(picked.values()))


def cost(entries: Iterable[PlanEntry]) -> Cost:
    """Return the cost of making these conversations."""
    return sum(map(_cost, entries), Cost())


def _cost(entry: PlanEntry) -> Cost:
    total = Cost()
    for size in conversation_writer.batches(entry.config.message_count_target):
        asked = prompts.batch(entry.context, entry.everybody, (), size)
        said = "".join(each.content for each in asked)
        # A token is about four characters; few texts have two tokens per
        # character, and none has more tokens than bytes.
        recent = prompts.RECENT * (prompts.RECENT_TEXT + 40)
        most = len(said.encode()) + 2 * recent + 2 * conversation_writer.REASKS * _REASK
        most_sent = conversation_writer.SLACK * most
        most_received = (
            1 + 2 * conversation_writer.MORE
        ) * conversation_writer.max_tokens(size)
        total += Cost(
            calls=1,
            most_calls=conversation_writer.SLACK,
            tokens=(len(said) + prompts.RECENT * _LINE) // 4 + size * _SAID,
            most_tokens=most_sent + most_received,
        )
    return total


def _read(folder: Path) -> _CachedPacks:
    stored = _CachedPacks()
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    for path in files:
        try:
            pack = packs.read(path)
        except FoundryError as error:
            stored.invalid.append((path, str(error).splitlines()[0]))
            continue
        twice = [each.key for each in pack.conversations if each.key in stored.homes]
        if twice:
            other = stored.homes[twice[0]].name
            why = f"pack {path.name}: {twice[0]} is in {other} too"
            stored.invalid.append((path, why))
            continue
        stored.packs[path] = pack
        stored.homes.update((each.key, path) for each in pack.conversations)
    return stored


def _index(stored: _CachedPacks, folder: Path) -> PackIndex:
    own = {
        each.key: each for pack in stored.packs.values() for each in pack.conversations
    }
    place = f"{folder} ({counted(len(own), 'conversation')})"
    if not folder.is_dir():
        place = f"{folder} (not there)"
    home = pack_files.shipped_folder()
    if isinstance(home, Path) and home.resolve() == folder.resolve():
        return packs.PackIndex(tuple(stored.packs.values()), (place,), by_key=own)
    shipped = packs.load_all()
    return packs.PackIndex(
        (*stored.packs.values(), *shipped.packs),
        (place, *shipped.places),
        by_key={**shipped.by_key, **own},
    )


def _entry(
    scenario: Scenario,
    config: ConversationConfig,
    index: PackIndex,
    stored: _CachedPacks,
    folder: Path,
) -> PlanEntry:
    known = {each.id: each for each in scenario.personas}
    people = tuple(known[each] for each in config.participants)
    owner = scenario.owner
    request = packs.request_of(config, scenario.personas, owner.id)
    key = packs.key(request)
    found = packs.find(index, request)
    state: State = "missing"
    note = "nothing cached"
    exact = index.by_key.get(key)
    if exact is not None and (why := _stale(exact, (owner, *people))):
        state, note = "stale", why
    elif found is not None:
        state, note = "fresh", _covered(found, exact, request.count)
    return PlanEntry(
        scenario=scenario.name,
        config=config,
        owner=owner,
        people=people,
        request=request,
        key=key,
        state=state,
        note=note,
        answers=found.keys if found else (),
        cached=found.count if found else 0,
        target=stored.homes.get(key, folder / f"{slug(scenario.name)}.json"),
    )


def _stale(cached: Cached, everybody: Sequence[Persona]) -> str:
    origin = cached.provenance
    if origin.kind != "llm":
        return ""
    reasons = []
    if origin.people != packs.digest(everybody):
        reasons.append("its people changed")
    if origin.prompt_version != packs.PROMPT_VERSION:
        reasons.append("the prompts changed")
    return " and ".join(reasons)


def _covered(found: packs.Found, exact: Cached | None, count: int) -> str:
    turns = "all turns" if found.count >= count else f"{found.count} of {count} turns"
    others = len(found.keys) - (exact is not None)
    more = "another conversation" if others == 1 else f"{others} other conversations"
    if exact is None:
        return f"{turns} from {more} of the same people"
    its = f"{exact.provenance.kind}, {counted(len(exact.lines), 'turn')}"
    if len(exact.lines) >= count:
        return its
    longer = f"; {turns} with {more} of the same people" if others else ""
    return f"{its}, shorter than the {count} of its scenario{longer}"


def slug(name: str) -> str:
    """Return a file name for a scenario's pack that is safe for any scenario name."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return words or "conversations"


def names(found: Survey) -> set[str]:
    """Return the names that `by_name` knows, without the keys."""
    asked = {name for e in found.entries for name in (e.config.id, e.scenario)}
    packs = {each.name for each in found.packs}
    people = {
        who
        for pack in found.packs
        for each in pack.conversations
        for who in each.request.participants
    }
    return asked | packs | people


def by_name(found: Survey, word: str) -> Iterator[tuple[str, Cached]]:
    """Yield the conversations that `word` means, each with the name of its pack.

    `word` is a key, the start of one, the name of a pack or of a scenario, or the id of
    a conversation or else of somebody who takes part in one.
    """
    asked = [each for each in found.entries if word in (each.config.id, each.scenario)]
    keys = {key for each in asked for key in each.answers}
    cached = [(pack.name, each) for pack in found.packs for each in pack.conversations]
    named = [
        (name, each)
        for name, each in cached
        if (len(word) >= 4 and each.key.startswith(word))
        or each.key in keys
        or word == name
    ]
    yield from named or (
        pair for pair in cached if word in pair[1].request.participants
    )
