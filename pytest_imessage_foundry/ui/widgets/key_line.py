"""The bottom line with the keys of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.events import MouseDown, MouseMove
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key with its name on the screen and what it does."""

    key: str
    name: str
    what: str

    @property
    def width(self) -> int:
        return Text(self.name).cell_len + Text(self.what).cell_len + 3


class KeyLine(Widget):
    """The keys of the screen; a click on one is the same as the key.

    It is one widget. Textual's own footer has one for each key and makes all of them
    anew whenever the focus moves, which takes longer than everything else that a key
    brings about."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-line--key",
        "key-line--what",
        "key-line--pointed",
    }
    keys: reactive[tuple[ShownKey, ...]] = reactive(())
    pointed: reactive[ShownKey | None] = reactive(None)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _follow(self, screen: Screen[object]) -> None:
        # Not before a screen that is just made has all that its keys depend on.
        self.call_after_refresh(self._read)

    def _read(self) -> None:
        if not self.is_attached:
            return  # the screen was left meanwhile
        found: dict[str, ShownKey] = {}
        for each in self.screen.active_bindings.values():
            binding = each.binding
            if binding.show:
                name = self.app.get_key_display(binding)
                shown = ShownKey(binding.key, name, binding.description)
                found.setdefault(binding.action, shown)
        self.keys = tuple(found.values())

    def render(self) -> Text:
        key, what = map(
            self.get_component_rich_style, ("key-line--key", "key-line--what")
        )
        line = Text(no_wrap=True)
        for each in self.keys:
            shown = Text.assemble((f" {each.name} ", key), (f"{each.what} ", what))
            if each == self.pointed:
                ground = self.get_component_rich_style("key-line--pointed").bgcolor
                shown.stylize(Style(bgcolor=ground))
            line.append_text(shown)
        return line

    def on_mouse_move(self, event: MouseMove) -> None:
        self.pointed = self._at(event.x)

    def on_leave(self) -> None:
        self.pointed = None

    def on_mouse_down(self, event: MouseDown) -> None:
        clicked = self._at(event.x)
        if clicked is not None:
            self.app.simulate_key(clicked.key)

    def _at(self, column: int) -> ShownKey | None:
        for each in self.keys:
            column -= each.width
            if column < 0:
                return each
        return None
