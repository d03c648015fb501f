"""Say which fixtures one thread alone may use, to plugins that run a test in many.

pytest-run-parallel calls a test in several threads with the same fixtures. It leaves a
test with the mark `thread_unsafe` in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

_OF_ONE_THREAD = {
    "chat_db": "is one file, which a test may change",
    "chat_db_builder": "writes one database, line after line",
    "messages_home": "sets HOME for the whole process",
    "ios_backup": "is one folder, which a test may change",
}


def mark_unsafe(items: Iterable[pytest.Item]) -> None:
    """Mark the tests with a fixture of one thread, for pytest-run-parallel."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        reasons = [
            f"{name} {why}" for name, why in _OF_ONE_THREAD.items() if name in names
        ]
        if reasons:
            item.add_marker(pytest.mark.thread_unsafe(reason="; ".join(reasons)))
