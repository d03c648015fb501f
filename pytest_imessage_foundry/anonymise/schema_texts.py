"""The statements of a schema, without what people may have written into them.

Names stay, because readers ask for them. Comments, and literals that are not the
format's own, are blanked out: each letter and digit becomes another, the length stays.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection

from pytest_imessage_foundry.anonymise.kept import kept

_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<blob>\bx'[^']*')"
    r"|(?P<literal>'(?:[^']|'')*')"
    r'|(?P<quoted>"(?:[^"]|"")*"|\[[^\]]*\]|`(?:[^`]|``)*`)'
    # SQLite takes a bare word for a text here.
    r"|(?P<default>\bDEFAULT\s+(?![(+-])[^\W\d]\w*)"
    r"|(?P<number>(?<!\w)\d[\w.]*)"
    r"|(?P<word>[^\W\d][\w$]*)",
    re.DOTALL | re.IGNORECASE,
)
_CONSTANTS = frozenset(
    ("null", "true", "false", "current_time", "current_date", "current_timestamp")
)
_LONGEST_NUMBER = 4


def names_of(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the names of all that a schema has, and of its columns, in lower case."""
    query = (
        "SELECT m.name, m.tbl_name, c.name FROM sqlite_master m "
        "LEFT JOIN pragma_table_xinfo(CASE WHEN m.type = 'table' "
        "AND m.sql NOT LIKE 'CREATE VIRTUAL%' THEN m.name END) c"
    )
    found = connection.execute(query).fetchall()
    return frozenset(str(each).casefold() for row in found for each in row if each)


def without_texts(sql: str, names: Collection[str]) -> str:
    """Return a statement in which only names and the format's literals are left."""

    def told(found: re.Match[str]) -> str:
        text = found[0]
        if found["quoted"] is not None:
            return text if _name(text) in names else text[0] + _blank(text[1:])
        if found["blob"] is not None:
            return f"{text[:2]}{'0' * (len(text) - 3)}'"
        if found["literal"] is not None:
            return text if _is_own(text[1:-1]) else _blank(text)
        if found["default"] is not None:
            word = text.split()[-1]
            head = text[: len(text) - len(word)]
            return text if word.casefold() in _CONSTANTS else head + _blank(word)
        if found["number"] is not None:
            return text if len(text) <= _LONGEST_NUMBER else _blank(text)
        return text if found["comment"] is None else _blank(text)

    return _TOKEN.sub(told, sql)


def _name(quoted: str) -> str:
    return quoted[1:-1].replace(quoted[-1] * 2, quoted[-1]).casefold()


def _is_own(literal: str) -> bool:
    return len(literal) < 2 or literal in kept("services") | kept("settings")


def _blank(text: str) -> str:
    letters = re.sub(r"[^\W\d_]", "x", text)
    return re.sub(r"\d", "1", letters)
