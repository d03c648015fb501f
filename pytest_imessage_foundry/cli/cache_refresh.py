"""`imessage-foundry cache refresh`: new texts by a language model."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import pack_options, provider_options, subcommands
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.llm.plan import PlanEntry, Survey
    from pytest_imessage_foundry.llm.refresh import Outcome

JOBS = 4


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    refresh = subcommands.add(
        verbs,
        "refresh",
        "have a language model write conversations",
        more="Missing and stale ones are written anew, each into its pack "
        "once a valid database was built from it. A refresh that was interrupted "
        "goes on where it was: no answer is paid twice. Keys are read from the "
        "environment (OPENAI_API_KEY, ANTHROPIC_API_KEY) and written nowhere.",
        examples=(
            "cache refresh --dry-run",
            "cache refresh --missing --model MODEL",
            "cache refresh --only sam --base-url http://localhost:8080/v1",
        ),
        notes="exit codes: 0 done, 2 a conversation could not be made, "
        "130 interrupted; the same command goes on",
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
    pack_options.add_options(refresh)
    refresh.add_argument(
        "--dry-run", action="store_true", help="say what would be asked, and stop"
    )
    provider_options.add_options(refresh)
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


def run_refresh(given: Namespace) -> int:
    """Plan the refresh, print the plan, then write what is missing."""
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
        print(f"nothing to do: {pack_options.summary(found)}")
        return 0
    _say_plan(entries, found, given)
    if given.dry_run:
        print("dry run: nothing was asked, nothing was written")
        return 0
    return _refresh(entries, found, given)


def _refresh(entries: list[PlanEntry], found: Survey, given: Namespace) -> int:
    from pytest_imessage_foundry.llm import refresh, reply_cache
    from pytest_imessage_foundry.llm.refresh_progress import Progress
    from pytest_imessage_foundry.terminal import escaped_lines

    outcome = refresh.Outcome()
    try:
        refresh.refresh(
            entries,
            order=found.entries,
            make_provider=lambda: provider_options.make(given),
            out=given.out,
            memo=given.memo or reply_cache.default_folder(),
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
        said = escaped_lines(f"{entry.config.id}: {error}")
        print(f"imessage-foundry: {said}", file=sys.stderr)
    return 2


def _refuse_invalid(found: Survey) -> None:
    for path, why in found.invalid:
        raise FoundryError(
            f"{why}\nlooked in: {path}\n"
            "mend the file or move it away; nothing was asked and nothing written"
        )


def _say_plan(entries: list[PlanEntry], found: Survey, given: Namespace) -> None:
    from pytest_imessage_foundry.llm import plan
    from pytest_imessage_foundry.terminal import escaped

    known = f"{len(found.entries)} conversations ({pack_options.summary(found)})"
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
    print(provider_options.in_words(given), flush=True)


def _say_outcome(outcome: Outcome, planned: int) -> None:
    from pytest_imessage_foundry.llm.refresh_progress import faults_in_words

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


def _jobs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise ArgumentTypeError("from 1 to 64")
    return number
