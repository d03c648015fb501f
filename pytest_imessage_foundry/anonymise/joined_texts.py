"""The tokens of many texts at once.

One search of all texts takes a fraction of a search of each. They are joined by a sign
that belongs to no token, so that the same is found as in each by itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.kept import NAME_TOKEN, format_words

_BETWEEN, _GUID_WAS_HERE = "\0", "\1"
_HEX = bytes(
    ord("h" if chr(c) in "0123456789ABCDEFabcdef" else "-" if c == 45 else " ")
    for c in range(256)
)


def told(texts: Sequence[str]) -> list[str]:
    """Return what texts of the original tell."""
    return _tokens(texts, tokens.LONG_WORD)


def told_by_name(texts: Sequence[str]) -> list[str]:
    """Return what names of the original tell."""
    return _tokens(texts, tokens.SHORT)


def looked_at(texts: Sequence[str]) -> list[str]:
    """Return all tokens of texts in the copy."""
    return _tokens(texts, tokens.SHORT, is_copy=True)


def _tokens(texts: Sequence[str], shortest: int, *, is_copy: bool = False) -> list[str]:
    if not texts:
        return []
    joined = _BETWEEN.join(texts)
    if joined.count(_BETWEEN) != len(texts) - 1 or _GUID_WAS_HERE in joined:
        each_told = (tokens.of_text(each, shortest, is_copy=is_copy) for each in texts)
        return [token for told in each_told for token in told]
    if not joined.isascii():
        joined = unicodedata.normalize("NFKC", joined)
    found = tokens.identities(joined) if _can_have_guids(joined) else []
    if found:
        joined = tokens.GUID_FORM.sub(_GUID_WAS_HERE, joined)
    found += _wholes(joined.split(_BETWEEN), shortest, is_copy=is_copy)
    if found:
        joined = joined.replace(_GUID_WAS_HERE, " ")
    bare = joined.split(_BETWEEN)
    found += _words_and_grams(joined, shortest)
    with_digits = _BETWEEN.join(filter(tokens.DIGIT.search, bare))
    if with_digits:
        found += tokens.numbers(with_digits)
        if shortest == tokens.SHORT:
            found += tokens.mixed(with_digits)
    if tokens.INNER_DOT.search(joined):
        with_dots = [t for t in bare if "." in t and tokens.INNER_DOT.search(t)]
        hosts = tokens.dotted if is_copy else tokens.hosts
        found += hosts(_BETWEEN.join(with_dots))
    if "@" in joined:
        found += tokens.mails(_BETWEEN.join(each for each in bare if "@" in each))
    return found


def _can_have_guids(joined: str) -> bool:
    shape = joined.encode("utf-8", "surrogatepass").translate(_HEX)
    return b"hhhhhhhh-" in shape or b"h" * 32 in shape


def _wholes(texts: Sequence[str], shortest: int, *, is_copy: bool) -> list[str]:
    """Return the short texts without GUIDs as a whole."""
    short = [
        each
        for each in texts
        if len(each) in tokens.WHOLE_LENGTHS and _GUID_WAS_HERE not in each
    ]
    if not is_copy:
        short = [each for each in short if not _is_format(each, shortest)]
    return [tokens.WHOLE + each.casefold() for each in short]


def _is_format(text: str, shortest: int) -> bool:
    # Nearly always the first word is not the format's, and no other is looked at.
    first = NAME_TOKEN.search(text)
    if first and first[0].isalpha() and first[0].casefold() not in format_words():
        return False
    return tokens.is_format(text, tokens.words(text, shortest))


def _words_and_grams(joined: str, shortest: int) -> list[str]:
    """Return the words of texts, and in scripts without spaces each three letters."""
    raw = joined.encode("utf-8", "surrogatepass").translate(tokens.LOWER)
    # A sign of ASCII that is no letter is in no word.
    pieces = dict.fromkeys(raw.split())
    plain = [each for each in pieces if len(each) >= shortest and each.isascii()]
    words = dict.fromkeys(b" ".join(plain).decode().split())
    if len(raw) == len(joined):
        return [*map(tokens.WORD.__add__, words)]
    high = b"\0".join(each for each in pieces if not each.isascii())
    others = high.decode("utf-8", "surrogatepass")
    words.update(dict.fromkeys(tokens.words(others, shortest)))
    return [*map(tokens.WORD.__add__, words), *tokens.grams(others)]
