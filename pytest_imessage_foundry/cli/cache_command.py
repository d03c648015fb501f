"""`imessage-foundry cache`: list, show, check and refresh cached conversations."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import (
    cache_refresh,
    cache_verify,
    pack_options,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError, counted, meant

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.conversations.packs.store import Cached
    from pytest_imessage_foundry.llm.plan import Survey
    from pytest_imessage_foundry.models import Turn


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `cache` and its verbs."""
    cache = subcommands.add(
        commands,
        "cache",
        "look after the cached conversations",
        examples=("cache status", "cache show family", "cache refresh --dry-run"),
    )
    verbs = cache.add_subparsers(dest="verb", metavar="VERB", required=True)
    cache_refresh.add_verb(verbs)
    _add_status(verbs)
    show = subcommands.add(
        verbs,
        "show",
        "print cached conversations",
        more="It is what was said in them; nothing in it reaches the terminal raw.",
        examples=("cache show family", "cache show 2fa1a23f", "cache show sam --json"),
    )
    show.add_argument(
        "word",
        metavar="KEY|NAME",
        help="a key or its first digits, the id of a conversation or of a person, a "
        "scenario, or a pack's name",
    )
    pack_options.add_options(show)
    show.add_argument("--json", action="store_true", help="as JSON")
    show.set_defaults(run=run_show)
    cache_verify.add_verb(verbs)


def _add_status(verbs: _SubParsersAction[ArgumentParser]) -> None:
    status = subcommands.add(
        verbs,
        "status",
        "say which conversations are fresh, stale, missing, unused or invalid",
        more="That is: what the cache holds of what the scenarios ask for.",
        examples=("cache status", "cache status --scenario family --check --json"),
        notes="exit codes: 0 done, 1 with --check: not all is fresh",
    )
    pack_options.add_options(status)
    status.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 when one is stale or missing, or a pack is invalid",
    )
    status.add_argument("--json", action="store_true", help="report as JSON")
    status.set_defaults(run=run_status)


def run_status(given: Namespace) -> int:
    """List the cached and the missing conversations."""
    from pytest_imessage_foundry.llm import plan

    found = plan.survey(
        plan.chosen(given.scenario), given.out, is_part=bool(given.scenario)
    )
    if given.json:
        print(json.dumps(_status(found), indent=1))
    else:
        for line in _status_lines(found):
            print(line)
        if found.unused and not given.scenario:
            print(
                "unused: no built-in scenario asks for them; name a scenario file of "
                "your own with --scenario"
            )
    return 1 if given.check and not found.is_fresh else 0


def _status(found: Survey) -> dict[str, Any]:
    return {
        "fresh": found.is_fresh,
        "looked_in": list(found.places),
        "conversations": [
            {
                "scenario": each.scenario,
                "name": each.config.id,
                "key": each.key,
                "state": each.state,
                "messages": each.config.message_count_target,
                "cached": each.cached,
                "note": each.note,
            }
            for each in found.entries
        ],
        "unused": [{"pack": str(path), "key": each.key} for path, each in found.unused],
        "invalid": [{"pack": str(path), "why": why} for path, why in found.invalid],
    }


def _status_lines(found: Survey) -> Iterator[str]:
    from pytest_imessage_foundry.terminal import escaped

    for each in found.entries:
        name = escaped(f"{each.scenario}/{each.config.id}", 60)
        yield f"{each.state:8} {name:32} {each.key}  {escaped(each.note)}"
    for path, cached in found.unused:
        who = ", ".join(cached.request.participants)
        yield f"unused   {escaped(who, 60):32} {cached.key}  in {escaped(str(path))}"
    for path, why in found.invalid:
        yield f"invalid  {escaped(str(path))}: {escaped(why)}"
    yield pack_options.summary(found)
    short = [each for each in found.entries if each.state == "fresh" and each.is_short]
    if short:
        yield (
            f"{len(short)} of the fresh ones are shorter than their scenario: the rest "
            "of each is generated"
        )
    yield f"looked in: {'; '.join(map(escaped, found.places))}"
    if not found.is_fresh:
        yield "`imessage-foundry cache refresh --dry-run` says what it would take"


def run_show(given: Namespace) -> int:
    """Print the conversations that a word names."""
    from pytest_imessage_foundry.llm import plan

    found = plan.survey(plan.chosen(given.scenario), given.out)
    named = list(plan.by_name(found, given.word))
    if not named:
        raise _nothing(found, given)
    if given.json:
        print(json.dumps([_cached(*each) for each in named], indent=1))
    else:
        for each in named:
            _show(*each)
    return 0


def _nothing(found: Survey, given: Namespace) -> FoundryError:
    from pytest_imessage_foundry.llm import plan

    word = given.word
    known = [each for each in found.entries if word in (each.config.id, each.scenario)]
    what = f"nothing cached under {word!r}"
    chosen = " ".join(f"--scenario {each}" for each in given.scenario)
    listed = f"`imessage-foundry {' '.join(('cache status', chosen)).strip()}`"
    if known:
        what += f", which {known[0].scenario} asks for"
        remedy = f"{listed} says what is missing, `cache refresh` makes it"
    else:
        what += meant(word, plan.names(found))
        remedy = f"{listed} lists keys and names"
        if not chosen:
            remedy += "; name a scenario file of your own with --scenario"
    return FoundryError(f"{what}\nlooked in: {'; '.join(found.places)}\n{remedy}")


def _cached(pack: str, cached: Cached) -> dict[str, Any]:
    from pytest_imessage_foundry.chatdb import truth

    return {
        "key": cached.key,
        "pack": pack,
        "request": truth.plain(cached.request),
        "provenance": truth.plain(cached.provenance),
        "turns": list(cached.lines),
    }


def _show(name: str, cached: Cached) -> None:
    from pytest_imessage_foundry.terminal import escaped

    request, origin = cached.request, cached.provenance
    who = ", ".join(request.participants)
    print(f"{cached.key} in pack {escaped(name)}: {request.owner} with {who}")
    print(
        f"  {request.chat_type}, {request.service}, {request.locale}, "
        f"{counted(len(cached.lines), 'turn')}, "
        f"theme: {escaped(request.theme or 'none')}"
    )
    model = f" by {escaped(origin.model)}" if origin.model else ""
    print(f"  {origin.kind}{model} on {origin.date}: {escaped(origin.verdict, 300)}")
    for turn in cached.turns:
        print(f"  {turn.sender}: {_said(turn)}")
    print()


def _said(turn: Turn) -> str:
    from pytest_imessage_foundry.terminal import escaped

    said = [escaped(turn.text)] if turn.text else []
    if turn.attachment:
        said.append(f"[{turn.attachment}]")
    if turn.event:
        said.append(f"[{turn.event} {turn.event_who or ''}]".replace(" ]", "]"))
    for each in turn.reactions:
        what = escaped(each.emoji or each.name)
        said.append(
            f"({each.sender}: {what}{' taken back' if each.is_removed else ''})"
        )
    return " ".join(said)
