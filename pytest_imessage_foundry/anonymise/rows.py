"""From a row of the original to that of the copy, by the class of each column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
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
# A text's stand-in, and what was done to it.
Known = dict[str, tuple[str, str]]

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
        self._lately: dict[str, Known] = {}

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
    ) -> Callable[[list[Value]], None]:
        """Return what replaces the values of a row of `table`, in their list."""
        kinds = [class_of(table, each) for each in columns]
        if set(_SETTINGS) <= set(kinds):
            return self._settings(table, columns)
        steps = [
            (at, self._of_column(kind), self.tally.of(table, column))
            for at, (kind, column) in enumerate(zip(kinds, columns, strict=True))
        ]
        flags = [step for step in steps if kinds[step[0]] == "flag"]
        dates = [step for step in steps if kinds[step[0]] == "date"]
        numbers = [
            (*step, LARGE[kinds[step[0]]]) for step in steps if kinds[step[0]] in LARGE
        ]
        # In one list, because a stand-in can depend on those that were given before.
        others = [
            (*step, self._known(kinds[step[0]]))
            for step in steps
            if kinds[step[0]] not in ("flag", "date", *LARGE)
        ]
        shift = self.dates.shift
        places = [step[0] for step in flags]
        # With one place alone, itemgetter returns no tuple.
        of_flags = itemgetter(*places, *places[:1]) if flags else lambda row: ()
        bundle = (
            columns.index("balloon_bundle_id") if "balloon_bundle_id" in columns else -1
        )
        payload = columns.index("payload_data") if "payload_data" in columns else -1
        text = columns.index("text") if "text" in columns else -1
        history = (
            columns.index("message_summary_info")
            if "message_summary_info" in columns
            else -1
        )

        def replace(row: list[Value]) -> None:
            app = row[bundle] if bundle >= 0 else None
            whole = row[text] if text >= 0 else None
            new: Value
            for at, of_column, counts, known in others:
                value = row[at]
                if value is None:
                    continue
                if known is not None and (found := known.get(value)) is not None:
                    new, what = found
                    if new is not value:
                        row[at] = new
                        counts[what] += 1
                    continue
                if at == payload and isinstance(value, bytes) and isinstance(app, str):
                    new = self._archive(value, app)
                elif at == history and isinstance(whole, str) and _is_history(value):
                    parts = Quotation(whole, self.stand_ins.text(whole))
                    new = self.archives.replaced(value, "", parts)
                else:
                    new = of_column(value)
                what = "kept" if new is value else _what_happened(value, new)
                if new is not value:
                    row[at] = new
                    counts[what] += 1
                if known is not None and type(value) is str:
                    if len(known) >= _REMEMBERED:
                        known.clear()
                    known[value] = new, what
            for at, of_column, counts, limit in numbers:
                value = row[at]
                if type(value) is int and -limit < value < limit:
                    continue
                if value is not None and (new := of_column(value)) is not value:
                    row[at] = new
                    counts[_what_happened(value, new)] += 1
            for at, of_column, counts in dates:
                value = row[at]
                if not value and isinstance(value, int):
                    continue
                if shift and type(value) is int and NANOSECONDS <= value < _LATEST:
                    row[at] = value + shift
                    counts["moved"] += 1
                elif value is not None and (new := of_column(value)) is not value:
                    row[at] = new
                    counts[_what_happened(value, new)] += 1
            # Nearly always all flags are small, and one look is enough.
            if not _USUAL.issuperset(of_flags(row)):
                for at, of_column, counts in flags:
                    value = row[at]
                    new = value if value is None else of_column(value)
                    if new is not value:
                        row[at] = new
                        counts[_what_happened(value, new)] += 1

        return replace

    def _of_column(self, kind: str) -> Replace:
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

    def _known(self, kind: str) -> Known | None:
        """Return the stand-ins that texts of a class had lately; None for no texts."""
        if kind not in self._texts or kind == "archive":
            return None
        return self._lately.setdefault(kind, {})

    def _archive(self, value: bytes, bundle: str = "") -> bytes:
        return self.archives.replaced(value, bundle)

    def _settings(
        self, table: str, columns: Sequence[str]
    ) -> Callable[[list[Value]], None]:
        """Settings: known ones stay, with their values in other digits."""
        kinds = [class_of(table, each) for each in columns]
        name, told = (kinds.index(each) for each in _SETTINGS)
        counts = self.tally.of(table, columns[told])
        others = [
            (at, self._of_column(kind), self.tally.of(table, columns[at]))
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
            for at, of_column, done in others:
                old = row[at]
                if old is not None:
                    row[at] = of_column(old)
                    done[_what_happened(old, row[at])] += 1

        return replace

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


def _is_history(value: Value) -> bool:
    """Tell whether a value has texts of a message's parts, as they were and are."""
    return isinstance(value, bytes) and b"streamtyped" in value


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
    if isinstance(new, bytes) and not new.strip(b"\0"):
        return "emptied"
    if new in ("", 0):
        return "emptied"
    return "moved" if isinstance(new, int | float) else "replaced"
