"""The cache: packs of conversations as text files.

A pack is canonical JSON with one turn a line, so that a changed message is a diff of
one line. A conversation's key is the hash of its request and does not depend on the
model that wrote it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.conversations.packs import pack_files
from pytest_imessage_foundry.conversations.packs.pack_lines import (
    canonical,
    fields_of,
    line_of,
    turn_of,
)
from pytest_imessage_foundry.errors import FoundryError, counted
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.resources.abc import Traversable

    from pytest_imessage_foundry.models import (
        ConversationConfig,
        Persona,
        Service,
        Turn,
    )

FORMAT = 1
PROMPT_VERSION = 1
_NEXT_PART = 360  # minutes of pause before what is another part of a story
_KEPT = 32  # packs of each sort that stay in memory; the shipped ones take 6 MB
_LARGE = 1 << 18  # bytes of a pack that does not stay

_Lines = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for a conversation: everything that its key derives from."""

    owner: str
    participants: tuple[str, ...]
    locale: str
    theme: str | None
    count: int
    chat_type: Literal["direct", "group"] = "direct"
    service: Service = "iMessage"
    prompt_version: int = PROMPT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The source of a conversation's texts.

    `people` is `digest` of the personas that it was generated for; a generated
    conversation is stale when they change.
    """

    kind: Literal["written", "llm"]
    date: str
    verdict: str
    model: str | None = None
    people: str | None = None
    prompt_version: int = PROMPT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """A conversation of a pack; its turns stay checked JSON until they are used."""

    key: str
    request: Request
    provenance: Provenance
    lines: _Lines

    @property
    def turns(self) -> tuple[Turn, ...]:
        return _turns(self.lines)

    @property
    def dated(self) -> tuple[Turn, ...]:
        """The first turn, and those that name days or come after a long pause."""
        first, *rest = self.lines
        later = [line for line in rest if "when" in line or _is_late(line)]
        return _turns((first, *later))

    @classmethod
    def of(
        cls, request: Request, provenance: Provenance, turns: Iterable[Turn]
    ) -> Cached:
        """Return the conversation that these turns make."""
        lines = tuple(line_of(turn) for turn in turns)
        return cls(
            key=key(request), request=request, provenance=provenance, lines=lines
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One file: a name and its conversations."""

    name: str
    conversations: tuple[Cached, ...] = ()

    def with_(self, *cached: Cached) -> Pack:
        """Return this pack with conversations added, or replaced by key."""
        merged = {each.key: each for each in (*self.conversations, *cached)}
        return replace(self, conversations=tuple(merged.values()))


@dataclass(frozen=True, slots=True)
class PackIndex:
    """All known packs, in order of precedence.

    Attributes:
        packs: the packs.
        places: where packs were looked for.
        by_key: the conversations.
        ranks: of each conversation, by key, the number of the place that it is from.
        own: the keys of those that are not shipped.
    """

    packs: tuple[Pack, ...] = ()
    places: tuple[str, ...] = ()
    by_key: dict[str, Cached] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Found:
    """Cached turns that fit a request, and the keys of their conversations.

    `is_own` says whether all of them are from the project's own packs.
    """

    keys: tuple[str, ...]
    lines: tuple[_Lines, ...]
    is_own: bool = False

    @property
    def count(self) -> int:
        return sum(map(len, self.lines))

    @property
    def scenes(self) -> tuple[tuple[Turn, ...], ...]:
        """Make the turns anew: plans of what is to be written do not ask for them."""
        return tuple(map(_turns, self.lines))


def request_of(
    config: ConversationConfig, people: Sequence[Persona], owner: str = ""
) -> Request:
    """Return the request that `config` makes; `people` has its participants.

    The locale is the first participant's. The owner is the persona in `people` that
    is_self, unless `owner` names another.
    """
    known = {persona.id: persona for persona in people}
    selves = [persona.id for persona in people if persona.is_self]
    if not owner and not selves:
        raise FoundryError(
            f"conversation {config.id!r} has no owner of the phone\n"
            f"looked at: personas {', '.join(known)}\n"
            f"give one of them is_self = true"
        )
    first = known.get(config.participants[0]) if config.participants else None
    return Request(
        owner=owner or selves[0],
        participants=tuple(sorted(config.participants)),
        locale=first.locale if first else "en_US",
        theme=config.theme,
        count=config.message_count_target,
        chat_type=config.chat_type,
        service=config.service,
    )


def key(request: Request) -> str:
    """Return the 16 hexadecimal digits that identify `request` in every pack."""
    return hashlib.sha256(canonical(fields_of(request)).encode()).hexdigest()[:16]


def digest(people: Iterable[Persona]) -> str:
    """Return 8 hexadecimal digits that depend on what a prompt says of these people."""
    fields = [fields_of(each) for each in sorted(people, key=lambda each: each.id)]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()[:8]


def read(path: Path | Traversable) -> Pack:
    """Return the pack in `path`, after checking every value.

    Raises:
        FoundryError: the file is too large, not JSON, or not a pack; the message
            names the place.
    """
    return _parse(pack_files.contents(path), path)


def _parse(data: bytes, path: Path | Traversable) -> Pack:
    from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw

    try:
        return _checked(data) if len(data) > _LARGE else _checked_once(data)
    except Flaw as flaw:
        raise pack_files.refusal(path, str(flaw)) from None


@lru_cache(maxsize=_KEPT)
def _checked_once(data: bytes) -> Pack:
    """Return a pack: the same bytes are checked and parsed once in a process."""
    return _checked(data)


def _checked(data: bytes) -> Pack:
    from pytest_imessage_foundry.conversations.packs.pack_checks import check, decode

    raw = decode(data)
    check(raw, FORMAT)
    pack = _pack(raw)
    _check_keys(pack)
    return pack


@lru_cache(maxsize=_KEPT)
def _parse_shipped(data: bytes) -> Pack:
    """Return a shipped pack, which is not checked and parsed once in a process.

    The shipped packs are part of the package as its code is, and the test suite checks
    them: checking takes longer than reading. Nobody changes what a pack holds.
    """
    return _pack(json.loads(data))


def _pack(raw: dict[str, Any]) -> Pack:
    return Pack(
        name=raw["name"],
        conversations=tuple(_cached(each) for each in raw["conversations"]),
    )


def _check_keys(pack: Pack) -> None:
    from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw

    seen: set[str] = set()
    for number, each in enumerate(pack.conversations):
        place = f"conversations[{number}].key"
        if each.key != key(each.request):
            raise Flaw(place, f"{each.key} is not its request's: {key(each.request)}")
        if each.key in seen:
            raise Flaw(place, f"{each.key} appears twice")
        seen.add(each.key)


def write(path: Path, pack: Pack) -> None:
    """Write `pack` as canonical JSON, atomically."""
    with replacing(path) as draft:
        fill(draft, pack)


def fill(draft: Path, pack: Pack) -> None:
    """Write `pack` into a draft that takes its place later."""
    _check_keys(pack)
    draft.write_bytes(dumps(pack).encode())
    # Whatever the umask: a committed file is for other users too.
    draft.chmod(0o644)


def dumps(pack: Pack) -> str:
    """Return the canonical text of a pack: sorted keys, one turn a line, LF."""
    body = ",\n".join(_block(each) for each in pack.conversations)
    listing = f"[\n{body}\n]" if body else "[]"
    return (
        f'{{"conversations":{listing},\n"name":{canonical(pack.name)},\n'
        f'"version":{FORMAT}}}\n'
    )


def _block(cached: Cached) -> str:
    turns = ",\n".join(map(canonical, cached.lines))
    return (
        f'{{"key":{canonical(cached.key)},\n'
        f'"provenance":{canonical(fields_of(cached.provenance))},\n'
        f'"request":{canonical(fields_of(cached.request))},\n'
        f'"turns":[\n{turns}\n]}}'
    )


def load_all(paths: Iterable[Path] = (), *, shipped: bool = True) -> PackIndex:
    """Return all packs: the project's own in the given order, then the shipped ones.

    A path is a pack or a folder of packs. If two places hold the same key the earlier
    one wins; within one place that is an error.
    """
    packs: list[Pack] = []
    places: list[str] = []
    by_key: dict[str, Cached] = {}
    ranks: dict[str, int] = {}
    own: set[str] = set()
    for name, folder in pack_files.roots(paths, shipped=shipped):
        there = pack_files.files(folder)
        found: dict[str, Cached] = {}
        for file in there:
            data = pack_files.contents(file)
            is_ours = name == pack_files.SHIPPED
            pack = _parse_shipped(data) if is_ours else _parse(data, file)
            _add(found, pack, file)
            packs.append(pack)
        places.append(_place(name, found, exists=bool(there)))
        if name != pack_files.SHIPPED:
            own |= found.keys()
        for each, cached in found.items():
            by_key.setdefault(each, cached)
            ranks.setdefault(each, len(places))
    return PackIndex(tuple(packs), tuple(places), by_key, ranks, own)


def _add(found: dict[str, Cached], pack: Pack, file: Path | Traversable) -> None:
    for each in pack.conversations:
        if each.key in found:
            raise pack_files.refusal(
                file, f"{each.key} is in another pack of this folder too"
            )
        found[each.key] = each


def _place(name: str, found: dict[str, Cached], *, exists: bool) -> str:
    if not exists:
        return f"{name} (not there)"
    return f"{name} ({counted(len(found), 'conversation')})"


def find(
    index: PackIndex,
    request: Request,
    count: int | None = None,
    *,
    seed: int = 0,
    fits: Callable[[Sequence[Turn]], bool] | None = None,
    may_break_off: bool = True,
) -> Found | None:
    """Return the cache's turns for `request`, None if it has none.

    There are at most `count` turns, else as many as the request asks for. The
    conversation with the request's own key comes first, then others of the same people
    and theme; a request without a theme takes any. Those of the project's own packs
    come before the shipped ones; within a place `seed` chooses. Conversations whose
    dated turns `fits` refuses are left out. The last one ends where `count` turns are
    there; unless it `may_break_off`, with a part of its story, if that leaves any at
    all.
    """
    fitting = _fitting(index, request, seed)
    most = request.count if count is None else count
    found = _first_of(fitting, most, fits, _up_to if may_break_off else _whole_parts)
    if not (found or may_break_off):
        found = _first_of(fitting, most, fits, _up_to)
    if not found:
        return None
    return Found(
        tuple(each.key for each, _ in found),
        tuple(lines for _, lines in found),
        is_own=all(each.key in index.own for each, _ in found),
    )


def _fitting(index: PackIndex, request: Request, seed: int) -> list[Cached]:
    """Return the conversations that a request can have, the best first."""
    exact = index.by_key.get(key(request))
    others = sorted(
        (each for each in index.by_key.values() if _fits(each.request, request)),
        key=lambda each: (index.ranks.get(each.key, 0), _draw(seed, each.key)),
    )
    if exact is None:
        return others
    return [exact, *(each for each in others if each is not exact)]


def _first_of(
    fitting: Iterable[Cached],
    most: int,
    fits: Callable[[Sequence[Turn]], bool] | None,
    cut: Callable[[_Lines, int], _Lines],
) -> list[tuple[Cached, _Lines]]:
    """Return the first conversations that have `most` turns, and what is told of each.

    `cut` says how much of a conversation is told where so many turns are left.
    """
    found: list[tuple[Cached, _Lines]] = []
    for each in fitting:
        if most <= 0:
            break
        lines = cut(each.lines, most)
        if lines and (fits is None or fits(each.dated)):
            most -= len(lines)
            found.append((each, lines))
    return found


def _turns(lines: _Lines) -> tuple[Turn, ...]:
    """Return the turns in the lines of a conversation, of which the first opens."""
    first, *later = lines
    return tuple(map(turn_of, ({**first, "opens": True}, *later)))


def _up_to(lines: _Lines, most: int) -> _Lines:
    return lines[:most]


def _whole_parts(lines: _Lines, most: int) -> _Lines:
    """Return the first lines, `most` at most, that end where a part of the story does.

    They are none if the first part is longer.
    """
    if len(lines) <= most:
        return lines
    ends = [
        number
        for number, line in enumerate(lines[: most + 1])
        if number and (line.get("opens") or _is_late(line))
    ]
    return lines[: ends[-1]] if ends else ()


def _is_late(line: dict[str, Any]) -> bool:
    pause: int = line.get("pause", 0)
    return pause >= _NEXT_PART


def _draw(seed: int, key: str) -> bytes:
    return hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()


def _fits(cached: Request, asked: Request) -> bool:
    return (
        cached.participants == asked.participants
        and cached.owner == asked.owner
        and cached.chat_type == asked.chat_type
        and cached.service == asked.service
        and (asked.theme is None or asked.theme == cached.theme)
    )


def _cached(raw: dict[str, Any]) -> Cached:
    request = {**raw["request"], "participants": tuple(raw["request"]["participants"])}
    return Cached(
        key=raw["key"],
        request=Request(**request),
        provenance=Provenance(**raw["provenance"]),
        lines=tuple(raw["turns"]),
    )
