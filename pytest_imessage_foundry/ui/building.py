"""Build the database of a project: as a draft, checked, then moved."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.conversations.message_stream import MessageStream
from pytest_imessage_foundry.conversations.packs import pack_files, store
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ATTACHMENT_MARK, BALLOON_MARK
from pytest_imessage_foundry.replaceable import NOTHING_KEPT, KeptFiles
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


def make(
    project: Project,
    journal: Journal,
    folder: Path | None = None,
    *,
    kept: KeptFiles = NOTHING_KEPT,
) -> BuildResult:
    """Build the project; `folder` holds the packs of texts made for it.

    Nothing is put in place before all of it is there and valid.

    Args:
        kept: files that were not there when the user was asked what may be replaced.

    Raises:
        StoppedError: the user stopped it; nothing is left behind.
        FoundryError: it cannot be built, is not valid, or one of `kept` is there.
    """
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
    examined = _Examined(project, journal)
    with _texts_beside(project, used, kept):
        journal.doing = "building"
        counts = layouts.build(
            Watched(order, journal),
            project.path,
            project.layout,
            backup_password=project.password,
            kept=kept,
            check=examined.look_at,
            progress=lambda _rows: journal.go_on(),
        )
    return BuildResult(
        path=project.database,
        counts=counts,
        report=examined.reports[-1],
        scenario_file=None if project.whole else project.scenario_file,
        pack_file=project.pack_file if used else None,
        command=project.command(has_pack=bool(used)),
    )


class _Examined:
    """The validator's report of a draft, before it takes its place."""

    def __init__(self, project: Project, journal: Journal) -> None:
        self.reports: list[Report] = []
        self._release = project.release
        self._journal = journal

    def look_at(self, draft: Path) -> None:
        """Validate a draft.

        Raises:
            FoundryError: it is not valid.
        """
        for chat in self._journal.chats.values():
            chat.state = "built"  # macOS 26 joins two of one person's in one walk
        self._journal.doing = "checking"
        report = validators.validate(draft, release=self._release)
        self._journal.go_on()
        if not report.ok:
            raise _not_valid(report)
        self.reports.append(report)


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


@contextmanager
def _texts_beside(
    project: Project, used: Sequence[Cached], kept: KeptFiles
) -> Iterator[None]:
    """Write the scenario and the pack; they take their places if nothing is raised."""
    with ExitStack() as drafts:

        def draft(path: Path) -> Path:
            force = not kept.has(path)
            beside = replacing(path, force=force, remedy=kept.remedy, makes_folder=True)
            return drafts.enter_context(beside)

        if not project.whole:
            text = scenario_files.dumps(project.scenario)
            draft(project.scenario_file).write_text(text, encoding="utf-8")
            if used:
                name = project.pack_file.stem
                pack = store.Pack(name=name, conversations=tuple(used))
                store.fill(draft(project.pack_file), pack)
        yield


def _not_valid(report: Report) -> FoundryError:
    worst = next(each for each in report.findings if each.severity == "error")
    return FoundryError(
        f"the database that was made is not valid: {worst}\n"
        f"looked at: {report.errors} errors in all\n"
        "nothing was written; please report this"
    )
