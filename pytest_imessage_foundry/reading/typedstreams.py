"""Read the objects of a typedstream strictly. message.attributedBody is one.

Decoding ends whatever the bytes are: every loop is bounded by their length.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any, NamedTuple

HEADER = b"\x04\x0bstreamtyped\x81\xe8\x03"
_I16, _I32, _REAL, _NEW, _NIL, _END = range(0x81, 0x87)
_FIRST_REFERENCE = -110
DEEPEST = 40
_VERSIONS = {
    "NSObject": 0,
    "NSString": 1,
    "NSMutableString": 1,
    "NSAttributedString": 0,
    "NSMutableAttributedString": 0,
    "NSDictionary": 0,
    "NSMutableDictionary": 0,
    "NSValue": 0,
    "NSNumber": 0,
    "NSURL": 0,
    "NSData": 0,
    "NSMutableData": 0,
    "NSDate": 0,
    "NSArray": 0,
    "NSMutableArray": 0,
}
_BYTES = re.compile(r"\[(\d{1,9})c\]")
_REALS = {"f": struct.Struct("<f"), "d": struct.Struct("<d")}
_INTEGERS = frozenset("iIqQsSlL")
_CHARS = frozenset("cCB")


class Damaged(Exception):
    """The bytes are not an attributed string that Messages could have written."""


class Group(NamedTuple):
    """Values and their type codes; `bounds` says where each begins, and the end."""

    codes: str
    values: list[Any]
    bounds: list[int]

    def __repr__(self) -> str:  # a finding shows an object of an unknown class
        return repr((self.codes, self.values))


@dataclass(slots=True)
class Node:
    """An object: its class and its groups of values."""

    name: str
    groups: list[Group] = field(default_factory=list)
    plain: Any = None


class Stream:
    """The bytes, where we are, and the two numbering tables."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.strings: list[str] = []
        self.objects: list[Any] = []

    def take(self, length: int) -> bytes:
        end = self.position + length
        if length < 0 or end > len(self.data):
            raise Damaged(f"it is cut short at byte {len(self.data)}")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def tag(self) -> int:
        if self.position >= len(self.data):
            raise Damaged(f"it is cut short at byte {len(self.data)}")
        return self.data[self.position]

    def integer(self) -> int:
        tag = self.tag()
        self.position += 1
        if tag < 0x80:
            return tag
        if tag == _I16:
            return int.from_bytes(self.take(2), "little", signed=True)
        if tag == _I32:
            return int.from_bytes(self.take(4), "little", signed=True)
        if tag <= 0x91:
            raise Damaged(f"byte {self.position - 1} is {tag:#x}, no integer")
        return tag - 256

    def raw(self) -> bytes:
        """Bytes behind their length, which some writers write without a sign."""
        is_short = self.tag() == _I16
        length = self.integer()
        return self.take(length & 0xFFFF if is_short else length)

    def real(self, code: str) -> float:
        if self.tag() != _REAL:
            return float(self.integer())
        self.position += 1
        layout = _REALS[code]
        return float(layout.unpack(self.take(layout.size))[0])

    def shared(self) -> str:
        if self.tag() != _NEW:
            return str(self.known(self.strings, "string"))
        self.position += 1
        raw = self.raw()
        if not raw or not raw.isascii():
            raise Damaged(f"a type or class at byte {self.position} has no name")
        self.strings.append(raw.decode())
        return self.strings[-1]

    def known(self, table: list[Any], what: str) -> Any:
        number = self.integer() - _FIRST_REFERENCE
        if not 0 <= number < len(table):
            raise Damaged(f"{what} {number} of {len(table)} is referred to")
        return table[number]

    def group(self, depth: int) -> Group:
        """Return the type codes that come next, and their values."""
        codes = self.shared()
        if codes[0] == "[":
            match = _BYTES.fullmatch(codes)
            if match is None:
                raise Damaged(f"type {codes!r} is unknown")
            start = self.position
            return Group(codes, [self.take(int(match[1]))], [start, self.position])
        if codes[0] == "{":
            codes = codes.partition("=")[2].rstrip("}")
        values, bounds = [], [self.position]
        for code in codes:
            values.append(self.value(code, depth))
            bounds.append(self.position)
        return Group(codes, values, bounds)

    def value(self, code: str, depth: int) -> Any:
        if code == "@":
            return self.object(depth + 1)
        if code in _INTEGERS:
            return self.integer()
        if code == "+":
            return self.raw()
        if code in _CHARS:
            return int.from_bytes(self.take(1), "little", signed=code == "c")
        if code in _REALS:
            return self.real(code)
        if code == "*":
            return self.c_string()
        raise Damaged(f"type {code!r} is unknown")

    def c_string(self) -> str | None:
        tag = self.tag()
        if tag == _NIL:
            self.position += 1
            return None
        if tag != _NEW:
            known = self.known(self.objects, "object")
            if not isinstance(known, str):
                raise Damaged("a C string is another object")
            return known
        self.position += 1
        # It has its number before its own characters have theirs.
        number = len(self.objects)
        self.objects.append(None)
        self.objects[number] = self.shared()
        return str(self.objects[number])

    def object(self, depth: int) -> Node | None:
        if depth > DEEPEST:
            raise Damaged("it is nested too deeply")
        tag = self.tag()
        if tag == _NIL:
            self.position += 1
            return None
        if tag != _NEW:
            known = self.known(self.objects, "object")
            if not isinstance(known, Node):
                raise Damaged("an object is referred to that is none")
            return known
        self.position += 1
        node = Node("")
        self.objects.append(node)
        node.name = self.class_name(depth)
        while self.tag() != _END:
            node.groups.append(self.group(depth))
        self.position += 1
        return node

    def class_name(self, depth: int) -> str:
        """Return the name of the class that comes next; its ancestors are read past."""
        tag = self.tag()
        if tag == _NIL:
            self.position += 1
            return ""
        if tag != _NEW:
            known = self.known(self.objects, "class")
            if not isinstance(known, _Class):
                raise Damaged("a class is referred to that is none")
            return known.name
        self.position += 1
        own = _Class(self.shared())
        self.objects.append(own)
        version = self.integer()
        if version != _VERSIONS.get(own.name, version):
            raise Damaged(f"class {own.name} has version {version}")
        if depth > DEEPEST:
            raise Damaged("it is nested too deeply")
        self.class_name(depth + 1)
        return own.name


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
