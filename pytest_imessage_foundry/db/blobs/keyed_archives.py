"""Binary property lists: plain ones, and NSKeyedArchiver's envelopes.

A keyed archive is a flat table of objects that name each other by UID. What
stands in it is said in a small language: Python's own types, `values`, and
`Obj` for a class of Apple's. Layouts of Foundation's classes are as decoded
from 11 sample payloads (SEMANTICS §10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pytest_imessage_foundry.db.blobs.bplist import UID, dumps
from pytest_imessage_foundry.db.blobs.values import Date, MutableData, Number, Url, Uuid
from pytest_imessage_foundry.models.frozen import dataclass

__all__ = [
    "Inline",
    "MutableDict",
    "MutableList",
    "Obj",
    "binary_plist",
    "keyed",
    "keyed_archive",
]

# A keyed archive holds other archives and raw plists by nature: anything goes.
Node = Any
NULL = UID(0)


@dataclass(frozen=True, slots=True)
class Obj:
    """An object of an Apple class.

    Numbers and truth values of `fields` stand in place, as encodeInteger: and
    encodeBool: leave them; anything else becomes an object of its own. The
    same `Obj` at two places is one object. `bases` end with NSObject.
    """

    name: str
    fields: Mapping[str, Node]
    bases: tuple[str, ...] = ("NSObject",)


@dataclass(frozen=True, slots=True)
class MutableDict:
    """NSMutableDictionary, where a plain mapping is NSDictionary."""

    pairs: Mapping[Any, Node]


@dataclass(frozen=True, slots=True)
class MutableList:
    """NSMutableArray, where a plain sequence is NSArray."""

    items: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Inline:
    """A value that stands in its object's field itself, without a UID."""

    value: bytes | str | float


def binary_plist(mapping: Mapping[str, Any]) -> bytes:
    """Return a binary property list; keys in alphabetical order."""
    return dumps(dict(mapping))


def keyed_archive(
    root: Node, *, key: str = "root", top: Mapping[str, int] | None = None
) -> bytes:
    """Return the NSKeyedArchiver envelope of `root`, named `key` in `$top`.

    `top` holds numbers that stand beside it.
    """
    return dumps(keyed(root, key=key, top=top))


def keyed(
    root: Node, *, key: str = "root", top: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return what the property list of `keyed_archive` says."""
    archiver = _Archiver()
    return {
        "$version": 100_000,
        "$archiver": "NSKeyedArchiver",
        "$top": {key: archiver.refer(root), **(top or {})},
        "$objects": archiver.objects,
    }


class _Archiver:
    """The table of one archive. An object's number comes before its parts',
    its class after them, as Apple's archiver numbers them."""

    def __init__(self) -> None:
        self.objects: list[Any] = ["$null"]
        self._numbers: dict[object, UID] = {}

    def refer(self, node: Node) -> UID:
        """Return the UID of `node`, which is put into the table unless it is there."""
        if node is None:
            return NULL
        identity = _identity(node)
        if (known := self._numbers.get(identity)) is not None:
            return known
        uid = UID(len(self.objects))
        self._numbers[identity] = uid
        self.objects.append(None)
        self.objects[uid.data] = self._encode(node)
        return uid

    def _encode(self, node: Node) -> Any:
        kind = type(node)
        if kind in _SCALARS:
            return node
        if kind is Number:
            return node.value
        name, bases, fields = _layout(node)
        encoded = {key: self._field(value) for key, value in fields.items()}
        return encoded | {"$class": self._class(name, bases)}

    def _field(self, value: Node) -> Any:
        kind = type(value)
        if kind in _IN_PLACE:
            return value
        if kind is Inline:
            return value.value
        if kind is _Uids:
            return [self.refer(item) for item in value.items]
        return self.refer(value)

    def _class(self, name: str, bases: tuple[str, ...]) -> UID:
        identity = ("class", name)
        if identity not in self._numbers:
            self._numbers[identity] = UID(len(self.objects))
            self.objects.append({"$classname": name, "$classes": [name, *bases]})
        return self._numbers[identity]


@dataclass(frozen=True, slots=True)
class _Uids:
    """A field that is an array of UIDs."""

    items: tuple[Node, ...]


_SCALARS = frozenset((str, bytes, int, float, bool))
_IN_PLACE = frozenset((bool, int, float))
_BY_VALUE = frozenset((str, bytes, int, bool, Url, Uuid, Date, MutableData))
_Layout = tuple[str, tuple[str, ...], Mapping[str, Node]]


def _layout(node: Node) -> _Layout:
    """Class, superclasses and fields of what is archived as an object."""
    plain = ("NSObject",)
    match node:
        case Obj():
            return node.name, node.bases, node.fields
        case Url():
            return "NSURL", plain, {"NS.base": None, "NS.relative": node.text}
        case Uuid():
            return "NSUUID", plain, {"NS.uuidbytes": Inline(UUID(node.text).bytes)}
        case Date():
            return "NSDate", plain, {"NS.time": Inline(float(node.seconds))}
        case MutableData():
            bases = ("NSData", *plain)
            return "NSMutableData", bases, {"NS.data": Inline(node.data)}
        case MutableDict():
            return "NSMutableDictionary", ("NSDictionary", *plain), _pairs(node.pairs)
        case MutableList():
            bases = ("NSArray", *plain)
            return "NSMutableArray", bases, {"NS.objects": _Uids(tuple(node.items))}
        case Mapping():
            return "NSDictionary", plain, _pairs(node)
        case Sequence():
            return "NSArray", plain, {"NS.objects": _Uids(tuple(node))}
    raise TypeError(f"a keyed archive cannot hold {type(node).__name__}")


def _pairs(pairs: Mapping[Any, Node]) -> Mapping[str, Node]:
    return {"NS.keys": _Uids(tuple(pairs)), "NS.objects": _Uids(tuple(pairs.values()))}


def _identity(node: Node) -> object:
    """Equal values are one object; containers are, when they are the same one."""
    kind = type(node)
    if kind is Number:
        return _identity(node.value)
    if kind is float:
        return kind, node.hex()
    return (kind, node) if kind in _BY_VALUE else id(node)
