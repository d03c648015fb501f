"""A release as one JSON file: its structure alone, a column a line.

The file is made from a chat.db and holds nothing of its rows. What a structure does not
tell (the kinds of content, the properties of a new file) is that of the release that
`like` names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_imessage_foundry import strict_json, whole_file
from pytest_imessage_foundry.db import schema as registry
from pytest_imessage_foundry.db.schema import sqltext, statements
from pytest_imessage_foundry.db.schema.declarations import quote
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.db.schema.statements import Statement
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.terminal import shown

MAX_BYTES = 16 << 20
FORMAT = "imessage-foundry schema 1"
AS_READ = "as read"  # the layout of a schema that is as its file has it
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_NUMBER = re.compile(r"\d+(\.\d+)+\Z")
_TEXTS = ("format", "name", "title", "macos", "like")
_KEYS = (
    *(*_TEXTS, "page_size", "internal_tables"),
    *("tables", "table_options", "indexes", "triggers"),
)
# What a file must have for a kind of content, where that is a table or column.
_NEEDED = {
    "emoji_tapbacks": ("message", "associated_message_emoji"),
    "send_later": ("message", "schedule_type"),
    "satellite": ("message", "is_pending_satellite_send"),
    "genmoji": ("attachment", "emoji_image_content_identifier"),
    "unknown_senders": ("chat", "is_pending_review"),
    "chat_service": ("chat_service", "service"),
    "chat_lookup": ("chat_lookup", "identifier"),
    "index_state": ("index_state_metrics", "pending_count"),
    "filter_actions": ("chat_message_join", "filter_action"),
}


def named(schema: Schema, name: str, like: Schema) -> Schema:
    """Give a schema that was read the name of a release, and what it is like.

    Raises:
        FoundryError: the name is no name, or that of a release of ours.
    """
    check_name(name)
    number = _NUMBER.search(name)
    return _like(
        schema,
        like,
        name=name,
        title=name,
        macos=number.group() if number else "",
    )


def as_json(schema: Schema, like: Schema) -> dict[str, Any]:
    """Give the manifest of a schema as plain values."""
    made = {table.name: table.sql() for table in schema.tables.values()}
    options = {name: sqltext.after_list(sql) for name, sql in made.items()}
    found: dict[str, Any] = {
        "format": FORMAT,
        "name": schema.name,
        "title": schema.title,
        "macos": schema.macos,
        "like": like.name,
        "page_size": schema.page_size,
        "internal_tables": list(schema.internal_tables),
        "tables": {name: list(sqltext.listed(sql)) for name, sql in made.items()},
        "table_options": {name: text for name, text in options.items() if text},
        "indexes": {each.name: each.sql() for each in schema.indexes.values()},
        "triggers": {each.name: each.sql() for each in schema.triggers.values()},
    }
    return found


def dumped(schema: Schema, like: Schema) -> str:
    """Give the manifest of a schema as text."""
    text = json.dumps(as_json(schema, like), indent=1, ensure_ascii=False)
    return f"{text}\n"


def load(path: Path) -> Schema:
    """Read the manifest at `path`.

    Raises:
        FoundryError: it is not there, or no manifest.
    """
    try:
        text = whole_file.read(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _wrong(path, "it is no text") from None
    except OSError as error:
        raise FoundryError(
            f"cannot read a schema: {error.strerror}\nlooked at {path}\n"
            "check the path, or make one with `imessage-foundry schema read`"
        ) from None
    return parsed(text, path)


def parsed(text: str, path: object) -> Schema:
    """Give the schema that the text of a manifest states.

    Raises:
        FoundryError: it states none; `path` is named as its place.
    """
    try:
        raw = strict_json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"it is no JSON: {error}") from None
    _check_form(raw, path)
    check_name(raw["name"], path)
    try:
        like = registry.get(raw["like"])
        schema = statements.declared(
            list(_statements(raw)),
            page_size=raw["page_size"],
            **{key: raw[key] for key in ("name", "title", "macos")},
        )
    except FoundryError as error:
        raise FoundryError(f"{error}\nthis is in {path}") from None
    internal = tuple(raw["internal_tables"])
    return _like(schema, like, internal_tables=internal)


def check_can_be_built(schema: Schema, path: object) -> None:
    """Refuse a schema with columns that must have a value of which nothing is known.

    A database of it can be validated all the same.

    Raises:
        FoundryError: there is such a column.
    """
    known = {
        (table.name, column)
        for name in registry.RELEASES
        for table in registry.get(name).tables.values()
        for column in table.column_names
    }
    tables = {name for name, _ in known}
    for table in schema.tables.values():
        for column in table.columns if table.name in tables else ():
            is_filled = column.default is not None or (table.name, column.name) in known
            if column.not_null and not is_filled:
                raise FoundryError(
                    f"column {table.name}.{column.name} must have a value, and nothing "
                    f"is known of it\nlooked at {path}\nvalidate files against this "
                    "schema, or give the column a default in a copy to build of"
                )


def _like(schema: Schema, like: Schema, **said: Any) -> Schema:
    return replace(
        schema,
        layout=AS_READ,
        properties=like.properties,
        features=frozenset(_features(schema, like)),
        **said,
    )


def _features(schema: Schema, like: Schema) -> Iterable[str]:
    """Give the kinds of content that the file can hold."""
    yield from (name for name in like.features if name not in _NEEDED)
    for name, (table, column) in _NEEDED.items():
        if table in schema.tables and column in schema.tables[table].column_names:
            yield name


def _statements(raw: dict[str, Any]) -> Iterable[Statement]:
    options = raw["table_options"]
    for name, lines in raw["tables"].items():
        head = f"CREATE TABLE {quote(name)} ({', '.join(lines)})"
        yield Statement("table", name, f"{head} {options.get(name, '')}".rstrip())
    for kind, key in (("index", "indexes"), ("trigger", "triggers")):
        for name, sql in raw[key].items():
            made = statements.statement(sql)
            if made is None or made.name != name or not made.kind.endswith(kind):
                raise FoundryError(
                    f"this does not create {kind} {name}: {shown(sql)}\n"
                    f"looked at {key} of the manifest\n"
                    f"write one statement, CREATE {kind.upper()} {name} ..."
                )
            yield made


def _check_form(raw: object, path: object) -> None:
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise _wrong(path, f"its format is not {FORMAT!r}")
    unlike = [key for key in _KEYS if key not in raw]
    unlike += [key for key in raw if key not in _KEYS]
    texts = [raw.get(key) for key in _TEXTS]
    named: list[Any] = [raw.get(key) for key in _KEYS[-4:]]
    if unlike:
        raise _wrong(path, f"{unlike[0]} is missing or unknown")
    if (
        not all(isinstance(each, str) for each in texts)
        or raw["page_size"] not in (2**power for power in range(9, 17))
        or not _are_texts(raw["internal_tables"])
        or not all(isinstance(each, dict) for each in named)
        or not all(_are_texts(each) for each in raw["tables"].values())
        or not all(_are_texts(list(each.values())) for each in named[1:])
    ):
        raise _wrong(path, "a value is of the wrong kind")


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def check_name(name: str, path: object = "--as", *, may_replace: bool = False) -> None:
    """Refuse what cannot be the name of a release of a user's.

    Raises:
        FoundryError: it is no name, or that of a release of ours.
    """
    if not _NAME.match(name) or name.lower() in ("all", "auto"):
        raise FoundryError(
            f"{name!r} cannot be the name of a release\nlooked at {path}\n"
            "use letters, digits, dots and dashes, like tahoe-26.3"
        )
    if name.lower() in registry.RELEASES and not may_replace:
        raise FoundryError(
            f"{name!r} is a release of its own already\nlooked at {path}\n"
            "give the schema that was read another name, like tahoe-26.3"
        )


def _wrong(path: object, why: str) -> FoundryError:
    return FoundryError(
        f"this is no schema: {why}\nlooked at {path}\n"
        "make one with `imessage-foundry schema read`"
    )
