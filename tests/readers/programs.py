"""Run each reader that others wrote on a chat.db, and hand on what it understood.

Every function takes the path of a file named chat.db, runs the reader as its users
would, and returns a Reading. A line or field of unknown shape is an UnreadableError,
never skipped; so is a reader that ends with an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import typedstream
from typedstream.archiving import GenericArchivedObject
from typedstream.stream import InvalidTypedStreamError

from .exporter import Export, imessage_exporter_diagnostics, imessage_exporter_txt
from .exporter_html import imessage_exporter_html
from .flat_programs import (
    conversation_analyzer,
    imessage_database,
    imessage_kit,
    mvt,
    parseaple_typedstream,
)
from .install import find
from .json_programs import imbridge, imessage_chatdb, imessage_wrapped
from .running import run, scratch_home
from .seen import UnreadableError
from .text_programs import imessage_reader, imessagedb, parse_smsdb

__all__ = [
    "Attributed",
    "Export",
    "conversation_analyzer",
    "imbridge",
    "imessage_chatdb",
    "imessage_database",
    "imessage_exporter_diagnostics",
    "imessage_exporter_html",
    "imessage_exporter_txt",
    "imessage_kit",
    "imessage_reader",
    "imessage_wrapped",
    "imessagedb",
    "mvt",
    "parse_smsdb",
    "parseaple_typedstream",
    "pytypedstream_decode",
    "pytypedstream_dump",
]


@dataclass(frozen=True)
class Attributed:
    """An attributedBody as pytypedstream decodes it."""

    cls: str
    text: str
    runs: tuple[tuple[str, dict[str, Any]], ...]
    """(text, attributes) in order; the pieces join to the text."""


def pytypedstream_decode(blob: bytes) -> Attributed:
    """In this process: pytypedstream is a dependency of our tests."""
    try:
        root = typedstream.unarchive_from_data(blob)
    except (InvalidTypedStreamError, EOFError, ValueError, LookupError) as error:
        raise UnreadableError(f"pytypedstream: {error}") from error
    if not isinstance(root, GenericArchivedObject):
        raise UnreadableError(f"pytypedstream: not an attributed string: {root!r}")
    text = root.contents[0].values[0].value
    units = text.encode("utf-16-le")
    runs: list[tuple[str, dict[str, Any]]] = []
    known: dict[int, dict[str, Any]] = {}
    at, groups = 0, iter(root.contents[1:])
    for group in groups:
        number, length = group.values
        if number not in known:
            known[number] = _plain(next(groups).values[0])
        piece = units[at : at + 2 * length]
        runs.append((piece.decode("utf-16-le"), known[number]))
        at += 2 * length
    if at != len(units):
        raise UnreadableError(f"pytypedstream: runs cover {at // 2} units of {text!r}")
    return Attributed(root.clazz.name.decode(), text, tuple(runs))


def pytypedstream_dump(blob: bytes) -> str:
    """What its command prints of the same bytes."""
    with scratch_home() as home:
        (home / "blob").write_bytes(blob)
        python = find("pytypedstream", "python")
        out, _ = run(home, python, "-m", "typedstream", "decode", home / "blob")
    return out


def _plain(value: Any) -> Any:
    match type(value).__name__:
        case "NSDictionary" | "NSMutableDictionary":
            return {_plain(key): _plain(each) for key, each in value.contents.items()}
        case "NSArray" | "NSMutableArray":
            return [_plain(each) for each in value.elements]
        case "NSString" | "NSMutableString" | "NSNumber" | "NSURL" | "NSDate":
            return value.value
        case "NSData" | "NSMutableData":
            return value.data
        case _:
            raise UnreadableError(f"pytypedstream: unknown value {value!r}")
