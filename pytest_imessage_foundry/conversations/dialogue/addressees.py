"""Words around scenes by how many people they speak to.

Openers, askers, tellers and transitions come before any scene, in a chat of two or in
a group. `>one ` before a text says that it speaks to one person, as German "stell dir
vor" does, and `>all ` that it speaks to several: "stellt euch vor". Texts without such
a mark are for both, but those with a name speak to whoever has it. In a group no text
speaks to one person. Texts for several come before a scene of three or more, and before
news that does not begin with a question.
"""

from __future__ import annotations

import json
import re
from pkgutil import get_data
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_imessage_foundry.conversations.dialogue.scenes import Language

Addressee = Literal["one", "all", ""]
_MARK = re.compile(">(one|all) ")
_NAMED = "{B}"


class LeadingWords(NamedTuple):
    """Words before any scene, before those that ask, and before those that tell."""

    general: Sequence[str]
    askers: Sequence[str]
    tellers: Sequence[str]

    def before(
        self, *, is_asking: bool, is_news: bool, in_group: bool, to_all: bool
    ) -> list[str]:
        """Return what can come before a scene.

        Args:
            is_asking: whether the scene begins with a question.
            is_news: whether it begins with news.
            in_group: whether more than two people read it.
            to_all: whether it speaks to several of them.
        """
        whom: Addressee = "one" if not in_group else "all" if to_all else ""
        texts = fitting(self.general, whom)
        if is_asking:
            texts += fitting(self.askers, whom)
        elif in_group:
            whom = "all"
        return texts + fitting(self.tellers, whom) if is_news else texts


def openers(language: Language) -> LeadingWords:
    """Return the words that begin a sitting, with their marks."""
    return LeadingWords(language.openers, language.askers, language.tellers)


def asides(language: Language) -> LeadingWords:
    """Return the words between two topics, with their marks."""
    data = get_data(__package__, "transitions.json")
    own = json.loads(data or b"")[language.code]
    register = language.register
    askers, tellers = (own.get(each, {}) for each in ("askers", "tellers"))
    return LeadingWords(
        own[register], askers.get(register, ()), tellers.get(register, ())
    )


def fitting(texts: Iterable[str], whom: Addressee) -> list[str]:
    """Return texts for one or for all, and those for both, without their marks."""
    return [bare(text) for text in texts if addressee(text) in ("", whom)]


def addressee(text: str) -> Addressee:
    """Return to whom a text speaks, "" for any number of people."""
    if text.startswith(">all "):
        return "all"
    return "one" if text.startswith(">one ") or _NAMED in text else ""


def bare(text: str) -> str:
    """Return a text without its mark."""
    return _MARK.sub("", text, count=1)
