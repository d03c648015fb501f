"""Binary property lists, and the keyed archives in them, changed in place.

No object moves and no length changes: strings get stand-ins, dates are moved, numbers
stay where their key is known to tell nothing, and all else is filled with zeros.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Collection

from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.kept import kept, literals
from pytest_imessage_foundry.anonymise.list_forms import ListForms
from pytest_imessage_foundry.anonymise.list_layouts import (
    ASCII,
    DATA,
    DATE,
    INT,
    REAL,
    STRINGS,
    Item,
    Layout,
    Roles,
    Unreadable,
)
from pytest_imessage_foundry.anonymise.quotations import Quotation
from pytest_imessage_foundry.anonymise.stand_ins import StandIns

_SMALL = 100_000
_VERY_SMALL = 1000
_OF_URLS = frozenset(("URL", "NS.relative"))
_LONE = "surrogatepass"  # halves of a pair stay as they are
_PART_NUMBER = re.compile(r"\d{1,3}")


class PropertyLists:
    """Property lists of one file. `nested` replaces data that are archives again, and
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
        self._forms = ListForms()
        self.emptied = 0

    def replaced(self, data: bytes, quotation: Quotation) -> bytes:
        """Return a property list with stand-ins.

        Raises:
            Unreadable: it cannot be read to the last byte.
        """
        known = self._forms.found(data)
        if known is None:
            return self._read_in_full(data, quotation)
        form, values = known
        out = bytearray(data)
        for item, roles in zip(values, form.roles, strict=True):
            self._put(out, data, item, roles, quotation)
        return bytes(out)

    def _read_in_full(self, data: bytes, quotation: Quotation) -> bytes:
        layout = Layout(data)
        roles = Roles(layout)
        out = bytearray(data)
        for start, end in layout.gaps:
            out[start:end] = bytes(end - start)
        for number, item in enumerate(layout.items):
            is_key = number in roles.keys
            self._put(out, data, item, roles.of[number], quotation, is_key=is_key)
        self._remember(layout, roles)
        return bytes(out)

    def _remember(self, layout: Layout, roles: Roles) -> None:
        """Take it as the first of a form, if all its keys stay as they are."""
        if self._forms.is_full:
            return
        own = {n for n in range(len(layout.items)) if layout.text(n) in literals()}
        numbers = {
            n for n in roles.keys if _PART_NUMBER.fullmatch(layout.text(n) or "")
        }
        strings = {n for n in roles.keys if layout.items[n].kind in STRINGS}
        if strings <= own | numbers:
            self._forms.remember(layout, roles, own | numbers)

    def _put(
        self,
        out: bytearray,
        data: bytes,
        item: Item,
        roles: Collection[str],
        quotation: Quotation,
        *,
        is_key: bool = False,
    ) -> None:
        raw = data[item.content : item.end]
        if item.kind in STRINGS:
            code = "ascii" if item.kind == ASCII else "utf-16-be"
            try:
                text = raw.decode(code, "strict" if item.kind == ASCII else _LONE)
            except UnicodeDecodeError:
                raise Unreadable from None
            new = self._string(text, is_key, roles, quotation)
            raw = new.encode(code, _LONE)
        else:
            raw = self._value(item, raw, roles, quotation)
        if len(raw) != item.end - item.content:
            raise Unreadable
        if not item.held:
            out[item.content : item.end] = raw

    def _string(
        self, text: str, is_key: bool, roles: Collection[str], quotation: Quotation
    ) -> str:
        if is_key and _PART_NUMBER.fullmatch(text):
            return text
        new = self._of.archived(text)
        if new == text or not _OF_URLS.isdisjoint(roles):
            return new
        part = quotation.part(text)
        return new if part is None or len(part) != len(text) else part

    def _value(
        self, item: Item, raw: bytes, roles: Collection[str], quotation: Quotation
    ) -> bytes:
        if item.kind == INT:
            return (
                raw
                if _is_harmless(int.from_bytes(raw, "big"), roles)
                else self._no(raw)
            )
        if item.kind in (REAL, DATE):
            return self._real(item.kind, raw, roles)
        if item.kind != DATA:
            return raw
        if len(raw) == 16 and "NS.uuidbytes" in roles:
            return bytes.fromhex(self._of.one_guid(raw.hex()))
        new = self._nested(raw, quotation)
        return self._no(raw) if new is None else new

    def _real(self, kind: int, raw: bytes, roles: Collection[str]) -> bytes:
        code = ">d" if len(raw) == 8 else ">f"
        if kind == DATE or not kept("dates").isdisjoint(roles):
            (value,) = struct.unpack(code, raw)
            return struct.pack(code, self._dates.moved(value))
        return raw if not kept("reals").isdisjoint(roles) else self._no(raw)

    def _no(self, raw: bytes) -> bytes:
        self.emptied += bool(raw.strip(b"\0"))
        return bytes(len(raw))


def _is_harmless(value: int, roles: Collection[str]) -> bool:
    if not kept("rows").isdisjoint(roles) or (value == _SMALL and "$version" in roles):
        return True
    if value < _VERY_SMALL and "NS.keys" in roles:
        return True
    return value < _SMALL and not kept("small_numbers").isdisjoint(roles)
