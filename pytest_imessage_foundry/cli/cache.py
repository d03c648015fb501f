"""`imessage-foundry cache`: what is cached, whether it still fits, and new texts."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import providing
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.conversations.packs import Cached
    from pytest_imessage_foundry.llm.plan import Entry, Survey
    from pytest_imessage_foundry.llm.refresh import Outcome
    from pytest_imessage_foundry.models import Turn

OUT = Path("fixtures_cache")
JOBS = 4


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `cache` and its verbs."""
    cache = commands.add_parser("cache", help="look after the cached conversations")
    verbs = cache.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_refresh(verbs)
    _add_status(verbs)
    show = verbs.add_parser(
        "show",
        help="print cached conversations",
        description="Print what was said. Nothing in it reaches the terminal raw.",
    )
    show.add_argument(
        "word",
        metavar="KEY|NAME",
        help="a key, its first digits, a conversation or a scenario",
    )
    _add_where(show)
    show.set_defaults(run=run_show)
    verify = verbs.add_parser(
        "verify",
        help="check packs of conversations",
        description="Read packs strictly. Exit code 2 names the first that is broken.",
    )
    verify.add_argument(
        "paths", nargs="*", type=Path, help="packs (default: the shipped ones)"
    )
    verify.set_defaults(run=run_verify)


def _add_where(verb: ArgumentParser) -> None:
    verb.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME|FILE",
        help="a scenario, or a TOML or JSON file of your own; repeat it for more "
        "(default: all built-in ones)",
    )
    verb.add_argument(
        "--out",
        type=Path,
        default=OUT,
        metavar="DIR",
        help=f"folder of the project's packs (default: {OUT})",
    )


def _add_refresh(verbs: _SubParsersAction[ArgumentParser]) -> None:
    refresh = verbs.add_parser(
        "refresh",
        help="have a language model write conversations",
        description="Write missing and stale conversations anew, each into its pack "
        "once a valid database was built from it. A refresh that was interrupted "
        "goes on where it was: no answer is paid twice. Keys are read from the "
        "environment (OPENAI_API_KEY, ANTHROPIC_API_KEY) and written nowhere.",
    )
    which = refresh.add_mutually_exclusive_group()
    for word, text in (
        ("missing", "those alone that nothing answers"),
        ("stale", "those alone whose people or prompts changed"),
        ("all", "fresh ones too; goes with --scenario or --only"),
    ):
        which.add_argument(
            f"--{word}", dest="which", action="store_const", const=word, help=text
        )
    refresh.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="these conversations"
    )
    _add_where(refresh)
    refresh.add_argument(
        "--dry-run", action="store_true", help="say what would be asked, and stop"
    )
    providing.add_options(refresh)
    refresh.add_argument(
        "--jobs",
        type=_jobs,
        default=JOBS,
        metavar="N",
        help=f"conversations in the making at once (default: {JOBS})",
    )
    refresh.add_argument(
        "--memo",
        type=Path,
        metavar="DIR",
        help="where answers are kept until all is written (default: the user's cache)",
    )
    refresh.set_defaults(run=run_refresh, which="due")


def _add_status(verbs: _SubParsersAction[ArgumentParser]) -> None:
    status = verbs.add_parser(
        "status",
        help="say which conversations are fresh, stale, missing, unused or invalid",
        description="Say what the cache holds of what the scenarios ask for.",
    )
    _add_where(status)
    status.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 when one is stale or missing, or a pack is invalid",
    )
    status.add_argument("--json", action="store_true", help="report as JSON")
    status.set_defaults(run=run_status)


# --- refresh ----------------------------------------------------------------


def run_refresh(given: Namespace) -> int:
    """Plan, say so, then make what is due."""
    from pytest_imessage_foundry.llm import plan

    if given.which == "all" and not (given.scenario or given.only):
        raise FoundryError(
            "--all of every scenario would be thousands of calls\n"
            "looked at: --scenario and --only, which were not given\n"
            "name what to write anew"
        )
    found = plan.survey(plan.chosen(given.scenario), given.out)
    _refuse_invalid(found)
    entries = plan.select(found, given.which, given.only)
    if not entries:
        print(f"nothing to do: {_summary(found)}")
        return 0
    _say_plan(entries, found, given)
    if given.dry_run:
        print("dry run: nothing was asked, nothing was written")
        return 0
    return _refresh(entries, found, given)


def _refresh(entries: list[Entry], found: Survey, given: Namespace) -> int:
    from pytest_imessage_foundry.llm import memo, refresh, texts
    from pytest_imessage_foundry.llm.progress import Progress

    outcome = refresh.Outcome()
    try:
        refresh.refresh(
            entries,
            order=found.entries,
            make_provider=lambda: providing.make(given),
            out=given.out,
            memo=given.memo or memo.default_folder(),
            jobs=given.jobs,
            progress=Progress(sys.stderr),
            outcome=outcome,
        )
    except KeyboardInterrupt:
        print(
            f"imessage-foundry: interrupted; {len(outcome.written)} of {len(entries)} "
            "conversations were written. The same command goes on from here; what "
            "was answered is kept",
            file=sys.stderr,
        )
        return 130
    except FoundryError:
        if outcome.written:
            _say_outcome(outcome, len(entries))
        raise
    _say_outcome(outcome, len(entries))
    if not outcome.failed:
        return 0
    for entry, error in outcome.failed:
        said = texts.escaped_lines(f"{entry.config.id}: {error}")
        print(f"imessage-foundry: {said}", file=sys.stderr)
    return 2


def _refuse_invalid(found: Survey) -> None:
    for path, why in found.invalid:
        raise FoundryError(
            f"{why}\nlooked in: {path}\n"
            "mend the file or move it away; nothing was asked and nothing written"
        )


def _say_plan(entries: list[Entry], found: Survey, given: Namespace) -> None:
    from pytest_imessage_foundry.llm import plan
    from pytest_imessage_foundry.llm.texts import escaped

    known = f"{len(found.entries)} conversations ({_summary(found)})"
    print(f"plan: {len(entries)} of {known}")
    for each in entries:
        print(
            f"  {each.state:8} {escaped(each.config.id, 30):20} {each.key}  "
            f"{each.config.message_count_target} messages, {each.calls} calls "
            f"→ {escaped(str(each.target))}"
        )
    cost = plan.cost(entries)
    print(
        f"{cost.calls} calls, about {cost.tokens:,} tokens; at most "
        f"{cost.most_calls} calls and {cost.most_tokens:,} tokens"
    )
    print(providing.in_words(given), flush=True)


def _say_outcome(outcome: Outcome, planned: int) -> None:
    from pytest_imessage_foundry.llm.progress import faults_in_words

    tally = outcome.tally
    messages = sum(each.config.message_count_target for each in outcome.written)
    print(
        f"wrote {len(outcome.written)} of {planned} conversations, "
        f"{messages} messages asked for; {tally.calls} calls, "
        f"{tally.kept} answers of earlier runs, "
        f"{tally.usage.sent:,} tokens sent and {tally.usage.received:,} received"
    )
    if tally.faults:
        print(f"faults met: {faults_in_words(tally)}")


# --- looking ----------------------------------------------------------------


def run_status(given: Namespace) -> int:
    """List what is there and what is not."""
    from pytest_imessage_foundry.llm import plan

    found = plan.survey(plan.chosen(given.scenario), given.out)
    if given.json:
        print(json.dumps(_status(found), indent=1))
    else:
        for line in _status_lines(found):
            print(line)
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
                "note": each.note,
            }
            for each in found.entries
        ],
        "unused": [{"pack": str(path), "key": each.key} for path, each in found.unused],
        "invalid": [{"pack": str(path), "why": why} for path, why in found.invalid],
    }


def _status_lines(found: Survey) -> Iterator[str]:
    from pytest_imessage_foundry.llm.texts import escaped

    for each in found.entries:
        name = escaped(f"{each.scenario}/{each.config.id}", 60)
        yield f"{each.state:8} {name:32} {each.key}  {escaped(each.note)}"
    for path, cached in found.unused:
        who = ", ".join(cached.request.participants)
        yield f"unused   {escaped(who, 60):32} {cached.key}  in {escaped(str(path))}"
    for path, why in found.invalid:
        yield f"invalid  {escaped(str(path))}: {escaped(why)}"
    yield _summary(found)
    yield f"looked in: {'; '.join(map(escaped, found.places))}"
    if not found.is_fresh:
        yield "`imessage-foundry cache refresh --dry-run` says what it would take"


def _summary(found: Survey) -> str:
    states = [each.state for each in found.entries]
    counts = [f"{states.count(w)} {w}" for w in ("fresh", "stale", "missing")]
    counts += [f"{len(found.unused)} unused", f"{len(found.invalid)} invalid"]
    return ", ".join(counts)


def run_show(given: Namespace) -> int:
    """Print the conversations that a word means."""
    from pytest_imessage_foundry.llm import plan

    found = plan.survey(plan.chosen(given.scenario), given.out)
    shown = 0
    for name, cached in plan.by_name(found, given.word):
        _show(name, cached)
        shown += 1
    if not shown:
        raise FoundryError(
            f"nothing cached under {given.word!r}\n"
            f"looked in: {'; '.join(found.places)}\n"
            "`imessage-foundry cache status` lists keys and names"
        )
    return 0


def _show(name: str, cached: Cached) -> None:
    from pytest_imessage_foundry.llm.texts import escaped

    request, origin = cached.request, cached.provenance
    who = ", ".join(request.participants)
    print(f"{cached.key} in pack {escaped(name)}: {request.owner} with {who}")
    print(
        f"  {request.chat_type}, {request.service}, {request.locale}, "
        f"{len(cached.lines)} turns, theme: {escaped(request.theme or 'none')}"
    )
    model = f" by {escaped(origin.model)}" if origin.model else ""
    print(f"  {origin.kind}{model} on {origin.date}: {escaped(origin.verdict, 300)}")
    for turn in cached.turns:
        print(f"  {turn.sender}: {_said(turn)}")
    print()


def _said(turn: Turn) -> str:
    from pytest_imessage_foundry.llm.texts import escaped

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


def run_verify(given: Namespace) -> int:
    """Read every pack, and say what each holds."""
    from pytest_imessage_foundry.conversations import pack_files, packs

    for path in given.paths or pack_files.shipped():
        pack = packs.read(path)
        turns = sum(len(each.turns) for each in pack.conversations)
        print(f"{path}: {len(pack.conversations)} conversations, {turns} turns")
    return 0


def _jobs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise ArgumentTypeError("from 1 to 64")
    return number
