"""Whether a text shows what an app put in place of a message.

Readers that print for people show a link's preview or an app's card as one text.
"""

from __future__ import annotations

from typing import Any

# The field of a balloon that a reader may fill instead of the others.
SHOWN = "shown"
# What must stand in the text: all of the first, and one at least of the second.
_MUST: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "link": (("url", "title"), ()),
    "song": (("url", "name"), ()),
    "store-app": (("url", "name"), ()),
    "place": (("url", "name"), ()),
    "collaboration": (("url", "title"), ()),
    "app": ((), ("summary", "caption", "image_title")),
}


def is_shown(balloon: dict[str, Any], text: object) -> bool:
    """Return whether a text shows a balloon: a link's address with its title, one of
    the lines of a card. Of other balloons a text shows nothing."""
    must, either = _MUST.get(balloon["kind"], ((), ()))
    if not isinstance(text, str) or not (must or either):
        return False
    every = [value for name in must if (value := balloon.get(name))]
    some = [value for name in either if (value := balloon.get(name))]
    return all(each in text for each in every) and (
        not some or any(each in text for each in some)
    )
