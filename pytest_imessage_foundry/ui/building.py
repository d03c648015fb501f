"""Build the database of a project: beside its place, checked, then moved."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import atomic, foundry, layouts
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.conversations.message_stream import MessageStream
from pytest_imessage_foundry.conversations.packs import pack_files, store
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ATTACHMENT_MARK, BALLOON_MARK
from pytest_imessage_foundry.processes import is_running
from pytest_imessage_foundry.ui.journal import Bubble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.conversations.packs.store import Cached
    from pytest_imessage_foundry.db.builder import Counts
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.validators import Report
    from pytest_imessage_foundry.models import Conversation, Message, Scenario
    from pytest_imessage_foundry.spec import Spec
    from pytest_imessage_foundry.ui.journal import Journal
    from pytest_imessage_foundry.ui.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """The result of a build: the database, its report, and the command for it."""

    path: Path
    counts: Counts
    report: Report
    scenario_file: Path | None
    pack_file: Path | None
    command: str


def make(project: Project, journal: Journal, folder: Path | None = None) -> BuildResult:
    """Build the project; `folder` holds the packs of texts made for it.

    Nothing is put in place before all of it is there and valid.

    Raises:
        StoppedError: the user stopped it; nothing is left behind.
        FoundryError: it cannot be built, or is not valid.
    """
    try:
        return _made(project, journal, folder)
    except OSError as error:
        raise FoundryError(
            f"{project.database} cannot be written: {error.strerror}\n"
            f"looked at: {error.filename or project.path.parent}\n"
            "make room or mend its rights, or name another file in the settings"
        ) from None


def _made(project: Project, journal: Journal, folder: Path | None) -> BuildResult:
    project.check()
    own = (folder,) if folder is not None and folder.is_dir() else ()
    order = foundry.Order(
        project.spec,
        foundry.Materials(
            scenarios=() if project.whole else (project.scenario,),
            packs=own or pack_files.project_folders(),
        ),
    )
    used = _used(order, own)
    with _staging(project.database) as stage:
        journal.doing = "building"
        place = stage / project.path.name
        watched = Watched(order, journal)
        counts = layouts.build(
            watched,
            place,
            project.layout,
            backup_password=project.password,
            progress=lambda _rows: journal.go_on(),
        )
        for chat in journal.chats.values():
            chat.state = "built"  # macOS 26 joins two of one person's in one walk
        journal.doing = "checking"
        staged = layouts.database_in(place, project.layout)
        report = validators.validate(staged, release=project.release)
        journal.go_on()
        if not report.ok:
            raise _not_valid(report)
        if project.layout == "file":
            _write_beside(stage, project, used)
            _move(stage, project.path.parent, last=staged)
        else:
            layouts.move(place, project.path, project.layout)
            _write_beside(stage, project, used)
            _move(stage, project.path.parent)
    return BuildResult(
        path=project.database,
        counts=counts,
        report=report,
        scenario_file=None if project.whole else project.scenario_file,
        pack_file=project.pack_file if used else None,
        command=project.command(has_pack=bool(used)),
    )


class Watched:
    """An order whose messages are counted and shown as the builder walks them."""

    def __init__(self, order: foundry.Order, journal: Journal) -> None:
        self.spec: Spec = order.spec
        self.scenario: Scenario = order.scenario
        self.schema: Schema = order.schema
        self.fingerprint: str = order.fingerprint
        names = {a: p.name for p in order.scenario.personas for a in p.addresses}
        self.conversations: Sequence[Conversation] = [
            self._watched(each, journal, names) for each in order.conversations
        ]

    def _watched(
        self, conversation: Conversation, journal: Journal, names: dict[str, str]
    ) -> Conversation:
        title = _title(conversation, names)
        chat = journal.chat(conversation.config_id or conversation.guid, title)
        owner = self.scenario.owner.name

        def derive() -> Iterator[Message]:
            chat.state, chat.done = "building", 0
            chat.bubbles.clear()
            for message in conversation.messages:
                journal.go_on()
                chat.done += 1
                who = names.get(message.sender or "", message.sender or owner)
                bubble = _bubble(message, who)
                chat.bubbles.append(bubble)
                journal.linger(chat, bubble.text)
                yield message
            chat.state = "built"

        return replace(conversation, messages=MessageStream(derive))


def _title(conversation: Conversation, names: dict[str, str]) -> str:
    others = (names.get(each, each) for each in conversation.founders)
    return conversation.name or ", ".join(others)


def _bubble(message: Message, who: str) -> Bubble:
    text = message.text.replace(BALLOON_MARK, "")
    if message.event is not None:
        text = f"[{message.event.kind}]"
    elif message.is_unsent:
        text = "[unsent]"
    for each in message.attachments:
        text = text.replace(ATTACHMENT_MARK, f"[{each.name}]", 1)
    return Bubble(who, text or "[app message]", message.is_from_me)


def _used(order: foundry.Order, folders: Sequence[Path]) -> tuple[Cached, ...]:
    """Return the cached conversations of these folders that the order uses."""
    if not folders:
        return ()
    own = store.load_all(folders, shipped=False).by_key
    origins = " ".join(each.origin for each in order.conversations)
    return tuple(each for key, each in own.items() if key in origins)


def _write_beside(stage: Path, project: Project, used: Sequence[Cached]) -> None:
    if project.whole:
        return
    text = scenario_files.dumps(project.scenario)
    (stage / project.scenario_file.name).write_text(text, encoding="utf-8")
    if used:
        name = project.pack_file.stem
        pack = store.Pack(name=name, conversations=tuple(used))
        store.write(stage / project.pack_file.name, pack)


# --- moving into place ------------------------------------------------------


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """Yield a folder on the target's disk and remove it afterwards."""
    near = next(each for each in target.parents if each.is_dir())
    for old in near.glob(".imessage-foundry.*.making"):
        process = old.name.split(".")[-2]
        if process.isdigit() and not is_running(int(process)):
            shutil.rmtree(old, ignore_errors=True)
    stage = near / f".imessage-foundry.{os.getpid()}.making"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move(stage: Path, home: Path, *, last: Path | None = None) -> None:
    """Move every file to its place, the database `last`."""
    files = [each for each in sorted(stage.rglob("*")) if each.is_file()]
    for file in sorted(files, key=lambda each: each == last):
        place = home / file.relative_to(stage)
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(place) as draft:
            os.replace(file, draft)


def _not_valid(report: Report) -> FoundryError:
    worst = next(each for each in report.findings if each.severity == "error")
    return FoundryError(
        f"the database that was made is not valid: {worst}\n"
        f"looked at: {report.errors} errors in all\n"
        "nothing was written; please report this"
    )
