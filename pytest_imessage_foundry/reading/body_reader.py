"""Read many bodies fast: they have few forms and many texts.

The first body of a form is parsed; those after it are held against that form, and
parsed in their turn if they are not of it. Most are a text that is part 0 and no
more: of these the two ends are known, and what lies between is short.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from pytest_imessage_foundry.reading.attributed_strings import (
    Attributes,
    Body,
    body_of,
    tree,
    utf16_units,
)
from pytest_imessage_foundry.reading.body_templates import Form, Forms

PART = "__kIMMessagePartAttributeName"
_PLAIN = frozenset((PART, "__kIMBaseWritingDirectionAttributeName"))
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}".encode()
_REMEMBERED = 512
_ONE_BYTE = 0x80  # a number below takes one


class BodyReader:
    """Reads many bodies and remembers their forms."""

    def __init__(self) -> None:
        self._forms = Forms()
        self._number = 0
        # What is before and behind a short text → what is behind its run's length.
        self._plain: defaultdict[tuple[bytes, bytes], dict[bytes, Attributes]]
        self._plain = defaultdict(dict)
        # The same for texts in ASCII, as patterns.
        self._ascii: list[Callable[[bytes], re.Match[bytes] | None]] = []

    def plain(self, data: bytes) -> tuple[bytes, Attributes] | None:
        """The text of a short body that is part 0 and no more, if its ends are known.

        None says nothing: `read` and look. Its one run covers the whole text.
        """
        try:
            for (head, run), tails in self._plain.items():
                if not data.startswith(head):
                    continue
                start = len(head) + 1
                end = start + data[start - 1]
                after = end + len(run)
                units = data[after]
                raw = data[start:end]
                if (
                    len(raw) < _ONE_BYTE
                    and data.startswith(run, end)
                    and (attributes := tails.get(data[after + 1 :])) is not None
                    and _is_covered(raw, units)
                ):
                    return raw, attributes
        except IndexError:
            return None  # it is cut short
        return None

    def ascii(self, data: bytes) -> bytes | None:
        """The text of a plain body if it is ASCII and the body's ends are known."""
        for match in self._ascii:
            found = match(data)
            if found is not None:
                length, raw, units = found.groups()
                if length == units and length[0] == len(raw):
                    return raw
        return None

    def read(self, data: bytes) -> Body:
        """Return the attributed string in `data`.

        Raises:
            Damaged: it is cut short, spoilt, or something else.
        """
        plain = self.plain(data)
        if plain is not None:
            raw, attributes = plain
            return Body(raw, ((utf16_units(raw), attributes),))
        known = self._forms.read(data)
        if known is not None:
            form, body = known
        else:
            root = tree(data)
            body = body_of(root)
            new = Form.of(data, root)
            if new is None or self._number >= _REMEMBERED:
                return body
            form = new
            self._forms.add(form)
            self._number += 1
        self._remember_plain(form, data, body)
        return body

    def _remember_plain(self, form: Form, data: bytes, body: Body) -> None:
        if len(body.runs) != 1 or not 0 < len(body.raw) < _ONE_BYTE:
            return
        ((units, attributes),) = body.runs
        if attributes.get(PART) != 0 or not attributes.keys() <= _PLAIN:
            return
        (head, _), (run, _), *_ = form.steps
        at = len(head) + 1 + len(body.raw) + len(run)
        is_short = data[len(head)] == len(body.raw) and data[at] == units < _ONE_BYTE
        if is_short and sum(map(len, self._plain.values())) < _REMEMBERED:
            self._plain[head, run][data[at + 1 :]] = attributes
            self._ascii = [_pattern(*ends) for ends in self._plain.items()]


def _is_covered(raw: bytes, units: int) -> bool:
    """Whether a run of this many UTF-16 units is a text and all of it, and no file."""
    if raw.isascii():
        return len(raw) == units > 0
    if _MARK in raw:
        return False
    try:
        return utf16_units(raw) == units
    except UnicodeDecodeError:
        return False


def _pattern(
    ends: tuple[bytes, bytes], tails: Iterable[bytes]
) -> Callable[[bytes], re.Match[bytes] | None]:
    """Match a body with these ends: groups are its length, its text, its run's length.

    What follows the text is not ASCII, so a text in ASCII ends there.
    """
    head, run = map(re.escape, ends)
    number, text = rb"([\x01-\x7f])", rb"([\x00-\x7f]+)"
    tail = b"(?:" + b"|".join(map(re.escape, tails)) + b")"
    return re.compile(head + number + text + run + number + tail, re.S).fullmatch
