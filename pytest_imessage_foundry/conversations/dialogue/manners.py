"""How somebody writes, by the words that describe their style.

A style can be described in English or in the person's own language. The words of each
language are in `manners.json`: regular expressions for a text in lower case.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Persona

Manner = Literal[
    "formal",
    "informal",
    "stops",
    "no stops",
    "lowercase",
    "capitals",
    "no apostrophes",
    "slang",
    "chatty",
    "terse",
    "lively",
]


def manners_of(persona: Persona, language: str) -> frozenset[Manner]:
    """Return the manners that a persona's style and character name.

    Args:
        persona: who writes.
        language: the code of the language in which they write.
    """
    described = f"{persona.writing_style} {persona.personality}".lower()
    return frozenset(
        manner
        for code in dict.fromkeys(("en", language))
        for manner, words in _words(code).items()
        if words.search(described)
    )


@cache
def _words(code: str) -> dict[Manner, re.Pattern[str]]:
    """Return what names each manner in a language."""
    return {
        manner: re.compile("|".join(words))
        for manner, words in _table().get(code, {}).items()
    }


@cache
def _table() -> dict[str, dict[Manner, list[str]]]:
    data = get_data(__package__, "manners.json")
    assert data is not None
    table: dict[str, dict[Manner, list[str]]] = json.loads(data)
    return table
