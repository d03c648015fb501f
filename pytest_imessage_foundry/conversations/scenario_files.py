"""Read a user's scenario file, TOML or JSON, and write a scenario as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, fields
from datetime import date, time
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import strict_json, whole_file
from pytest_imessage_foundry.conversations import model_checks, scenarios
from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.models import (
    ConversationConfig,
    LifeSpan,
    Persona,
    Scenario,
    apple_time,
)
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.personas import builtin, checks
from pytest_imessage_foundry.spec import MOST_MESSAGES, fault
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MAX_BYTES = 4 << 20
_SHOWN = 5
# What takes a time; fields of models that do so begin with "date" or "arrived".
_TIMES = ("start", "end", "at", "now", "created")
# Fields of a scenario that a file states in another form, or not.
_APART = ("personas", "conversations", "from_library", "written", "written_in")
# The prefix of ids that name personas in the user's library.
LIBRARY = "library:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The fields of a scenario file, against which pydantic checks it."""

    name: str = ""
    real: bool = False
    description: str = ""
    personas: tuple[str | Persona, ...] = ()
    conversations: tuple[ConversationConfig, ...] = ()
    life: LifeSpan = ""
    start: str = ""
    people: tuple[dict[str, Any], ...] = ()
    chat: tuple[dict[str, Any], ...] = ()


def read(
    path: Path, personas: Iterable[Persona] = (), library: Path | None = None
) -> Scenario:
    """Return the scenario that a user's TOML or JSON file describes.

    Personas are defined in the file, or named by id if they are built-in or among
    `personas`; participants among those are added without being listed. "library:ana"
    names ana of the user's library, which is at `library` or in its usual place and is
    opened only if it is needed.

    Raises:
        FoundryError: the file cannot be read, or is not a valid scenario.
    """
    cast = scenarios.cast_with(personas)
    file = _validated(_parsed(path), path)
    kept = _of_library(file, library)
    known = {**cast, **{f"{LIBRARY}{each.id}": each for each in kept}}
    if unknown := unknown_people(file.personas, known):
        raise _refusal(path, unknown, f"choose from {', '.join(cast)}")
    personas = with_people(file.personas, known)
    scenario = Scenario(
        name=file.name or path.stem,
        description=file.description,
        personas=(*personas, *_named_in_chats(file, personas, cast)),
        conversations=file.conversations,
        life=file.life,
        from_library=tuple(each.id for each in kept),
        real=file.real,
        written=_written(file, path),
        written_in=f"scenario file {path}",
    )
    if found := list(problems(scenario, cast)):
        raise _refusal(path, found, "correct these places")
    whole = scenarios.complete(scenario, cast)
    if doubled := list(shared(whole)):
        raise _refusal(path, doubled, "leave one out, or give one another address")
    return whole


def unknown_people(
    personas: Iterable[Persona | str], known: Mapping[str, Persona]
) -> list[str]:
    """Return what is wrong with ids that nobody has, each with its place."""
    return [
        f"personas[{place}]: {each!r} is no persona that is known here"
        f"{meant(each, known)}"
        for place, each in enumerate(personas)
        if isinstance(each, str) and each not in known
    ]


def with_people(
    personas: Iterable[Persona | str], known: Mapping[str, Persona]
) -> tuple[Persona, ...]:
    """Return people, those that are named by their ids among them."""
    return tuple(known[each] if isinstance(each, str) else each for each in personas)


def _written(file: _File, path: Path) -> str:
    """Return the chats that are written out as JSON; "" if there are none."""
    if not file.chat:
        if file.people:
            raise _refusal(path, ["people: nobody writes, since there is no [[chat]]"])
        if file.start:
            raise _refusal(path, ["start: nothing begins, since there is no [[chat]]"])
        return ""
    if file.conversations or file.life:
        what = "conversations" if file.conversations else "life"
        raise _refusal(
            path,
            [f"chat: stands beside {what}; a file has chats written out or generated"],
            "make two files of it",
        )
    stated = {"start": file.start, "people": file.people, "chat": file.chat}
    return json.dumps(stated, ensure_ascii=False)


def _named_in_chats(
    file: _File, personas: Sequence[Persona], cast: Mapping[str, Persona]
) -> Iterator[Persona]:
    """Yield built-in people with whom chats are, and who are not in the file."""
    known = {each.id for each in personas}
    known |= {str(each.get("id") or each.get("name")) for each in file.people}
    for chat in file.chat:
        with_ = chat.get("with", ())
        for who in with_ if isinstance(with_, list) else ():
            if isinstance(who, str) and who in cast and who not in known:
                known.add(who)
                yield cast[who]


def _of_library(file: _File, path: Path | None) -> tuple[Persona, ...]:
    ids = [
        each.removeprefix(LIBRARY)
        for each in file.personas
        if isinstance(each, str) and each.startswith(LIBRARY)
    ]
    if not ids:
        return ()
    from pytest_imessage_foundry.personas import library

    return library.people(ids, path)


def dumps(scenario: Scenario) -> str:
    """Return the scenario as JSON, which `read` reads back as the same scenario.

    Built-in people are named by id, others in full. Default values are left out.
    """
    known = builtin.by_id()
    raw = {
        **_stated(scenario, leave_out=_APART),
        **(json.loads(scenario.written) if scenario.written else {}),
        "personas": [
            each.id if known.get(each.id) == each else _stated(each)
            for each in scenario.personas
        ],
        "conversations": [_stated(each) for each in scenario.conversations],
    }
    return json.dumps(raw, ensure_ascii=False, indent=1) + "\n"


def _stated(model: Any, leave_out: Sequence[str] = ()) -> dict[str, Any]:
    usual = {each.name: each.default for each in fields(model)}
    return {
        name: value
        for name, value in asdict(model).items()
        if name not in leave_out and value != usual[name]
    }


def _parsed(path: Path) -> Any:
    try:
        data = whole_file.read(path, MAX_BYTES)
    except OSError as error:
        raise FoundryError(
            f"the scenario file cannot be read: {error.strerror or error}\n"
            f"looked for: {path}\n"
            "`imessage-foundry kinds --scenarios` lists those that are built in"
        ) from None
    if len(data) > MAX_BYTES:
        raise _refusal(path, [f"it is larger than {MAX_BYTES >> 20} MiB"])
    parse: Callable[[str], Any] = strict_json.loads
    if path.suffix.lower() == ".toml":
        import tomllib  # not for scenarios that are built in

        parse = tomllib.loads
    try:
        return parse(data.decode("utf-8-sig"))
    except RecursionError:
        raise _refusal(path, ["it is nested too deeply"]) from None
    except ValueError as error:  # what both parsers and the decoder raise
        raise _refusal(path, [str(error)]) from None


def _validated(raw: Any, path: Path) -> _File:
    try:
        misplaced: list[str] = []
        stated = json.dumps(_with_times(raw, "", "", misplaced))
        if misplaced:
            raise _refusal(path, misplaced, "put these in quotes")
        return model_checks.read(_File, stated)
    except model_checks.UnfitError as error:
        raise _refusal(path, error.problems, "correct these places") from None
    except RecursionError:
        raise _refusal(path, ["it is nested too deeply"]) from None


def _with_times(raw: Any, key: str, place: str, misplaced: list[str]) -> Any:
    """Return a value of a file with its TOML dates as ISO 8601 text, which JSON files
    have already. Those that stand where no time is meant are noted."""
    if isinstance(raw, dict):
        return {
            name: _with_times(
                each, name, f"{place}.{name}" if place else name, misplaced
            )
            for name, each in raw.items()
        }
    if isinstance(raw, list):
        return [
            _with_times(each, key, f"{place}[{number}]", misplaced)
            for number, each in enumerate(raw)
        ]
    if not isinstance(raw, (date, time)):
        return raw
    if key not in _TIMES and not key.startswith(("date", "arrived")):
        misplaced.append(f"{place}: {raw} is a date, where no time is meant")
    return raw.isoformat()


def problems(scenario: Scenario, cast: Mapping[str, Persona]) -> Iterator[str]:
    """Yield what is wrong in a scenario, each with its place."""
    people = {**cast, **{each.id: each for each in scenario.personas}}
    if what := fault("scenario", scenario.name):
        yield f"name: {what}"
    yield from _twice("personas", [each.id for each in scenario.personas])
    yield from problems_of(scenario.personas, real=scenario.real)
    yield from _twice("conversations", [each.id for each in scenario.conversations])
    selves = [each.id for each in scenario.personas if each.is_self]
    if len(selves) > 1:
        yield f"personas: {' and '.join(selves)} both have is_self; one owns the phone"
    for place, config in enumerate(scenario.conversations):
        for problem in _of_config(config, people, real=scenario.real):
            yield f"conversations[{place}].{problem}"


def problems_of(people: Iterable[Persona], *, real: bool = False) -> Iterator[str]:
    """Yield what is wrong with people whom a user defines, each with its place."""
    for place, persona in enumerate(people):
        for name, what in checks.of_scenario(persona, real=real):
            yield f"personas[{place}].{name}: {what}"


def shared(scenario: Scenario) -> Iterator[str]:
    """Yield addresses that two people have, since their sender would be unknown."""
    holders: dict[str, str] = {}
    for persona in scenario.personas:
        for address in persona.addresses:
            other = holders.setdefault(address, persona.id)
            if other != persona.id:
                yield f"personas: {other!r} and {persona.id!r} both have {address}"


def _twice(what: str, ids: list[str]) -> Iterator[str]:
    for each, times in Counter(ids).items():
        if times > 1:
            yield f"{what}: the id {each!r} stands {times} times"


def _is_to_oneself(config: ConversationConfig) -> bool:
    return config.chat_type == "direct" and len(config.participants) == 1


def _of_config(
    config: ConversationConfig, people: Mapping[str, Persona], *, real: bool
) -> list[str]:
    found = list(_twice("participants", list(config.participants)))
    for number, who in enumerate(config.participants):
        if who not in people:
            found.append(f"participants[{number}]: nobody has the id {who!r}")
        elif people[who].is_self and not _is_to_oneself(config):
            found.append(f"participants[{number}]: {who!r} owns the phone")
    if escaped(config.id) != config.id:
        found.append("id: holds what a terminal would obey")
    count = len(config.participants)
    if config.chat_type == "direct" and count != 1:
        found.append(f"participants: a direct chat has one, this has {count}")
    if config.chat_type == "group" and not count:
        found.append("participants: a group has at least one")
    if not 0 <= config.message_count_target <= MOST_MESSAGES:
        found.append(f"message_count_target: not within 0 to {MOST_MESSAGES:,}")
    if config.address:
        found += _of_address(config, people, real=real)
    return found + _of_times(config)


def _of_address(
    config: ConversationConfig, people: Mapping[str, Persona], *, real: bool
) -> Iterator[str]:
    """Yield what is wrong with the address from which the other person writes."""
    address = config.address
    known = [people[who] for who in config.participants if who in people]
    if any(address in each.addresses for each in known):
        return  # what is wrong with it is said of the person
    if not address.isprintable() or " " in address:
        yield f"address: {address!r} holds blanks or control characters"
    elif not real:
        country = known[0].country_code if known else "US"
        if what := checks.address_fault(address, country):
            yield f"address: {what}"


def _of_times(config: ConversationConfig) -> list[str]:
    found, moments = [], []
    for name in ("start", "end"):
        text = getattr(config, name)
        try:
            moments.append(apple_time.from_iso(text) if text else None)
            if (moments[-1] or 0) < 0:
                found.append(f"{name}: {text!r} is before 2001")
            if (moments[-1] or 0) > apple_time.END:
                found.append(f"{name}: {text!r} is after 2039")
        except (ValueError, OverflowError):
            found.append(f"{name}: {text!r} is no time like 2025-01-31T08:00:00Z")
    if not found and None not in moments and moments[0] >= moments[1]:  # type: ignore[operator]
        found.append("start: is not before the end")
    return found


def _refusal(
    path: Path, problems: list[str], remedy: str = "mend the file"
) -> FoundryError:
    shown = [f"  {each}" for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"  and {len(problems) - _SHOWN} more")
    listing = "\n".join(shown)
    return FoundryError(
        f"scenario file {path.name} does not hold\nlooked in: {path}\n{listing}\n"
        f"{remedy}; `imessage-foundry kinds --scenarios` lists what is built in"
    )
