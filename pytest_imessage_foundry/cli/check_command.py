"""`imessage-foundry check`: hold what a reader says against the truth."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pytest_imessage_foundry.cli import outputs, standard_input, subcommands
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import (
    check_apart,
    check_is_no_companion,
    check_is_regular,
)

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.scores import Scorecard

# How each report begins, by the option that names it: others are not replaced.
_BEGINNINGS = {
    "junit": '<testsuite name="imessage-foundry"',
    "badge": 'aria-label="chat.db kinds: ',
    "html": '<meta name="generator" content="imessage-foundry">',
}
_HEAD = 512  # bytes in which that stands
NOTES = (
    "exit codes: 0 nothing is wrong but what --known expects, 1 something is, or a "
    "known fault does not show, 2 it could not be done or nothing was judged"
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `check`."""
    check = subcommands.add(
        commands,
        "check",
        "compare a reader's answer with the truth",
        more="The answer is one reading a line, as JSON, with whichever fields the "
        "reader knows; a field that is left out is one that it has no notion of. "
        "What is wrong is told by kind of message.",
        examples=(
            "check truth.json answer.jsonl",
            "check truth.json answer.jsonl --known faults.toml",
            "check truth.json - --junit report.xml --badge kinds.svg",
        ),
        notes=NOTES,
    )
    check.add_argument(
        "truth", type=Path, metavar="TRUTH", help="what `build --truth` wrote"
    )
    check.add_argument(
        "answer",
        type=subcommands.name_or_path,
        metavar="ANSWER",
        help="a file of JSON lines; '-' is standard input",
    )
    check.add_argument(
        "--db", type=Path, metavar="FILE", help="the database, to show its columns"
    )
    add_outputs(check)
    check.set_defaults(run=run)


def add_outputs(command: ArgumentParser) -> None:
    """Add the options that say what is expected and where the result goes."""
    command.add_argument(
        "--known", type=Path, metavar="FILE", help="faults that are expected to show"
    )
    command.add_argument("--json", action="store_true", help="report as JSON")
    command.add_argument(
        "--junit", type=outputs.path, metavar="FILE", help="write a JUnit report, too"
    )
    command.add_argument(
        "--badge", type=outputs.path, metavar="FILE", help="write a badge (SVG), too"
    )
    command.add_argument(
        "--html",
        type=outputs.path,
        metavar="FILE",
        help="write a page that shows it, too",
    )


def run(given: Namespace) -> int:
    """Compare one answer with one truth, and print the scorecard."""
    from pytest_imessage_foundry.scorecard import judging, row_columns, truth_file

    answer = None if given.answer == "-" else given.answer
    check_outputs(given, (given.truth, answer, given.db))
    faults = faults_of(given)
    if given.db is not None and not given.db.is_file():
        raise FoundryError(
            f"there is no database\nlooked for: {given.db}, as --db says\n"
            "name the file that the reader read, or leave --db out"
        )
    with truth_file.opened(given.truth) as truth, _answer(given.answer) as lines:
        card = judging.judge(
            truth.readings,
            lines,
            database=truth.name,
            release=truth.release,
            faults=faults,
            columns=row_columns.columns_of(given.db) if given.db else None,
            file=given.db,
        )
        release = truth.release
    card.expect(tuple(each for each in faults if each.is_of(release)))
    return report(given, card, faults)


def check_outputs(
    given: Namespace,
    inputs: Iterable[str | Path | None] = (),
    *,
    folders: Iterable[Path | None] = (),
) -> None:
    """Check the reports that are asked for, before anything is read or run.

    Raises:
        FoundryError: one of them would take the place of something else.
    """
    paths = {name: getattr(given, name) for name in _BEGINNINGS}
    check_apart(paths.values(), (*inputs, given.known), folders=folders)
    for name, path in paths.items():
        if path is not None:
            _check_is_report(name, path)


def _check_is_report(name: str, path: Path) -> None:
    """Refuse to replace what no earlier run wrote."""
    check_is_no_companion(path)
    check_is_regular(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:  # nothing is there, or writing will say what is wrong
        return
    if head and _BEGINNINGS[name].encode() not in head:
        raise FoundryError(
            f"{path} is there already, and is no report of an earlier --{name}\n"
            f"looked for {_BEGINNINGS[name]} at its beginning; it was left as it is\n"
            "name another file, or remove what is there"
        )


def faults_of(given: Namespace) -> tuple[KnownFault, ...]:
    """Return the faults that --known expects."""
    if given.known is None:
        return ()
    from pytest_imessage_foundry.scorecard import known_faults

    return known_faults.read(given.known)


@contextmanager
def _answer(name: str) -> Iterator[BinaryIO]:
    """Yield the lines of an answer."""
    if name == "-":
        yield standard_input.opened()
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as error:
        raise FoundryError(
            f"the answer cannot be read: {error.strerror or error}\n"
            f"looked for: {name}\n"
            "name a file of JSON lines, or '-' for standard input"
        ) from None


def report(
    given: Namespace, card: Scorecard, faults: tuple[KnownFault, ...] = ()
) -> int:
    """Print a scorecard and write what was asked for; return the exit code."""
    from pytest_imessage_foundry.scorecard import score_files, score_text
    from pytest_imessage_foundry.terminal import escaped_lines

    write(given, card, faults)
    if given.json:
        print(json.dumps(score_files.as_json(card), default=str))
    else:
        print(escaped_lines(score_text.table(card)))
    return 0 if card.ok else 1


def write(given: Namespace, card: Scorecard, faults: tuple[KnownFault, ...]) -> None:
    """Write the files that were asked for."""
    from pytest_imessage_foundry.scorecard import score_files

    if given.junit:
        _write("junit", given.junit, score_files.junit(card))
    if given.badge:
        _write("badge", given.badge, score_files.badge(card))
    if given.html:
        _write("html", given.html, _page(card, faults))


def _page(card: Scorecard, faults: tuple[KnownFault, ...]) -> str:
    from pytest_imessage_foundry.scorecard import score_page

    reader = score_page.ScoredReader("this reader", "", card, faults)
    about = f"{card.rows:,} rows and chats of {', '.join(card.databases)}."
    title = "What a reader makes of chat.db"
    return score_page.page([reader], title=title, about=about)


def _write(name: str, path: Path, text: str) -> None:
    from pytest_imessage_foundry.atomic import replacing

    _check_is_report(name, path)  # again: the reader may have written it
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="replace")
