"""Read a schema from what holds one: a chat.db, the text of `.schema`, a manifest.

A database is opened to look at it alone; no trace is left beside it.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import whole_file
from pytest_imessage_foundry.db.schema import introspect, release_file, statements
from pytest_imessage_foundry.errors import FoundryError, UnreadableFileError
from pytest_imessage_foundry.reading import open_readonly

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.db.schema.differences import Difference
    from pytest_imessage_foundry.db.schema.statements import Statement

STDIN = "standard input"
# What a build writes to and a reader asks for; each release since macOS 14 has them.
_TABLES = (
    *("message", "chat", "handle", "attachment", "chat_message_join"),
    *("chat_handle_join", "message_attachment_join", "_SqliteDatabaseProperties"),
    *("deleted_messages", "sync_deleted_messages", "chat_recoverable_message_join"),
    "recoverable_message_part",
)
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class SchemaFound:
    """A schema that was read, the release that it is nearest to, and how it differs."""

    schema: Schema
    nearest: Schema
    differences: list[Difference]


def read(path: Path, name: str | None = None) -> SchemaFound:
    """Read the schema at `path`; `name` is what the release is to be called.

    Raises:
        FoundryError: there is none, or one of a file older than macOS 14.
        UnreadableFileError: a database that cannot be read.
    """
    raw = _text_at(path)
    if raw is not None:
        return read_text(raw, path, name)
    _refuse_missing(path)
    with open_readonly.opened(path) as source, source.connect() as connection:
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        return _found(statements.of(connection), path, name, page_size)


def read_text(raw: bytes, place: object, name: str | None = None) -> SchemaFound:
    """Read a manifest, or the text that the sqlite3 shell's `.schema` prints.

    Raises:
        FoundryError: it is neither.
    """
    if raw.startswith(open_readonly.MAGIC):
        raise FoundryError(
            f"this is a database and no text\nlooked at {place}\nname the file itself"
        )
    if len(raw) > release_file.MAX_BYTES:
        raise FoundryError(
            f"the text is larger than {release_file.MAX_BYTES >> 20} MiB\n"
            f"looked at {place}\n"
            "name what `sqlite3 chat.db .schema` prints, which is a thousandth of that"
        )
    text = _decoded(raw)
    if text is None:
        raise FoundryError(
            f"this is neither a database nor text\nlooked at {place}\n"
            "name a chat.db, or what `sqlite3 chat.db .schema` prints"
        )
    if text.lstrip().startswith("{"):
        return _manifest(text, place, name)
    try:
        made = statements.split(text)
    except FoundryError as error:
        raise FoundryError(f"{error}\nthis is in {place}") from None
    return _found(made, place, name, 4096)


def _manifest(text: str, place: object, name: str | None) -> SchemaFound:
    schema = release_file.parsed(text, place)
    nearest, left = introspect.closest(introspect.structure_of(schema))
    if name is not None:
        schema = release_file.named(schema, name, nearest)
    return SchemaFound(schema, nearest, left)


def _found(
    made: list[Statement], place: object, name: str | None, page_size: int
) -> SchemaFound:
    _refuse_foreign(made, place)
    try:
        actual = statements.structure(made)
        schema = statements.declared(
            made, actual, name="", title="", macos="", page_size=page_size
        )
    except FoundryError as error:
        raise FoundryError(f"{error}\nthis is in {place}") from None
    _refuse_old(actual, place)
    _refuse_partial(made, place)
    nearest, left = introspect.closest(actual)
    name = name or f"{nearest.name}-as-read"
    return SchemaFound(release_file.named(schema, name, nearest), nearest, left)


def _text_at(path: Path) -> bytes | None:
    """Give what a file holds if that is text; None leaves the rest to SQLite."""
    try:
        is_stream = stat.S_ISFIFO(path.stat().st_mode)
        if not is_stream and _begins_as_database(path):
            return None
        raw = whole_file.read(path, release_file.MAX_BYTES)
    except (OSError, ValueError):  # a NUL in the name is a ValueError
        return None
    return raw if is_stream or _decoded(raw) else None


def _refuse_missing(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError:
        raise UnreadableFileError(
            f"there is no such file\nlooked at {path}\n"
            "check the path: it is a chat.db, what `sqlite3 chat.db .schema` prints, "
            "or a manifest, as `imessage-foundry schema read chat.db` writes it"
        ) from None
    except (OSError, ValueError):
        pass  # told when it is opened


def _begins_as_database(path: Path) -> bool:
    return whole_file.read(path, len(open_readonly.MAGIC)).startswith(
        open_readonly.MAGIC
    )


def _decoded(raw: bytes) -> str | None:
    if b"\0" in raw and raw[:2] not in _BOMS:
        return None
    try:
        # A shell of Windows writes UTF-16.
        return raw.decode(_BOMS.get(raw[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _refuse_foreign(made: list[Statement], place: object) -> None:
    if not made:
        raise FoundryError(
            f"there is no schema in it\nlooked at {place}\n"
            "name a chat.db, or what `sqlite3 chat.db .schema` prints"
        )
    names = {each.name for each in made}
    for table in _TABLES[:5]:
        if table not in names:
            raise FoundryError(
                f"this is not the schema of a chat.db: it has no table {table}\n"
                f"looked at {place}\nname a chat.db of Messages (or an sms.db)"
            )


def _refuse_old(actual: introspect.Structure, place: object) -> None:
    if introspect.is_older(actual):
        raise FoundryError(
            f"this is {introspect.OLDER}, the oldest release that is known\n"
            f"looked at {place}\nread the schema of a file of macOS 14 or later"
        )


def _refuse_partial(made: list[Statement], place: object) -> None:
    names = {each.name for each in made}
    for table in _TABLES:
        if table not in names:
            raise FoundryError(
                f"this schema is not whole: it has no table {table}\n"
                f"looked at {place}\ntake all that `sqlite3 chat.db .schema` prints"
            )
