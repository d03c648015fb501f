"""Split SQL far enough to compare it and to find what PRAGMAs do not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+ | --[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<quoted>'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\])
    | (?P<word>[\w$]+)
    | (?P<sign><=|>=|<>|!=|==|\|\||<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TRIGGER = re.compile(
    r"\b(?:(BEFORE|AFTER|INSTEAD\s+OF)\s+)?(DELETE|INSERT|UPDATE)"
    r"(?:\s+OF\s+(.+?))?\s+ON\s+(?:\"[^\"]*\"|\[[^\]]*\]|`[^`]*`|\S+)"
    r"(?:\s+FOR\s+EACH\s+ROW)?(?:\s+WHEN\s+(.+?))?\s+BEGIN\b(.*)\bEND\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


def tokens(sql: str) -> Iterator[re.Match[str]]:
    """Give the tokens with their places, without white space and comments."""
    return (each for each in _TOKEN.finditer(sql) if each.lastgroup != "blank")


def normal(sql: str) -> str:
    """Give the form that SQL is compared in: the tokens, one blank between."""
    return " ".join(token.group() for token in tokens(sql))


def collapse(sql: str) -> str:
    """Give the text as it is, each run of white space one blank."""
    return " ".join(sql.split())


def has_word(sql: str, word: str) -> bool:
    """Tell whether a bare word is in the SQL, not in a string or comment."""
    return any(token.group().upper() == word for token in tokens(sql))


def checks(sql: str) -> tuple[str, ...]:
    """Give the expressions of all CHECK constraints of a CREATE TABLE."""
    found = list(tokens(sql))
    return tuple(
        _inside(sql, found[at + 1 :])
        for at, token in enumerate(found)
        if token.group().upper() == "CHECK" and token.lastgroup == "word"
    )


def _inside(sql: str, rest: list[re.Match[str]]) -> str:
    """Give what stands in the parentheses that `rest` begins with."""
    depth = 0
    for token in rest:
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth == 0:
            return collapse(sql[rest[0].end() : token.start()])
    return ""


def where(sql: str) -> str | None:
    """Give the condition of a partial CREATE INDEX."""
    depth = 0
    for token in tokens(sql):
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth == 0 and token.group().upper() == "WHERE":
            return collapse(sql[token.end() :])
    return None


def listed(sql: str) -> tuple[str, ...]:
    """Give what the first parentheses of a statement hold, split at its commas."""
    parts: list[str] = []
    depth = start = 0
    for token in tokens(sql):
        sign = token.group()
        if depth == 1 and sign in (",", ")"):
            parts.append(stated(sql[start : token.start()]))
        if (depth, sign) in ((0, "("), (1, ",")):
            start = token.end()
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and parts:
            break
    return tuple(parts)


def after_list(sql: str) -> str:
    """Give what stands after the first parentheses of a statement."""
    depth = 0
    for token in tokens(sql):
        depth += {"(": 1, ")": -1}.get(token.group(), 0)
        if depth == 0 and token.group() == ")":
            return sql[token.end() :].strip()
    return ""


def stated(sql: str) -> str:
    """Give the text without comments, what is blank outside quotes one blank."""
    parts: list[str] = []
    for each in _TOKEN.finditer(sql):
        if each.lastgroup != "blank":
            parts.append(each.group())
        elif parts and parts[-1] != " ":
            parts.append(" ")
    return "".join(parts).strip()


def trigger_parts(sql: str) -> tuple[str, str, tuple[str, ...], str | None, str]:
    """Give timing, event, `OF` columns, `WHEN` and body of a CREATE TRIGGER.

    What cannot be read has no timing and no event, and all its text for a body.
    """
    found = _TRIGGER.search(sql)
    if not found:
        return "", "", (), None, collapse(sql)
    timing, event, of, when, body = found.groups()
    return (
        collapse(timing or "BEFORE").upper(),
        event.upper(),
        tuple(name.strip(' \t\r\n"`[]') for name in of.split(",")) if of else (),
        collapse(when) if when else None,
        collapse(body),
    )
