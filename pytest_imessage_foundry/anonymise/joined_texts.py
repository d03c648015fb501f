"""The tokens of many texts at once.

One search of all texts takes a fraction of a search of each. They are joined by a sign
that belongs to no token, so that the same is found as in each by itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from pytest_imessage_foundry.anonymise import tokens
from pytest_imessage_foundry.anonymise.kept import format_words

_BETWEEN, _GUID_WAS_HERE = "\0", "\1"
_HEX = bytes(
    ord("h" if chr(c) in "0123456789ABCDEFabcdef" else "-" if c == 45 else " ")
    for c in range(256)
)
_IS_WHOLE = range(tokens.SHORT + 1, 80)

Hosts = Callable[[str], list[str]]


def told(texts: Sequence[str]) -> list[str]:
    """Return what texts of the original tell."""
    return _tokens(texts, tokens.LONG_WORD, tokens.hosts)


def told_by_name(texts: Sequence[str]) -> list[str]:
    """Return what names of the original tell."""
    return _tokens(texts, tokens.SHORT, tokens.hosts)


def looked_at(texts: Sequence[str]) -> list[str]:
    """Return all tokens of texts in the copy."""
    return _tokens(texts, tokens.SHORT, tokens.dotted)


def _tokens(texts: Sequence[str], shortest: int, hosts: Hosts) -> list[str]:
    if not texts:
        return []
    joined = _BETWEEN.join(texts)
    if joined.count(_BETWEEN) != len(texts) - 1 or _GUID_WAS_HERE in joined:
        each_told = (tokens.of_text(each, shortest, hosts) for each in texts)
        return [token for told in each_told for token in told]
    if not joined.isascii():
        joined = unicodedata.normalize("NFKC", joined)
    found = tokens.identities(joined) if _can_have_guids(joined) else []
    pieces = joined.split(_BETWEEN)
    bare = pieces
    if found:
        joined = tokens.GUID_FORM.sub(_GUID_WAS_HERE, joined)
        bare = joined.replace(_GUID_WAS_HERE, " ").split(_BETWEEN)
        pieces = joined.split(_BETWEEN)
    found += _words_and_wholes(pieces, bare, shortest)
    others = [each for each in bare if not each.isascii()]
    if others:
        found += tokens.grams(_BETWEEN.join(others))
    with_digits = _BETWEEN.join(filter(tokens.DIGIT.search, bare))
    if with_digits:
        found += tokens.numbers(with_digits)
        if shortest == tokens.SHORT:
            found += tokens.mixed(with_digits)
    with_dots = [each for each in bare if "." in each and tokens.INNER_DOT.search(each)]
    found += hosts(_BETWEEN.join(with_dots))
    with_signs = [each for each in bare if "@" in each]
    found += tokens.mails(_BETWEEN.join(with_signs))
    return found


def _can_have_guids(joined: str) -> bool:
    shape = joined.encode("utf-8", "surrogatepass").translate(_HEX)
    return b"hhhhhhhh-" in shape or b"h" * 32 in shape


def _words_and_wholes(
    pieces: Sequence[str], bare: Sequence[str], shortest: int
) -> list[str]:
    """Return the words of texts, and the short texts without GUIDs as a whole.

    `pieces` have a sign where `bare` has a space for a GUID.
    """
    own, first_word = format_words(), tokens.letters_alone(shortest)
    wholes: list[str] = []
    for piece, text in zip(pieces, bare, strict=True):
        if len(text) not in _IS_WHOLE or _GUID_WAS_HERE in piece:
            continue
        # Nearly always the first word is not the format's, and no other is looked at.
        found = first_word.search(text)
        if found is not None and text.isascii() and found[0].lower() not in own:
            is_format = False
        else:
            is_format = tokens.is_format(text, tokens.words(text, shortest))
        if not is_format:
            wholes.append(tokens.WHOLE + text.casefold())
    return [*map(tokens.WORD.__add__, _words(bare, shortest)), *wholes]


def _words(texts: Sequence[str], shortest: int) -> Iterable[str]:
    """Return the words of texts, each once."""
    plain = _BETWEEN.join(filter(str.isascii, texts))
    found = dict.fromkeys(plain.encode().translate(tokens.LOWER).decode().split())
    words = {each: None for each in found if len(each) >= shortest}
    others = [each for each in texts if not each.isascii()]
    with_marks = [each for each in others if tokens.any_mark().search(each)]
    if with_marks:
        others = [each for each in others if not tokens.any_mark().search(each)]
    for some in (others, with_marks):
        words.update(dict.fromkeys(tokens.words(_BETWEEN.join(some), shortest)))
    return words
