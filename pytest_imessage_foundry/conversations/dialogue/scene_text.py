"""Parse the texts of scenes: marks, slots and choices. `scenes` explains them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

from pytest_imessage_foundry.conversations.casing import upper
from pytest_imessage_foundry.models import EventKind, SendEffect, TapbackKind

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.dialogue.scenes import Language

EFFECTS = get_args(SendEffect)
EVENTS = get_args(EventKind)
TAPBACKS = get_args(TapbackKind)
_TOKEN = re.compile(r"(\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>)")
_MARK = re.compile(r"([@!%])([a-z][a-z-]*)(?: |$)")
_SENTENCE_ENDS = (". ", "? ", "! ")
_NOT_SLUG = re.compile(r"[^a-z0-9./-]+")


class Slot(NamedTuple):
    """A place in a text for a slot's value, or for one column of it."""

    name: str
    column: int
    starts: bool = False


Piece = str | Slot | list["Pieces"]
Pieces = str | tuple[Piece, ...]


class SceneLine(NamedTuple):
    """One alternative of a beat, parsed."""

    bubbles: tuple[Pieces, ...]
    is_plain: bool = False
    attachment: str | None = None
    effect: SendEffect | None = None
    event: EventKind | None = None
    who: str | None = None
    title: Pieces | None = None


def parse(text: str, language: Language) -> Pieces:
    """Return a template as literal text, slots and choices."""
    if "{" not in text and "[" not in text and "<" not in text:
        return text
    pieces: list[Piece] = []
    for odd, token in enumerate(_TOKEN.split(text)):
        if not token:
            continue
        if not odd % 2:
            pieces.append(token)
            continue
        piece = _piece(token, language)
        before = pieces[-1] if pieces else ""
        if isinstance(before, str) and before.endswith(_SENTENCE_ENDS):
            piece = _starting(piece, language.code)
        if isinstance(piece, list) and "" in piece:
            # An empty choice must not leave a second space.
            if not pieces:
                piece = [_spaced(each, after=" ") for each in piece]
            elif isinstance(before, str) and before.endswith(" "):
                pieces[-1] = before[:-1]
                piece = [_spaced(each, before=" ") for each in piece]
        pieces.append(piece)
    if len(pieces) > 1 and isinstance(pieces[1], str):
        first = pieces[0]
        if isinstance(first, list) and "" in first:
            pieces[1] = pieces[1].removeprefix(" ")
    return tuple(pieces)


def _starting(piece: Piece, code: str) -> Piece:
    """Return the piece with a capital letter, for the start of a sentence."""
    if isinstance(piece, str):
        return upper(piece[:1], code) + piece[1:]
    if isinstance(piece, Slot):
        return piece._replace(starts=True)
    return [
        upper(each[:1], code) + each[1:]
        if isinstance(each, str)
        else (_starting(each[0], code), *each[1:])
        for each in piece
    ]


def _spaced(choice: Pieces, *, before: str = "", after: str = "") -> Pieces:
    if isinstance(choice, str):
        return choice and before + choice + after
    return tuple(each for each in (before, *choice, after) if each)


def slug(text: str) -> str:
    """Return a URL from a host and path that may have filled slots."""
    return "https://" + _NOT_SLUG.sub("-", text.lower()).strip("-")


def _piece(token: str, language: Language) -> Piece:
    body = token[1:-1]
    if token[0] == "[":
        return [parse(each, language) for each in body.split("|")]
    if token[0] == "<":
        return language.phrase(body)
    name, _, column = body.partition(".")
    return Slot(name, int(column or 0))


def marked(text: str) -> tuple[str, str, str]:
    """Return the mark at the start of an alternative, its name, and the other text."""
    match = _MARK.match(text)
    return (match[1], match[2], text[match.end() :]) if match else ("", "", text)


def line_of(text: str, language: Language) -> SceneLine:
    """Return an alternative of a beat, parsed."""
    mark, name, rest = marked(text)
    if mark == "@" and name == "link":
        url, _, title = rest.partition(" | ")
        return SceneLine((parse(url, language),), title=parse(title, language))
    bubbles = tuple(parse(each, language) for each in rest.split(" // "))
    if mark == "%":
        if name == "renamed":
            return SceneLine(bubbles, event="renamed")
        return SceneLine(("",), event=cast("EventKind", name), who=rest or None)
    if mark == "!":
        return SceneLine(bubbles, effect=cast("SendEffect", name))
    if mark == "@":
        return SceneLine(bubbles, attachment=name)
    return SceneLine(bubbles, is_plain=True)
