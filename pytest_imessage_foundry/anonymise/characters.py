"""Other characters of the same class: script, case, kind, and length in UTF-8 and
UTF-16. Spaces, punctuation and what joins emoji stay."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache

_LOWER, _UPPER, _DIGITS = (range(97, 123), range(65, 91), range(48, 58))
# U+FFFC and U+FFFD stand for files and balloons; the rest joins and varies emoji.
_STAY = frozenset("\ufffc\ufffd\u200d\ufe0e\ufe0f\ufeff\u20e3")
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
# Invisible characters. The small letters spell the name of a flag; ASCII text can be
# hidden in all of them.
_HIDDEN = tuple(
    range(0xE0000 + first, 0xE0000 + last)
    for first, last in ((0x61, 0x7B), (0x41, 0x5B), (0x30, 0x3A))
)
_HANDS = "👂👃👆👇👈👉👊👋👌👍👎👏👐💅💪🖐🖕🖖🙌🙏🤘🤙🤚🤛🤜🤞🤟🤲🤳🦵🦶"
# Those of one plane and of one look: all are shown as emoji by themselves.
_PICTURES = "".join(
    map(
        chr,
        (*range(0x1F400, 0x1F43F), *range(0x1F600, 0x1F645), *range(0x1F32D, 0x1F37D)),
    )
)
_SIGNS = "☀☁☂☃☄☎☔☕☘☠☢☣☮☯♈♉♊♋♌♍♎♏♐♑♒♓♻⚓⚔⚖⚙⚡⚽⚾⛄⛅⛔⛪⛲⛳⛵✂✈✉✌✏✨❄❗❤"
_BLOCK = 128
# Characters of the basic plane, by their length in UTF-8.
_OF_LENGTH = {2: range(0x80, 0x800), 3: range(0x800, 0xFFF0)}
# Used if a script has no other character of the class, by kind and length in UTF-8.
_LAST = {
    ("L", 2): "αβγδεζηθ",
    ("L", 3): "一二三四五六七八",
    ("L", 4): "".join(map(chr, range(0x20000, 0x20080))),
    ("M", 2): "".join(map(chr, range(0x300, 0x310))),
    ("M", 3): "".join(map(chr, range(0x1DC0, 0x1DD0))),
    ("N", 2): "".join(map(chr, range(0x660, 0x66A))),
    ("N", 3): "".join(map(chr, range(0x966, 0x970))),
}


def _table(of: Callable[[int], int]) -> bytes:
    return bytes(map(of, range(256)))


def _first(code: int) -> int:
    """Return the first character of the class of one; others are their own."""
    return next((g[0] for g in (_LOWER, _UPPER, _DIGITS) if code in g), code)


_FIRST = _table(_first)
_IS_LETTER = _table(lambda code: 255 * (code in _LOWER or code in _UPPER))
_IS_DIGIT = _table(lambda code: 255 * (code in _DIGITS))
_OF_LETTERS = _table(lambda code: code % len(_LOWER))
_OF_DIGITS = _table(lambda code: code % len(_DIGITS))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def ascii_drawn(raw: bytes, stream: bytes) -> bytes:
    """Return other ASCII characters of the same classes; `stream` has a byte each.

    All characters are one large number here, which takes a fifth of the time of a step
    for each. No byte of a sum carries into the next.
    """
    count = len(raw)
    drawn = _number(raw.translate(_FIRST))
    for is_one, of in ((_IS_LETTER, _OF_LETTERS), (_IS_DIGIT, _OF_DIGITS)):
        ones = _number(raw.translate(is_one))
        if ones:
            drawn += ones & _number(stream[:count].translate(of))
    return drawn.to_bytes(count, "big")


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def drawn(text: str, stream: bytes, picture: Callable[[str], str]) -> str:
    """Return other characters of the same classes; `stream` has two bytes each.

    `picture` gives the stand-in of an emoji, which does not depend on its place.
    """
    return all_drawn([text], [stream], picture)[0]


def all_drawn(
    texts: Sequence[str], streams: Sequence[bytes], picture: Callable[[str], str]
) -> list[str]:
    """Return other characters for texts, each drawn from its own stream."""
    raw = "".join(texts).encode("ascii", "replace")
    drawn = ascii_drawn(raw, b"".join(map(_cut, streams, texts))).decode()
    out, end = [], 0
    for text, stream in zip(texts, streams, strict=True):
        start, end = end, end + len(text)
        new = drawn[start:end]
        is_plain = text.isascii()
        out.append(new if is_plain else _with_others(text, new, stream, picture))
    return out


def _cut(stream: bytes, text: str) -> bytes:
    return stream[: len(text)]


def _with_others(
    text: str, plain: str, stream: bytes, picture: Callable[[str], str]
) -> str:
    """Return `plain`, which is `text` drawn as ASCII, with what is not ASCII drawn."""
    out = list(plain)
    for found in _NOT_ASCII.finditer(text):
        at, character = found.start(), found[0]
        if is_emoji(character):
            out[at] = picture(character)
            continue
        pool = pool_of(character)
        number = stream[at] << 8 | stream[len(text) + at]
        out[at] = pool[number % len(pool)] if pool else character
    return "".join(out)


def is_emoji(character: str) -> bool:
    """Tell whether a character is a picture, which has one stand-in everywhere."""
    code = ord(character)
    if code < 0x2190 or character in _STAY:
        return False
    if code >= 0x1F000:
        return code < 0x20000
    return unicodedata.category(character) == "So" and 0x2190 <= code < 0x2C00


@cache
def pool_of(character: str) -> str:
    """Return the characters that may stand for one; none where it stays."""
    code = ord(character)
    if character in _STAY:
        return ""
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return "\udcff"
    for hidden in _HIDDEN:
        if code in hidden:
            return "".join(map(chr, hidden))
    if is_emoji(character):
        return _emoji_pool(character)
    category = unicodedata.category(character)
    if category == "So" and unicodedata.decomposition(character):
        return _block(character, category)  # letters in a circle, words in a square
    if category[0] in "PSZ" or category in ("Cc", "Cf"):
        return ""
    return _letters(character, category)


def _emoji_pool(character: str) -> str:
    code = ord(character)
    for special in (_SKIN, _FLAGS):
        if code in special:
            return "".join(map(chr, special))
    if code < 0x10000:
        return _SIGNS
    return _HANDS if character in _HANDS else _PICTURES


def _letters(character: str, category: str) -> str:
    """Letters, marks and digits of the same script and length; private and unassigned
    characters become others of their block."""
    length = len(character.encode())
    scripts = families(category, length) if category[0] in "LMN" else {}
    own = scripts.get(_script(character), "")
    if len(own) > 4:
        return own
    if ord(character) >= 0x10000 or category in ("Co", "Cn"):
        own = _block(character, category)
    if len(own) > 4:
        return own
    own = scripts.get("", own)
    return own if len(own) > 1 else _LAST.get((category[0], length), own) or own


def _block(character: str, category: str) -> str:
    start = ord(character) // _BLOCK * _BLOCK
    block = map(chr, range(start, start + _BLOCK))
    return "".join(each for each in block if unicodedata.category(each) == category)


@cache
def families(category: str, length: int) -> dict[str, str]:
    """Return the characters of the basic plane that have a category and a length, by
    script. A script of "" stands for all together.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for character in map(chr, _OF_LENGTH.get(length, ())):
        if unicodedata.category(character) != category:
            continue
        if unicodedata.decomposition(character)[:1] == "<":
            continue
        if len(character.casefold()) != 1 or not _is_stable(character):
            continue
        for script in ("", _script(character)):
            found[script].append(character)
    return {script: "".join(each) for script, each in found.items()}


def _is_stable(character: str) -> bool:
    return unicodedata.normalize("NFC", character) == character


@cache
def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return name.partition(" ")[0] or f"block {ord(character) // _BLOCK}"
