"""The truth of a live phone, and the names that its verbs take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.draft import Draft
from pytest_imessage_foundry.conversations.authoring.resumed import (
    ResumedPhone,
    Where,
    is_meant,
)
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import Conversation


class LiveTruth:
    """The truth of a phone, in which verbs find chats, messages and people."""

    def __init__(self, db: ChatDB, written: int, newest: int) -> None:
        self._db = db
        self._truth = list(db.known_conversations)
        self._phone = ResumedPhone(
            db.schema,
            db.known_conversations,
            people=db.personas,
            owner=db.owner,
            seed=db.seed,
            written=written,
            newest=newest,
        )
        self._found = {
            draft.message.guid: (chat, draft)
            for chat in self._phone.chats
            for draft in chat.drafts
        }

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """The truth as it is now; that of the ChatDB is the same."""
        return tuple(self._truth)

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
