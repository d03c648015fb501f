"""Make a copy of a chat.db that is safe to show, and that fails in the same way.

What no list here knows is emptied. The copy is published only after it was proved that
nothing of the original's words, numbers, names and addresses is in it.
"""

from __future__ import annotations

from pytest_imessage_foundry.anonymise.anonymiser import anonymise
from pytest_imessage_foundry.anonymise.copy_report import CopyReport

__all__ = ["CopyReport", "anonymise"]
