"""A frame around what may be longer than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll

if TYPE_CHECKING:
    from textual.geometry import Size

UNFOCUSED, FOCUSED = "tab to scroll", "↑ ↓ scroll, tab back"


class Panel(VerticalScroll):
    """A scrolling frame whose edge names the keys, if there is more than fits."""

    def watch_virtual_size(self, before: Size, now: Size) -> None:
        self._tell()

    def on_resize(self) -> None:
        self._tell()

    # Told which, since `has_focus` changes after these.

    def on_focus(self) -> None:
        self._tell(FOCUSED)

    def on_blur(self) -> None:
        self._tell(UNFOCUSED)

    def _tell(self, keys: str = "") -> None:
        # In a text field `tab` leads on to the next one, and here at the end.
        self.can_focus = self.max_scroll_y > 0
        keys = keys or (FOCUSED if self.has_focus else UNFOCUSED)
        self.border_subtitle = keys if self.can_focus else None
