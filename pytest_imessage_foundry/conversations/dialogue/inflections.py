"""Endings that depend on the word before them, where a slot gives that word.

Korean scenes have particles in both forms, as grammars do: `{food}을(를)`,
`{city}(으)로`. `{name}(이)가` is a name among friends: 지훈이가, 민지가.

Turkish scenes have capitals for the vowels and consonants that change: `{city}'DA`,
`{name}'(y)lA`, `{name} dA`. A letter in parentheses stands only after a vowel.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.casing import lower

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTICLE = re.compile(r"(은|이|을|과|아)\((는|가|를|와|야)\)|\((이|으)\)")
_FIRST, _LAST, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8
# Letters and digits whose Korean reading ends in a consonant, and in ㄹ.
_CLOSED, _IN_RIEUL = "mnkptcbg036", "lr178"
_KIN = ("엄마", "아빠", "할머니", "할아버지", "자기")  # called without an ending
_QUOTES = "\"')\u2019\u201d"
_SUFFIX = re.compile(
    r"'(?:\(([yns])\))?(A|In?|lA|DA(?:n|ki)?)\b|(?<=\w) (dA|mI(?:ydI)?)\b"
)
_BACK = "aıou"
_VOWELS = f"{_BACK}eiöü"
_HARD = "fstkçşhp"
# The last vowel of a word decides which of four high vowels an ending has.
_HIGH = dict(zip(_VOWELS, "ııuuiiüü", strict=True))


def inflected_in(code: str) -> Callable[[str], str] | None:
    """Return what puts the endings of filled texts right, None where nothing does."""
    return {"ko": _korean, "tr": _turkish}.get(code)


def _korean(text: str) -> str:
    return _PARTICLE.sub(_particle, text) if "(" in text else text


def _particle(found: re.Match[str]) -> str:
    word = found.string[: found.start()].rstrip(_QUOTES)
    closed, only = _final(word[-1:]), found[3]
    if only == "으":
        return "으" if closed not in (0, _RIEUL) else ""
    if only:
        return "이" if closed and "가" <= word[-1:] <= "힣" else ""
    if found[1] == "아" and word.endswith(_KIN):
        return ""
    return found[1] if closed else found[2]


def _final(letter: str) -> int:
    """Return the number of the consonant that closes a syllable, 0 for none."""
    if letter and _FIRST <= ord(letter) <= _LAST:
        return (ord(letter) - _FIRST) % _FINALS
    if letter and letter.lower() in _IN_RIEUL:
        return _RIEUL
    return int(letter != "" and letter.lower() in _CLOSED)


def _turkish(text: str) -> str:
    return _SUFFIX.sub(_suffix, text) if "'" in text or " " in text else text


def _suffix(found: re.Match[str]) -> str:
    before = lower(found.string[: found.start()], "tr")
    mark, ending = ("'", found[2]) if found[2] else (" ", found[3])
    if found[1] and before[-1:] in _VOWELS:
        ending = found[1] + ending
    vowel = next((each for each in reversed(before) if each in _VOWELS), "a")
    last, out = before[-1:], mark
    for letter in ending:
        if letter == "D":
            letter = "t" if last in _HARD else "d"
        elif letter == "A":
            letter = "a" if vowel in _BACK else "e"
        elif letter == "I":
            letter = _HIGH[vowel]
        if letter in _VOWELS:
            vowel = letter
        last = letter
        out += letter
    return out
