"""pytypedstream on every attributedBody of a file, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typedstream
from typedstream.archiving import GenericArchivedObject
from typedstream.stream import InvalidTypedStreamError

from ..running import UnreadableError
from . import body_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ..lines import Line


def readings(db: Path) -> Iterator[Line]:
    return body_runs.readings(db, _decoded)


def _decoded(bodies: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    return {guid: _body(body) for guid, body in bodies}


def _body(blob: bytes) -> tuple[str, body_runs.Runs]:
    """The text and its (text, attributes) in order; the pieces join to the text."""
    try:
        root = typedstream.unarchive_from_data(blob)
    except (InvalidTypedStreamError, EOFError, ValueError, LookupError) as error:
        raise UnreadableError(f"pytypedstream: {error}") from error
    if not isinstance(root, GenericArchivedObject):
        raise UnreadableError(f"pytypedstream: not an attributed string: {root!r}")
    text = root.contents[0].values[0].value
    units = text.encode("utf-16-le")
    runs: body_runs.Runs = []
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
    return text, runs


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
