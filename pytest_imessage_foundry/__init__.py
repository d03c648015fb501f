"""Schema-true iMessage chat.db fixtures for pytest, with the truth beside them."""

from __future__ import annotations

TYPE_CHECKING = False  # the process of live() starts without typing
if TYPE_CHECKING:
    from typing import Any

    from pytest_imessage_foundry.by_hand import ChatDBBuilder
    from pytest_imessage_foundry.db.functions import register_functions
    from pytest_imessage_foundry.foundry import ChatDB, Foundry
    from pytest_imessage_foundry.ios.ios_backup import IOSBackup
    from pytest_imessage_foundry.spec import Spec

# Importing the package must cost nothing: pytest does so at every start.
_HOMES = {
    "ChatDB": "foundry",
    "ChatDBBuilder": "by_hand",
    "Foundry": "foundry",
    "IOSBackup": "ios.ios_backup",
    "Spec": "spec",
    "register_functions": "db.functions",
}
__all__ = [
    "ChatDB",
    "ChatDBBuilder",
    "Foundry",
    "IOSBackup",
    "Spec",
    "register_functions",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-imessage-foundry")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
