"""The streams that NSArchiver writes, object by object.

The format is described in TYPEDSTREAM.md and was checked against archives of macOS
12 to 27; where that left a choice, the comment says whose count decided. What
messages keep in it is in `bodies`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_imessage_foundry.db.blobs.values import Code, Date, MutableData, Number, Url

__all__ = ["StreamWriter", "Value", "array_code", "frozen", "integer", "packed", "real"]

Value = (
    str
    | int
    | float
    | bytes
    | Number
    | Url
    | Date
    | MutableData
    | Sequence["Value"]
    | Mapping[str, "Value"]
)

HEADER = b"\x04\x0bstreamtyped\x81\xe8\x03"
INT16, INT32, REAL, NEW, NIL, END = (bytes([tag]) for tag in range(0x81, 0x87))
FIRST_REFERENCE = -110
_SHORT = {number: struct.pack("<b", number) for number in range(FIRST_REFERENCE, 128)}

# Class → version and superclass, as every archive seen states them.
CLASSES: dict[str, tuple[int, str | None]] = {
    "NSObject": (0, None),
    "NSString": (1, "NSObject"),
    "NSMutableString": (1, "NSString"),
    "NSAttributedString": (0, "NSObject"),
    "NSMutableAttributedString": (0, "NSAttributedString"),
    "NSDictionary": (0, "NSObject"),
    "NSValue": (0, "NSObject"),
    "NSNumber": (0, "NSValue"),
    "NSURL": (0, "NSObject"),
    "NSData": (0, "NSObject"),
    "NSMutableData": (0, "NSData"),
    "NSDate": (0, "NSObject"),
    "NSArray": (0, "NSObject"),
}


def integer(number: int) -> bytes:
    """Return a typedstream integer: one byte, or a tag and two or four.

    Raises:
        OverflowError: no layout is known for more than 32 bits.
    """
    if (short := _SHORT.get(number)) is not None:
        return short
    if -0x8000 <= number <= 0x7FFF:
        return INT16 + struct.pack("<h", number)
    if -0x80000000 <= number <= 0x7FFFFFFF:
        return INT32 + struct.pack("<i", number)
    raise OverflowError(f"typedstream has no known form for {number}")


def real(number: float, layout: str) -> bytes:
    """Return a float or double; integral values are written as integers."""
    if number.is_integer() and abs(number) <= 0x7FFFFFFF:
        return integer(int(number))
    return REAL + struct.pack(layout, number)


def packed(text: str) -> bytes:
    """Return a text with its length in bytes before it."""
    raw = text.encode()
    return integer(len(raw)) + raw


class StreamWriter:
    """One archive in the making: the bytes and the two numbering tables.

    Strings (type codes and class names) are numbered by content; objects,
    classes and C strings share the second table, in the order of their tags.
    """

    def __init__(self, *, share_keys: bool) -> None:
        self.out = bytearray(HEADER)
        # Where the values stand that differ in archives of one layout.
        self.leaves: list[tuple[int, bytes]] = []
        self._share_keys = share_keys
        self._strings: dict[str, bytes] = {}
        self._objects: dict[object, bytes] = {}
        self._object_count = 0
        # Keys as they are written once `@`, NSString and `+` have their numbers,
        # which is after the text: the same for all archives that begin alike.
        self._keys: dict[str, bytes] = {}

    def copy(self) -> StreamWriter:
        """Another archive that begins as this one does."""
        other = StreamWriter(share_keys=self._share_keys)
        other.out = self.out.copy()
        other._strings = self._strings.copy()
        other._objects = self._objects.copy()
        other._object_count = self._object_count
        other._keys = self._keys
        return other

    def code(self, text: str, *, is_leaf: bool = False) -> None:
        """A shared string: literal the first time, its number ever after."""
        if (reference := self._strings.get(text)) is not None:
            self.out += reference
            return
        self._strings[text] = integer(FIRST_REFERENCE + len(self._strings))
        self.out += NEW
        if is_leaf:
            self.leaf(packed(text))
        else:
            self.out += packed(text)

    def open(self, name: str, key: object = None) -> None:
        """A new object of class `name`, which `key` finds again."""
        self.out += NEW
        self._number(key)
        self._class(name)

    def close(self) -> None:
        self.out += END

    def leaf(self, encoded: bytes) -> None:
        """A value itself, which is another one in the next archive like this."""
        self.leaves.append((len(self.out), encoded))
        self.out += encoded

    def text(self, text: str) -> None:
        self.code("+")
        self.leaf(packed(text))

    def count(self, number: int) -> None:
        self.code("i")
        self.out += integer(number)

    def key(self, name: str) -> None:
        """A dictionary key: `@` and an NSString."""
        known = self._keys.get(name)
        if known is not None:
            self.out += known
            self._object_count += 1
            return
        start = len(self.out)
        self.code("@")
        shared = ("key", name) if self._share_keys else None
        if shared is None or not self._known(shared):
            self.open("NSString", shared)
            self.code("+")
            self.out += packed(name)
            self.close()
        if not self._share_keys:
            self._keys[name] = bytes(self.out[start:])

    def value(self, value: Value) -> None:
        """`@` and an object, or the number of an equal one that stands already.

        Messages shares numbers and URLs that are one object in memory. Equal
        values as one object gives the bytes of most real archives
        (imessage-chatdb: 19,008 of 20,782).
        """
        self.code("@")
        key = frozen(value)
        if not self._known(key):
            self._object(value, key)

    def dictionary(self, pairs: Mapping[str, Value], key: object = None) -> None:
        self.open("NSDictionary", key)
        self.count(len(pairs))
        for name, value in pairs.items():
            self.key(name)
            self.value(value)
        self.close()

    def _object(self, value: Any, key: object) -> None:
        """An object of the class that the type of `value` stands for."""
        kind = type(value)
        if kind is str:
            self._string(value, key)
        elif kind in _NUMERALS:
            self._numeral(_number(value), key)
        elif kind is Url:
            self._url(value, key)
        elif kind is MutableData:
            self._data("NSMutableData", value.data, key)
        elif kind is bytes:
            self._data("NSData", value, key)
        elif kind is Date:
            self._date(value, key)
        elif isinstance(value, Mapping):
            self.dictionary(value, key)
        else:
            self._array(value, key)

    def _string(self, text: str, key: object) -> None:
        self.open("NSString", key)
        self.text(text)
        self.close()

    def _numeral(self, number: Number, key: object) -> None:
        self.open("NSNumber", key)
        self.code("*")
        self._c_string(number.code)
        self.code(number.code)
        self.leaf(_scalar(number))
        self.close()

    def _date(self, date: Date, key: object) -> None:
        self.open("NSDate", key)
        self.code("d")
        self.out += real(float(date.seconds), "<d")
        self.close()

    def _url(self, url: Url, key: object) -> None:
        self.open("NSURL", key)
        self.code("c")
        self.out += b"\0"  # no base URL: 3,921 of 3,921 (imessage-chatdb)
        self.value(url.text)
        self.close()

    def _data(self, name: str, data: bytes, key: object) -> None:
        self.open(name, key)
        self.code("i")
        self.leaf(integer(len(data)))
        self.code(array_code(data), is_leaf=True)
        self.leaf(data)
        self.close()

    def _array(self, items: Sequence[Value], key: object) -> None:
        self.open("NSArray", key)
        self.count(len(items))
        for item in items:
            self.value(item)
        self.close()

    def _c_string(self, text: str) -> None:
        key = ("C string", text)
        if not self._known(key):
            self.out += NEW
            self._number(key)
            self.code(text)

    def _class(self, name: str) -> None:
        if self._known(("class", name)):
            return
        version, parent = CLASSES[name]
        self.out += NEW
        self._number(("class", name))
        self.code(name)
        self.out += integer(version)
        if parent is None:
            self.out += NIL
        else:
            self._class(parent)

    def _number(self, key: object) -> None:
        """Take the next object number; `key` is None for what is not shared."""
        if key is not None:
            self._objects[key] = integer(FIRST_REFERENCE + self._object_count)
        self._object_count += 1

    def _known(self, key: object) -> bool:
        reference = self._objects.get(key)
        if reference is None:
            return False
        self.out += reference
        return True


def _scalar(number: Number) -> bytes:
    if number.code == "c":
        return struct.pack("<b", int(number.value))  # a char has no tag byte
    if number.code in "df":
        return real(float(number.value), f"<{number.code}")
    return integer(int(number.value))


def array_code(data: bytes) -> str:
    """Return the type of so many chars."""
    return f"[{len(data)}c]"


_CODES: dict[type, Code] = {bool: "c", int: "i", float: "d"}
_NUMERALS = frozenset((*_CODES, Number))
_SELF = frozenset((str, bytes, Url, MutableData))


def _number(value: Any) -> Number:
    """Return the NSNumber that Python's number stands for."""
    kind = type(value)
    return value if kind is Number else Number(value, _CODES[kind])


def frozen(value: Any) -> object:
    """A hashable stand-in that is equal where the archived objects are."""
    kind = type(value)
    if kind in _SELF:
        return kind, value
    if kind in _NUMERALS:
        number = _number(value)
        # hex() tells 0.0 from -0.0 and finds NaN again.
        exact = number.value
        return number.code, exact.hex() if type(exact) is float else int(exact)
    if kind is Date:
        return "date", float(value.seconds).hex()
    if isinstance(value, Mapping):
        return "{", frozenset((name, frozen(each)) for name, each in value.items())
    if isinstance(value, Sequence):
        return "[", tuple(frozen(each) for each in value)
    raise TypeError(f"an attribute cannot hold {kind.__name__}")
