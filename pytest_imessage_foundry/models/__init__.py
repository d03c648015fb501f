"""The truth: who wrote what to whom, and when.

Every row of a generated database derives from these models and from nothing
else. They say what a correct reader gets out of a file, in the words of the
field, and know nothing of tables or bytes.

Times are ``int`` nanoseconds since 2001-01-01T00:00:00Z, as Messages stores
them; 0 means "never". A sender is the address of a handle, or ``None`` for the
owner of the phone. Lengths and ranges are UTF-16 code units, Apple's measure.

One shape for all, in several files, each read when something of it is asked for:
a test whose database stands from an earlier run needs people alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_imessage_foundry.models.balloons import *  # noqa: F403
    from pytest_imessage_foundry.models.case_readings import *  # noqa: F403
    from pytest_imessage_foundry.models.changes import *  # noqa: F403
    from pytest_imessage_foundry.models.filters import *  # noqa: F403
    from pytest_imessage_foundry.models.literals import *  # noqa: F403
    from pytest_imessage_foundry.models.members import *  # noqa: F403
    from pytest_imessage_foundry.models.messages import *  # noqa: F403
    from pytest_imessage_foundry.models.parts import *  # noqa: F403
    from pytest_imessage_foundry.models.people import *  # noqa: F403
    from pytest_imessage_foundry.models.turns import *  # noqa: F403

# Each knows those before it, so that looking in this order reads none too many.
_FILES = (
    *("literals", "filters", "people", "turns", "parts", "balloons", "changes"),
    *("members", "case_readings", "messages"),
)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for file in _FILES if not name.startswith("_") else ():
        module = import_module(f"{__name__}.{file}")
        if name in vars(module):
            found = globals()[name] = vars(module)[name]
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
