"""The progress of a conversation as a row of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from pytest_imessage_foundry.ui.widgets.plain import fitted

if TYPE_CHECKING:
    from pytest_imessage_foundry.ui.journal import ChatProgress

MARKS = {
    "waiting": "·",
    "writing": "…",
    "written": "✓",
    "failed": "✗",
    "building": "…",
    "built": "✓",
}
_BAR = 14


def row(chat: ChatProgress, width: int) -> Text:
    """Return the name and the count, with a bar and a word below."""
    count = f"{chat.done:,}/{chat.target:,}"
    name = fitted(chat.title, width - len(count) - 3)
    text = Text(f"{MARKS[chat.state]} {name} {count}\n")
    share = min(1.0, chat.done / chat.target) if chat.target else 1.0
    full = round(share * _BAR)
    text.append(f"  {'━' * full}", "bold").append("─" * (_BAR - full), "dim")
    return text.append(f" {chat.state}")
