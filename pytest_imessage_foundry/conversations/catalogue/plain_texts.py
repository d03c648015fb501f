"""Cases of plain text: its storage, lengths and characters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.errors import counted

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

_STORED: dict[str, tuple[str, dict[str, Any]]] = {
    "text-received": ("a text, as most rows were stored once", {}),
    "text-archive-only": (
        "text NULL beside a full attributedBody",
        {"storage": "archive"},
    ),
    "text-column-only": ("an old row without attributedBody", {"storage": "text"}),
    "text-immutable": ("the archive is an NSAttributedString", {"immutable": True}),
    "text-immutable-archive-only": (
        "an NSAttributedString and no text",
        {"immutable": True, "storage": "archive"},
    ),
    "text-writing-direction": (
        "a second attribute beside the part number",
        {"writing_direction": True},
    ),
}
# Length prefixes change at 128 and at 32,768 UTF-8 bytes; some readers fail at others.
_LENGTHS = (1, 31, 32, 126, 127, 128, 255, 256, 8_192, 32_767, 32_768, 70_000)
# Readers that search the archive for the text fail at lengths of their own.
_LONG_ARCHIVES = (8_192, 32_768)
# Readers that guess where the text begins fail at what looks like its length, or not
# like a text.
_ARCHIVE_ALONE = {
    "text-one-character": ("a single character", "k"),
    "text-one-emoji": ("a single emoji", "👍"),
    "text-dots": ("three dots", "..."),
    # The byte before the text is its length: here a plus sign, 43.
    "text-digit-first": (
        "a digit first",
        "8:30? two sisters and the bags they brought",
    ),
    "text-quote-first": ("a quotation mark first", '"Yes" was all she wrote'),
}
_MADE_OF = {
    "text-emoji": "Off to the beach 🏖️ see you 👋🏽",
    "text-emoji-family": "👨‍👩‍👧‍👦 are here",
    "text-emoji-only": "🎉🎉🎉",
    "text-emoji-flag": "Team 🇯🇵 wins",
    "text-umlauts": "Grüße aus Köln, schöne Straße",
    "text-japanese": "今夜は八時に駅で会いましょう",
    "text-right-to-left": "شكرا جزيلا، نلتقي غدا",
    "text-mixed-direction": "The word שלום means peace",
    "text-newlines": "one\ntwo\n\nfour",
    "text-carriage-return": "one\r\ntwo",
    "text-lone-newline": "\n",
    "text-tab-and-spaces": "\tindented,  two spaces ",
    "text-quotes": 'He said "it\'s 50% off" & left; DROP TABLE message; --',
    "text-markup": "<b>bold?</b> <script>alert(1)</script> &amp;",
    "text-combining": "Zalgo e\u0301 and n\u0303",
}


def _received(phone: CasePhone, text: str, **fields: Any) -> tuple[Draft, Reading]:
    return phone.direct.receive(text, **fields), {"text": text}


for _name, (_what, _facts) in _STORED.items():
    _text = f"Stored another way: {_name}"
    case(_name, _what, "§2")(partial(_received, text=_text, **_facts))
for _length in _LENGTHS:
    case(f"text-{_length}-bytes", f"a text of {counted(_length, 'byte')}", "§2")(
        partial(_received, text=("length " * (_length // 7 + 1))[:_length])
    )
for _length in _LONG_ARCHIVES:
    case(
        f"text-{_length}-bytes-archive-only",
        f"a text of {counted(_length, 'byte')} that only the archive holds",
        "§2",
    )(partial(_received, text=("length " * _length)[:_length], storage="archive"))
# The last byte of this emoji is 0x86, which also ends objects in an archive.
case("text-emoji-archive-only", "an emoji that only the archive holds", "§2")(
    partial(_received, text="So funny 😆 really", storage="archive")
)
for _name, (_what, _text) in _ARCHIVE_ALONE.items():
    case(f"{_name}-archive-only", f"{_what}, that only the archive holds", "§2")(
        partial(_received, text=_text, storage="archive")
    )
for _name, _text in _MADE_OF.items():
    _what = f"{_name.removeprefix('text-').replace('-', ' ')} in a text"
    case(_name, _what, "§2")(partial(_received, text=_text))


@case("text-sent", "a text of the owner's, delivered and read", "§1")
def _sent(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Mine, delivered and read")
    return draft, {"text": "Mine, delivered and read", "is_read": True}


@case("text-sent-archive-only", "an own text that only the archive holds", "§2")
def _sent_archive(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Mine, in the archive alone", storage="archive")
    return draft, {"text": "Mine, in the archive alone"}


@case("text-128-bytes-non-bmp", "128 bytes in 64 UTF-16 units", "§2")
def _bytes_and_units(phone: CasePhone) -> tuple[Draft, Reading]:
    return _received(phone, "🙂" * 32)


@case("subject", "a subject line above the text", "§1")
def _subject(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("See the attached plan", subject="Saturday")
    return draft, {"text": "See the attached plan", "subject": "Saturday"}


@case("group-text", "a text received in a group", "§12")
def _in_group(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.group.receive("Hi all", sender=phone.sam), {"text": "Hi all"}


@case("group-text-sent", "an own text in a group: handle_id is 0", "§1")
def _own_in_group(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.group.send("Hello from me"), {"text": "Hello from me"}
