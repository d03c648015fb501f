"""Voices: the writing style of a persona, and texts in that style."""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING
from unicodedata import category

from pytest_imessage_foundry.conversations.casing import lower, upper
from pytest_imessage_foundry.conversations.circles import circles
from pytest_imessage_foundry.conversations.dialogue.manners import manners_of
from pytest_imessage_foundry.conversations.dialogue.scenes import key_of
from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.conversations.dialogue.scenes import Language
    from pytest_imessage_foundry.models import Persona

EMOJI_RATE = {"none": 0.0, "light": 0.07, "moderate": 0.22, "heavy": 0.5}
# By the mood of a scene, so that no laughing emoji answers bad news.
PALETTES = {
    "fun": ("😂", "🤣", "😅", "😄", "😆", "😜", "🙈", "😎", "💀", "🤭"),
    "warm": ("❤️", "😊", "🥰", "🤗", "💕", "☺️", "😘", "💛", "🫶", "🌸"),
    "plain": ("👍", "🙂", "👌", "😊", "😌", "✌️", "🤞", "👀"),
    "sad": ("😔", "😢", "🥺", "💔", "🙏", "😞", "😟"),
    "tense": ("🙄", "😕", "😞", "😐"),
    "hype": ("🎉", "🔥", "🙌", "😍", "🥳", "💪", "✨", "👏", "🤩"),
}
COMFORT = "comfort"  # the palette of those who answer bad news
_COMFORTING = ("❤️", "🙏", "🫂")
_OFFICE = ("👍", "🙂", "👌", "🙏", "✅", "😊")
_QUOTED = re.compile(r"(?<![^\s(])'([^']+)'(?![^\s.,:;!?)])")
_CURLY_QUOTES = "\N{LEFT SINGLE QUOTATION MARK}\\1\N{RIGHT SINGLE QUOTATION MARK}"
_LAUGH = re.compile("(?:ha){2,}")
_YOUNG = frozenset("💀🤭")
_ELDERS = frozenset({"parent", "elder"})
# Kisses are for those one lives with, or grew up with.
_KISSES = frozenset({"😘", "💕"})
_CLOSE = frozenset({"partner", "family"})
_CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"  # as an iPhone writes an apostrophe
QUESTIONS = "?\N{FULLWIDTH QUESTION MARK}\N{ARABIC QUESTION MARK}"
_OPENING = "\N{INVERTED QUESTION MARK}\N{INVERTED EXCLAMATION MARK}"
_AS_EMOJI = "\N{VARIATION SELECTOR-16}"
_ENDS = (",", "?", "!", ".", "")


@dataclass(frozen=True, slots=True)
class Voice:
    """The writing style of a persona.

    Attributes:
        words: words and what the persona writes in place of them.
        laugh: what the persona writes for "haha" and the language's like words.
        apostrophe: what stands for an apostrophe, "" for nothing.
        lower: whether it has no capital letters.
        stop: whether sentences end with a full stop, the language's `full_stop`.
        open_ends: after which characters no full stop is written.
        language: the code of the language, for its letters.
        marks: what stands in place of an exclamation mark, one drawn each time.
        split: the share of bubble breaks in a scene that are kept.
        length: -1 for the shorter of two alternatives, 1 for the longer, 0 for any.
    """

    words: dict[str, str]
    laugh: str
    apostrophe: str
    lower: bool
    stop: bool
    full_stop: str
    marks: tuple[str, ...]
    emoji: float
    palettes: dict[str, tuple[str, ...]]
    split: float
    length: int
    typo: float
    react: float
    open_ends: str = ""
    language: str = ""

    def say(
        self,
        text: str,
        mood: str,
        rand: Callable[[], float],
        *,
        goes_on: bool = False,
    ) -> str:
        """Return the text as this persona would type it.

        The mood names the palette of its emoji; without one there are none. What
        `goes_on` in the next message, such as "before I forget", has no full stop.
        """
        if not text:
            return text
        words = self.words
        if words:
            text = " ".join([words.get(word, word) for word in text.split(" ")])
        if "haha" in text:
            text = _LAUGH.sub(self.laugh, text)
        if "'" in text:
            if self.apostrophe == _CURLY:
                text = _QUOTED.sub(_CURLY_QUOTES, text)
            text = text.replace("'", self.apostrophe)
        if self.lower:
            text = lower(text, self.language)
        elif self.full_stop == "." and text[0].islower():
            text = upper(text[0], self.language) + text[1:]
        elif text[0] in _OPENING:
            text = text[0] + upper(text[1:2], self.language) + text[2:]
        last = text[-1]
        if last == "!" and "\N{INVERTED EXCLAMATION MARK}" not in text:
            mark = self.marks[int(rand() * len(self.marks))]
            text = text.rstrip("!") or "!"
            if mark != "." or self._may_stop(text[-1:]):
                text += mark
            text = text.rstrip()
        elif self.stop and not goes_on and self._may_stop(last) and len(text) > 9:
            text += self.full_stop
        if mood and rand() < self.emoji:
            text += self._emoji(text, mood, rand)
        return text

    def _emoji(self, text: str, mood: str, rand: Callable[[], float]) -> str:
        if text[-1] in QUESTIONS and rand() < 0.6:
            return ""
        palette = self.palettes[mood]
        one = palette[int(rand() * len(palette))]
        return f" {one * 2}" if self.emoji > 0.4 and rand() < 0.2 else f" {one}"

    def _may_stop(self, last: str) -> bool:
        """Return whether a full stop can follow this character."""
        return _is_of_a_word(last) and last not in self.open_ends

    def join(self, first: str, second: str) -> str:
        """Return the texts of two bubbles as one."""
        last = (self.laugh if first.endswith("haha") else first)[-1:]
        if self._may_stop(last) or last in "\")'”»」":
            first += self.full_stop
        if self.full_stop != ".":
            return first + second
        if not self.lower and second[:1].islower():
            second = upper(second[0], self.language) + second[1:]
        return f"{first} {second}"


def _is_of_a_word(last: str) -> bool:
    """Return whether a word can end with a character; many of Hindi end with a mark."""
    return last.isalnum() or (last not in ("", _AS_EMOJI) and category(last)[0] == "M")


SERVICE = Voice(
    words={},
    laugh="haha",
    apostrophe="'",
    lower=False,
    stop=False,
    full_stop=".",
    marks=("!",),
    emoji=0.0,
    palettes=PALETTES,
    split=0.0,
    length=0,
    typo=0.0,
    react=0.0,
)


# Cached, because the owner is in every chat and friends are in several.
@lru_cache(maxsize=256)
def voice_of(persona: Persona, language: Language) -> Voice:
    """Return the voice of a persona, by its traits, else by its id."""
    rand = Random(f"voice:{persona.id}").random
    manners = manners_of(persona, language.code)
    formal = "formal" in manners and "informal" not in manners
    # A grandmother of few words does not abbreviate them.
    plain = persona.vocabulary_level == "simple" and not circles(persona) & _ELDERS
    slang = not formal and ("slang" in manners or plain)
    may_be_lower = not formal and "capitals" not in manners
    by_nature = rand() < (0.5 if slang else 0.15)
    lower = "lowercase" in manners or (may_be_lower and by_nature)
    is_careful = persona.vocabulary_level == "sophisticated" and rand() < 0.5
    curly = _CURLY if rand() < 0.7 else "'"
    return Voice(
        words=_words(persona, language, formal=formal, slang=slang),
        laugh=_laugh(language, formal=formal, rand=rand),
        apostrophe="" if "no apostrophes" in manners else curly,
        lower=lower and bool(language.voice.get("has_case", True)),
        stop="no stops" not in manners and (formal or "stops" in manners or is_careful),
        full_stop=language.voice.get("full_stop", "."),
        marks=_marks(
            lively="lively" in manners, dry=formal or "terse" in manners, rand=rand
        ),
        emoji=EMOJI_RATE[persona.emoji_usage] * (0.8 + 0.4 * rand()),
        palettes=_palettes(persona, rand, is_office=language.register == "polite"),
        split=0.25 + 0.2 * rand() if formal else 0.4 + 0.4 * rand(),
        length=1 if "chatty" in manners else -1 if "terse" in manners else 0,
        typo=0.002 if formal else 0.006 + 0.012 * rand(),
        react=(0.4 if formal else 0.6) + 0.5 * rand(),
        open_ends=language.voice.get("open_ends", ""),
        language=language.code,
    )


def _marks(*, lively: bool, dry: bool, rand: Callable[[], float]) -> tuple[str, ...]:
    if lively:
        return ("!", "!!", "!!!", "!") if rand() < 0.5 else ("!!", "!!!", "!!", "!")
    if dry:
        return (".", "!", "")
    return ("!", "!", "", "!!") if rand() < 0.6 else ("!", "", "")


def _palettes(
    persona: Persona, rand: Callable[[], float], *, is_office: bool
) -> dict[str, tuple[str, ...]]:
    """Return a few emoji per mood, since nobody uses all there are."""
    if is_office or persona.relationship in ("service", "colleague", "boss", "client"):
        office = tuple(each for each in _OFFICE if rand() < 0.7) or _OFFICE
        grave = dict.fromkeys(("sad", COMFORT), _COMFORTING[:2])
        return {**dict.fromkeys(PALETTES, office), **grave}
    chosen: dict[str, tuple[str, ...]] = {COMFORT: _COMFORTING}
    around = circles(persona)
    shunned = _YOUNG if around & _ELDERS else frozenset()
    shunned |= frozenset() if around & _CLOSE else _KISSES
    for mood, every in PALETTES.items():
        palette = tuple(each for each in every if each not in shunned)
        few = sorted((rand(), number) for number in range(len(palette)))[:4]
        chosen[mood] = tuple(palette[number] for _, number in few)
    return chosen


def _words(
    persona: Persona,
    language: Language,
    *,
    formal: bool,
    slang: bool,
) -> dict[str, str]:
    """Return the words that this persona writes in another way, with the signs that
    commonly stand around them."""
    table: dict[str, str] = {}
    variant = language.variants.get(persona.locale, {}).get("words", {})
    table.update(variant)
    for word, other in language.voice.get("slang", {}).items() if slang else ():
        if Random(key_of(persona.id + word)).random() < 0.6:
            table[word] = other
    if formal:
        table.update(language.voice.get("formal", {}))

    def capital(text: str) -> str:
        return upper(text[:1], language.code) + text[1:]

    starts = ("", *language.voice.get("before_words", ""))
    return {
        start + first + end: start + second + end
        for word, other in table.items()
        for start in starts
        for end in _ENDS
        for first, second in ((word, other), (capital(word), capital(other)))
    }


def _laugh(language: Language, *, formal: bool, rand: Callable[[], float]) -> str:
    laughs: list[str] = language.voice.get("laughs", ["haha"])
    chosen = laughs[int(rand() * len(laughs))]
    return laughs[0] if formal else chosen


def mistype(text: str, rand: Callable[[], float]) -> tuple[str, str] | None:
    """Return the text with one typing error, and the correct word."""
    words = text.split(" ")
    number = int(rand() * len(words))
    word = words[number]
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return None
    at = 1 + int(rand() * (len(word) - 2))
    if rand() < 0.6 and word[at] != word[at + 1]:
        slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        slip = word[:at] + word[at + 1 :]
    words[number] = slip
    return " ".join(words), word
