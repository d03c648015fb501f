"""Cases of rows that real files have and published fixtures do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Reply
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_NOBODY = "00000000-0000-4000-8000-000000000000"


@case("odd-dangling-tapback", "a tapback whose target is not in the file", "§6")
def _dangling(phone: CasePhone) -> tuple[Draft, Reading]:
    text = "Loved \u201csomething older\u201d"
    draft = phone.direct.receive(text).trait(dangling=f"p:0/{_NOBODY}")
    return draft, {"text": text, "dangling": True}


@case("odd-dangling-reply", "a reply to what is not in the file", "§7")
def _dangling_reply(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("As you said", reply_to=Reply(guid=_NOBODY, length=9))
    return draft, {"text": "As you said", "dangling": True}


@case("odd-no-chat", "a message that is in no chat", "§19")
def _no_chat(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("In no chat").trait(chatless=True)
    return draft, {"text": "In no chat", "chatless": True}


@case("odd-empty-body", "an empty text: an archive without runs", "§2")
def _empty(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.direct.receive(""), {"text": ""}


@case("odd-mark-only", "U+FFFC and no attachment beside it", "§3")
def _mark(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.direct.receive(MARK), {"text": MARK, "attachments": []}


@case("odd-same-moment", "two messages of one nanosecond", "§18")
def _same_moment(phone: CasePhone) -> tuple[Draft, Reading]:
    first = phone.direct.receive("At the same moment (1)")
    draft = phone.direct.receive("At the same moment (2)", at=first.message.date)
    return draft, {"text": "At the same moment (2)"}


@case("odd-late-arrival", "its ROWID is higher than that of a younger one", "§1")
def _late(phone: CasePhone) -> tuple[Draft, Reading]:
    first = phone.direct.receive("Sent on time")
    draft = phone.direct.receive("Sent before", at=first.message.date - SECOND)
    draft.trait(arrived=first.message.date + SECOND)
    return draft, {"text": "Sent before", "arrives_after": "Sent on time"}
