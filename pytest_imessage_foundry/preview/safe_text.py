"""Text of a database made safe to show in one line of a page."""

from __future__ import annotations

import re

# Marks that reorder the text around them: a name could look like another one.
_REORDERS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str, most: int = 200) -> str:
    """Return `text` without characters that reorder or hide others, cut to `most`."""
    if text.isascii() and text.isprintable():
        kept = text
    else:
        shown = "".join(filter(str.isprintable, text))
        kept = _REORDERS.sub("", shown)
    return kept if len(kept) <= most else kept[: most - 1] + "…"
