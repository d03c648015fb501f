"""The languages that built-in scenes and the linter know, and who speaks them."""

from __future__ import annotations

LANGUAGES = ("en", "de", "fr", "es", "ja", "ar", "he", "hi")
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
