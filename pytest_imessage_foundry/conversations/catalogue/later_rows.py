"""Cases of files that are not there yet, and of second rows of a message."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Link
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import FileState

    Told = tuple[Draft, Reading]

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_TEXT = "See you at eight"
_QUOTED = f"\u201c{_TEXT}\u201d"
_IN_FRENCH = f"«\xa0{_TEXT}\xa0»"
_IN_GERMAN = f"„{_TEXT}\u201c"


def _not_there(phone: CasePhone, state: FileState, **fields: Any) -> Told:
    file = phone.author.file("photo", state=state, **fields)
    draft = phone.direct.receive(file)
    return draft, {
        "text": MARK,
        "attachments": [file.name],
        "missing": True,
        "transfer_state": 0 if state == "waiting" else 5,
        "path": fields.get("device_path", "~"),
    }


case("file-offloaded", "a path without a file, to be loaded again", "§26.10")(
    partial(_not_there, state="waiting", total_bytes=1 << 20)
)
case("file-of-other-device", "the path that another device had", "§26.10")(
    partial(
        _not_there,
        state="missing",
        device_path="/var/mobile/Library/SMS/Attachments/0a/10/IMG_0001.jpeg",
    )
)


@case("file-live-photo", "a film's row, and a bundle beside it", "§26.10")
def _live_photo(phone: CasePhone) -> Told:
    file = phone.author.file("live-photo")
    draft = phone.direct.receive(file)
    stem = file.name.removesuffix(".MOV")
    return draft, {
        "text": MARK,
        "attachments": [file.name],
        "mime_type": "video/quicktime",
        "missing": False,
        "beside": [f"{stem}.HEIC", file.name, "metadata.plist"],
    }


@case("file-folder", "a folder, as Macs send it", "§26.10")
def _folder(phone: CasePhone) -> Told:
    file = phone.author.file("folder")
    draft = phone.direct.receive("All of it:", file)
    return draft, {
        "text": f"All of it:{MARK}",
        "attachments": [file.name],
        "mime_type": None,
        "missing": False,
        "inside": ["Note.txt"],
    }


@case("file-awaited", "its message is there, its row not yet", "§26.11")
def _awaited(phone: CasePhone) -> Told:
    draft = phone.direct.receive("Look:", phone.author.file("photo")).awaits_files()
    return draft, {"text": f"Look:{MARK}", "attachments": [], "awaited": 1}


@case("link-second-row", "a link's preview in a row of its own", "§26.13")
def _second_row(phone: CasePhone) -> Told:
    url = "https://example.com/soup"
    text = phone.direct.receive(f"This one: {url}")
    draft = phone.direct.receive(
        url,
        balloon=Link(url=url, title="The best lentil soup"),
        at=text.message.date + 6 * SECOND // 5,
    )
    return draft, {
        "link": url,
        "title": "The best lentil soup",
        "follows": f"This one: {url}",
    }


def _in_text(phone: CasePhone, name: str, text: str, **how: Any) -> Told:
    draft = phone.sms.send(_TEXT).react_in_text(name, **how)
    return draft, {"text": text, "service": "SMS", "reaction": None, "tapbacks": []}


def _enter(name: str, kind: str, text: str, **how: Any) -> None:
    case(f"text-reaction-{name}", f"a reaction as a text: {name}", "§26.14")(
        partial(_in_text, name=kind, text=text, **how)
    )


_enter("loved", "loved", f"Loved {_QUOTED}")
_enter("liked", "liked", f"Liked {_QUOTED}")
_enter("disliked", "disliked", f"Disliked {_QUOTED}")
_enter("laughed", "laughed", f"Laughed at {_QUOTED}")
_enter("emphasized", "emphasized", f"Emphasized {_QUOTED}")
_enter("questioned", "questioned", f"Questioned {_QUOTED}")
_enter("emoji", "🎉", f"Reacted 🎉 to {_QUOTED}")
_enter("removed", "loved", f"Removed a heart from {_QUOTED}", removed=True)

# Language, the reaction in English, and its text there.
_ELSEWHERE = (
    ("de", "loved", f"{_IN_GERMAN} ein Herz hinzugefügt"),
    ("de", "liked", f"Gefällt: {_IN_GERMAN}"),
    ("de", "👀", f"Hat mit 👀 auf {_IN_GERMAN} reagiert"),
    ("es", "laughed", f"Le hace gracia {_QUOTED}"),
    ("es-419", "laughed", f"Le dio risa {_QUOTED}"),
    ("es-419", "emphasized", f"Exclamó por {_QUOTED}"),
    ("fr", "loved", f"A ajouté un «\xa0J\u2019adore\xa0» à {_IN_FRENCH}."),
    ("fr-CA", "loved", f"a attribué la mention «\xa0Adore\xa0» à {_IN_FRENCH}"),
    ("fr-short", "loved", f"A adoré {_IN_FRENCH}"),
    ("it", "loved", f"Ha aggiunto un cuoricino a {_QUOTED}"),
    ("it", "questioned", f"Ha aggiunto il punto interrogativo a {_QUOTED}"),
    ("ja", "liked", f"{_QUOTED}に「いいね」と応答"),
    (
        "ja",
        "👀",
        f"\u201c\u200a{_TEXT}\u200a\u201dに\u200a👀\u200aでリアクションしました",
    ),
    ("nl", "disliked", f"Vond '{_TEXT}' niet leuk"),
    ("pt", "liked", f"Curtiu {_QUOTED}"),
)
_TAKEN_BACK = (
    ("de", "loved", f"Herz von {_IN_GERMAN} entfernt"),
    ("es", "disliked", f"Ya no le disgusta {_QUOTED}"),
    ("es-419", "👀", f"Eliminó 👀 de {_QUOTED}"),
    ("fr", "liked", f"A retiré son «\xa0J\u2019aime\xa0» de {_IN_FRENCH}."),
    ("it", "laughed", f"Non trova più divertente {_QUOTED}"),
    ("ja", "emphasized", f"{_QUOTED}から「!!」を削除"),
    ("nl", "liked", f"Verwijderde een duim omhoog van '{_TEXT}'"),
    ("pt", "questioned", f"Removeu um ponto de interrogação de {_QUOTED}"),
)
for _tag, _kind, _said in _ELSEWHERE:
    _word = _kind if _kind.isascii() else "emoji"
    _enter(f"{_tag.lower()}-{_word}", _kind, _said, language=_tag)
for _tag, _kind, _said in _TAKEN_BACK:
    _word = _kind if _kind.isascii() else "emoji"
    _enter(f"{_tag.lower()}-{_word}-removed", _kind, _said, language=_tag, removed=True)


@case("text-reaction-image", "a reaction as a text, to a picture", "§26.14")
def _of_image(phone: CasePhone) -> Told:
    draft = phone.sms.send(phone.author.file("photo")).react_in_text("loved")
    return draft, {"text": "Loved an image", "service": "SMS", "reaction": None}


@case("text-reaction-rcs", "a reaction as a text over RCS", "§26.14", feature="rcs")
def _over_rcs(phone: CasePhone) -> Told:
    draft = phone.rcs.send("On my way").react_in_text("liked")
    return draft, {"text": "Liked \u201cOn my way\u201d", "service": "RCS"}
