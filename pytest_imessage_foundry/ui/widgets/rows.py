"""A list whose cursor stays where it is when the list changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text


class Rows(OptionList):
    """Rows by id."""

    def show(self, rows: Sequence[tuple[str, Text]]) -> None:
        """Show these rows."""
        ids = [each for each, _ in rows]
        if ids == self.ids:
            for place, (_, prompt) in enumerate(rows):
                if prompt != self.get_option_at_index(place).prompt:
                    self.replace_option_prompt_at_index(place, prompt)
            return
        before, place = self.current, self.highlighted or 0
        self.clear_options()
        self.add_options([Option(prompt, id=each) for each, prompt in rows])
        if ids:
            kept = ids.index(before) if before in ids else min(place, len(ids) - 1)
            self.highlighted = kept

    @property
    def ids(self) -> list[str | None]:
        count = self.option_count
        return [self.get_option_at_index(place).id for place in range(count)]

    @property
    def current(self) -> str | None:
        """The id of the row under the cursor."""
        if self.highlighted is None:
            return None
        return self.get_option_at_index(self.highlighted).id
