"""A page that shows any chat.db: an independent reader, stdlib only.

Nothing here is shared with the code that writes databases, so that the page
can disagree with it.
"""

from __future__ import annotations

from pytest_imessage_foundry.preview.page import render, write
from pytest_imessage_foundry.preview.reader import read

__all__ = ["read", "render", "write"]
