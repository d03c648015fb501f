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

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal, get_args

from pytest_imessage_foundry.chatdb.live_connection import LiveConnection
from pytest_imessage_foundry.chatdb.live_events import LiveEvents
from pytest_imessage_foundry.chatdb.live_messages import LiveMessages
from pytest_imessage_foundry.chatdb.live_reactions import LiveReactions
from pytest_imessage_foundry.chatdb.live_steps import explained
from pytest_imessage_foundry.chatdb.read_only import check_may
from pytest_imessage_foundry.conversations.authoring.words import unknown

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB

Wal = Literal["open", "checkpointed"]


@contextmanager
def live(db: ChatDB, *, wal: Wal = "open") -> Iterator[Live]:
    """A `Live` on a database, closed at the end; see `ChatDB.live`."""
    if wal not in get_args(Wal):
        raise unknown("wal", wal, get_args(Wal))
    check_may(db, "go on living")
    with explained(db.path):
        connection = LiveConnection(db.path)
    with closing(connection):
        with explained(db.path):
            phone = Live(db, connection, checkpoints=wal == "checkpointed")
        yield phone


class Live(LiveEvents, LiveMessages, LiveReactions):
    """What happens on a phone, a verb each.

    A chat is named by its Conversation, its guid, its identifier, its name, or the
    Persona of a one-to-one chat; a message by its Message (as of any moment) or its
    GUID; a person by a Persona, a name or an address. Times default to a believable
    rhythm that goes on where the history ends; `at` gives one. Threads may share it;
    their steps come one after the other.
    """
