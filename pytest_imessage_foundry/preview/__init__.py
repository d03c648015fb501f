"""A page that shows any chat.db, and the independent reader behind it.

It uses only the standard library and none of the code that writes databases, so that
errors of that code show on the page.
"""

from __future__ import annotations

from pytest_imessage_foundry.preview.goal_bars import GoalRow, rows_of
from pytest_imessage_foundry.preview.page import Notes, render, write
from pytest_imessage_foundry.preview.reader import read, reading

__all__ = ["GoalRow", "Notes", "read", "reading", "render", "rows_of", "write"]
