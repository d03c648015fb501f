"""`imessage-foundry build`: write a database, and its truth beside it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import (
    build_options,
    build_outputs,
    outputs,
    progress_bar,
    subcommands,
)
from pytest_imessage_foundry.errors import FoundryError, counted
from pytest_imessage_foundry.terminal import escaped, escaped_lines

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator

    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.foundry import ChatDB, Order
    from pytest_imessage_foundry.replaceable import KeptFiles

RELEASE = "{release}"
_EXAMPLES = (
    "build out/chat.db --macos tahoe --truth out/truth.json",
    "build big.db --messages 100000 --no-attachments",
    "build home --layout home --scenario work --seed 7",
    "build own.db --schema tahoe-26.3.json",
    "build backup --layout ios-backup --backup-password secret",
    "build mine.db --scenario scenes/holiday.toml --force",
    "build '{release}.db' --macos all --truth '{release}.json'",
)
_NOTES = (
    "The attached files go into a folder Attachments beside the database. A build "
    "that fails or is interrupted leaves nothing behind."
)


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `build`."""
    build = subcommands.add(
        commands,
        "build",
        "write a chat.db",
        more="Its schema is that of the release, its content that of the scenario. "
        "The same release, scenario and seed give the same bytes.",
        examples=_EXAMPLES,
        notes=_NOTES,
    )
    build.add_argument(
        "path",
        type=outputs.path,
        metavar="PATH",
        help="file to write, or folder of a layout",
    )
    build_options.add_options(build, several=True)
    build.add_argument(
        "--schema",
        type=Path,
        metavar="FILE",
        help="instead of --macos: a schema that `schema read` wrote",
    )
    build.add_argument(
        "--truth",
        type=outputs.path,
        metavar="FILE",
        help="write the content's truth as JSON",
    )
    build.add_argument(
        "--layout",
        choices=build_options.LAYOUTS,
        default="file",
        help="the file alone, a macOS home folder, the tree of an iPhone's file "
        "system, or an iPhone's backup (default: file)",
    )
    build.add_argument(
        "--backup-password",
        metavar="PASSWORD",
        help="encrypt the backup of --layout ios-backup (needs the extra 'ios'); its "
        "keys derive from the seed and protect nothing",
    )
    build.add_argument(
        "--migrated",
        action="store_true",
        help="as a file that was migrated over the years, not born on the release",
    )
    build.add_argument(
        "--no-attachments", action="store_true", help="leave the attached files out"
    )
    build.add_argument("--force", action="store_true", help="replace what is there")
    build.add_argument("--json", action="store_true", help="report as JSON")
    build.set_defaults(run=run)
    schema = subcommands.add(
        commands,
        "truth-schema",
        "print the JSON Schema of --truth files",
        more="It states what `build --truth` writes, for readers in any language.",
        examples=(
            "truth-schema > truth.schema.json",
            "truth-schema --reading > reading.schema.json",
        ),
    )
    schema.add_argument(
        "--reading",
        action="store_true",
        help="that of one reading, as an answer to `check` has them",
    )
    schema.set_defaults(run=run_truth_schema)


def run(given: Namespace) -> int:
    """Build a database, or one of each release that --macos names."""
    if given.macos != "all" and "," not in given.macos:
        return run_one(given)
    from pytest_imessage_foundry.cli import database_set

    for path in filter(None, (given.path, given.truth)):
        if RELEASE not in str(path):
            raise FoundryError(
                f"the databases of several releases cannot all be {path}\n"
                f"looked at: {path}, and --macos {given.macos}\n"
                f"put {RELEASE} where the release's name belongs: out/{RELEASE}.db"
            )
    for release in database_set.releases(given.macos):
        run_one(_of(given, release))
    return 0


def _of(given: Namespace, release: str) -> Namespace:
    """Return the options of one release's database."""

    def named(path: Path | None) -> Path | None:
        return path and Path(str(path).replace(RELEASE, release))

    own = {"macos": release, "path": named(given.path), "truth": named(given.truth)}
    return Namespace(**{**vars(given), **own})


def run_one(given: Namespace) -> int:
    """Build one database, then say what was written."""
    from pytest_imessage_foundry import layouts

    order = build_options.order(
        given,
        layout="migrated" if given.migrated else "fresh",
        own_schema=_own_schema(given),
    )
    target = layouts.database_in(given.path, given.layout)
    kept = build_outputs.check(given, target)
    counts = _build(given, target, order, kept)
    _say(given, target, order, counts)
    _record(given, target, order, counts)
    return 0


def _own_schema(given: Namespace) -> Schema | None:
    """Return the schema that --schema names.

    Raises:
        FoundryError: no database can be built of it, or other options contradict it.
    """
    if given.schema is None:
        return None
    for is_given, option in (
        (given.macos != "auto", "--macos"),
        (given.migrated, "--migrated"),
    ):
        if is_given:
            raise FoundryError(
                f"{option} and --schema cannot both be given\n"
                f"looked at {given.schema}, which states the release and its layout\n"
                f"leave {option} out"
            )
    from pytest_imessage_foundry.db.schema import release_file

    schema = build_options.schema_at(given.schema)
    release_file.check_can_be_built(schema, given.schema)
    return schema


def run_truth_schema(given: Namespace) -> int:
    """Print the JSON Schema of the truth, or of a reading."""
    from pytest_imessage_foundry.chatdb import truth
    from pytest_imessage_foundry.scorecard import reading_schema

    schema = reading_schema.schema() if given.reading else truth.json_schema()
    print(json.dumps(schema, indent=1))
    return 0


def _build(given: Namespace, target: Path, order: Order, kept: KeptFiles) -> Counts:
    """Write the database and the truth, both or neither."""
    from pytest_imessage_foundry import layouts

    about = build_options.expected_messages(order)
    with (
        _truth_written(given, target, order, kept),
        progress_bar.counted(f"of about {about:,} message rows", about) as at,
    ):
        return layouts.build(
            order,
            given.path,
            given.layout,
            attachments=not given.no_attachments,
            backup_password=given.backup_password,
            kept=kept,
            progress=at,
        )


@contextmanager
def _truth_written(
    given: Namespace, target: Path, order: Order, kept: KeptFiles
) -> Iterator[None]:
    """Yield a draft of the truth file; move it into place if nothing fails."""
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.atomic import replacing

    path = given.truth
    if path is None:
        yield
        return
    with replacing(
        path, force=given.force, remedy=kept.remedy, makes_folder=True
    ) as draft:
        _write_truth(foundry.ChatDB(target, order), order, draft)
        yield


def _write_truth(db: ChatDB, order: Order, path: Path) -> None:
    from pytest_imessage_foundry.chatdb import truth

    about = build_options.expected_messages(order)
    with (
        path.open("w", encoding="utf-8") as file,
        progress_bar.counted(f"of about {about:,} messages in the truth", about) as at,
    ):
        truth.write(db, file, at)


def _say(given: Namespace, target: Path, order: Order, counts: Counts) -> None:
    spec = order.spec
    facts: dict[str, Any] = {
        "path": str(target),
        "release": spec.release,
        "scenario": spec.scenario,
        "seed": spec.seed,
        "messages": counts.messages,
        "chats": counts.chats,
        "handles": counts.handles,
        "attachments": counts.attachments,
        "bytes": target.stat().st_size,
        "truth": str(given.truth) if given.truth else None,
    }
    if given.json:
        print(json.dumps(facts | {"content": _digest(target)}))
        return
    print(
        f"wrote {escaped(str(target))}: {facts['bytes']:,} bytes\n"
        f"{counted(counts.messages, 'message row')} in {counted(counts.chats, 'chat')},"
        f" {counted(counts.handles, 'handle')}, "
        f"{counted(counts.attachments, 'attachment')}"
    )
    scenario = escaped(spec.scenario)
    print(f"release={spec.release} scenario={scenario} seed={spec.seed}")
    if given.truth:
        print(f"truth: {escaped(str(given.truth))}")
    for line in _notes_of_languages(order):
        print(escaped(line), file=sys.stderr)


def _notes_of_languages(order: Order) -> list[str]:
    """Say who writes English because nothing is written in their language."""
    from pytest_imessage_foundry.conversations import spoken

    if order.spec.source == "cache":
        return []
    chats = order.scenario.conversations
    present = {each for chat in chats for each in chat.participants}
    return spoken.notes(p for p in order.scenario.personas if p.id in present)


def _digest(target: Path) -> str | None:
    """Return the digest of what was written; None of an encrypted backup."""
    from pytest_imessage_foundry.db import content_digest
    from pytest_imessage_foundry.errors import UnreadableFileError

    try:
        return content_digest.of_file(target)
    except UnreadableFileError:
        return None


def _record(given: Namespace, target: Path, order: Order, counts: Counts) -> None:
    """Record a build with people of the library in its history."""
    if not order.scenario.from_library:
        return
    from pytest_imessage_foundry.personas import library

    build = library.Build(
        output_path=str(target.absolute()),
        macos_version=order.spec.release,
        persona_ids=order.scenario.from_library,
        message_count=counts.messages,
    )
    try:
        with library.opened(given.library) as kept:
            kept.record(build)
    except FoundryError as error:
        # The database is what was asked for, and it is there.
        print(
            "imessage-foundry: the build is not in the history: "
            f"{escaped_lines(error)}",
            file=sys.stderr,
        )
