"""A living database: a phone that goes on receiving while somebody reads.

    with chat_db.live() as phone:
        message = phone.receive("Alex Doe", "Dinner at 7?")
        phone.read(message)
        phone.tapback(message, "loved")
        answer = phone.send("Alex Doe", "Sure", reply_to=message)
        phone.deliver(answer)

Each step is one transaction on a connection in WAL mode that has Apple's functions,
so that Apple's triggers do their part. The connection is in a process of its own, as
that of Messages is: what the test does with its file cannot take its locks away. A
step gives the message as it is now, and the truth of the phone and of its ChatDB
follow. A step that fails changes neither the file nor the truth.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

from pytest_imessage_foundry.attachments import generator
from pytest_imessage_foundry.chatdb.live_connection import LiveConnection
from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.contradictions import (
    check_order,
    check_resent,
)
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.facts import (
    ChatFacts,
    DoneFacts,
    FileFacts,
    HappeningFacts,
    LiveEventFacts,
    LiveFacts,
    LiveSentFacts,
    StickerFacts,
    TraitFacts,
)
from pytest_imessage_foundry.conversations.authoring.resumed import (
    ResumedPhone,
    Where,
    is_meant,
)
from pytest_imessage_foundry.conversations.authoring.words import (
    END,
    FIRST,
    ME,
    Content,
    When,
    unknown,
)
from pytest_imessage_foundry.db.live_writer import LiveWriter
from pytest_imessage_foundry.db.rows.attachment_roots import root_for
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message
from pytest_imessage_foundry.models.message_files import files_of

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import (
        Attachment,
        Balloon,
        Conversation,
        EventKind,
        FilterTier,
        Persona,
        Reply,
        Service,
        TapbackKind,
    )

Wal = Literal["open", "checkpointed"]


@contextmanager
def live(db: ChatDB, *, wal: Wal = "open") -> Iterator[Live]:
    """A `Live` on a database, closed at the end; see `ChatDB.live`."""
    if wal not in get_args(Wal):
        raise unknown("wal", wal, get_args(Wal))
    if db.is_readonly:
        raise FoundryError(
            "a shared database cannot go on living\n"
            f"it is {db.path}, which other tests read\n"
            "ask for chat_db instead of chat_db_readonly"
        )
    with _explained(db.path):
        connection = LiveConnection(db.path)
    with closing(connection):
        with _explained(db.path):
            phone = Live(db, connection, checkpoints=wal == "checkpointed")
        yield phone


class Live:
    """What happens on a phone, a verb each.

    A chat is named by its Conversation, its guid, its identifier, its name, or the
    Persona of a one-to-one chat; a message by its Message (as of any moment) or its
    GUID; a person by a Persona, a name or an address. Times default to a believable
    rhythm that goes on where the history ends; `at` gives one. Threads may share it;
    their steps come one after the other.
    """

    def __init__(
        self, db: ChatDB, connection: LiveConnection, *, checkpoints: bool = False
    ) -> None:
        self._db = db
        self._connection = connection
        self._checkpoints = checkpoints
        self._one_step = threading.RLock()
        self._truth = list(db.known_conversations)
        self._phone = ResumedPhone(
            db.schema,
            db.known_conversations,
            people=db.personas,
            owner=db.owner,
            seed=db.seed,
            written=_last_rowid(connection),
            newest=_newest(connection),
        )
        self._found = {
            draft.message.guid: (chat, draft)
            for chat in self._phone.chats
            for draft in chat.drafts
        }
        self._steps = LiveWriter(
            connection,
            db.schema,
            owner=db.owner,
            people=db.personas,
            seed=db.seed,
            attachment_root=root_for(db.path),
        )

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """The truth as it is now; that of the ChatDB is the same."""
        return tuple(self._truth)

    # Who there is.

    @checked
    def person(
        self,
        name: str,
        *,
        address: str | None = None,
        addresses: Sequence[str] = (),
        email: bool = False,
        country: str = "US",
        real: bool = False,
    ) -> Persona:
        """Meet somebody new, under an address that belongs to nobody; as
        `Author.person`."""
        with self._one_step:
            persona = self._phone.person(
                name,
                address=address,
                addresses=addresses,
                email=email,
                country=country,
                real=real,
            )
            self._steps.meet(self._phone.people)
            self._db.retell(self._truth, self._phone.people)
            return persona

    @checked
    def direct(
        self,
        person: Persona,
        *,
        address: str | None = None,
        service: Service = "iMessage",
        suffix: str = "",
        filtered: FilterTier | None = None,
    ) -> Conversation:
        """Return the one-to-one chat with somebody, opened if there is none; as
        `Author.direct`."""
        with self._one_step:
            known = len(self._phone.chats)
            chat = self._phone.direct(
                person,
                address=address,
                service=service,
                suffix=suffix,
                filtered=filtered,
            )
            if len(self._phone.chats) > known:
                return self._open(chat)
            guid = chat.guid
            told = next(each for each in self._truth if each.guid == guid)
            if chat.conversation().properties == told.properties:
                return told
            whole = self._chat(told)
            try:
                self._write(whole)
            except BaseException:
                whole.properties = told.properties
                raise
            return self._truth[self._phone.chats.index(whole)]

    @checked
    def note_to_self(
        self, *, address: str | None = None, service: Service = "iMessage"
    ) -> Conversation:
        """Return the owner's chat with themselves; as `Author.note_to_self`."""
        return self.direct(self._db.owner, address=address, service=service)

    @checked
    def group(
        self,
        *people: Persona,
        name: str | None = None,
        service: Service = "iMessage",
        created: When | None = None,
    ) -> Conversation:
        """Open a group; as `Author.group`."""
        with self._one_step:
            chat = self._phone.group(
                *people, name=name, service=service, created=created
            )
            return self._open(chat)

    @checked
    def file(self, kind: str = "photo", **facts: Unpack[FileFacts]) -> Attachment:
        """Make a file to send, as `Author.file` does."""
        return self._phone.file(kind, **facts)

    # What comes and goes.

    @checked
    def receive(
        self,
        chat: Where,
        *content: Content,
        sender: Persona | str | None = None,
        joins_later: bool = False,
        attaches_later: bool = False,
        nameless: bool = False,
        **facts: Unpack[LiveFacts],
    ) -> Message:
        """Receive a message, which is unread. In a group name the `sender`.

        With `joins_later` the row is there and belongs to no chat until `join()`; with
        `attaches_later` its files follow by `attach()`, and then `download()`.
        An `at` before the newest message is one that comes late, as iCloud brings
        them: an old date under a new ROWID. `facts` are as for `Chat.receive`.
        """
        fields = self._unseen({**facts}) | {"sender": self._phone.known(sender)}
        fields |= {"nameless": nameless}
        return self._say(
            chat,
            lambda into: _awaiting(into.receive(*content, **fields), attaches_later),
            joins_later,
        )

    @checked
    def send(
        self,
        chat: Where,
        *content: Content,
        joins_later: bool = False,
        **facts: Unpack[LiveSentFacts],
    ) -> Message:
        """Send a message, which is not yet delivered."""
        fields = self._unseen({**facts})
        return self._say(chat, lambda into: into.send(*content, **fields), joins_later)

    @checked
    def event(
        self, chat: Where, kind: EventKind, **facts: Unpack[LiveEventFacts]
    ) -> Message:
        """Announce something by a row of its own; `facts` as for `Chat.event`."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.event(kind, **fields))

    @checked
    def added(
        self,
        chat: Where,
        who: Persona | str,
        *,
        real: bool = False,
        **facts: Unpack[DoneFacts],
    ) -> Message:
        """Let somebody into a group; `facts` as for `Chat.added`."""
        fields = self._people({**facts, "who": who, "real": real})
        return self._say(chat, lambda into: into.added(**fields))

    @checked
    def removed(
        self, chat: Where, who: Persona | str, **facts: Unpack[DoneFacts]
    ) -> Message:
        """Take somebody out of a group; 'me' is the owner."""
        fields = self._people({**facts, "who": who})
        return self._say(chat, lambda into: into.removed(**fields))

    @checked
    def left(
        self, chat: Where, who: Persona | str = "me", **facts: Unpack[HappeningFacts]
    ) -> Message:
        """Let somebody leave a group."""
        fields = self._people({**facts, "who": who})
        return self._say(chat, lambda into: into.left(**fields))

    @checked
    def number_changed(
        self,
        chat: Where,
        old: Persona | str,
        new: str,
        *,
        real: bool = False,
        **facts: Unpack[HappeningFacts],
    ) -> Message:
        """Give a member a new number; as `Chat.number_changed`."""
        known = self._phone.known(old)
        meant = known if known is not None and old not in known.addresses else old
        return self._say(
            chat, lambda into: into.number_changed(meant, new, real=real, **facts)
        )

    @checked
    def rename(
        self, chat: Where, name: str | None, **facts: Unpack[DoneFacts]
    ) -> Message:
        """Give a group a name, or take it away with None."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.rename(name, **fields))

    @checked
    def set_photo(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Give a group a photo."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.set_photo(**fields))

    @checked
    def set_background(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Give a chat a background (macOS 26); who does it is `by`."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.set_background(**fields))

    @checked
    def remove_background(self, chat: Where, **facts: Unpack[DoneFacts]) -> Message:
        """Take a chat's background away."""
        fields = self._people({**facts})
        return self._say(chat, lambda into: into.remove_background(**fields))

    @checked
    def set(self, chat: Where, **properties: Unpack[ChatFacts]) -> Conversation:
        """Set fields of a chat's `models.ChatProperties`."""
        into = self._chat(chat)
        with self._step(into):
            into.set(**properties)
            self._write(into)
        return self._truth[self._phone.chats.index(into)]

    @checked
    def formerly(
        self, chat: Where, service: Service, *, domain: str | None = None
    ) -> Conversation:
        """Leave an empty row of a service that a chat was moved from; as
        `Chat.formerly`."""
        into = self._chat(chat)
        with self._step(into):
            into.formerly(service, domain=domain)
            self._write(into)
        return self._truth[self._phone.chats.index(into)]

    @checked
    def attach(self, message: Message | str) -> Message:
        """Insert the rows of a message's files, which are not there yet."""
        return self._change(message, lambda draft: draft.attach())

    @checked
    def download(self, message: Message | str) -> Message:
        """Let a message's files arrive."""
        return self._change(message, lambda draft: draft.download())

    @checked
    def react_in_text(
        self,
        message: Message | str,
        name: str,
        *,
        by: Persona | str | None = None,
        language: str = "en",
        removed: bool = False,
        at: When | None = None,
    ) -> Message:
        """React by a message of its own, as `Draft.react_in_text`."""
        chat, draft = self._find(message)
        who = self._phone.known(by)
        return self._say(
            chat.conversation(),
            lambda _: draft.react_in_text(
                name, by=who, language=language, removed=removed, at=at
            ),
        )

    @checked
    def also_in(self, message: Message | str, chat: Where) -> Message:
        """Let a message stand in a second one-to-one chat."""
        other = self._chat(chat)
        return self._change(message, lambda draft: draft.also_in(other))

    @checked
    def resent_as_sms(self, message: Message | str) -> Message:
        """Send an iMessage that did not get through as SMS: its row stands in the
        chats of both services (before macOS 26), the second of which is opened first
        if there is none.

        Raises:
            FoundryError: it is none of the owner's, in a group, or no iMessage.
        """
        chat, draft = self._find(message)
        check_resent(chat, draft.message)
        with self._one_step:
            self.direct(chat.people[0], address=chat.founders[0], service="SMS")
            return self._change(message, lambda draft: draft.resent_as_sms())

    @checked
    def trait(self, message: Message | str, **traits: Unpack[TraitFacts]) -> Message:
        """Set fields of a message's `models.Traits`: that its audio was heard, that a
        mention was not seen, its translation, its schedule, ...

        Raises:
            FoundryError: a row that is in a chat was to leave it: Apple's triggers
                delete what no chat holds.
        """
        _, found = self._find(message)
        if traits.get("chatless") and not found.message.traits.chatless:
            raise FoundryError(
                "a message that is in its chat does not leave it and stay\n"
                f"looked at message {found.message.guid}; Apple's triggers delete it\n"
                "call delete(), or send it with joins_later=True"
            )
        return self._change(message, lambda draft: draft.trait(**traits))

    @checked
    def target(self, message: Message | str, part: int = 0) -> Reply:
        """Return what a reply to one part of a message takes as `reply_to`."""
        return self._find(message)[1].as_target(part)

    @checked
    def join(self, message: Message | str) -> Message:
        """Insert the join row of a message that was to join later."""
        return self._change(message, lambda draft: draft.trait(chatless=False))

    @checked
    def deliver(self, message: Message | str, *, at: When | None = None) -> Message:
        """Deliver an own message to the other side.

        Raises:
            FoundryError: it is none of the owner's.
        """

        def act(draft: Draft) -> None:
            if draft.message.sender is not None:
                raise FoundryError(
                    "only an own message is delivered\n"
                    f"message {draft.message.guid} is from {draft.message.sender}\n"
                    "call read() for one that was received"
                )
            moment = self._phone.tick(at, 1, 3)
            check_order(draft.message, moment, "delivered")
            draft.set(date_delivered=moment)

        return self._change(message, act)

    @checked
    def read(self, message: Message | str, *, at: When | None = None) -> Message:
        """Let the owner read what was received, or the other side what was sent.

        Raises:
            FoundryError: it was sent to a group.
        """
        chat, _ = self._find(message)

        def act(draft: Draft) -> None:
            if draft.message.sender is None and chat.is_group:
                raise FoundryError(
                    "no group tells its sender who read what\n"
                    f"message {draft.message.guid} is in a group\n"
                    "call read() for what was received"
                )
            moment = self._phone.tick(at, 5, 60)
            check_order(draft.message, moment, "read")
            delivered = draft.message.date_delivered
            if draft.message.sender is None:
                draft.set(date_delivered=delivered or moment)
            draft.set(date_read=moment)

        return self._change(message, act)

    @checked
    def fail(self, message: Message | str, error: int = 22) -> Message:
        """Let an own message fail to be sent."""
        return self._change(message, lambda draft: draft.trait(error=error))

    @checked
    def tapback(
        self,
        message: Message | str,
        name: TapbackKind | str,
        *,
        by: Persona | str | None = None,
        part: int = 0,
        at: When | None = None,
        image: Attachment | None = None,
        is_bare: bool = False,
    ) -> Message:
        """React: 'loved', 'liked', ... or an emoji; as `Draft.tapback`."""
        who = self._phone.known(by)
        return self._change(
            message,
            lambda draft: draft.tapback(
                name, by=who, part=part, at=at, image=image, is_bare=is_bare
            ),
        )

    @checked
    def remove_tapback(
        self,
        message: Message | str,
        *,
        keeps_added: bool = False,
        at: When | None = None,
    ) -> Message:
        """Take the last tapback back: its row goes, unless `keeps_added`."""
        return self._change(
            message, lambda draft: draft.remove_tapback(keeps_added=keeps_added, at=at)
        )

    @checked
    def sticker(
        self,
        message: Message | str,
        *,
        by: Persona | str | None = None,
        at: When | None = None,
        image: Attachment | None = None,
        **facts: Unpack[StickerFacts],
    ) -> Message:
        """Place a sticker on a bubble."""
        who = self._phone.known(by)
        return self._change(
            message, lambda draft: draft.sticker(by=who, at=at, image=image, **facts)
        )

    @checked
    def edit(
        self,
        message: Message | str,
        text: Content,
        *,
        part: int = 0,
        at: When | None = None,
        balloon: Balloon | None = None,
    ) -> Message:
        """Change what a part says."""
        return self._change(
            message, lambda draft: draft.edit(text, part=part, at=at, balloon=balloon)
        )

    @checked
    def unsend(
        self,
        message: Message | str,
        part: int | None = None,
        *,
        at: When | None = None,
    ) -> Message:
        """Take one part back, or the whole message."""
        return self._change(message, lambda draft: draft.unsend(part, at=at))

    @checked
    def vote(
        self,
        message: Message | str,
        *choices: str,
        by: Persona | str = ME,
        at: When | None = None,
        is_noted: bool = False,
    ) -> Message:
        """Vote in a poll: the voter's complete choice, by the options' texts."""
        who = self._phone.known(by) or ME
        return self._change(
            message,
            lambda draft: draft.vote(*choices, by=who, at=at, is_noted=is_noted),
        )

    @checked
    def add_choice(
        self,
        message: Message | str,
        text: str,
        *,
        by: Persona | str = ME,
        at: When | None = None,
    ) -> Message:
        """Add a choice to a running poll."""
        who = self._phone.known(by) or ME
        return self._change(
            message, lambda draft: draft.add_choice(text, by=who, at=at)
        )

    @checked
    def delete(
        self,
        message: Message | str,
        *,
        permanent: bool = False,
        parts: tuple[int, ...] = (),
        at: When | None = None,
    ) -> Message:
        """Move a message to Recently Deleted, or with `permanent=True` delete it for
        good; `parts` names some of its parts.

        Raises:
            FoundryError: it was deleted before, and no further.
        """
        return self._change(
            message,
            lambda draft: draft.delete(permanent=permanent, parts=parts, at=at),
        )

    def checkpoint(self) -> bool:
        """Move the -wal into the file and empty it. Wait up to five seconds for
        readers, and return whether none was in the way."""
        with self._one_step, _explained(self._db.path):
            done = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not done.fetchone()[0]

    # How a step is taken.

    def _say(
        self, where: Where, act: Callable[[Chat], Draft], joins_later: bool = False
    ) -> Message:
        chat = self._chat(where)
        with self._step(chat):
            newest, known = self._phone.moment, len(chat.drafts)
            first = act(chat)
            said = chat.drafts[known:]
            for draft in said:
                if joins_later:
                    draft.trait(chatless=True)
                if draft.message.date < newest and not draft.message.traits.arrived:
                    draft.trait(arrived=self._phone.tick(None, 1, 5))
            self._write(chat, *((None, draft.message) for draft in said))
            self._found |= {draft.message.guid: (chat, draft) for draft in said}
            return first.message

    def _change(self, which: Message | str, act: Callable[[Draft], object]) -> Message:
        chat, draft = self._find(which)
        with self._step(chat):
            old = draft.message
            try:
                act(draft)
                self._write(chat, (old, draft.message))
            except BaseException:
                draft.message = old
                raise
            return draft.message

    @contextmanager
    def _step(self, chat: Chat) -> Iterator[None]:
        """Take back what a chat was told if it could not be written."""
        with self._one_step, _restoring(chat):
            yield

    def _open(self, chat: Chat) -> Conversation:
        conversation = chat.conversation()
        try:
            with self._transaction():
                self._steps.open_chat(conversation)
        except BaseException:
            self._phone.chats.remove(chat)
            raise
        self._truth.append(conversation)
        self._db.retell(self._truth, self._phone.people)
        return conversation

    def _write(self, chat: Chat, *changed: tuple[Message | None, Message]) -> None:
        place = self._phone.chats.index(chat)
        before, after = self._truth[place], chat.conversation()
        for old, new in changed:
            self._lay_out(old, new)
        with self._transaction():
            self._steps.happen(before, after, changed)
        self._truth[place] = after
        self._db.retell(self._truth, self._phone.people)
        if self._checkpoints:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _explained(self._db.path), self._written():
            yield

    @contextmanager
    def _written(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.roll_back():
                self._steps.read_handles()
            raise

    def _lay_out(self, old: Message | None, new: Message) -> None:
        """Put files where their rows will say that they are, before the rows."""
        known = set(files_of(old)) if old is not None else set()
        added = [file for file in files_of(new) if file not in known]
        if added:
            folder = generator.Folder(self._db.attachments)
            for file in added:
                folder.add(file)

    # Who and what is meant.

    def _chat(self, where: Where) -> Chat:
        for chat, told in zip(self._phone.chats, self._truth, strict=True):
            if is_meant(where, chat, told):
                return chat
        known = ", ".join(each.name or each.identifier for each in self._truth)
        meant = getattr(where, "guid", None) or getattr(where, "name", where)
        raise FoundryError(
            f"no chat is {meant!r}\n"
            f"looked among {known or 'no chats'}\n"
            "open one with direct() or group()"
        )

    def _find(self, which: Message | str) -> tuple[Chat, Draft]:
        guid = which if isinstance(which, str) else which.guid
        if guid not in self._found:
            raise FoundryError(
                f"no message is {guid!r}\n"
                f"looked among {len(self._found)} messages of {self._db.path}\n"
                "pass a message that receive() or send() gave, or one of conversations"
            )
        return self._found[guid]

    def _people(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with the people in them as personas."""
        named = {"by", "who"} & fields.keys()
        return fields | {each: self._phone.known(fields[each]) for each in named}

    def _unseen(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a new message, neither delivered nor read yet."""
        reply_to = fields.get("reply_to")
        if isinstance(reply_to, (Message, str)):
            reply_to = self._find(reply_to)[1]
        also_in = fields.get("also_in")
        if also_in is not None:
            fields = fields | {"also_in": self._chat(also_in)}
        after = fields.get("rowid_after")
        if after is not None:
            fields = fields | {"rowid_after": self._find(after)[1]}
        return {"date_delivered": 0, "date_read": 0} | fields | {"reply_to": reply_to}


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that say which file it is and what to do."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise FoundryError(
            f"the file has such a row already: {error}\n"
            f"looked in {path}\n"
            "take another person or group: live() knows none of the chats of "
            "a file that was not built here"
        ) from None
    except sqlite3.Error as error:
        raise FoundryError(
            f"the step could not be written: {error}\n"
            f"tried on {path}, which is as it was before\n"
            "a locked file is one that another connection writes to: commit there, or "
            "close it; else look whether the file is there and its tables are Apple's"
        ) from None


@contextmanager
def _restoring(chat: Chat) -> Iterator[None]:
    drafts, events = list(chat.drafts), list(chat.attendance.events)
    name, properties, former = chat.name, chat.properties, chat.former
    moment = chat.phone.moment
    try:
        yield
    except BaseException:
        chat.drafts[:], chat.attendance.events[:] = drafts, events
        chat.name, chat.properties, chat.former = name, properties, former
        chat.phone.turn_back(moment)
        raise


def _awaiting(draft: Draft, attaches_later: bool) -> Draft:
    return draft.awaits_files() if attaches_later else draft


def _newest(connection: LiveConnection) -> int:
    """Return the newest date of the file, for one whose truth nobody knows."""
    found: int | None = connection.execute(
        "SELECT max(date) FROM message WHERE date < ?", (END,)
    ).fetchone()[0]
    return found or FIRST


def _last_rowid(connection: LiveConnection) -> int:
    found: int | None = connection.execute(
        "SELECT max(seq) FROM sqlite_sequence WHERE name = 'message'"
    ).fetchone()[0]
    return found or 0
