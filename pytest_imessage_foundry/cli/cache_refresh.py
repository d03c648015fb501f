"""`imessage-foundry cache refresh`: new texts by a language model."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import (
    clock_warnings,
    outputs,
    pack_options,
    provider_options,
    questions,
    refresh_plan,
    standard_input,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError, counted

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
        "once a valid database was built from it. What will be asked, its cost and "
        "what leaves this machine are shown first; on a terminal you are asked before "
        "it begins. A refresh that was interrupted goes on where it was: no answer is "
        "paid twice. Keys are read from the environment (OPENAI_API_KEY, "
        "ANTHROPIC_API_KEY) and written nowhere.",
        examples=(
            "cache refresh --dry-run",
            "cache refresh --missing --model MODEL",
            "cache refresh --only sam --base-url http://localhost:8080/v1",
        ),
        notes="exit codes: 0 done, 1 with --strict: there are warnings of "
        "what was written, 2 a conversation could not be made, "
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
    refresh.add_argument(
        "--yes", action="store_true", help="begin without asking on a terminal"
    )
    refresh.add_argument("--strict", action="store_true", help=clock_warnings.STRICT)
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
        type=outputs.path,
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
    provider_options.check(given)
    found = plan.survey(
        plan.chosen(given.scenario), given.out, is_part=bool(given.scenario)
    )
    _refuse_invalid(found)
    entries = plan.select(found, given.which, given.only)
    if not entries:
        print(f"nothing to do: {pack_options.summary(found)}")
        return 0
    for line in refresh_plan.lines(entries, found, given):
        print(line, flush=True)
    if given.dry_run:
        print("dry run: nothing was asked, nothing was written")
        return 0
    if not _is_wanted(given):
        print("nothing was asked, nothing was written")
        return 0
    return _refresh(entries, found, given)


def _is_wanted(given: Namespace) -> bool:
    """Ask on a terminal. Whoever writes a script has looked at the plan before."""
    if given.yes or not standard_input.is_terminal():
        return True
    return questions.ask("begin?", ("yes", "no")) == "yes"


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
    warned = _warn(outcome)
    if not outcome.failed:
        return 1 if warned and given.strict else 0
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


def _warn(outcome: Outcome) -> bool:
    """Warn of texts that can come at a wrong time; return whether there are any."""
    from pytest_imessage_foundry.conversations.packs import store
    from pytest_imessage_foundry.terminal import escaped

    warned = False
    for entry in outcome.written:
        pack = store.read(entry.target).conversations
        cached = next(each for each in pack if each.key == entry.key)
        if loose := clock_warnings.of(cached, entry.everybody):
            warned = True
            print(escaped(str(entry.target)), file=sys.stderr)
            for line in clock_warnings.lines(cached, loose):
                print(f"  {line}", file=sys.stderr)
    return warned


def _say_outcome(outcome: Outcome, planned: int) -> None:
    from pytest_imessage_foundry.llm.refresh_progress import faults_in_words

    tally = outcome.tally
    messages = sum(each.config.message_count_target for each in outcome.written)
    print(
        f"wrote {len(outcome.written)} of {counted(planned, 'conversation')}, "
        f"{counted(messages, 'message')} asked for; {counted(tally.calls, 'call')}, "
        f"{tally.kept} answers of other runs, "
        f"{tally.usage.sent:,} tokens sent and {tally.usage.received:,} received"
    )
    if tally.faults:
        print(f"faults met: {faults_in_words(tally)}")


def _jobs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise ArgumentTypeError("from 1 to 64")
    return number
