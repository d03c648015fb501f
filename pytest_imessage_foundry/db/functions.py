"""Apple's SQL functions, as stubs.

The triggers of a real chat.db call functions that only the Messages process
registers: without them every DELETE of a message fails, and on macOS 26 even
an INSERT INTO chat (SEMANTICS, "Database-level facts").
"""

from __future__ import annotations

import re
from contextlib import closing

TYPE_CHECKING = False  # the process of live() starts without typing
if TYPE_CHECKING:
    import sqlite3

    from pytest_imessage_foundry.db.schema.definition import Schema

_MISSING = re.compile(
    r"(?:no such function: |wrong number of arguments to function )(\w+)"
)
# name → numbers of arguments, as the triggers of sonoma to golden-gate call them.
# The real ones delete files or ask other daemons; a database needs none of it.
FUNCTIONS: dict[str, tuple[int, ...]] = {
    "after_delete_message_plugin": (2,),
    "before_delete_attachment_path": (2,),
    "delete_attachment_path": (1,),
    "delete_chat_background_before_deleting_chat": (2,),
    # On 27 with the filter action and sub-action of what is synced of the chat.
    "guid_for_chat": (3, 5),
    "is_mic_enabled": (0,),
    "verify_chat": (1,),
}


def register_functions(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Give `connection` the functions that Apple's triggers call; returns it.

    Call it on a connection of your own before you write to a generated (or a
    real) chat.db. `guid_for_chat` builds a chat GUID from its first three
    arguments; the others do nothing.
    """
    for name, arities in FUNCTIONS.items():
        stub = _guid_for_chat if name == "guid_for_chat" else _nothing
        for arity in arities:
            connection.create_function(name, arity, stub, deterministic=False)
    return connection


def unknown_in(schema: Schema) -> list[str]:
    """Return the functions that triggers of a schema call and that are not known.

    Whoever writes to such a file must register stubs of these, too.
    """
    import sqlite3

    from pytest_imessage_foundry.db.schema.declarations import quote

    found: list[str] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection)
        for statement in schema.ddl():
            connection.execute(statement)
        for table in schema.tables.values():
            name = quote(table.name)
            columns = ", ".join(f"{quote(c)} = {quote(c)}" for c in table.column_names)
            for statement in (
                f"EXPLAIN DELETE FROM {name}",
                f"EXPLAIN UPDATE {name} SET {columns}",
                f"EXPLAIN INSERT INTO {name} DEFAULT VALUES",
            ):
                _compile(connection, statement, found)
    return found


def _compile(connection: sqlite3.Connection, statement: str, found: list[str]) -> None:
    """Compile a statement with its triggers, noting each function that is missing."""
    import sqlite3

    while True:
        try:
            connection.execute(statement).close()
        except sqlite3.OperationalError as error:
            missing = _MISSING.match(str(error))
            if missing is None or missing[1] in found:
                return
            found.append(missing[1])
            connection.create_function(missing[1], -1, _nothing)
        else:
            return


def _nothing(*_arguments: object) -> None:
    return None


def _guid_for_chat(identifier: str, service: str, style: int, *_filter: int) -> str:
    return f"{service};{chr(style)};{identifier}"
