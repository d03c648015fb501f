"""Other characters of the same class: script, case, kind, and length in UTF-8 and
UTF-16. Spaces, punctuation and what joins emoji stay."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import cache

_LOWER, _UPPER, _DIGITS = (range(97, 123), range(65, 91), range(48, 58))
# U+FFFC and U+FFFD stand for files and balloons; the rest joins and varies emoji.
_STAY = frozenset("\ufffc\ufffd\u200d\ufe0e\ufe0f\ufeff\u20e3")
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
# Characters of no shape: small letters spell the name of a flag, and what is ASCII can
# be hidden in them.
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
# Where a script has no other character of the class, by kind and length in UTF-8.
_LAST = {
    ("L", 2): "αβγδεζηθ",
    ("L", 3): "一二三四五六七八",
    ("L", 4): "".join(map(chr, range(0x20000, 0x20080))),
    ("M", 2): "".join(map(chr, range(0x300, 0x310))),
    ("M", 3): "".join(map(chr, range(0x1DC0, 0x1DD0))),
    ("N", 2): "".join(map(chr, range(0x660, 0x66A))),
    ("N", 3): "".join(map(chr, range(0x966, 0x970))),
}


def _ascii_table() -> tuple[bytes, ...]:
    """For each ASCII character what each of 256 random bytes makes of it."""
    table = []
    for code in range(128):
        group = next((g for g in (_LOWER, _UPPER, _DIGITS) if code in g), None)
        row = (code if group is None else group[n % len(group)] for n in range(256))
        table.append(bytes(row))
    return tuple(table)


ASCII = _ascii_table()


def ascii_drawn(raw: bytes, stream: bytes) -> bytes:
    """Return other ASCII characters of the same classes; `stream` has a byte each."""
    return bytes([ASCII[code][n] for code, n in zip(raw, stream, strict=False)])


def drawn(text: str, stream: bytes, picture: Callable[[str], str]) -> str:
    """Return other characters of the same classes; `stream` has two bytes each.

    `picture` gives the stand-in of an emoji, which does not depend on its place.
    """
    if text.isascii():
        return ascii_drawn(text.encode(), stream).decode()
    out = []
    for at, character in enumerate(text):
        high, low = stream[2 * at], stream[2 * at + 1]
        code = ord(character)
        if code < 128:
            out.append(chr(ASCII[code][low]))
            continue
        if is_emoji(character):
            out.append(picture(character))
            continue
        pool = pool_of(character)
        out.append(pool[(high << 8 | low) % len(pool)] if pool else character)
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
    own = families().get((_script(character), category, length), "")
    if len(own) > 4:
        return own
    if ord(character) >= 0x10000 or category in ("Co", "Cn"):
        own = _block(character, category)
    if len(own) > 4:
        return own
    own = families().get(("", category, length), own)
    return own if len(own) > 1 else _LAST.get((category[0], length), own) or own


def _block(character: str, category: str) -> str:
    start = ord(character) // _BLOCK * _BLOCK
    block = map(chr, range(start, start + _BLOCK))
    return "".join(each for each in block if unicodedata.category(each) == category)


@cache
def families() -> dict[tuple[str, str, int], str]:
    """Return the characters of the basic plane by script, category and length.

    A script of "" stands for all together.
    """
    found: defaultdict[tuple[str, str, int], list[str]] = defaultdict(list)
    for code in range(0x80, 0xFFF0):
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] not in "LMN" or unicodedata.decomposition(character)[:1] == "<":
            continue
        if len(character.casefold()) != 1 or not _is_stable(character):
            continue
        length = 2 if code < 0x800 else 3
        for script in ("", _script(character)):
            found[script, category, length].append(character)
    return {key: "".join(each) for key, each in found.items()}


def _is_stable(character: str) -> bool:
    return unicodedata.normalize("NFC", character) == character


@cache
def _script(character: str) -> str:
    name = unicodedata.name(character, "")
    return name.partition(" ")[0] or f"block {ord(character) // _BLOCK}"
