"""Decode NSArchiver's typedstream, the format of message.attributedBody.

A reader of its own, of the classes that Messages writes. Whatever the bytes
are, decoding ends: every loop is bounded by the length of the data.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any

_MAGIC = b"\x04\x0bstreamtyped"
_I16, _I32, _REAL, _NEW, _NIL, _END = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
_REFERENCE_BASE = -110
_DEEPEST = 50
_BYTES_TYPE = re.compile(rb"\[(\d{1,9})c\]")
_STRINGS = frozenset((b"NSString", b"NSMutableString"))
_DICTIONARIES = frozenset((b"NSDictionary", b"NSMutableDictionary"))


class Undecodable(Exception):
    """The bytes are not a typedstream that Messages could have written."""


@dataclass(slots=True)
class Node:
    """An archived object: its class and its values, in order."""

    name: bytes = b""
    values: list[Any] = field(default_factory=list)


def decode(data: bytes) -> Node:
    """The root object of an archive.

    Raises:
        Undecodable: the data is damaged or something else.
    """
    stream = _Stream(data)
    if not data.startswith(_MAGIC):
        raise Undecodable("not a typedstream")
    stream.position = len(_MAGIC)
    stream.integer()
    for value in stream.group(0):
        if isinstance(value, Node):
            return value
    raise Undecodable("the archive holds no object")


def plain(value: Any) -> Any:
    """A Python value for a node of a simple class, else the node itself."""
    if not isinstance(value, Node):
        return value
    values = value.values
    if value.name in _STRINGS or value.name == b"NSDate":
        return values[0] if values else None
    if value.name in (b"NSNumber", b"NSData", b"NSMutableData"):
        return values[-1] if values else None
    if value.name == b"NSURL":
        last = values[-1] if values else None
        return plain(last) if isinstance(last, Node) and last.name in _STRINGS else None
    if value.name in _DICTIONARIES:
        return dictionary(value)
    return value


def dictionary(node: Node) -> dict[str, Any]:
    """A dictionary node by its keys; values are left as they are."""
    pairs = node.values[1:]
    found: dict[str, Any] = {}
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        name = plain(key) if isinstance(key, Node) and key.name in _STRINGS else None
        if isinstance(name, str):
            found[name] = value
    return found


class _Stream:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.strings: list[bytes] = []
        self.objects: list[Any] = []

    def take(self, length: int) -> bytes:
        end = self.position + length
        if length < 0 or end > len(self.data):
            raise Undecodable(f"cut short at byte {len(self.data)}")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def peek(self) -> int:
        if self.position >= len(self.data):
            raise Undecodable(f"cut short at byte {self.position}")
        return self.data[self.position]

    def integer(self) -> int:
        head = self.take(1)[0]
        if head == _I16:
            return int.from_bytes(self.take(2), "little", signed=True)
        if head == _I32:
            return int.from_bytes(self.take(4), "little", signed=True)
        if 0x80 <= head <= 0x91:
            raise Undecodable(f"no integer at byte {self.position - 1}")
        return head - 256 if head > 0x91 else head

    def real(self, code: bytes) -> float:
        if self.peek() != _REAL:
            return float(self.integer())
        self.position += 1
        size = 4 if code == b"f" else 8
        return float(struct.unpack(f"<{code.decode()}", self.take(size))[0])

    def raw(self) -> bytes:
        start = self.position
        length = self.integer()
        if length < 0 and self.data[start] == _I16:
            length &= 0xFFFF
        return self.take(length)

    def shared(self) -> bytes:
        if self.peek() != _NEW:
            return self.known_string()
        self.position += 1
        self.strings.append(self.raw())
        return self.strings[-1]

    def known_string(self) -> bytes:
        number = self.integer() - _REFERENCE_BASE
        if not 0 <= number < len(self.strings):
            raise Undecodable(f"unknown string {number}")
        return self.strings[number]

    def known_object(self) -> Any:
        number = self.integer() - _REFERENCE_BASE
        if not 0 <= number < len(self.objects):
            raise Undecodable(f"unknown object {number}")
        return self.objects[number]

    def group(self, depth: int) -> list[Any]:
        """The values that follow one type string."""
        codes = self.shared()
        whole = _BYTES_TYPE.fullmatch(codes)
        if whole:
            return [self.take(int(whole[1]))]
        return [self.value(bytes((code,)), depth) for code in codes]

    def value(self, code: bytes, depth: int) -> Any:
        if code == b"@":
            return self.object(depth + 1)
        if code in b"cCsSiIlLqQB":
            return self.integer()
        if code in b"fd":
            return self.real(code)
        if code == b"+":
            return self.raw().decode("utf-8", "replace")
        if code == b"*":
            return self.c_string()
        raise Undecodable(f"unknown type {code!r}")

    def c_string(self) -> Any:
        tag = self.peek()
        if tag not in (_NEW, _NIL):
            return self.known_object()
        self.position += 1
        if tag == _NIL:
            return None
        self.objects.append(self.shared())
        return self.objects[-1]

    def object(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise Undecodable("nested too deeply")
        tag = self.peek()
        if tag not in (_NEW, _NIL):
            return self.known_object()
        self.position += 1
        if tag == _NIL:
            return None
        node = Node()
        self.objects.append(node)
        node.name = self.class_name()
        while self.peek() != _END:
            node.values.extend(self.group(depth))
        self.position += 1
        return node

    def class_name(self) -> bytes:
        """The name of the class that follows; its ancestors are read past."""
        first = b""
        while True:
            tag = self.peek()
            if tag not in (_NEW, _NIL):
                known = self.known_object()
                name = known if isinstance(known, bytes) else b""
                return first or name
            self.position += 1
            if tag == _NIL:
                return first
            name = self.shared()
            self.integer()
            self.objects.append(name)
            first = first or name
