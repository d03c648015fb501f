"""The pipeline in one look, templates of it, and the handle that tests get.

Spec → conversations (cache | Faker) → timeline → builder (schema) → ChatDB
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pytest_imessage_foundry.conversations import scenarios, sources
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.db.files import MAC_ROOT
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.models import Attachment, Conversation, Message

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.packs import Index
    from pytest_imessage_foundry.db.schema.base import Schema
    from pytest_imessage_foundry.db.validators import Report
    from pytest_imessage_foundry.live import Live, Wal
    from pytest_imessage_foundry.models import (
        Case,
        ConversationConfig,
        Persona,
        Scenario,
        Turn,
    )
    from pytest_imessage_foundry.spec import Spec

FILE_NAME = "chat.db"
ATTACHMENTS = "Attachments"
TRUTHS_HELD = 16  # held for the next test; Hypothesis asks for hundreds
KINDS = "kinds"  # the scenario that the catalogue fills
# What draws names or forms bytes, so that another version may give other bytes.
_DISTRIBUTIONS = ("pytest-imessage-foundry", "faker")


@dataclass(frozen=True, slots=True)
class Materials:
    """What a user adds to the built-in content."""

    personas: tuple[Persona, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    schemas: tuple[Schema, ...] = ()
    packs: tuple[Path, ...] = ()
    answer: Callable[..., Sequence[Turn] | None] | None = None


NOTHING_ADDED = Materials()


class Buildable(Protocol):
    """What a build, and a handle on what was built, must know."""

    @property
    def spec(self) -> Spec: ...
    @property
    def scenario(self) -> Scenario: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def conversations(self) -> Sequence[Conversation]: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True)
class Order:
    """A spec with all that it names looked up: what a build needs to know.

    Raises, when made:
        UnknownReleaseError, FoundryError: the spec names what is not there.
    """

    spec: Spec
    materials: Materials = NOTHING_ADDED
    scenario: Scenario = field(init=False)
    schema: Schema = field(init=False)

    def __post_init__(self) -> None:
        spec, materials = self.spec, self.materials
        own = {each.name: each for each in materials.schemas}
        found = schema.get(spec.release, layout=spec.layout, extra=own)
        scenario = scenarios.get(
            spec.scenario, extra=materials.scenarios, personas=materials.personas
        )
        if scenario.name == KINDS:
            from pytest_imessage_foundry.conversations import catalogue

            scenario = replace(scenario, personas=catalogue.people(spec, found))
        object.__setattr__(self, "schema", found)
        object.__setattr__(self, "scenario", scenario)

    @cached_property
    def packs(self) -> Index:
        from pytest_imessage_foundry.conversations import packs

        return packs.load_all(self.materials.packs)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with all that could change the bytes."""
        versions = [f"{name} {distribution_version(name)}" for name in _DISTRIBUTIONS]
        packs = [] if self.spec.source == "faker" else [self.packs.digest]
        own = self.schema.ddl() if self.schema in self.materials.schemas else ()
        return self.spec.fingerprint(
            [repr(self.scenario)], packs, versions, [repr(self.answers)], own
        )

    @cached_property
    def answers(self) -> dict[str, Sequence[Turn] | None]:
        """What the hook says, by conversation; asked once, before anything else.

        The answers and not the hook go into the fingerprint: they are what could
        change the bytes.
        """
        ask = self.materials.answer
        if ask is None:
            return {}
        people = {each.id: each for each in self.scenario.personas}
        return {
            config.id: ask(
                config=config,
                owner=self.scenario.owner,
                people=tuple(people[each] for each in config.participants),
                seed=self.spec.seed,
            )
            for config in self.scenario.conversations
        }

    @cached_property
    def conversations(self) -> list[Conversation]:
        """The truth, its messages as streams that derive anew at each walk."""
        if self.scenario.name == KINDS:
            from pytest_imessage_foundry.conversations import catalogue

            return catalogue.conversations(self.spec, self.schema)
        return sources.conversations(
            self.spec,
            self.scenario,
            features=self.schema.features,
            packs=self.packs if self.spec.source != "faker" else None,
            answer=self._answer if self.materials.answer is not None else None,
        )

    def _answer(
        self, *, config: ConversationConfig, **_asked: object
    ) -> Sequence[Turn] | None:
        return self.answers[config.id]


def forge(
    order: Buildable,
    path: Path,
    *,
    attachments: bool = True,
    attachment_root: str = MAC_ROOT,
    progress: Callable[[int], None] | None = None,
) -> builder.Counts:
    """Build the database of `order` at `path`, its attachments beside it.

    `attachment_root` is where its rows say that they are.
    """
    return builder.build(
        path,
        order.schema,
        order.conversations,
        owner=order.scenario.owner,
        people=order.scenario.personas,
        seed=order.spec.seed,
        attachment_root=attachment_root,
        attached=_write_below(path.with_name(ATTACHMENTS)) if attachments else None,
        progress=progress,
    )


def _write_below(root: Path) -> Callable[[Attachment], object]:
    """What writes an attachment's file below `root`, if it is there at all.

    The builder calls it as it meets them: walking the conversations for the files
    alone would derive every message twice.
    """
    from pytest_imessage_foundry.attachments import generator

    folder = generator.Folder(root)

    def write(attachment: Attachment) -> None:
        if attachment.path is not None and attachment.state == "present":
            folder.write(attachment.path, attachment.stub, attachment.variant)

    return write


def files_of(message: Message) -> Iterator[Attachment]:
    """Every file that a message and what it drew brought along."""
    yield from message.attachments
    for tapback in message.tapbacks:
        if tapback.sticker is not None:
            yield tapback.sticker
    for sticker in message.stickers:
        yield sticker.image
    if message.event is not None and message.event.photo is not None:
        yield message.event.photo
    if message.balloon is not None:
        from pytest_imessage_foundry.db.balloons import attachments

        yield from attachments(message.balloon)


class ChatDB(os.PathLike[str]):
    """A private, writable chat.db with the truth of what is in it.

    Attributes:
        path: the file, named chat.db, in a folder of its own.
        spec: what it was built from.
    """

    def __init__(self, path: Path, order: Buildable, *, readonly: bool = False) -> None:
        self.path = path
        self.spec = order.spec
        self._order = order
        self._readonly = readonly

    def __fspath__(self) -> str:
        return str(self.path)

    # As with pathlib, text made of it is the path: f"file:{chat_db}?mode=ro".
    __str__ = __fspath__

    def __repr__(self) -> str:
        return f"ChatDB({str(self.path)!r}, {self.version}, seed={self.seed})"

    @property
    def version(self) -> str:
        """The macOS release by name."""
        return self.spec.release

    @property
    def seed(self) -> int:
        return self.spec.seed

    @cached_property
    def conversations(self) -> tuple[Conversation, ...]:
        """The truth: each chat with its messages, oldest first."""
        return truth_of(self._order)

    def stream(self) -> Sequence[Conversation]:
        """The truth with messages derived as they are walked: flat in memory."""
        return self._order.conversations

    @property
    def messages(self) -> tuple[Message, ...]:
        """The truth of all chats in order of date."""
        every = [m for chat in self.conversations for m in chat.messages]
        return tuple(sorted(every, key=lambda message: message.date))

    @property
    def owner(self) -> Persona:
        """Whose phone it is."""
        return self._order.scenario.owner

    @property
    def personas(self) -> tuple[Persona, ...]:
        """Everybody in it, the owner included."""
        return self._order.scenario.personas

    @property
    def attachments(self) -> Path:
        """The folder that stands for ~/Library/Messages/Attachments."""
        return self.path.with_name(ATTACHMENTS)

    @cached_property
    def cases(self) -> dict[str, Case]:
        """The catalogue's cases by name; scenario `kinds` only."""
        from pytest_imessage_foundry.conversations import catalogue

        if self.spec.scenario != KINDS:
            return {}
        return catalogue.cases(self.spec, self._order.schema)

    def case(self, name: str) -> Case:
        """One named case of scenario `kinds`.

        Raises:
            FoundryError: there is no such case on this release.
        """
        from pytest_imessage_foundry.errors import FoundryError

        if name not in self.cases:
            raise FoundryError(
                f"no case {name!r} in scenario {self.spec.scenario!r} on "
                f"{self.version}\nlooked among {len(self.cases)} cases\n"
                "run `imessage-foundry kinds` for their names, and mark the test "
                'with @pytest.mark.imessage(scenario="kinds")'
            )
        return self.cases[name]

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection that has Apple's SQL functions and is closed at the end.

        What was written is committed unless an exception leaves the block.
        """
        address = str(self.path)
        if self._readonly:
            address = f"{self.path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=self._readonly)) as connection:
            register_functions(connection)
            with connection:
                yield connection

    def live(self, *, wal: Wal = "open") -> AbstractContextManager[Live]:
        """A writer that does what Messages does, a transaction a step, while a
        reader watches; the truth follows each step.

            with chat_db.live() as phone:
                message = phone.receive("Alex Doe", "Dinner?")
                phone.tapback(message, "loved")

        Args:
            wal: 'open' leaves what is written in the -wal until `checkpoint()` or
                the end, 'checkpointed' moves it into the file after each step.

        Raises:
            FoundryError: this is a copy that nobody may write to.
        """
        from pytest_imessage_foundry.live import live

        return live(self, wal=wal)

    def condition(self, name: str) -> AbstractContextManager[ChatDB]:
        """Put the file into a state that readers meet on real Macs, by name, such
        as 'hot-wal' or 'locked'; `conditions.NAMES` says what each one is.

        When the block ends the file is as it was before; what was written to it
        meanwhile is gone.

        Raises:
            FoundryError: there is no such condition, it cannot be had here, or
                this is a copy that nobody may write to.
        """
        from pytest_imessage_foundry.conditions import put

        return put(self, name)

    def retell(
        self, conversations: Sequence[Conversation], people: Sequence[Persona]
    ) -> None:
        """Tell this truth from now on: for whoever has written it into the file."""
        told = tuple(conversations)
        scenario = replace(self._order.scenario, personas=tuple(people))
        order = self._order
        self._order = _Retold(
            order.spec, scenario, order.schema, told, order.fingerprint
        )
        self.__dict__["conversations"] = told

    @property
    def schema(self) -> Schema:
        """The tables, columns, triggers and features of its release."""
        return self._order.schema

    @property
    def is_readonly(self) -> bool:
        """Whether other tests share it, so that nobody may write to it."""
        return self._readonly

    def provenance(self) -> str:
        """One line: from what the content was made."""
        spec = self.spec
        origins = [chat.origin.partition(":")[0] for chat in self._order.conversations]
        counts = ", ".join(f"{origins.count(o)} {o}" for o in dict.fromkeys(origins))
        return (
            f"release={spec.release} scenario={spec.scenario} seed={spec.seed} "
            f"source={spec.source} conversations={counts or 'none'} "
            f"fingerprint={self._order.fingerprint}"
        )

    def report(self) -> Report:
        """The validator's verdict on the file as it is now."""
        from pytest_imessage_foundry.db import validators

        return validators.validate(self.path)

    def truth(self) -> dict[str, Any]:
        """The truth as plain data: what `build --truth` writes."""
        from pytest_imessage_foundry import truth

        return truth.document(self)


@dataclass(frozen=True)
class _Retold:
    """An order whose database was written to since it was built."""

    spec: Spec
    scenario: Scenario
    schema: Schema
    conversations: Sequence[Conversation]
    fingerprint: str


def truth_of(order: Buildable) -> tuple[Conversation, ...]:
    """The conversations of an order with their messages held in tuples."""
    return tuple(
        replace(conversation, messages=tuple(conversation.messages))
        for conversation in order.conversations
    )


class Foundry:
    """Builds each database once and hands out copies.

    Templates stand in `shared` under their fingerprint; workers of one run share
    the folder. Copies and read-only handles stand in `private`.
    """

    def __init__(self, shared: Path, private: Path) -> None:
        self._shared = shared
        self._private = private
        self._orders: dict[tuple[Spec, Materials], Order] = {}
        self._truths: dict[str, tuple[Conversation, ...]] = {}
        self._readonly: dict[str, ChatDB] = {}
        self._handed_out = 0

    def order(self, spec: Spec, materials: Materials = NOTHING_ADDED) -> Order:
        """The order of a spec, the same object for equal specs."""
        key = (spec, materials)
        if key not in self._orders:
            self._orders[key] = Order(spec, materials)
        return self._orders[key]

    def template(self, order: Order) -> Path:
        """The built database of an order, in a folder of its own; do not write."""
        folder = self._shared / f"{order.spec.release}-{order.fingerprint}"
        if not (folder / FILE_NAME).exists():
            draft = folder.with_name(f".{folder.name}.{os.getpid()}")
            draft.mkdir(parents=True, exist_ok=True)
            forge(order, draft / FILE_NAME)
            _publish(draft, folder)
        return folder / FILE_NAME

    def hand_out(self, order: Order, name: str = "chat") -> ChatDB:
        """A private copy of an order's database."""
        return self.copy_to(order, self.new_folder(name) / FILE_NAME)

    def copy_to(self, order: Order, path: Path) -> ChatDB:
        """A private copy at a path of the caller's choice."""
        template = self.template(order)
        shutil.copyfile(template, path)
        _share_attachments(template.with_name(ATTACHMENTS), path.with_name(ATTACHMENTS))
        return _Handed(path, order, self)

    def hand_out_readonly(self, order: Order) -> ChatDB:
        """One shared copy that nobody may write to."""
        key = order.fingerprint
        if key not in self._readonly:
            copy = self.hand_out(order, "readonly")
            copy.path.chmod(0o444)
            handle = ChatDB(copy.path, order, readonly=True)
            handle.__dict__["conversations"] = self.truth(order)
            self._readonly[key] = handle
        return self._readonly[key]

    def forget_readonly(self, handle: ChatDB) -> None:
        """Take a spoilt read-only copy out of circulation."""
        for key, known in list(self._readonly.items()):
            if known is handle:
                del self._readonly[key]

    def new_folder(self, name: str) -> Path:
        """A new folder for one test's files."""
        self._handed_out += 1
        safe = re.sub(r"[^\w.-]+", "_", name)[:40]
        folder = self._private / f"{self._handed_out:04d}-{safe}"
        folder.mkdir(parents=True)
        return folder

    def truth(self, order: Buildable) -> tuple[Conversation, ...]:
        """The truth of an order, derived once while few others are asked for."""
        key = order.fingerprint
        if key not in self._truths:
            if len(self._truths) == TRUTHS_HELD:
                del self._truths[next(iter(self._truths))]
            self._truths[key] = truth_of(order)
        return self._truths[key]


class _Handed(ChatDB):
    """A copy whose truth the foundry remembers for the next test."""

    def __init__(self, path: Path, order: Order, foundry: Foundry) -> None:
        super().__init__(path, order)
        self._foundry = foundry

    @cached_property
    def conversations(self) -> tuple[Conversation, ...]:
        return self._foundry.truth(self._order)


def _publish(draft: Path, folder: Path) -> None:
    """Move a finished folder into place; another worker may have been first."""
    try:
        draft.rename(folder)
    except OSError:
        if not (folder / FILE_NAME).exists():
            raise
        shutil.rmtree(draft, ignore_errors=True)


def _share_attachments(source: Path, target: Path) -> None:
    """Copies share the template's files: a test reads them, it has no need to
    write them, and copying hundreds would cost more than the database."""
    if not source.is_dir():
        return
    try:
        target.symlink_to(source, target_is_directory=True)
    except OSError:  # Windows without the privilege
        shutil.copytree(source, target)
