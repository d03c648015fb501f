"""Read attributed strings (message.attributedBody) strictly.

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
_DEEPEST = 40

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
STRINGS = ("NSString", "NSMutableString")
DICTIONARIES = ("NSDictionary", "NSMutableDictionary")
_PAIRS = {
    "NSAttributedString": "NSString",
    "NSMutableAttributedString": "NSMutableString",
}
_BYTES = re.compile(r"\[(\d{1,9})c\]")
_REALS = {"f": struct.Struct("<f"), "d": struct.Struct("<d")}
_INTEGERS = frozenset("iIqQsSlL")
_CHARS = frozenset("cCB")


class Damaged(Exception):
    """The bytes are not an attributed string that Messages could have written."""


Attributes = dict[str, Any]


class Body(NamedTuple):
    """An attributed string: its text in UTF-8 and its runs in UTF-16 units.

    A value of an attribute is a str, int, float, bytes, list or dict, or a
    `Node` of a class that is none of these.
    """

    raw: bytes
    runs: tuple[tuple[int, Attributes], ...]

    @property
    def text(self) -> str:
        return self.raw.decode()

    @property
    def units(self) -> int:
        return utf16_units(self.raw)


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


def utf16_units(raw: bytes) -> int:
    """Length in UTF-16 code units of a text that is given in UTF-8."""
    if raw.isascii():
        return len(raw)
    return len(raw.decode().encode("utf-16-le")) >> 1


def decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Damaged(f"its text is not UTF-8 at byte {error.start}") from None


def parsed(data: bytes) -> Body:
    """Return the attributed string in `data`.

    Raises:
        Damaged: it is cut short, spoilt, or something else.
    """
    return body_of(tree(data))


def tree(data: bytes) -> Node:
    """Return the object of an attributed string in `data`, as it stands there.

    Raises:
        Damaged: it is cut short, spoilt, or something else.
    """
    stream = Stream(data)
    if not data.startswith(HEADER):
        raise Damaged("it does not begin as a typedstream")
    stream.position = len(HEADER)
    codes, values, _ = stream.group(0)
    root = values[0] if values else None
    if codes != "@" or not isinstance(root, Node) or root.name not in _PAIRS:
        raise Damaged("its root is no attributed string")
    if stream.position != len(data):
        raise Damaged(f"{len(data) - stream.position} bytes follow its end")
    return root


def body_of(root: Node) -> Body:
    """Return what the object of an attributed string says.

    Raises:
        Damaged: Messages could not have written it.
    """
    if not root.groups or root.groups[0][0] != "@":
        raise Damaged("it has no string")
    string = root.groups[0][1][0]
    wanted = _PAIRS[root.name]
    if not isinstance(string, Node) or string.name != wanted:
        name = string.name if isinstance(string, Node) else "no object"
        raise Damaged(f"its root is {root.name}, its string {name} (not {wanted})")
    raw = _raw_string(string)
    runs: list[tuple[int, Attributes]] = []
    known: list[Attributes] = []
    groups = iter(root.groups[1:])
    for codes, values, _ in groups:
        if codes != "iI":
            raise Damaged(f"a run begins with type {codes!r}")
        number, length = values
        if number == len(known) + 1:
            known.append(_attributes(next(groups, None)))
        elif not 1 <= number <= len(known):
            raise Damaged(f"a run names dictionary {number} of {len(known)}")
        runs.append((length, known[number - 1]))
    return Body(raw, tuple(runs))


def _raw_string(node: Node) -> bytes:
    if len(node.groups) != 1 or node.groups[0][0] != "+":
        raise Damaged(f"a {node.name} has no text")
    raw: bytes = node.groups[0][1][0]
    decoded(raw)
    return raw


def _attributes(group: Group | None) -> Attributes:
    node = group[1][0] if group is not None and group[0] == "@" else None
    if not isinstance(node, Node) or node.name not in DICTIONARIES:
        raise Damaged("a run has no dictionary")
    return _dictionary(node, 0)


def _dictionary(node: Node, depth: int) -> dict[str, Any]:
    values = _members(node, 2)
    pairs: dict[str, Any] = {}
    for key, value in zip(values[::2], values[1::2], strict=True):
        if not isinstance(key, Node) or key.name not in STRINGS:
            raise Damaged("a key of a dictionary is no string")
        pairs[_raw_string(key).decode()] = _plain(value, depth + 1)
    return pairs


def _members(node: Node, each: int) -> list[Any]:
    """Return the objects in a collection, after its count."""
    if not node.groups or node.groups[0][0] != "i":
        raise Damaged(f"a {node.name} has no count")
    count = node.groups[0][1][0]
    members = [value for group in node.groups[1:] for value in group.values]
    if len(members) != count * each or any(g[0] != "@" for g in node.groups[1:]):
        raise Damaged(f"a {node.name} of {count} has {len(members)} values")
    return members


def _plain(value: Any, depth: int) -> Any:
    """Return the Python value of an object of a simple class, else the object."""
    if not isinstance(value, Node):
        return value
    if depth > _DEEPEST:
        raise Damaged("it is nested too deeply")
    # Objects are shared, so each is made plain once.
    if value.plain is None:
        value.plain = _made_plain(value, depth)
    return value.plain


def _made_plain(node: Node, depth: int) -> Any:
    name = node.name
    if name in STRINGS:
        return _raw_string(node).decode()
    if name in DICTIONARIES:
        return _dictionary(node, depth)
    if name in ("NSArray", "NSMutableArray"):
        return [_plain(each, depth + 1) for each in _members(node, 1)]
    if name in ("NSNumber", "NSDate", "NSURL", "NSData", "NSMutableData"):
        if not all(group.values for group in node.groups) or not node.groups:
            raise Damaged(f"a {name} has no value")
        return _scalar(node, depth)
    return node


def _scalar(node: Node, depth: int) -> Any:
    codes, values, _ = node.groups[-1]
    value = values[-1]
    if node.name == "NSNumber":
        if len(node.groups) != 2 or node.groups[0][:2] != ("*", [codes]):
            raise Damaged(f"an NSNumber has type {node.groups[0][1]}, value {codes!r}")
        return value
    if node.name == "NSURL":
        return _plain(value, depth + 1)
    if node.name == "NSDate":
        return value
    length = node.groups[0][1][0]
    if not isinstance(value, bytes) or length != len(value):
        raise Damaged(f"an {node.name} of {length!r} bytes has others")
    return value


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
        if depth > _DEEPEST:
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
        if depth > _DEEPEST:
            raise Damaged("it is nested too deeply")
        self.class_name(depth + 1)
        return own.name


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
