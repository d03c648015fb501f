"""Reactions as phones write them into a text, where the service knows no other way.

The words are those of an iPhone in the language of whoever reacts; they were read in
tests of public programs that show them as reactions (§26.14). Languages for which
none was found are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.authoring.words import unknown

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Message

_ADDED = {
    "en": {
        "loved": "Loved {}",
        "liked": "Liked {}",
        "disliked": "Disliked {}",
        "laughed": "Laughed at {}",
        "emphasized": "Emphasized {}",
        "questioned": "Questioned {}",
        "emoji": "Reacted {emoji} to {}",
    },
    "fr": {
        "loved": "A adoré {}",
        "liked": "A aimé {}",
        "disliked": "N\u2019a pas aimé {}",
        "laughed": "A ri de {}",
        "emphasized": "A mis en évidence {}",
        "questioned": "A posé une question sur {}",
        "emoji": "A réagi avec {emoji} à {}",
    },
}
_REMOVED = {
    "en": {
        "loved": "Removed a heart from {}",
        "liked": "Removed a like from {}",
        "disliked": "Removed a dislike from {}",
        "laughed": "Removed a laugh from {}",
        "emphasized": "Removed an exclamation from {}",
        "questioned": "Removed a question mark from {}",
        "emoji": "Removed {emoji} from {}",
    },
    "fr": {
        "loved": "A retiré un cœur de {}",
        "liked": "A retiré un J\u2019aime de {}",
        "emoji": "A retiré {emoji} de {}",
    },
}
_QUOTES = {"en": "\u201c{}\u201d", "fr": "«\xa0{}\xa0»"}
_PICTURES = {"en": "an image"}  # instead of a quotation


def words(
    message: Message, name: str, *, language: str = "en", removed: bool = False
) -> str:
    """The text of a reaction to a message: one of the six, or an emoji itself.

    Raises:
        FoundryError: the words in that language are not known.
    """
    if language not in _ADDED:
        raise unknown("language of reactions", language, _ADDED)
    sentences = (_REMOVED if removed else _ADDED)[language]
    emoji = "" if name.isascii() else name
    kind = "emoji" if emoji else name
    if kind not in sentences:
        raise unknown(f"reaction in {language!r}", name, sentences)
    return sentences[kind].format(_quoted(message, language), emoji=emoji)


def _quoted(message: Message, language: str) -> str:
    if message.attachments and len(message.parts) == 1:
        if language not in _PICTURES:
            raise unknown("language of reactions to pictures", language, _PICTURES)
        return _PICTURES[language]
    return _QUOTES[language].format(message.text)
