"""ChatDB: the handle that tests get, a file with the truth of what is in it."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.attachments import FOLDER_NAME
from pytest_imessage_foundry.chatdb.found_file import FoundFile
from pytest_imessage_foundry.chatdb.retold_file import RetoldFile
from pytest_imessage_foundry.conversations.scenarios import KINDS
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_imessage_foundry.chatdb.live import Live, Wal
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.validators import Report
    from pytest_imessage_foundry.models import (
        Case,
        Conversation,
        Message,
        Persona,
    )
    from pytest_imessage_foundry.order import Buildable
    from pytest_imessage_foundry.scorecard.readings import Reading
    from pytest_imessage_foundry.scorecard.scores import Scorecard

FILE_NAME = "chat.db"


class ChatDB(os.PathLike[str]):
    """A private, writable chat.db with the truth of what is in it.

    Attributes:
        path: the file, named chat.db, in a folder of its own.
        spec: what it was built from.
        known: the file of known faults that `score` and `compare` take if they are
            given none; with pytest that of the mark `imessage`.
    """

    def __init__(self, path: Path, order: Buildable, *, readonly: bool = False) -> None:
        self.path = path
        self.spec = order.spec
        self._order = order
        self._readonly = readonly
        self.known: Path | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ChatDB:
        """Return a handle on any chat.db: a committed one, an anonymised copy.

        It has no truth. What is written goes into the file itself.

        Raises:
            FoundryError: the file cannot be read, or is none of Messages.
        """
        from pytest_imessage_foundry.chatdb import opened_file

        return cls(Path(path), opened_file.found(Path(path)))

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

    @property
    def known_conversations(self) -> tuple[Conversation, ...]:
        """What `live()` goes on from: the truth, or what it wrote where there is
        none."""
        lived: tuple[Conversation, ...] | None = getattr(self._order, "lived", None)
        return self.conversations if lived is None else lived

    def stream(self) -> Sequence[Conversation]:
        """Return the truth with messages derived as they are walked: flat in memory."""
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
        return self.path.with_name(FOLDER_NAME)

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
        if name in self.cases:
            return self.cases[name]
        if self.spec.scenario == KINDS:
            from pytest_imessage_foundry.conversations import catalogue
            from pytest_imessage_foundry.db import schema

            raise catalogue.no_case(name, self._order.schema, schema.built_in())
        raise FoundryError(
            f"no case {name!r}: scenario {self.spec.scenario!r} has none\n"
            f"looked among the cases of {self.path}\n"
            'mark the test with @pytest.mark.imessage(scenario="kinds")'
        )

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that has Apple's SQL functions and is closed at the end.

        What was written is committed unless an exception leaves the block. Foreign keys
        are as SQLite has them, off: `PRAGMA foreign_keys = ON`, executed first, lets a
        DELETE take the join rows along.
        """
        address = str(self.path)
        if self._readonly:
            address = f"{self.path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=self._readonly)) as connection:
            register_functions(connection)
            with connection:
                yield connection

    def live(self, *, wal: Wal = "open") -> AbstractContextManager[Live]:
        """Return a writer that does what Messages does, a transaction a step, while a
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
        from pytest_imessage_foundry.chatdb.live import live

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
        from pytest_imessage_foundry.chatdb.conditions import put

        return put(self, name)

    def retell(
        self, conversations: Sequence[Conversation], people: Sequence[Persona]
    ) -> None:
        """Replace the truth, once it is written into the file."""
        told = tuple(conversations)
        scenario = replace(self._order.scenario, personas=tuple(people))
        order = self._order
        if isinstance(order, FoundFile):
            self._order = replace(order, scenario=scenario, lived=told)
            return
        self._order = RetoldFile(
            order.spec, scenario, order.schema, told, order.fingerprint
        )
        self.__dict__["conversations"] = told
        self.__dict__.pop("true_lines", None)

    @property
    def schema(self) -> Schema:
        """The tables, columns, triggers and features of its release."""
        return self._order.schema

    @property
    def is_readonly(self) -> bool:
        """Whether other tests share it, or the list of a backup names its bytes, so
        that nobody may write to it."""
        return self._readonly

    def provenance(self) -> str:
        """One line: from what the content was made."""
        spec = self.spec
        if isinstance(self._order, FoundFile):
            return f"release={spec.release} a file without a truth"
        # Keys of cached conversations are for who looks for one: `cache show`.
        origins = [re.sub(r":[^+]*", "", o.origin) for o in self._order.conversations]
        counts = ", ".join(f"{origins.count(o)} {o}" for o in dict.fromkeys(origins))
        return (
            f"release={spec.release} scenario={spec.scenario} seed={spec.seed} "
            f"source={spec.source} conversations={counts or 'none'} "
            f"fingerprint={self._order.fingerprint}"
        )

    def report(self) -> Report:
        """Return the validator's verdict on the file as it is now, with the digest
        of its content."""
        from pytest_imessage_foundry.db import validators

        own = self._order.schema
        return validators.validate(self.path, extra={own.name: own}, digest=True)

    def digest(self) -> str:
        """Return a digest of rows and schema as they are now.

        One spec has one digest under each version of this package, on every Python
        and with every SQLite library. The bytes of the file are the same within one
        library alone: others lay out its pages otherwise.
        """
        from pytest_imessage_foundry.db import content_digest

        return content_digest.of_file(self.path)

    def readings(self) -> Iterator[Reading]:
        """Yield what a correct reader says of each row, in the order of ROWIDs, then of
        each chat: docs/readings.md."""
        from pytest_imessage_foundry.scorecard import true_rows

        yield from true_rows.readings(self.stream(), self._case_names, self._rowids())

    @cached_property
    def true_lines(self) -> list[dict[str, Any]]:
        """The readings as plain data, fields that hold their default left out."""
        from pytest_imessage_foundry.scorecard import reading_lines

        return [reading_lines.plain_data(each) for each in self.readings()]

    def score(
        self,
        answer: Any,
        *,
        known: str | os.PathLike[str] | None = None,
        only: frozenset[str] | None = None,
    ) -> Scorecard:
        """Return how an answer holds against the truth, kind by kind: its `ok`,
        `tallies` and `misreadings`. `known` is as for `compare`.

        Args:
            answer: readings as dictionaries, rows of sqlite3, objects with their
                fields, or JSON lines, with whichever fields the reader knows:
                docs/readings.md. A field of the reader's own begins with `x_`.
            known: the path of a file of faults that are expected to show, as
                docs/scorecard.md describes it; without one the handle's own `known`.
            only: the GUIDs of the rows to judge; without it all of them.

        Raises:
            FoundryError: the answer is no list of readings, or `known` no such file.
        """
        from pytest_imessage_foundry.scorecard import (
            answer_objects,
            judging,
            known_faults,
            row_columns,
        )

        faults = known_faults.given(self.known if known is None else known)
        card = judging.judge(
            self._lines(),
            answer_objects.lines_of(answer),
            database=self._name,
            release=self.version,
            faults=faults,
            columns=row_columns.columns_of(self.path),
            only=only,
            file=self.path,
        )
        must_show = known_faults.expected_in(
            faults, self.version, card.tallies, has_cases=self.spec.scenario == KINDS
        )
        card.expect(must_show)
        return card

    def compare(
        self, answer: Any, *, known: str | os.PathLike[str] | None = None
    ) -> None:
        """Fail where a reader's answer is not true. `known`, a text or a Path, is a
        file of faults that are expected to show:
        `chat_db.compare(answer, known="tests/known.toml")`; without it the file that
        the mark `imessage` names, if it does.

        Raises:
            MisreadError: it is not; the message groups what is wrong by kind.
            FoundryError: the answer is no list of readings, or `known` no such file.
        """
        from pytest_imessage_foundry.scorecard import score_text

        __tracebackhide__ = True
        score_text.require(self.score(answer, known=known))

    def describe(self, guid: str) -> str:
        """Return in words what a row, or a chat, shows and what its columns hold.

        Raises:
            FoundryError: the file has none with this GUID.
        """
        from pytest_imessage_foundry.scorecard import description

        count = 0
        for reading in self._lines():
            count += 1
            if reading["guid"] == guid:
                return description.describe(self.path, self._name, reading)
        raise FoundryError(
            f"no row has the GUID {guid!r}\n"
            f"looked among {count:,} rows and chats of {self.path}\n"
            "take one of chat_db.messages, or what the reader calls guid"
        )

    @property
    def _name(self) -> str:
        return f"{self.version} {self.spec.scenario}"

    def _lines(self) -> Iterable[dict[str, Any]]:
        """Return the readings as plain data: held where many tests ask for a few of
        them, else made as they are walked."""
        if self.spec.scenario == KINDS:
            return self.true_lines
        from pytest_imessage_foundry.scorecard import reading_lines

        return map(reading_lines.plain_data, self.readings())

    @property
    def _case_names(self) -> dict[str, str]:
        from pytest_imessage_foundry.conversations import catalogue

        if self.spec.scenario != KINDS:
            return {}
        return catalogue.case_names(self.spec, self._order.schema)

    def _rowids(self) -> dict[str, int] | None:
        """Return the ROWIDs of a file that was written to since it was built: their
        order follows from what was done to it, and from nothing in the truth."""
        if not isinstance(self._order, RetoldFile):
            return None
        with self.connect() as connection:
            query = "SELECT guid, ROWID FROM message UNION ALL SELECT guid, ROWID FROM "
            return dict(connection.execute(f"{query}chat"))

    def truth(self) -> dict[str, Any]:
        """Return the truth as plain data: what `build --truth` writes."""
        from pytest_imessage_foundry.chatdb import truth

        return truth.document(self)


def truth_of(order: Buildable) -> tuple[Conversation, ...]:
    """Return the conversations of an order with their messages held in tuples."""
    return tuple(
        replace(conversation, messages=tuple(iter(conversation.messages)))
        for conversation in order.conversations
    )
