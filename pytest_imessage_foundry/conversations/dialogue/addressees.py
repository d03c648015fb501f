"""Words around scenes by how many people they speak to.

Openers, askers, tellers and transitions come before any scene, in a chat of two or in
a group. `>one ` before a text says that it speaks to one person, as German "stell dir
vor" does, and `>all ` that it speaks to several: "stellt euch vor". Texts without such
a mark are for both, but those with a name speak to whoever has it.
"""

from __future__ import annotations

import json
import re
from pkgutil import get_data
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.dialogue.scenes import Language

_MARK = re.compile(">(one|all) ")
_NAMED = "{B}"


def fitting(texts: Iterable[str], *, in_group: bool) -> list[str]:
    """Return those of some texts that fit a group, or a chat of two, without marks."""
    other = "one" if in_group else "all"
    return [bare(text) for text in texts if addressee(text) != other]


def addressee(text: str) -> str:
    """Return "one" or "all", "" for a text that speaks to no number of people."""
    found = _MARK.match(text)
    if found is None:
        return "one" if _NAMED in text else ""
    return found[1]


def bare(text: str) -> str:
    """Return a text without its mark."""
    return _MARK.sub("", text, count=1)


def asides(language: Language, *, is_asking: bool, is_news: bool) -> list[str]:
    """Return the words between two topics, with their marks."""
    data = get_data(__package__, "transitions.json")
    own = json.loads(data or b"")[language.code]
    texts = list(own[language.register])
    texts += own.get("askers", {}).get(language.register, ()) if is_asking else ()
    texts += own.get("tellers", {}).get(language.register, ()) if is_news else ()
    return texts
