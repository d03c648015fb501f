"""`imessage-foundry conform`: run a reader on a set of databases and judge it."""

from __future__ import annotations

import sys
import tempfile
from argparse import REMAINDER, ArgumentParser, ArgumentTypeError, Namespace
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import check_command, subcommands
from pytest_imessage_foundry.cli.build_command import LAYOUTS
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.scorecard.adapters import Limits
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.scores import Scorecard

_EXAMPLES = (
    "conform -- my-reader --json {db}",
    "conform --macos tahoe --scenario kinds -- node adapter.mjs {db}",
    "conform --known faults.toml --badge kinds.svg -- ./target/release/adapter {db}",
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `conform`."""
    conform = subcommands.add(
        commands,
        "conform",
        "run a reader on a set of databases, and tell what it misreads",
        more="The command behind -- is run once for each database, with {db} in it "
        "replaced by the file's path ({home} and {release} too), and prints readings "
        "as JSON lines. One that crashes, hangs or floods is told, and the others go "
        "on.",
        examples=_EXAMPLES,
        notes=check_command.NOTES,
    )
    add_set_options(conform)
    conform.add_argument(
        "--timeout",
        type=_positive,
        default=60.0,
        metavar="SECONDS",
        help="how long one run may take (default: 60)",
    )
    conform.add_argument(
        "--max-output",
        type=_positive,
        default=1024.0,
        metavar="MIB",
        help="how much one run may write (default: 1024)",
    )
    conform.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep databases, truths and answers in this folder, which must not exist",
    )
    check_command.add_outputs(conform)
    conform.add_argument(
        "reader", nargs=REMAINDER, metavar="-- COMMAND", help="the reader's adapter"
    )
    conform.set_defaults(run=run)


def add_set_options(command: ArgumentParser) -> None:
    """Add the options that say which databases a set has."""
    command.add_argument(
        "--macos",
        default="all",
        metavar="RELEASES",
        help="releases with commas between them, or 'all' (default: all)",
    )
    command.add_argument(
        "--scenario",
        default="kinds,default",
        metavar="NAMES",
        help="scenarios with commas between them (default: kinds,default)",
    )
    command.add_argument(
        "--seed", type=int, default=0, metavar="N", help="as for build (default: 0)"
    )
    command.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="file",
        help="where each database stands, as for build (default: file)",
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """One database to be judged: what it is called, and where it goes."""

    release: str
    scenario: str
    place: Path

    @property
    def name(self) -> str:
        return f"{self.release} {self.scenario}"


def run(given: Namespace) -> int:
    """Build each database, run the reader, and print the card of all."""
    from pytest_imessage_foundry.scorecard.adapters import Limits
    from pytest_imessage_foundry.scorecard.scores import Scorecard

    command = _command(given.reader)
    faults = check_command.faults_of(given)
    limits = Limits(given.timeout, int(given.max_output * (1 << 20)))
    whole = Scorecard()
    with _folder(given.keep) as folder:
        for release, scenario in pairs(given):
            job = _Job(release, scenario, folder / f"{release}-{scenario}")
            card = _judged(given, job, command, limits, faults)
            _say(given, job, card)
            whole.add(card)
    releases = {release for release, _ in pairs(given)}
    whole.expect(tuple(e for e in faults if any(e.is_of(each) for each in releases)))
    return check_command.report(given, whole)


def pairs(given: Namespace) -> list[tuple[str, str]]:
    """Return the releases and scenarios that the options name.

    Raises:
        FoundryError: there is no such release or scenario.
    """
    from pytest_imessage_foundry.conversations import scenarios
    from pytest_imessage_foundry.db import schema

    releases: list[str] = []
    for word in _words(given.macos):
        releases += schema.ALL if word == "all" else [schema.resolve(word)]
    names = _words(given.scenario)
    for name in names:
        scenarios.get(name)
    if not releases or not names:
        raise FoundryError(
            "there is nothing to build\n"
            f"looked at: --macos {given.macos!r}, --scenario {given.scenario!r}\n"
            "name a release and a scenario, or leave both out"
        )
    chosen = [each for each in schema.RELEASES if each in releases]
    return [(each, name) for each in chosen for name in dict.fromkeys(names)]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _command(words: list[str]) -> list[str]:
    from pytest_imessage_foundry.scorecard import adapters

    command = words[1:] if words[:1] == ["--"] else words
    if not any(adapters.DB in each or adapters.HOME in each for each in command):
        raise FoundryError(
            "the reader's command names no database\n"
            f"looked at: {' '.join(command) or 'nothing behind --'}\n"
            "put {db} where the path of a chat.db belongs: -- my-reader {db}"
        )
    return command


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Yield the folder of the databases: a temporary one, unless it is kept."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="imessage-conform-") as folder:
            yield Path(folder)
        return
    if kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
        raise FoundryError(
            f"{kept} is there already\nit was left as it is\n"
            "name a folder that does not exist or is empty with --keep"
        )
    kept.mkdir(parents=True, exist_ok=True)
    yield kept


def _judged(
    given: Namespace,
    job: _Job,
    command: list[str],
    limits: Limits,
    faults: tuple[KnownFault, ...],
) -> Scorecard:
    from pytest_imessage_foundry.scorecard import (
        adapters,
        judging,
        reading_lines,
        row_columns,
    )
    from pytest_imessage_foundry.scorecard.scores import Scorecard

    built = _built(given, job)
    home = None if given.layout == "file" else job.place / "home"
    done = adapters.run(
        command,
        # A reader of backups wants the folder, whatever its file is called there.
        db=home if home and given.layout == "ios-backup" else built.path,
        home=home,
        release=job.release,
        answer=job.place / "answer.jsonl",
        limits=limits,
    )
    if done.complaint is not None:
        complaint = f"{job.name}: {done.complaint}"
        return Scorecard(complaints=[complaint], databases=[job.name])
    with done.answer.open("rb") as lines:
        card = judging.judge(
            (reading_lines.plain_data(each) for each in built.readings()),
            lines,
            database=job.name,
            release=job.release,
            faults=faults,
            columns=row_columns.columns_of(built.path),
        )
    card.complaints = [f"{job.name}: {each}" for each in card.complaints]
    return card


def _built(given: Namespace, job: _Job) -> ChatDB:
    """Build one database, and its truth if all is kept."""
    from pytest_imessage_foundry import foundry, layouts
    from pytest_imessage_foundry.chatdb import truth
    from pytest_imessage_foundry.spec import Spec

    order = foundry.Order(
        Spec(release=job.release, scenario=job.scenario, seed=given.seed)
    )
    job.place.mkdir()
    name = foundry.FILE_NAME if given.layout == "file" else "home"
    layouts.build(order, job.place / name, given.layout)
    path = layouts.database_in(job.place / name, given.layout)
    built = foundry.ChatDB(path, order)
    if given.keep is not None:
        with (job.place / "truth.json").open("w", encoding="utf-8") as file:
            truth.write(built, file)
    return built


def _say(given: Namespace, job: _Job, card: Scorecard) -> None:
    """Print one line as soon as a database is judged."""
    from pytest_imessage_foundry.scorecard import score_text
    from pytest_imessage_foundry.terminal import escaped

    said = card.complaints[0] if card.complaints else score_text.summary(card)
    line = said if said.startswith(job.name) else f"{job.name}: {said}"
    print(escaped(line), file=sys.stderr if given.json else sys.stdout, flush=True)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number above 0")
    return value
