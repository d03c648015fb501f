"""The languages that built-in scenes and the linter know, and who speaks them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import Persona

LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "ja",
    "ar",
    "nl",
    "ru",
    "ko",
    "tr",
    "pt_BR",
    "it",
    "zh_Hans",
    "zh_Hant",
    "he",
    "hi",
)
# Chinese is written in two scripts, Portuguese is that of Brazil.
_WRITTEN = {
    "zh": "zh_Hans",
    "zh_HK": "zh_Hant",
    "zh_MO": "zh_Hant",
    "zh_TW": "zh_Hant",
    "pt": "pt_BR",
}


def spoken_in(locale: str) -> str:
    """Return the code of a locale's language: "de" for "de_AT", "zh_Hant" for "zh_TW".

    It is that of the locale also where nothing is written in that language.
    """
    code = locale.partition("_")[0]
    return _WRITTEN.get(locale) or _WRITTEN.get(code, code)


def spoken_among(owner: Persona, people: Iterable[Persona]) -> str:
    """Return the code of a chat's language: the contact's, or a group's most common
    one. English stands for languages in which nothing is written."""
    own = spoken_in(owner.locale)
    codes = [spoken_in(each.locale) for each in people]
    tally = Counter(code if code in LANGUAGES else "en" for code in codes)
    if not tally:
        return own
    # The owner's language decides a tie, then the order of the participants.
    most = max(tally.values())
    winners = [code for code, number in tally.items() if number == most]
    return own if own in winners else winners[0]


def notes(people: Iterable[Persona]) -> list[str]:
    """Return a line about each person in whose language no scene is written."""
    return [_note(each) for each in people if spoken_in(each.locale) not in LANGUAGES]


def _note(person: Persona) -> str:
    code = spoken_in(person.locale)
    return (
        f"note: {person.id} ({person.locale}) writes English where the cache has "
        f"nothing: no built-in scene is in {code!r}; there are {', '.join(LANGUAGES)}"
    )
