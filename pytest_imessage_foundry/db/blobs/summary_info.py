"""`message.message_summary_info`: a small plist on almost every row.

Keys and their meaning: SEMANTICS §8. `enc` and `eogcd` were seen, but nobody
knows what they say; they are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.blobs import bodies, payloads
from pytest_imessage_foundry.db.blobs.attributes import text_runs
from pytest_imessage_foundry.db.blobs.keyed_archives import (
    Obj,
    binary_plist,
    keyed_archive,
)
from pytest_imessage_foundry.db.blobs.plist_templates import PlistTemplate
from pytest_imessage_foundry.db.blobs.values import Number
from pytest_imessage_foundry.models import part_length, utf16_length
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import (
        Balloon,
        Edit,
        Message,
        TextPart,
        Translation,
    )

TEXT, APP = 0, 9  # amc: kind of content as BBS reads it (UN: a count)

_ORDINARY = binary_plist({"ust": True})
_WITH_KIND = binary_plist({"amc": TEXT, "ust": True})
_TAPBACK = PlistTemplate(lambda excerpt: {"ams": excerpt, "ust": True})
_UNTAPPED = PlistTemplate(lambda excerpt: {"amc": 1, "ams": excerpt, "ust": True})


def ordinary(*, with_kind: bool = False) -> bytes:
    """Return what most rows hold, in either of the two forms seen."""
    return _WITH_KIND if with_kind else _ORDINARY


def history(message: Message, *, editor: str | None = None) -> bytes:
    """Return what became of the parts: earlier texts, and parts taken back.

    `editor` is the address of who did it, by default the sender's; it is left
    out where the owner's address is not known.
    """
    info: dict[str, Any] = {"amc": TEXT, "ust": True, "otr": _original(message)}
    unsent = [n for n, part in enumerate(message.parts) if part.kind == "unsent"]
    # What was edited and then taken back leaves no history (§8: a row that was
    # taken back wholly has otr and rp alone; parse-smsdb ends at any other).
    edited = sorted({edit.part for edit in message.edits}.difference(unsent))
    if edited:
        info["ec"] = {str(part): _versions(message, part) for part in edited}
        info["ep"] = edited
        if editor or message.sender:
            info["euh"] = [editor or message.sender]
    if unsent:
        info["rp"] = unsent
    if message.traits.translation is not None:
        info["tmp"] = _translation(message.traits.translation)
    return binary_plist(info)


def tapback(excerpt: str) -> bytes:
    """Return a reaction's: what it reacts to, as BP reads it."""
    return _TAPBACK(excerpt)


def removal(excerpt: str) -> bytes:
    """That of a removal whose row took the other's place (§26.23)."""
    return _UNTAPPED(excerpt)


def app(balloon: Balloon) -> bytes:
    """An app message's: the app's bundle and name, and the line shown in lists."""
    info = {"amb": payloads.bundle_id(balloon), "amc": APP, "ust": True}
    name, text = payloads.app_name(balloon), payloads.summary_text(balloon)
    info |= {"amd": name} if name else {}
    return binary_plist(info | ({"ams": text} if text else {}))


def vote() -> bytes:
    """Return a poll vote's, as BBS measured on 26.5.2."""
    return binary_plist(
        {
            "amb": payloads.POLLS,
            "amc": APP,
            "amd": "Polls",
            "ams": "Sent a vote",
            "ust": True,
        }
    )


def translated(translation: Translation) -> bytes:
    """Return a message translation of macOS 26."""
    return binary_plist(
        {"amc": TEXT, "ust": True, "tmp": _translation(translation)},
    )


def _original(message: Message) -> dict[str, dict[str, int]]:
    """`otr`: start and length of each part of the body as it was sent."""
    first = {edit.part: edit.before for edit in reversed(_in_order(message))}
    ranges = {}
    start = 0
    for number, part in enumerate(message.parts):
        if number in first:
            length = utf16_length(first[number].text)
        elif part.kind == "text":
            length = utf16_length(part.text)
        else:
            length = part_length(part) if part.kind == "attachment" else part.length
        ranges[str(number)] = {"lo": start, "le": length}
        start += length
    return ranges


def _versions(message: Message, number: int) -> list[dict[str, Any]]:
    """`ec` of one part: the original with the message's date, then each edit."""
    edits = [edit for edit in _in_order(message) if edit.part == number]
    texts = [edit.before for edit in edits]
    current = message.parts[number]
    if current.kind == "text":
        texts.append(current)
    versions = [_version(texts[0], number, message.date)]
    for text, edit in zip(texts[1:], edits, strict=True):
        version = _version(text, number, edit.date)
        if edit.balloon_guid is not None:
            version["bcg"] = edit.balloon_guid
        versions.append(version)
    return versions


def _version(text: TextPart, number: int, date: int) -> dict[str, Any]:
    if text.runs or number:
        body = bodies.attributed(text_runs(text, number), mutable=False)
    else:
        body = bodies.plain(text.text, mutable=False)
    return {"t": body, "d": date / SECOND}


def _in_order(message: Message) -> list[Edit]:
    return sorted(message.edits, key=lambda edit: edit.date)


def _translation(translation: Translation) -> bytes:
    """`tmp`: part number → translations, each an attributed string with its
    languages (layout: what imessage-exporter 5 unpacks)."""
    text = Obj("NSAttributedString", {"NSString": translation.text, "NSAttributes": {}})
    entry = {
        "translatedText": text,
        "translationLanguage": translation.language,
        "sourceLanguage": "en_US",
    }
    return keyed_archive({Number(0): [entry]})
