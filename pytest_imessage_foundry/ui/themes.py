"""The two looks of the app, and which one a terminal gets."""

from __future__ import annotations

import os

from textual.theme import Theme

NIGHT = Theme(
    name="night",
    primary="#0a84ff",
    secondary="#30d158",
    accent="#0a84ff",
    warning="#ffd60a",
    error="#ff453a",
    success="#30d158",
    foreground="#f2f2f7",
    background="#111113",
    surface="#26262a",
    panel="#1c1c1f",
    dark=True,
    variables={"footer-key-foreground": "#7cc0ff"},
)
DAY = Theme(
    name="day",
    primary="#0a6cff",
    secondary="#1f8a3b",
    accent="#0a6cff",
    warning="#8a6100",
    error="#c4221a",
    success="#1f7a36",
    foreground="#1c1c1e",
    background="#ffffff",
    surface="#ececf1",
    panel="#e3e3e9",
    dark=False,
    variables={"footer-key-foreground": "#0050b8"},
)
THEMES = {"dark": NIGHT, "light": DAY}
# The last number of COLORFGBG is the background's, of the 16 colours of terminals;
# rxvt began it, and Konsole, iTerm2 and others set it.
_LIGHT_GROUNDS = {"7", "15"}


def usual() -> str:
    """Return "light" if the terminal says that its background is, else "dark"."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if ground in _LIGHT_GROUNDS else "dark"
