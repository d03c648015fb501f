"""Parts of a text that stand elsewhere again: a link, a date that was detected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quotation:
    """A text and its stand-in, character for character."""

    original: str = ""
    stand_in: str = ""

    def part(self, text: str) -> str | None:
        """Return what stands for a part of the text; None if it is none."""
        at = self.original.find(text) if len(text) > 1 else -1
        return self.stand_in[at : at + len(text)] if at >= 0 else None


NOTHING = Quotation()
