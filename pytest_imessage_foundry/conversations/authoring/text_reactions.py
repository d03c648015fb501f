"""Reactions as phones write them into a text, where the service knows no other way.

The words are those of an iPhone in the language of whoever reacts (§26.14). They
are Apple's own, of its framework IMSharedUtilities, as a public SMS app lists them
(213YaZ786/SMS, Tapbacks.kt). Other programs that saw such texts in messages have the
same of en, de, es-419, fr-CA and it. `fr-short` are words that three programs have for
French instead; which phones write them is not known. How a picture is called was found
for en and es-419 alone.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, NotRequired, TypedDict

from pytest_imessage_foundry.conversations.authoring.words import unknown

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Message


class _Language(TypedDict):
    """Sentences with {} for what is quoted, or {text} where they quote otherwise."""

    quote: str
    picture: NotRequired[str]
    added: dict[str, str]
    removed: dict[str, str]


@cache
def languages() -> dict[str, _Language]:
    """Return the languages whose words are known."""
    data = get_data(__package__, "text_reactions.json")
    assert data is not None, "a loader that reads this module reads its neighbour"
    told: dict[str, _Language] = json.loads(data)
    return told


def words(
    message: Message, name: str, *, language: str = "en", removed: bool = False
) -> str:
    """Return the text of a reaction to a message: one of the six, or an emoji itself.

    Raises:
        FoundryError: the words in that language are not known.
    """
    if language not in languages():
        raise unknown("language of reactions", language, languages())
    told = languages()[language]
    sentences = told["removed" if removed else "added"]
    kind = name if name.isascii() else "emoji"
    if kind not in sentences or name == "emoji":
        raise unknown(f"reaction in {language!r}", name, sentences)
    quoted = _quoted(message, language, told)
    return sentences[kind].format(quoted, text=message.text, emoji=name)


def _quoted(message: Message, language: str, told: _Language) -> str:
    """Return the text in quotation marks, or what stands for a picture."""
    if not message.attachments or len(message.parts) != 1:
        return told["quote"].format(message.text)
    picture = told.get("picture")
    if picture is None:
        able = [each for each, words in languages().items() if words.get("picture")]
        raise unknown("language of reactions to pictures", language, able)
    return picture
