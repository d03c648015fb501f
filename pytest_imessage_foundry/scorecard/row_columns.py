"""Look up the columns of a row, so that a misreading shows what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import UnreadableFileError
from pytest_imessage_foundry.reading import open_readonly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MOST = 60  # characters of a value


def columns_of(path: Path) -> Callable[[str, tuple[str, ...]], dict[str, str]]:
    """Return a function from a GUID and names of columns to their values, as text.

    A column that the release does not have is left out, and so is all of a file that
    cannot be read as it lies there, such as an encrypted backup.
    """

    def look_up(guid: str, names: tuple[str, ...]) -> dict[str, str]:
        try:
            return _row(path, guid, names)
        except UnreadableFileError:
            return {}

    return look_up


def _row(path: Path, guid: str, names: tuple[str, ...]) -> dict[str, str]:
    # Opened for each row: few are looked up, and a reader may run meanwhile.
    with open_readonly.opened(path) as source, source.connect() as connection:
        try:
            cursor = connection.execute("SELECT * FROM message WHERE guid = ?", (guid,))
            row = cursor.fetchone()
        except open_readonly.BROKEN:
            return {}
        known = [each[0] for each in cursor.description]
    if row is None:
        return {}
    values = dict(zip(known, row, strict=True))
    return {name: shown(values[name]) for name in names if name in values}


def shown(value: object) -> str:
    """Return a value of a column in few characters."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    text = repr(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
