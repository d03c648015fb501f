"""Cases of attachments: alone, among texts, missing, and content sent as a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Audio
from pytest_imessage_foundry.models.apple_time import MINUTE

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_KINDS = (
    "photo",
    "heic",
    "screenshot",
    "gif",
    "video",
    "music",
    "pdf",
    "contact",
    "location",
    "zip",
    "text",
)


def _file(phone: CasePhone, kind: str) -> tuple[Draft, Reading]:
    file = phone.author.file(kind)
    return phone.direct.receive(file), {
        "text": MARK,
        "attachments": [file.name],
        "mime_type": file.mime_type,
    }


for _kind in _KINDS:
    case(f"file-{_kind}", f"a {_kind} file", "§5")(partial(_file, kind=_kind))


@case("file-archive-only", "a photo, of which the column text says nothing", "§5")
def _without_column(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.receive(file, storage="archive")
    return draft, {"text": MARK, "attachments": [file.name]}


@case("file-sent", "a photo of the owner's", "§5")
def _sent(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    return phone.direct.send(file), {"text": MARK, "attachments": [file.name]}


@case("parts-photo-then-text", "two bubbles in one row", "§3")
def _photo_text(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("heic")
    draft = phone.direct.send(file, "Look at this")
    return draft, {
        "text": f"{MARK}Look at this",
        "attachments": [file.name],
        "parts": 2,
    }


@case("parts-text-photo-text", "a photo between two texts", "§3")
def _between(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.receive("Before", file, "after")
    return draft, {
        "text": f"Before{MARK}after",
        "attachments": [file.name],
        "parts": 3,
    }


@case("parts-three-photos", "three photos at once", "§3")
def _three(phone: CasePhone) -> tuple[Draft, Reading]:
    files = [phone.author.file("photo") for _ in range(3)]
    draft = phone.direct.receive(*files)
    return draft, {
        "text": MARK * 3,
        "attachments": [file.name for file in files],
        "parts": 3,
    }


@case("file-missing", "the row is there, the file is not", "§5")
def _missing(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo", state="missing")
    return phone.direct.receive(file), {
        "text": MARK,
        "attachments": [file.name],
        "missing": True,
    }


@case("file-not-downloaded", "still in iCloud: filename is NULL", "§5")
def _offloaded(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("video", state="not-downloaded")
    return phone.direct.receive(file), {
        "text": MARK,
        "attachments": [file.name],
        "missing": True,
    }


@case("genmoji", "an emoji made on the spot, in a text", "§3", feature="genmoji")
def _genmoji(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("genmoji", genmoji="a corgi with sunglasses")
    return phone.direct.send(file), {
        "text": MARK,
        "genmoji": "a corgi with sunglasses",
    }


def _voice(
    phone: CasePhone, audio: Audio, *, mine: bool = False
) -> tuple[Draft, Reading]:
    said = "Call me when you are home"
    file = phone.author.file("voice", transcript=said)
    chat = phone.direct
    draft = chat.send(file) if mine else chat.receive(file)
    played = draft.message.date + MINUTE if audio.date_played else 0
    draft.trait(
        audio=Audio(
            date_played=played,
            is_expirable=audio.is_expirable,
            expire_state=audio.expire_state,
        )
    )
    return draft, {
        "text": MARK,
        "attachments": [file.name],
        "transcript": said,
        "is_played": bool(played),
    }


_HEARD = 1
case("audio-unheard", "an audio message nobody has heard", "§11")(
    partial(_voice, audio=Audio())
)
case("audio-heard", "heard, and about to expire", "§11")(
    partial(_voice, audio=Audio(date_played=_HEARD, expire_state=1))
)
case("audio-expired", "heard and expired", "§11")(
    partial(_voice, audio=Audio(date_played=_HEARD, expire_state=2))
)
case("audio-sent", "an audio message of the owner's", "§11")(
    partial(_voice, audio=Audio(), mine=True)
)


@case("audio-kept", "somebody kept an audio message: a row of its own", "§11")
def _kept(phone: CasePhone) -> tuple[Draft, Reading]:
    _voice(phone, Audio(date_played=_HEARD, is_expirable=False))
    draft = phone.direct.event("audio-kept", by=phone.alex)
    return draft, {"text": "", "event": "audio-kept"}
