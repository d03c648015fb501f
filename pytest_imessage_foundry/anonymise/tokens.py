"""What counts as a word, a number, a name, an address, a GUID and a host.

The proof looks for these, and a stand-in that has one of the original's is drawn
again. A token is a string whose first letter says what it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pytest_imessage_foundry.anonymise.kept import NAME_TOKEN, format_words

WORD, GRAM, NUMBER, GUID, ADDRESS, HOST, WHOLE = "wgnuahv"
LONG_WORD, LONG_NUMBER, SHORT = 6, 5, 3
WHOLE_LENGTHS = range(SHORT + 1, 80)

GUID_FORM = re.compile(
    "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}"
)
MAIL_FORM = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# A number as people write it: at least seven digits with a few signs between.
_PHONE = re.compile(r"\+?\d(?:[ ().\u2011/-]{0,3}\d){6,}")
# Letters in lower case, what is not ASCII as it is, and spaces for all else.
LOWER = bytes(
    ord(chr(c).lower()) if chr(c).isalpha() else 0x20 for c in range(128)
) + bytes(range(128, 256))
_UNBROKEN = re.compile(rf"[^\s\ufffd]{{{SHORT},}}")
_RUN = re.compile(r"\w+")
_MIXED = re.compile(r"[a-z]*[\d_]\w+|[a-z]+[\d_]")
_HOST_IN_URL = re.compile(r"(?:://|@)([\w-]+(?:\.[\w-]+)+)")
INNER_DOT = re.compile(r"\.(?<=[\w-]\.)[\w-]")
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+")
DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d{5,}")
_SHORT_NUMBER = re.compile(r"[\d_]{1,4}")
_PART_PREFIX = re.compile(r"\bat_\d{1,3}_")
# Reserved for documents, so that they say nothing (RFC 2606).
_RESERVED_HOSTS = frozenset(("example.com", "example.org", "example.net"))


@cache
def letters() -> re.Pattern[str]:
    """Return the form of a run of letters, with the marks that belong to them."""
    return re.compile(rf"(?:[^\W\d_][{_marks()}]*){{{SHORT},}}")


@cache
def letters_alone(shortest: int) -> re.Pattern[str]:
    """Return the form of a run of letters, for texts that have no marks."""
    return re.compile(rf"[^\W\d_]{{{shortest},}}")


@cache
def any_mark() -> re.Pattern[str]:
    """Return the form of a mark that belongs to the letter before it."""
    return re.compile(f"[{_marks()}]")


@cache
def _marks() -> str:
    """Return the ranges of all marks, for a pattern."""
    first, last = 0x300, 0x1F000
    # Two letters each, of which a capital M says that it is a mark.
    kinds = "".join(map(unicodedata.category, map(chr, range(first, last))))
    spans = (each.span() for each in re.finditer("(?:M[nc])+", kinds))
    return "".join(
        f"\\U{first + start // 2:08x}-\\U{first + end // 2 - 1:08x}"
        for start, end in spans
    )


@cache
def unspaced() -> re.Pattern[str]:
    """Return the form of a run in a script that sets no spaces between words."""
    ranges = (
        "\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u3041-\u3096\u30a1-\u30fa"
        "\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    )
    return re.compile(f"[{ranges}]{{{SHORT},}}")


def told(text: str) -> list[str]:
    """Return what a text of the original tells."""
    return of_text(text, LONG_WORD)


def told_by_name(text: str) -> list[str]:
    """Return what a name of the original tells: all that is longer than two."""
    return of_text(text, SHORT)


def looked_at(text: str) -> list[str]:
    """Return all tokens of a text in the copy: each may be one of the original."""
    return of_text(text, SHORT, is_copy=True)


def long_ones(text: str, shortest: int) -> list[str]:
    """Return the words and numbers of bytes in which values touch each other."""
    text = unicodedata.normalize("NFKC", text)
    # What is no UTF-8 and was replaced is many bytes and no letter.
    runs = dict.fromkeys(_UNBROKEN.findall(text))
    found = [WORD + each for each in words(" ".join(runs), shortest)]
    return found + [NUMBER + _plain_digits(each) for each in _DIGITS.findall(text)]


def of_text(text: str, shortest: int, *, is_copy: bool = False) -> list[str]:
    """Return the tokens of one text: words of `shortest` letters and more.

    Of a copy all that could be a host is one, and a short text is a token even where it
    is the format's own: the original's own ones were left out.
    """
    if not text.isascii():
        # Letters of other forms (full width, bold, joined, with marks) are the same.
        text = unicodedata.normalize("NFKC", text)
    found = identities(text) if len(text) >= 32 else []
    is_whole = not found and len(text) in WHOLE_LENGTHS
    if found:
        text = GUID_FORM.sub(" ", text)
    own = words(text, shortest)
    found += [WORD + each for each in own]
    if not text.isascii():
        found += grams(text)
    if DIGIT.search(text):
        found += numbers(text)
        if shortest == SHORT:
            found += mixed(text)
    if "." in text:
        found += dotted(text) if is_copy else hosts(text)
    if "@" in text:
        found += mails(text)
    if is_whole and (is_copy or not is_format(text, own)):
        found.append(WHOLE + text.casefold())
    return found


def words(text: str, shortest: int) -> list[str]:
    """Return the words of a text, in lower case."""
    if text.isascii():
        runs = text.encode().translate(LOWER).decode().split()
    else:
        # The form with marks takes three times as long, and few texts have any.
        form = letters() if any_mark().search(text) else letters_alone(SHORT)
        runs = [each.casefold() for each in form.findall(text)]
    return [each for each in runs if len(each) >= shortest]


def grams(text: str) -> list[str]:
    """Of scripts without spaces, each three letters."""
    return [
        GRAM + run[at : at + SHORT]
        for run in unspaced().findall(text)
        for at in range(len(run) - SHORT + 1)
    ]


def numbers(text: str) -> list[str]:
    """Numbers, and those of phones without what stands between."""
    found = [NUMBER + _plain_digits(each) for each in _DIGITS.findall(text)]
    return found + [NUMBER + _plain_digits(each) for each in _PHONE.findall(text)]


def mails(text: str) -> list[str]:
    """Return the e-mail addresses of a text."""
    return [ADDRESS + each.casefold() for each in MAIL_FORM.findall(text)]


def _plain_digits(text: str) -> str:
    if text.isascii() and text.isdigit():
        return text
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdecimal())


def identities(text: str) -> list[str]:
    """Return the GUIDs of a text."""
    return [GUID + g.replace("-", "").upper() for g in GUID_FORM.findall(text)]


def mixed(text: str) -> list[str]:
    """Names with digits in them, as files have."""
    text = text.casefold()
    if "at_" in text:
        text = _PART_PREFIX.sub(" ", text)
    # Letters alone are none, and would be tried letter by letter.
    candidates = [each for each in _RUN.findall(text) if not each.isalpha()]
    runs = _MIXED.findall(" ".join(candidates))
    return [
        WORD + each
        for each in runs
        if len(each) >= SHORT and not _SHORT_NUMBER.fullmatch(each)
    ]


def hosts(text: str) -> list[str]:
    """Return the hosts that a text names in a URL or an address."""
    found = map(str.casefold, _HOST_IN_URL.findall(text))
    return [HOST + each for each in found if each not in _RESERVED_HOSTS]


def dotted(text: str) -> list[str]:
    """Return all that could be a host."""
    if INNER_DOT.search(text) is None:
        return []
    return [HOST + each.casefold() for each in _DOTTED.findall(text)]


def is_format(text: str, found: list[str]) -> bool:
    """Tell whether a text, whose words are `found`, is of the format's own words."""
    own = format_words()
    if found and not own.issuperset(found):
        return False
    if not any(map(str.isalpha, text)):
        return True
    names = NAME_TOKEN.findall(text)
    return bool(names) and own.issuperset(map(str.casefold, names))
