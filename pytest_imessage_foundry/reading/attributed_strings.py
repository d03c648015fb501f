"""Read attributed strings (message.attributedBody): the text and its runs."""

from __future__ import annotations

from typing import Any, NamedTuple

from pytest_imessage_foundry.reading.typedstreams import (
    DEEPEST,
    HEADER,
    Damaged,
    Group,
    Node,
    Stream,
)

STRINGS = ("NSString", "NSMutableString")
DICTIONARIES = ("NSDictionary", "NSMutableDictionary")
_PAIRS = {
    "NSAttributedString": "NSString",
    "NSMutableAttributedString": "NSMutableString",
}
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
    if depth > DEEPEST:
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
