"""From a row of the original to that of the copy, by the class of each column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap
from typing import Any

from pytest_imessage_foundry.anonymise.archives import ArchiveStandIns, emptied
from pytest_imessage_foundry.anonymise.column_classes import UNKNOWN, class_of
from pytest_imessage_foundry.anonymise.dates import NANOSECONDS, Dates
from pytest_imessage_foundry.anonymise.kept import kept
from pytest_imessage_foundry.anonymise.number_search import LARGE
from pytest_imessage_foundry.anonymise.quotations import Quotation
from pytest_imessage_foundry.anonymise.reserved_addresses import Addresses
from pytest_imessage_foundry.anonymise.secret import Secret
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.anonymise.urls import Urls
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary

Value = Any
Replace = Callable[[Value], Value]
Column = Sequence[Value]
OfColumn = Callable[[Column], Column]

_SMALL = 100_000
_LATEST = 1 << 62  # nanoseconds, which are still far from SQLite's largest integer
_REMEMBERED = 5000  # of each class
# Positions and lengths of a text, and what SQLite counted.
_RANGE = re.compile(r"(?:18446744073709551615|\d{1,5})?(?:[:,;] ?\d{1,5}){0,9}")
_STATISTICS = re.compile(r"\d{1,9}(?: \d{1,8})*")
_COUNTRY = re.compile("[A-Za-z]{2}")
# A class that is listed without anything that replaces it is an error of ours.
_NUMBERS = ("key", "flag", "size", "date", "empty")
_USUAL = frozenset((None, *range(-2, 10_000)))
_NO_DATES = frozenset((None, 0))
_SETTINGS = ("setting_key", "setting_value")


@dataclass
class ColumnCounts:
    """What was done to the values of each column: kept, replaced, moved, emptied."""

    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    def of(self, table: str, column: str) -> Counter[str]:
        """Return the counts of one column."""
        return self.counts.setdefault((table, column), Counter())


class Replacing:
    """All that replaces the values of one file."""

    def __init__(
        self,
        secret: Secret,
        vocabulary: Vocabulary,
        dates: Dates,
        names: frozenset[str] = frozenset(),
    ) -> None:
        """Begin; `names` are those of the file's tables and indexes."""
        self._names = names
        self.stand_ins = StandIns(secret, vocabulary)
        self.addresses = Addresses(self.stand_ins)
        self.stand_ins.of_address = self.addresses.address
        self.stand_ins.of_url = Urls(self.stand_ins, self.addresses, dates).url
        self.archives = ArchiveStandIns(self.stand_ins, self.addresses, dates)
        self.dates = dates
        self.tally = ColumnCounts()
        self._texts = self._by_class()
        self.classes = frozenset((*self._texts, *_NUMBERS, *_SETTINGS))
        self._lately: dict[str, dict[str, str]] = {}

    def _by_class(self) -> dict[str, Callable[[str], str]]:
        """Return what replaces a text, by the class of its column."""
        of = self.stand_ins
        return {
            "text": of.text,
            "name": of.name,
            "guid": of.guid,
            "identifier": self.addresses.identifier,
            "address": self.addresses.address,
            "account": self.addresses.account,
            "token": of.token,
            "path": of.path,
            "emoji": of.drawn,
            "archive": of.text,
            "bundle": of.bundle,
            "service": lambda text: of.one_of(text, "services"),
            "domain": lambda text: of.one_of(text, "domains"),
            "effect": lambda text: of.one_of(text, "effects"),
            "uti": lambda text: of.one_of(text, "utis"),
            "mime": lambda text: of.one_of(text, "mimes"),
            "country": lambda text: (
                text if _COUNTRY.fullmatch(text) else of.drawn(text)
            ),
            "range": lambda text: text if _RANGE.fullmatch(text) else "",
            "statistics": lambda text: text if _STATISTICS.fullmatch(text) else "",
            "table": lambda text: text if text.casefold() in self._names else "",
        }

    def of_table(
        self, table: str, columns: Sequence[str]
    ) -> Callable[[list[Column]], None]:
        """Return what replaces some rows of `table`, given as a list of columns."""
        kinds = [class_of(table, each) for each in columns]
        if set(_SETTINGS) <= set(kinds):
            return self._settings(table, columns)
        places = {name: at for at, name in enumerate(columns)}
        # An archive that is read beside the value of another column.
        beside = {
            places.get(name): (places[other], of_both)
            for name, other, of_both in (
                ("payload_data", "balloon_bundle_id", self._payload),
                ("message_summary_info", "text", self._history),
            )
            if other in places
        }
        steps = [
            (at, self._of_column(kind), self.tally.of(table, column))
            for at, (kind, column) in enumerate(zip(kinds, columns, strict=True))
        ]

        def replace(values: list[Column]) -> None:
            originals = tuple(values)
            for at, of_column, counts in steps:
                old = originals[at]
                if at in beside:
                    other, of_both = beside[at]
                    new: Column = [*map(of_both, old, originals[other])]
                else:
                    new = of_column(old)
                if new is not old:
                    values[at] = new
                    pairs = zip(old, new, strict=True)
                    changed = [pair for pair in pairs if pair[0] is not pair[1]]
                    counts.update(starmap(_what_happened, changed))

        return replace

    def _of_column(self, kind: str) -> OfColumn:
        """Return what replaces the values of a column, which gives the column itself
        where nothing is replaced."""
        of_value = self._of_value(kind)
        if kind == "flag":
            return partial(_of_flags, of_value)
        if kind in LARGE:
            return partial(_of_numbers, of_value, LARGE[kind])
        if kind == "date":
            return partial(_of_dates, of_value, self.dates.shift)
        if kind == "archive":
            return self._of_archives
        if kind == "text":
            return self._of_written_texts
        if kind in self._texts:
            known = self._lately.setdefault(kind, {})
            return partial(_of_texts, of_value, known)
        return partial(_of_each, of_value)

    def _of_written_texts(self, column: Column) -> Column:
        self.stand_ins.prepare(each for each in column if isinstance(each, str))
        return _of_each(self._of_value("text"), column)

    def _of_archives(self, column: Column) -> Column:
        self.archives.prepare(each for each in column if isinstance(each, bytes))
        return _of_each(self._of_value("archive"), column)

    def _payload(self, value: Value, app: Value) -> Value:
        if isinstance(value, bytes) and isinstance(app, str):
            return self.archives.replaced(value, app)
        return value if value is None else self._of_value("archive")(value)

    def _history(self, value: Value, whole: Value) -> Value:
        """Replace a history, which has texts of parts of the message's whole text."""
        is_archive = isinstance(value, bytes) and b"streamtyped" in value
        if is_archive and isinstance(whole, str):
            parts = Quotation(whole, self.stand_ins.text(whole))
            return self.archives.replaced(value, "", parts)
        return value if value is None else self._of_value("archive")(value)

    def _of_value(self, kind: str) -> Replace:
        if kind == "date":
            return self._date
        if kind in LARGE:
            return self.key if kind == "key" else self._size
        if kind == "flag":
            return _flag
        if kind in ("empty", UNKNOWN, *_SETTINGS):
            return _nothing
        text = self._texts[kind]
        return lambda value: self._text(value, text)

    def _date(self, value: Value) -> Value:
        is_number = isinstance(value, int | float)
        return self.dates.moved(value) if is_number else _nothing(value)

    def key(self, value: Value) -> Value:
        """Return a key as it is, if it can be one."""
        return self._whole(value, LARGE["key"])

    def _size(self, value: Value) -> Value:
        return self._whole(value, LARGE["size"])

    def _whole(self, value: Value, limit: int) -> Value:
        if not isinstance(value, int):
            return _nothing(value)
        if -limit < value < limit:
            return value
        least = 10 ** (min(len(str(abs(value))), 18) - 1)
        drawn = least + self.stand_ins.secret.below(9 * least, "number", str(value))
        return drawn if value > 0 else -drawn

    def _text(self, value: Value, stand_in: Callable[[str], str]) -> Value:
        if isinstance(value, bytes):
            return self._archive(value)
        return stand_in(value) if isinstance(value, str) else _nothing(value)

    def _archive(self, value: bytes) -> bytes:
        return self.archives.replaced(value)

    def _settings(
        self, table: str, columns: Sequence[str]
    ) -> Callable[[list[Column]], None]:
        """Settings: known ones stay, with their values in other digits."""
        kinds = [class_of(table, each) for each in columns]
        name, told = (kinds.index(each) for each in _SETTINGS)
        counts = self.tally.of(table, columns[told])
        others = [
            (at, self._of_value(kind), self.tally.of(table, columns[at]))
            for at, kind in enumerate(kinds)
            if kind not in _SETTINGS
        ]

        def replace(row: list[Value]) -> None:
            key, value = row[name], row[told]
            is_known = isinstance(key, str) and key in kept("settings")
            if not is_known and key is not None:
                row[name] = self.stand_ins.token(key) if isinstance(key, str) else ""
            row[told] = self._setting(key, value) if is_known else _nothing(value)
            if row[told] != value:
                counts[_what_happened(value, row[told])] += 1
            for at, of_value, done in others:
                old = row[at]
                if old is not None:
                    row[at] = of_value(old)
                    done[_what_happened(old, row[at])] += 1

        def replace_all(values: list[Column]) -> None:
            rows = [[*row] for row in zip(*values, strict=True)]
            for row in rows:
                replace(row)
            values[:] = zip(*rows, strict=True)

        return replace_all

    def _setting(self, key: str, value: Value) -> Value:
        if key in kept("setting_dates"):
            return self._date(value)
        if key in kept("setting_versions") and re.fullmatch(r"[12]\d{4}", str(value)):
            return value
        if isinstance(value, int):
            return self.key(value)
        if isinstance(value, str) and re.fullmatch(r"\d{1,4}", value):
            return value
        return (
            self.stand_ins.drawn(value) if isinstance(value, str) else _nothing(value)
        )


def _of_each(of_value: Replace, column: Column) -> Column:
    if column.count(None) == len(column):
        return column
    return [each if each is None else of_value(each) for each in column]


def _of_flags(of_value: Replace, column: Column) -> Column:
    # Nearly always all flags are small, and one look is enough.
    return column if _USUAL.issuperset(column) else _of_each(of_value, column)


def _of_numbers(of_value: Replace, limit: int, column: Column) -> Column:
    if {*map(type, column)} == {int} and -limit < min(column) <= max(column) < limit:
        return column
    return _of_each(of_value, column)


def _of_dates(of_value: Replace, shift: int, column: Column) -> Column:
    if _NO_DATES.issuperset(column):
        return column
    moved: list[Value] = []
    for each in column:
        if shift and type(each) is int and NANOSECONDS <= each < _LATEST:
            moved.append(each + shift)
        else:
            moved.append(each if each is None else of_value(each))
    return moved


def _of_texts(of_value: Replace, known: dict[str, str], column: Column) -> Column:
    """Replace texts, of which those that came lately are known."""
    if column.count(None) == len(column):
        return column
    if len(known) >= _REMEMBERED:
        known.clear()
    for each in dict.fromkeys(column):
        if type(each) is str and each not in known:
            known[each] = of_value(each)
    return [
        known[each] if type(each) is str else each if each is None else of_value(each)
        for each in column
    ]


def _flag(value: Value) -> Value:
    """Return a flag as it is, if it is small enough to tell nothing."""
    is_small = isinstance(value, int) and -_SMALL < value < _SMALL
    return value if is_small else _nothing(value)


def _nothing(value: Value) -> Value:
    """Return an empty value of the same type."""
    if isinstance(value, str):
        return ""
    if isinstance(value, bytes):
        return emptied(value)
    return 0 if isinstance(value, int) else value and 0.0


def _what_happened(old: Value, new: Value) -> str:
    if new == old:
        return "kept"
    if not new or (type(new) is bytes and not new[0] and not new.strip(b"\0")):
        return "emptied"
    return "moved" if isinstance(new, int | float) else "replaced"
