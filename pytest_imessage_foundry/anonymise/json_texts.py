"""JSON in archives: polls and what businesses ask. It is changed in place."""

from __future__ import annotations

import json
import re

from pytest_imessage_foundry.anonymise.dates import Dates
from pytest_imessage_foundry.anonymise.kept import kept
from pytest_imessage_foundry.anonymise.reserved_addresses import Addresses
from pytest_imessage_foundry.anonymise.stand_ins import StandIns
from pytest_imessage_foundry.anonymise.tokens import GUID_FORM

_PART = re.compile(
    r'"(?P<text>(?:[^"\\]|\\.)*)"(?P<colon>\s*:)?|(?P<number>-?\d[\d.eE+-]*)', re.DOTALL
)
_UNIT = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_SECONDS = re.compile(r"\d{9}(?:\.\d+)?")
_SMALL = 4  # digits of a number that tells nothing
_SPACES = re.compile(r"\s*")


class JsonTexts:
    """JSON of one file."""

    def __init__(self, stand_ins: StandIns, addresses: Addresses, dates: Dates) -> None:
        self._of = stand_ins
        self._addresses = addresses
        self._dates = dates

    def replaced(self, raw: bytes, attempt: int = 0) -> bytes | None:
        """Return the JSON with stand-ins, of the same length; None if it is none.

        Another `attempt` has other characters where some are not ASCII.
        """
        try:
            text = raw.decode()
            if not isinstance(json.loads(text), dict):
                return None
        except (ValueError, RecursionError):
            return None
        self._name, self._attempt = "", attempt
        told = _PART.sub(self._part, text).encode()
        return told if len(told) == len(raw) else None

    def _part(self, found: re.Match[str]) -> str:
        if found["number"] is not None:
            return self._number(found["number"])
        text = found["text"]
        if found["colon"] is not None:
            self._name = text
            is_known = text in kept("json")
            return found[0] if is_known else f'"{self._coded(text)}"{found["colon"]}'
        return f'"{self._coded(text)}"'

    def _number(self, text: str) -> str:
        if self._name in kept("json_dates") and _SECONDS.fullmatch(text):
            return self._dates.written(text)
        if len(text) <= _SMALL:
            return text
        return re.sub(r"\d", "1", text)

    def _coded(self, coded: str) -> str:
        """Return a string as it is written, its escapes where they were."""
        units = _UNIT.findall(coded)
        try:
            plain = json.loads(f'"{coded}"', strict=False)
        except ValueError:
            return re.sub(r"\w", "a", coded)
        new = self._stand_in(plain)
        raw = new.encode("utf-16-be", "surrogatepass")
        code_units = [raw[at : at + 2] for at in range(0, len(raw), 2)]
        out: list[str] = []
        for unit in units:
            if unit.startswith("\\u"):
                out.append(f"\\u{code_units.pop(0).hex()}")
            elif unit.startswith("\\"):
                out.append(unit)
                code_units.pop(0)
            else:
                size = 2 if ord(unit) > 0xFFFF else 1
                taken = b"".join(code_units[:size])
                del code_units[:size]
                out.append(taken.decode("utf-16-be"))
        return "".join(out)

    def _stand_in(self, text: str) -> str:
        if text in kept("json") or re.fullmatch(r"[\d.]{1,4}", text):
            return text
        if GUID_FORM.fullmatch(text):
            return self._of.one_guid(text)
        if self._name.endswith("Handle"):
            return self._addresses.address(text)
        if self._attempt and not text.isascii():
            return self._of.drawn(text, f"again {self._attempt}")
        return self._of.text(text)
