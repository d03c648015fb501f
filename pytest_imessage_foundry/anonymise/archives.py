"""Archives in a column: bodies, property lists, protobufs. What cannot be read is
emptied: its first bytes say what it was, the rest are zeros, its length stays."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from pytest_imessage_foundry.anonymise.bodies_in_place import Bodies
from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.json_texts import JsonTexts
from pytest_imessage_foundry.anonymise.list_layouts import MAGIC, Unreadable
from pytest_imessage_foundry.anonymise.property_lists import PropertyLists
from pytest_imessage_foundry.anonymise.protobufs import (
    DIGITAL_TOUCH,
    HANDWRITING,
    NotProtobuf,
    Protobufs,
)
from pytest_imessage_foundry.anonymise.quotations import NOTHING, Quotation
from pytest_imessage_foundry.anonymise.reserved_addresses import Addresses
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.reading.typedstreams import HEADER, Damaged

_DEEPEST = 8
_REMEMBERED = 2000
# The bytes of a damaged archive can make Python raise each of these.
_SPOILT = (
    Damaged,
    Unreadable,
    LookupError,
    ValueError,
    ArithmeticError,
    RecursionError,
    struct.error,
)


class ArchiveStandIns:
    """Archives of one file.

    Attributes:
        unreadable: how many were emptied as a whole.
    """

    def __init__(self, stand_ins: StandIns, addresses: Addresses, dates: Dates) -> None:
        self._bodies = Bodies(stand_ins, dates, self._nested)
        self._plists = PropertyLists(stand_ins, dates, self._nested)
        self._protobufs = Protobufs(stand_ins, dates)
        self._json = JsonTexts(stand_ins, addresses, dates)
        self._depth = 0
        self._done: dict[bytes, bytes] = {}
        self.unreadable = 0

    @property
    def emptied(self) -> int:
        """How many values inside archives were emptied."""
        return self._bodies.emptied + self._plists.emptied

    def prepare(self, blobs: Iterable[bytes]) -> None:
        """Begin with what can be done for many archives at once."""
        self._bodies.prepare(blobs)

    def replaced(
        self, data: bytes, bundle: str = "", quotation: Quotation = NOTHING
    ) -> bytes:
        """Return an archive with stand-ins, of the same length.

        Parts of the text that `quotation` has keep its stand-ins.
        """
        found = self._done.get(data) if len(data) < 200 else None
        if found is not None:
            return found
        new = self._replaced(data, bundle, quotation)
        if new is None:
            self.unreadable += 1
            new = emptied(data)
        if len(data) < 200 and not bundle and quotation is NOTHING:
            if len(self._done) >= _REMEMBERED:
                self._done.clear()
            self._done[data] = new
        return new

    def _replaced(self, data: bytes, bundle: str, quotation: Quotation) -> bytes | None:
        if bundle in (HANDWRITING, DIGITAL_TOUCH) and not data.startswith(MAGIC):
            try:
                return self._protobufs.replaced(data, bundle)
            except (NotProtobuf, ArithmeticError):
                return None
        self._depth = 0
        return self._nested(data, quotation) if data else data

    def _nested(self, data: bytes, quotation: Quotation) -> bytes | None:
        """Return archived data with stand-ins; None where it is of no known form."""
        if self._depth >= _DEEPEST:
            return None
        self._depth += 1
        try:
            if data.startswith(HEADER):
                return self._bodies.replaced(data, quotation)
            if data.startswith(MAGIC):
                return self._plists.replaced(data, quotation)
            return self._json.replaced(data) if data.startswith(b"{") else None
        except _SPOILT:
            return None
        finally:
            self._depth -= 1


def emptied(data: bytes) -> bytes:
    """Return zeros of the same length, behind what says what it was."""
    magic = next((m for m in (HEADER, MAGIC) if data.startswith(m)), b"")
    return magic + bytes(len(data) - len(magic))
