"""`imessage-foundry build`: write a database, and its truth beside it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import showing
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.spec import SOURCES, Spec

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.foundry import Order
    from pytest_imessage_foundry.models import Scenario

LAYOUTS = ("file", "home", "ios")


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `build`."""
    build = commands.add_parser(
        "build",
        help="write a chat.db",
        description="Write a schema-true chat.db. The same release, scenario and seed "
        "give the same bytes.",
    )
    build.add_argument("path", type=Path, help="file to write, or folder of a layout")
    build.add_argument(
        "--macos",
        default="auto",
        metavar="RELEASE",
        help="release by name or number, or 'auto' for this machine's (default: auto)",
    )
    build.add_argument(
        "--scenario",
        default="default",
        metavar="NAME|FILE",
        help="what to fill it with; see `imessage-foundry kinds --scenarios`, or a "
        "TOML or JSON file of your own (default: default)",
    )
    showing.add_library_option(build)
    build.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    build.add_argument(
        "--messages",
        type=_count,
        metavar="N",
        help="how many messages in all (default: the scenario's own count)",
    )
    build.add_argument(
        "--source",
        choices=SOURCES,
        default="auto",
        help="cached conversations first, alone, or not at all (default: auto)",
    )
    build.add_argument(
        "--cache",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="packs of conversations that come before the shipped ones",
    )
    build.add_argument(
        "--truth", type=Path, metavar="FILE", help="write the content's truth as JSON"
    )
    build.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="file",
        help="the file alone, a macOS home folder, or an iOS backup's tree "
        "(default: file)",
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
    schema = commands.add_parser(
        "truth-schema",
        help="print the JSON Schema of --truth files",
        description="Print the JSON Schema of what `build --truth` writes.",
    )
    schema.set_defaults(run=run_truth_schema)


def run(given: Namespace) -> int:
    """Build, then say what was written."""
    from pytest_imessage_foundry import foundry, layouts

    order = _order(given)
    target = layouts.database_in(given.path, given.layout)
    outputs = [target] + ([given.truth] if given.truth else [])
    _refuse_overwriting(outputs, force=given.force)
    target.parent.mkdir(parents=True, exist_ok=True)
    counts = layouts.build(
        order,
        given.path,
        given.layout,
        attachments=not given.no_attachments,
        progress=_progress(order.spec),
    )
    if given.truth:
        _write_truth(foundry.ChatDB(target, order), given.truth)
    _say(given, target, order.spec, counts)
    _record(given, target, order, counts)
    return 0


def run_truth_schema(_given: Namespace) -> int:
    """Print the JSON Schema of the truth."""
    from pytest_imessage_foundry import truth

    print(json.dumps(truth.json_schema(), indent=1))
    return 0


def _order(given: Namespace) -> Order:
    from pytest_imessage_foundry import foundry
    from pytest_imessage_foundry.conversations import pack_files, scenarios

    own: tuple[Scenario, ...] = ()
    name = given.scenario
    if name.endswith((".toml", ".json")):
        own = (scenarios.from_file(Path(name), library=given.library),)
        name = own[0].name
    spec = Spec(
        release=_release(given.macos),
        scenario=name,
        seed=given.seed,
        messages=given.messages,
        source=given.source,
        layout="migrated" if given.migrated else "fresh",
    )
    places = tuple(given.cache) or pack_files.project_folders()
    return foundry.Order(spec, foundry.Materials(scenarios=own, packs=places))


def _release(word: str) -> str:
    from pytest_imessage_foundry.db import schema, version_detect

    if word != "auto":
        return schema.resolve(word)
    found = version_detect.detect()
    if found.notice:
        print(f"imessage-foundry: {found.notice}", file=sys.stderr)
    return found.release


def _refuse_overwriting(outputs: list[Path], *, force: bool) -> None:
    for path in outputs:
        if path.is_dir():
            raise FoundryError(
                f"cannot write {path}\nthere is a folder of that name\n"
                "name a file in it"
            )
        if path.exists() and not force:
            raise FoundryError(
                f"{path} is there already\nit was left as it is\n"
                "name another file, or replace it with --force"
            )


def _write_truth(db: Any, path: Path) -> None:
    from pytest_imessage_foundry import truth
    from pytest_imessage_foundry.publishing import published

    path.parent.mkdir(parents=True, exist_ok=True)
    with published(path) as draft, draft.open("w", encoding="utf-8") as file:
        truth.write(db, file)


def _progress(spec: Spec) -> Any:
    """A counter on a terminal when there is something to wait for."""
    if not sys.stderr.isatty() or (spec.messages or 0) < 20_000:
        return None

    def show(rows: int) -> None:
        sys.stderr.write(f"\r{rows:,} rows written")
        sys.stderr.flush()

    return show


def _say(given: Namespace, target: Path, spec: Spec, counts: Any) -> None:
    facts = {
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
        print(json.dumps(facts))
        return
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    print(
        f"wrote {target}: {counts.messages} message rows in {counts.chats} chats, "
        f"{counts.handles} handles, {counts.attachments} attachments, "
        f"{facts['bytes']:,} bytes"
    )
    print(f"release={spec.release} scenario={spec.scenario} seed={spec.seed}")
    if given.truth:
        print(f"truth: {given.truth}")


def _record(given: Namespace, target: Path, order: Order, counts: Counts) -> None:
    """Note a build with people of the library in its history."""
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
            f"imessage-foundry: the build is not in the history: {error}",
            file=sys.stderr,
        )


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number
