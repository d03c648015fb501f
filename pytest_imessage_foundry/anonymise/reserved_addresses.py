"""Stand-ins for phone numbers, e-mail addresses and what else names somebody.

A number becomes one of those that its country reserves for fiction, if there is one
of its length. Else it keeps its country's code and has a zero after it, where no
country has numbers that can be called (Italy: a one).
"""

from __future__ import annotations

import re

from pytest_imessage_foundry.anonymise.kept import kept
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.personas.handles import AREA_CODES, RANGES, Block

_PHONE = re.compile(r"\+\d{7,15}")
_SHORT_CODE = re.compile(r"\d{3,6}")
_TIER = re.compile(r"\([a-z_]+\)$")
_ACCOUNT = re.compile(r"[A-Za-z]:")
_SERIAL = re.compile(r"chat(?=\d)")
_MOST_DRAWS = 4000
# Of the country codes those of one and two digits; all others have three (ITU E.164).
_SHORT_CODES = re.compile("1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
_COUNTRIES = {"44": "GB", "49": "DE", "33": "FR", "61": "AU", "353": "IE", "46": "SE"}


class Addresses:
    """Addresses of one file; no two have the same stand-in."""

    def __init__(self, stand_ins: StandIns) -> None:
        self._of = stand_ins
        self._secret = stand_ins.secret
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def account(self, text: str) -> str:
        """Return the stand-in of a login: `E:` or `P:`, and an address."""
        prefix = _ACCOUNT.match(text)
        start = prefix.end() if prefix else 0
        return text[:start] + self.address(text[start:])

    def identifier(self, text: str) -> str:
        """Return the stand-in of a chat's GUID or identifier, or of several."""
        return ",".join(self._identifier(each) for each in text.split(","))

    def _identifier(self, text: str) -> str:
        parts = text.split(";")
        if len(parts) == 3 and parts[1] in ("-", "+"):
            service = self._of.one_of(parts[0], "services")
            return ";".join((service, parts[1], self.address(parts[2])))
        return self.address(text)

    def address(self, text: str) -> str:
        """Return the stand-in of an address."""
        if not text:
            return text
        known = text.casefold()
        if known not in self._given:
            self._given[known] = self._new(text)
        found = self._given[known]
        return _in_case_of(text, found) if "@" in text else found

    def _new(self, text: str) -> str:
        tail = _TIER.search(text)
        if tail is not None and tail.start() and tail[0] in kept("tiers"):
            return self.address(text[: tail.start()]) + tail[0]
        for attempt in range(_MOST_DRAWS):
            drawn = self._drawn(text, attempt)
            if drawn == text and not any(map(str.isalnum, text)):
                return drawn
            if drawn not in self._taken and not self._of.known(drawn):
                self._taken.add(drawn)
                return drawn
        return self._of.drawn(text)

    def _drawn(self, text: str, attempt: int) -> str:
        if _PHONE.fullmatch(text):
            return self._phone(text, attempt)
        if text.lower().startswith("urn:biz:"):
            return text[:8] + self._of.token(text[8:])
        if "@" in text:
            return self._mail(text, attempt)
        if _SHORT_CODE.fullmatch(text):
            return "1" + self._digits(text, attempt, len(text) - 1)
        serial = _SERIAL.match(text)
        if serial is not None:
            return serial[0] + self._digits(text, attempt, len(text) - serial.end())
        if len(re.sub(r"\D", "", text)) >= 7 and not re.search("[A-Za-z]", text):
            return self._written(text, attempt)
        return (
            self._of.token(text) if not attempt else self._of.drawn(text, f"{attempt}")
        )

    def _mail(self, text: str, attempt: int) -> str:
        local, _, domain = text.lower().rpartition("@")
        drawn = self._of.drawn(local, f"{attempt or ''}@")
        return f"{drawn}@{host_of(self._of, domain)}"

    def _phone(self, text: str, attempt: int) -> str:
        code = _code_of(text)
        blocks = _blocks(text, code)
        if blocks and attempt < _MOST_DRAWS // 2:
            number = self._secret.below(1 << 60, "phone", f"{text}{attempt or ''}")
            block = blocks[number % len(blocks)]
            place = block.first + number // len(blocks) % block.count
            return f"{block.prefix}{place:0{block.digits}}"
        zero = "1" if code == "39" else "0"
        head = f"+{code}{zero}"
        return head + self._digits(text, attempt, len(text) - len(head))

    def _written(self, text: str, attempt: int) -> str:
        """Keep the signs of a number as somebody wrote it, with other digits: those of
        the same number in full, if it is one of North America."""
        digits = re.sub(r"\D", "", text)
        is_american = len(digits) == 10 and digits[0] in "23456789"
        full = f"+1{digits}" if is_american else f"+{digits}"
        if is_american or (text.startswith("+") and 7 <= len(digits) <= 15):
            drawn = self.address(full)[-len(digits) :]
        else:
            drawn = "0" + self._digits(text, attempt, len(digits) - 1)
        following = iter(drawn)
        return "".join(next(following) if c.isdigit() else c for c in text)

    def _digits(self, text: str, attempt: int, count: int) -> str:
        limit = 10 ** max(count, 0)
        number = self._secret.below(limit, "digits", f"{text}{attempt or ''}")
        return f"{number:0{count}}" if count > 0 else ""


def host_of(stand_ins: StandIns, host: str) -> str:
    """Return a host of the same length: under example.com, where there is room, else
    under `.test`, else under a top-level domain that is never given (`.zz`)."""
    ends = (".example.com", ".test", ".zz")
    if len(host) == len("example.com"):
        return "example.com"
    end = next((each for each in ends if len(host) > len(each)), "")
    kept_dots = "".join(c if c in ".-" else "a" for c in host[: len(host) - len(end)])

    def draw(attempt: int) -> str:
        shape = re.sub("[.-](?=[.-]|$)|^[.-]", "a", kept_dots)
        return stand_ins.drawn(shape, f"{host.lower()}{attempt or ''}") + end

    return stand_ins.clean(draw)


def _code_of(number: str) -> str:
    found = _SHORT_CODES.match(number, 1)
    return found[0] if found else number[1:4]


def _blocks(number: str, code: str) -> list[Block]:
    """Return the ranges of a number's country that hold numbers of its length."""
    if code == "1":
        country = "CA" if number[2:5] in AREA_CODES["CA"] else "US"
        blocks = [Block(f"+1{area}55501", 2, 0, 100) for area in AREA_CODES[country]]
    else:
        blocks = [*RANGES.get(_COUNTRIES.get(code, ""), ())]
    return [each for each in blocks if len(each.prefix) + each.digits == len(number)]


def _in_case_of(text: str, drawn: str) -> str:
    return "".join(
        d.upper() if c.isupper() else d for c, d in zip(text, drawn, strict=True)
    )
