"""A list whose cursor stays where it is when the list changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Sequence


class RowList(OptionList, inherit_bindings=False):
    """Rows by id. The screen defines what enter does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor_down", show=False),
        Binding("up", "cursor_up", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("pageup", "page_up", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._texts: dict[str, Text] = {}
        self._drawn: dict[str, Text] = {}

    def show(self, rows: Sequence[tuple[str, Text]]) -> None:
        """Show these rows."""
        before, place = self.current, self.highlighted or 0
        ids = [each for each, _ in rows]
        is_same = ids == list(self._texts)
        self._texts = dict(rows)
        if not is_same:
            self.clear_options()
            self.add_options([Option("", id=each) for each in ids])
            self._drawn = {}
            if ids:
                kept = ids.index(before) if before in ids else min(place, len(ids) - 1)
                self.highlighted = kept
        self._draw()

    def point_at(self, row_id: str) -> None:
        """Move the cursor to a row."""
        self.highlighted = list(self._texts).index(row_id)

    def has(self, row_id: str) -> bool:
        return row_id in self._texts

    @property
    def current(self) -> str | None:
        """Return the id of the row under the cursor."""
        ids = list(self._texts)
        return None if self.highlighted is None or not ids else ids[self.highlighted]

    def on_option_list_option_highlighted(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Draw what has changed. The cursor has a mark, so it needs no colour."""
        current = self.current
        for place, (id, text) in enumerate(self._texts.items()):
            mark = "▸ " if id == current else "  "
            drawn = Text("\n  ").join(text.split("\n"))
            drawn = Text(mark).append_text(drawn)
            if drawn != self._drawn.get(id):
                self._drawn[id] = drawn
                self.replace_option_prompt_at_index(place, drawn)
