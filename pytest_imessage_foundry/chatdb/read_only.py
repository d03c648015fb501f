"""Databases that nobody may write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB


def check_may(db: ChatDB, do: str) -> None:
    """Raise FoundryError if nobody may write to a database, as whoever would `do`
    does."""
    if db.is_readonly:
        raise FoundryError(
            f"a database that is only read cannot {do}\n"
            f"it is {db.path}: chat_db_readonly is that of all tests, and a backup's "
            "list names the size of each file\n"
            "ask for chat_db instead; as on an iPhone it is with "
            '@pytest.mark.imessage(layout="ios")'
        )
