"""Attributed strings (typedstreams), changed in place.

Classes, runs, attributes and all lengths stay. A stream that holds a class or a type
that no list knows is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.kept import kept, literals
from pytest_imessage_foundry.anonymise.quotations import NOTHING, Quotation
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.anonymise.typedstream_forms import (
    DATA,
    DOUBLE,
    FLOAT,
    INTEGER,
    TEXT,
    BodyForms,
    Spot,
    type_before,
)
from pytest_imessage_foundry.reading.attributed_strings import DICTIONARIES, STRINGS
from pytest_imessage_foundry.reading.typedstreams import (
    HEADER,
    Damaged,
    Group,
    Node,
    Stream,
)

_CODES = re.compile(r"[@+*iIqQsSlLcCBdf]{1,4}|\[\d{1,9}c\]")
_FILE_NAME = "__kIMFilenameAttributeName"
_URL_MAP = "__kIMUrlToTransferMapAttributeName"
_DEEPEST = 40
# Where text is followed by its one run and nothing to say of it, in 19 bodies of 20.
_REMEMBERED = 4096
_LONGEST_TAIL = 400
_TEXT = b"\x84\x01+"
# Roles that are no keys of attributes.
_WHOLE, _COUNT = "the whole text", "count"
_DATA = ("NSData", "NSMutableData")
_COUNTED = (*_DATA, "NSArray", "NSMutableArray")


class Bodies:
    """Attributed strings of one file. `nested` replaces data that are archives, and
    returns None for what it does not know."""

    def __init__(
        self,
        stand_ins: StandIns,
        dates: Dates,
        nested: Callable[[bytes, Quotation], bytes | None],
    ) -> None:
        self._of = stand_ins
        self._dates = dates
        self._nested = nested
        self._forms = BodyForms()
        self._plain: set[tuple[bytes, bytes]] = set()
        self.emptied = 0

    def prepare(self, blobs: Iterable[bytes]) -> None:
        """Draw the stand-ins of the bodies' texts at once."""
        found = (_around_text(each) for each in blobs if each.startswith(HEADER))
        self._of.prepare(each[1].decode("utf-8", "replace") for each in found if each)

    def replaced(self, data: bytes, quotation: Quotation = NOTHING) -> bytes:
        """Return a body with stand-ins. A text that is part of `quotation` takes its
        stand-in from there.

        Raises:
            Damaged: it is cut short or spoilt, or holds what no list knows.
        """
        parts = _around_text(data)
        if parts is not None and (parts[0], parts[2]) in self._plain:
            text = parts[1].decode()
            new = quotation.part(text) or self._of.text(text)
            return parts[0] + new.encode() + parts[2]
        spots = self._forms.spots(data)
        edit = _Edit(self._of, self._dates, self._nested, data, quotation)
        out = self._rewritten(data, edit) if spots is None else edit.refilled(spots)
        self.emptied += edit.emptied
        if parts is not None and len(self._plain) < _REMEMBERED:
            head, _, tail = parts
            is_same = out.startswith(head) and out.endswith(tail)
            if is_same and len(tail) < _LONGEST_TAIL:
                self._plain.add((head, tail))
        return out

    def _rewritten(self, data: bytes, edit: _Edit) -> bytes:
        stream = Stream(data)
        stream.position = len(HEADER)
        group = stream.group(0)
        if stream.position != len(data):
            raise Damaged("bytes follow its end")
        for each in stream.strings:
            if each not in kept("classes") and not _CODES.fullmatch(each):
                raise Damaged("it holds an unknown class")
        edit.root(group)
        if edit.is_of_form:
            self._forms.remember(data, edit.spots)
        return bytes(edit.out)


class _Edit:
    """The bytes of one body while they are changed."""

    def __init__(
        self,
        stand_ins: StandIns,
        dates: Dates,
        nested: Callable[[bytes, Quotation], bytes | None],
        data: bytes,
        quotation: Quotation = NOTHING,
    ) -> None:
        self._of = stand_ins
        self._dates = dates
        self._nested = nested
        self.out = bytearray(data)
        self.emptied = 0
        self._quotation = quotation
        self._done: dict[int, str] = {}
        self.spots: list[Spot] = []
        self._noted: set[int] = set()
        # Whether all its keys are the format's own, and all that varies is in `spots`.
        self.is_of_form = True

    def refilled(self, spots: Sequence[Spot]) -> bytes:
        """Change the values of a body whose form is known.

        Raises:
            Damaged: one of them cannot be changed.
        """
        out = self.out
        for spot in spots:
            kind, start, content, end, role = spot
            if role is None:
                continue
            if kind == TEXT:
                raw = bytes(out[content:end])
                if role == _WHOLE:
                    self._quotation = Quotation(*self._put(raw, end, self._whole_text))
                else:
                    self._put(raw, end, partial(self._value, role=role))
            elif kind == DATA:
                self._data(content, bytes(out[content:end]))
            elif kind == INTEGER:
                self._integer(start, end, role)
            else:
                self._real(start, end, role)
        return bytes(out)

    def root(self, group: Group) -> None:
        node = group.values[0] if group.codes == "@" else None
        if not isinstance(node, Node) or not node.groups:
            raise Damaged("its root is no attributed string")
        string = node.groups[0].values[0]
        if isinstance(string, Node) and string.name in STRINGS:
            self._note_text(string, _WHOLE)
            original, new = self._string(string, self._whole_text)
            self._quotation = Quotation(original, new)
        for each in node.groups[1:]:
            if each.codes != "iI":
                self._group(each, "", 0)
                continue
            for start, end in pairwise(each.bounds):  # the length of a run
                self.spots.append(Spot(INTEGER, start, start, end, None))

    def _whole_text(self, text: str) -> str:
        return self._quotation.part(text) or self._of.text(text)

    def _group(self, group: Group, role: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise Damaged("it is nested too deeply")
        for at, (code, value) in enumerate(
            zip(_each(group.codes), group.values, strict=True)
        ):
            start, end = group.bounds[at], group.bounds[at + 1]
            if isinstance(value, Node):
                self._node(value, role, depth)
            elif isinstance(value, bytes) and code == "[":
                self._note_data(start, value)
                self._data(start, value)
            elif isinstance(value, bytes):
                raise Damaged("a text stands outside a string")
            elif code in "df":
                kind = DOUBLE if code == "d" else FLOAT
                self.spots.append(Spot(kind, start, start, end, role))
                self._real(start, end, role)
            elif code in "iIqQsSlL":
                if role != _COUNT:
                    self.spots.append(Spot(INTEGER, start, start, end, role))
                self._integer(start, end, role)

    def _node(self, node: Node, role: str, depth: int) -> None:
        if id(node) in self._done:
            return
        self._done[id(node)] = role
        if node.name in STRINGS:
            self._note_text(node, role)
            self._string(node, partial(self._value, role=role))
        elif node.name in DICTIONARIES:
            self._dictionary(node, role, depth)
        else:
            inner = f"date {role}" if node.name == "NSDate" else role
            for group in node.groups:
                is_count = node.name in _COUNTED and group.codes in ("i", "q")
                if is_count and node.name in _DATA:
                    start, end = group.bounds
                    self.spots.append(Spot(INTEGER, start, start, end, None))
                self._group(group, _COUNT if is_count else inner, depth + 1)

    def _dictionary(self, node: Node, role: str, depth: int) -> None:
        members = [value for group in node.groups[1:] for value in group.values]
        if any(group.codes != "@" for group in node.groups[1:]):
            raise Damaged("a dictionary holds no objects")
        for key, value in zip(members[::2], members[1::2], strict=False):
            name = ""
            if isinstance(key, Node) and key.name in STRINGS:
                name, _ = self._string(key, partial(self._key, role=role))
                is_fixed = name in literals() and id(key) not in self._noted
                self.is_of_form = self.is_of_form and is_fixed
            if isinstance(value, Node):
                self._node(value, name, depth + 1)

    def _key(self, text: str, role: str) -> str:
        return self._of.of_url(text) if role == _URL_MAP else self._of.archived(text)

    def _value(self, text: str, role: str) -> str:
        if role == _FILE_NAME:
            return self._of.name(text)
        new = self._of.archived(text)
        part = None if ":" in text else self._quotation.part(text)
        return new if part is None or new == text else part

    def _string(self, node: Node, stand_in: Callable[[str], str]) -> tuple[str, str]:
        """Change a string once, and return what it was and what it is."""
        if len(node.groups) != 1 or node.groups[0].codes != "+":
            raise Damaged("a string has no text")
        group = node.groups[0]
        raw: bytes = group.values[0]
        if self._done.get(-id(node)) is not None:
            return _decoded(raw), self._done[-id(node)]
        text, new = self._put(raw, group.bounds[1], stand_in)
        self._done[id(node)] = ""
        self._done[-id(node)] = new
        return text, new

    def _put(
        self, raw: bytes, end: int, stand_in: Callable[[str], str]
    ) -> tuple[str, str]:
        """Change a text that ends somewhere, and return what it was and what it is."""
        text = _decoded(raw)
        new = stand_in(text)
        coded = new.encode()
        if len(coded) != len(raw):
            raise Damaged("a stand-in has another length")
        self.out[end - len(raw) : end] = coded
        return text, new

    def _note_text(self, node: Node, role: str) -> None:
        if len(node.groups) == 1 and node.groups[0].codes == "+":
            (raw,), (start, end) = node.groups[0].values, node.groups[0].bounds
            self.spots.append(Spot(TEXT, start, end - len(raw), end, role))
            self._noted.add(id(node))

    def _note_data(self, content: int, raw: bytes) -> None:
        start = type_before(bytes(self.out), content, len(raw))
        if start is None:
            self.is_of_form = False
        else:
            end = content + len(raw)
            self.spots.append(Spot(DATA, start, content, end, ""))

    def _data(self, start: int, raw: bytes) -> None:
        new = self._nested(raw, self._quotation)
        if new is None:
            self.emptied += 1
            new = bytes(len(raw))
        self.out[start : start + len(raw)] = new

    def _integer(self, start: int, end: int, role: str) -> None:
        """A short number tells little; a long one only where its key is known."""
        is_known = role in kept("attributes") and end - start <= 3
        if end - start > 1 and role != "count" and not is_known:
            self.emptied += 1
            self.out[start + 1 : end] = bytes(end - start - 1)

    def _real(self, start: int, end: int, role: str) -> None:
        if end - start < 5:
            return
        code = "<d" if end - start == 9 else "<f"
        if role.startswith("date "):
            (value,) = struct.unpack(code, self.out[start + 1 : end])
            self.out[start + 1 : end] = struct.pack(code, self._dates.moved(value))
        elif role not in kept("attributes"):
            self.emptied += 1
            self.out[start + 1 : end] = bytes(end - start - 1)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Damaged("its text is not UTF-8") from None


def _each(codes: str) -> list[str]:
    return ["["] if codes.startswith("[") else list(codes)


def _around_text(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return what stands before the text of a body, the text, and what follows."""
    at = data.find(_TEXT, len(HEADER), 200)
    if at < 0 or at + 4 > len(data):
        return None
    at += len(_TEXT)
    length, start = data[at], at + 1
    if length == 0x81:
        length, start = int.from_bytes(data[at + 1 : at + 3], "little"), at + 3
    elif length > 0x7F:
        return None
    end = start + length
    return (data[:start], data[start:end], data[end:]) if end < len(data) else None
