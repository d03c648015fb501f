"""The proof that a copy tells nothing of the original.

Every value of the copy and every byte of its file is searched for what the original
tells: words of six and more letters (in scripts without spaces each three letters),
numbers of five and more digits, addresses, GUIDs, hosts, and of names all that is
longer than two characters. It shares no code with what replaces.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pytest_imessage_foundry.anonymise import joined_texts
from pytest_imessage_foundry.anonymise.byte_search import tokens_of_file
from pytest_imessage_foundry.anonymise.column_classes import class_of
from pytest_imessage_foundry.anonymise.copying import Batch, TableShape
from pytest_imessage_foundry.anonymise.number_search import large_flag, large_numbers
from pytest_imessage_foundry.anonymise.telling import Teller
from pytest_imessage_foundry.anonymise.vocabulary import Vocabulary

_Told = tuple[str, str, str, list[str | bytes]]
_TELLING = frozenset((str, bytes))


def collected(
    vocabulary: Vocabulary, batches: Iterable[Batch], names: Collection[str] = ()
) -> None:
    """Put into `vocabulary` what the rows of the original tell."""
    teller = Teller(joined_texts.told, joined_texts.told_by_name, names)
    for _, _, kind, values in _telling(batches):
        vocabulary.add(teller.tokens(kind, values))


def _telling(batches: Iterable[Batch]) -> Iterator[_Told]:
    """Yield texts and bytes by the column: table, column, class, and some values."""
    for table, columns, rows in batches:
        if not columns:
            continue
        kinds = _kinds(table, columns)
        for column, kind, values in zip(
            columns, kinds, zip(*rows, strict=True), strict=True
        ):
            if not _TELLING.isdisjoint(map(type, values)):
                yield table, column, kind, [v for v in values if type(v) in _TELLING]


@cache
def _kinds(table: str, columns: tuple[str, ...]) -> list[str]:
    return [class_of(table, each) for each in columns]


class Leak(Exception):
    """Something of the original is in the copy.

    Attributes:
        place: the column.
        token: what it is; never to be shown, for it is what is kept secret.
    """

    def __init__(self, place: str, token: str = "") -> None:
        super().__init__(place)
        self.place = place
        self.token = token


def prove_values(
    vocabulary: Vocabulary, batches: Iterable[Batch], names: Collection[str] = ()
) -> int:
    """Return how many tokens were looked at in the rows of the copy.

    Raises:
        Leak: a token of the original is in one.
    """
    teller = Teller(joined_texts.looked_at, joined_texts.looked_at, names)
    count = 0
    for table, column, kind, values in _telling(batches):
        found = teller.tokens(kind, values)
        count += len(found)
        if found and (known := vocabulary.known(found)):
            raise Leak(f"{table}.{column}", known[0])
    return count


def prove_numbers(
    vocabulary: Vocabulary,
    connection: sqlite3.Connection,
    tables: Sequence[TableShape],
) -> None:
    """Check columns of numbers, and that the file holds no pages that were given up.

    Raises:
        Leak: a flag is large, or a key or size is the original's.
    """
    if connection.execute("PRAGMA freelist_count").fetchone()[0]:
        raise Leak("its free pages")
    if (column := large_flag(connection, tables)) is not None:
        raise Leak(column)
    for place, token in large_numbers(connection, tables):
        if vocabulary.known([token]):
            raise Leak(place, token)


def prove_bytes(
    vocabulary: Vocabulary, path: Path, names: Collection[str] = ()
) -> None:
    """Search the file itself, whatever its pages say it holds.

    `names` are words of its schema.

    Raises:
        Leak: a token of the original is in it.
    """
    for found in tokens_of_file(path):
        for token in vocabulary.known(found):
            if token[1:] not in names:
                raise Leak("the bytes of the file", token)
