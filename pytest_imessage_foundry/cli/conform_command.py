"""`imessage-foundry conform`: run a reader on a set of databases and judge it."""

from __future__ import annotations

import shutil
import sys
from argparse import REMAINDER, ArgumentParser, ArgumentTypeError, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import (
    check_command,
    database_set,
    outputs,
    subcommands,
)
from pytest_imessage_foundry.cli.database_set import Member
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.replaceable import already_there

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.scorecard.adapters import Limits
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.scores import Scorecard

_EXAMPLES = (
    "conform -- my-reader --json {db}",
    "conform --macos tahoe -- node adapter.mjs {db}",
    "conform --badge kinds.svg -- ./target/adapter {db}",
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `conform`."""
    conform = subcommands.add(
        commands,
        "conform",
        "run a reader on a set of databases, and tell what it misreads",
        more="The command behind -- is run once for each database, with {db} in it "
        "replaced by the file's path ({home} and {release} too), and prints readings "
        "as JSON lines. One that crashes, hangs, floods or removes its database is "
        "told, and the others go on.",
        examples=_EXAMPLES,
        notes=check_command.NOTES,
    )
    database_set.add_options(conform)
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
        type=outputs.path,
        metavar="DIR",
        help="keep databases, truths and answers in this folder, which must not exist "
        "or be of an earlier run, with --force",
    )
    conform.add_argument(
        "--force", action="store_true", help="replace what an earlier run kept"
    )
    check_command.add_outputs(conform)
    conform.add_argument(
        "reader", nargs=REMAINDER, metavar="-- COMMAND", help="the reader's adapter"
    )
    conform.set_defaults(run=run)


def run(given: Namespace) -> int:
    """Build each database, run the reader, and print the card of all."""
    from pytest_imessage_foundry.scorecard.adapters import Limits
    from pytest_imessage_foundry.scorecard.scores import Scorecard

    command = _command(given.reader)
    _check_force(given)
    check_command.check_outputs(
        given, database_set.files_read(given), folders=[given.keep]
    )
    faults = check_command.faults_of(given)
    limits = Limits(given.timeout, int(given.max_output * (1 << 20)))
    whole = Scorecard()
    database_set.members(given, Path())  # complains before anything is removed
    with _folder(given.keep, force=given.force) as folder:
        for job in database_set.members(given, folder):
            card = _judged(given, job, command, limits, faults)
            _say(given, job, card)
            whole.add(card)
    releases = {each.release for each in database_set.members(given, Path())}
    whole.expect(tuple(e for e in faults if any(e.is_of(each) for each in releases)))
    if given.json or not _is_unanswered(whole):
        code = check_command.report(given, whole, faults)
    else:
        check_command.write(given, whole, faults)
    _require_an_answer(whole, command)
    return code


def _check_force(given: Namespace) -> None:
    if given.force and given.keep is None:
        raise FoundryError(
            "--force replaces what --keep kept in an earlier run\n"
            "looked for: --keep, which was not given\n"
            "name the folder with --keep, or leave out --force"
        )


def _require_an_answer(card: Scorecard, command: list[str]) -> None:
    """Refuse a run in which no database could be judged.

    Raises:
        FoundryError: the reader's command ended before it answered, each time.
    """
    if not _is_unanswered(card):
        return
    raise FoundryError(
        "the reader answered for no database: nothing was judged\n"
        f"looked at: {' '.join(command)}; what it said stands above\n"
        "run the command by hand on the file of `imessage-foundry build chat.db`"
    )


def _is_unanswered(card: Scorecard) -> bool:
    return bool(card.unread) and len(card.unread) >= len(card.databases)


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
def _folder(kept: Path | None, *, force: bool) -> Iterator[Path]:
    """Yield the folder of the databases: a temporary one, unless it is kept."""
    if kept is None:
        from pytest_imessage_foundry.scratch import scratch_folder

        with scratch_folder() as folder:
            yield folder
        return
    from pytest_imessage_foundry.atomic import removing_on_error

    _make_room(kept, force=force)
    with removing_on_error() as made:
        made.folder(kept)
        yield kept


def _make_room(kept: Path, *, force: bool) -> None:
    """Remove what an earlier run kept, by --force alone; refuse anything else."""
    if not kept.exists() or (kept.is_dir() and not any(kept.iterdir())):
        return
    if not force:
        raise already_there(
            kept,
            "name a folder that does not exist or is empty with --keep, or replace "
            "what an earlier run kept with --force",
        )
    found = sorted(kept.iterdir()) if kept.is_dir() else [kept]
    for each in found:
        if each.is_symlink() or not (each / database_set.TRUTH).is_file():
            raise FoundryError(
                f"{each} is of no earlier run\n"
                f"looked for: {each / database_set.TRUTH}\n"
                "name another folder with --keep, or remove what is there"
            )
    for each in found:
        shutil.rmtree(each)


def _judged(
    given: Namespace,
    job: Member,
    command: list[str],
    limits: Limits,
    faults: tuple[KnownFault, ...],
) -> Scorecard:
    from pytest_imessage_foundry.scorecard import adapters, reading_lines
    from pytest_imessage_foundry.scorecard.reader_runs import ReaderRun

    built = job.build(with_truth=given.keep is not None)
    home = None if given.layout == "file" else job.place / "home"

    def run() -> adapters.AdapterRun:
        return adapters.run(
            command,
            # A reader of backups wants the folder, whatever its file is called there.
            db=home if home and given.layout == "ios-backup" else built.path,
            file=built.path,
            home=home,
            release=job.release,
            answer=job.place / "answer.jsonl",
            limits=limits,
        )

    return ReaderRun(
        run,
        lambda: map(reading_lines.plain_data, built.readings()),
        file=built.path,
        name=job.name,
        release=job.release,
        faults=faults,
    ).card()


def _say(given: Namespace, job: Member, card: Scorecard) -> None:
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
