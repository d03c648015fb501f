"""Stand-ins for URLs: the shape stays, the host is under example.com."""

from __future__ import annotations

import base64
import binascii
import re

from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.json_texts import JsonTexts
from pytest_imessage_foundry.anonymise.kept import kept
from pytest_imessage_foundry.anonymise.reserved_addresses import Addresses, host_of
from pytest_imessage_foundry.anonymise.stand_ins import StandIns

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?")
_AUTHORITY = re.compile(r"(?:([^/@?#]*)@)?([^/:?#]*)(:\d*)?")
_QUERY = re.compile(r"([?&])([^=&#]*)(=?)([^&#]*)")
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?")
_UNIX_TO_APPLE = 978_307_200
_DISPUTED = re.compile("[+/_-]")
_MOST_DRAWS = 200


class Urls:
    """URLs of one file."""

    def __init__(self, stand_ins: StandIns, addresses: Addresses, dates: Dates) -> None:
        self._of = stand_ins
        self._addresses = addresses
        self._dates = dates
        self._json = JsonTexts(stand_ins, addresses, dates)

    def url(self, text: str) -> str:
        """Return the stand-in of a URL, of the same length."""
        found = _SCHEME.match(text)
        if found is None:
            is_query = text.startswith("?")
            return self._tail(text) if is_query else self._of.drawn(text)
        scheme = found[1] if found[1].lower() in kept("schemes") else None
        head = (
            found[0] if scheme else self._of.drawn(found[1]) + found[0][len(found[1]) :]
        )
        rest = text[found.end() :]
        if found[1].lower() == "data" and not found[2]:
            return head + self._data(rest)
        if not found[2]:
            address, mark, query = rest.partition("?")
            return head + self._addresses.address(address) + self._tail(mark + query)
        return head + self._hierarchical(rest)

    def _hierarchical(self, rest: str) -> str:
        found = _AUTHORITY.match(rest)
        assert found is not None  # it matches the empty string
        user = f"{self._of.drawn(found[1])}@" if found[1] is not None else ""
        host = host_of(self._of, found[2]) if found[2] else ""
        port = found[3] or ""
        if len(port) > 5:
            port = self._of.drawn(port)
        return user + host + port + self._tail(rest[found.end() :])

    def _tail(self, text: str) -> str:
        """Path, query and fragment; known names of a query stay."""
        path, mark, query = text.partition("?")
        query, hash_mark, fragment = query.partition("#")
        told = _QUERY.sub(self._pair, mark + query) if mark else ""
        return self._escaped(path) + told + hash_mark + self._escaped(fragment)

    def _pair(self, found: re.Match[str]) -> str:
        mark, name, equals, value = found.groups()
        if name not in kept("queries"):
            return mark + self._escaped(name) + equals + self._escaped(value)
        if name in kept("query_dates") and _SECONDS.fullmatch(value):
            value = self._dates.written(value, epoch=_UNIX_TO_APPLE)
        elif not (value.isdigit() and len(value) < 3) and value not in ("p", "v0"):
            value = self._escaped(value)
        return mark + name + equals + value

    def _escaped(self, text: str) -> str:
        """Escapes become other letters that are escaped."""
        out, end = [], 0
        for found in _ESCAPE.finditer(text):
            out.append(self._of.token(text[end : found.start()]))
            letter = 0x41 + self._of.secret.below(26, "escape", f"{end}{text}")
            out.append(f"%{letter:02X}")
            end = found.end()
        return "".join((*out, self._of.token(text[end:])))

    def _data(self, rest: str) -> str:
        """A poll is JSON in base64; anything else is emptied."""
        media, comma, coded = rest.partition(",")
        if not comma:
            return self._tail(rest)
        content, mark, query = coded.partition("?")
        head = media if media in ("", "application/vnd.apple.pkppm;base64") else None
        head = self._of.token(media) if head is None else head
        return head + comma + self._coded(content) + self._tail(mark + query)

    def _coded(self, content: str) -> str:
        standard = content.translate(str.maketrans("-_", "+/"))
        try:
            raw = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        except (ValueError, binascii.Error):
            return self._escaped(content)
        is_plain = _DISPUTED.search(content) is None
        for attempt in range(_MOST_DRAWS):
            told = self._json.replaced(raw, attempt)
            if told is None:
                break
            coded = base64.b64encode(told).decode().rstrip("=")
            if "-" in content or "_" in content:
                coded = coded.translate(str.maketrans("+/", "-_"))
            # Readers know one alphabet or the other, so none of its signs is new.
            if not (is_plain and _DISPUTED.search(coded)):
                return coded + "=" * (len(content) - len(coded))
        return re.sub(r"[^=]", "A", content)
