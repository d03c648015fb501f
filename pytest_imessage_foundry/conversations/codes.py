"""One-time codes in texts of services, as Apple's data detectors find them."""

from __future__ import annotations

import re

from pytest_imessage_foundry.models import Detected, Run, TextPart

_CODE = re.compile(r"(?<![\w-])\d{4,8}(?![\w-])")
_CODE_WORD = re.compile(r"code|pin\b|tan\b|passwor|código|コード|رمز", re.IGNORECASE)


def notice(text: str) -> TextPart:
    """Return a service's text as a part, with the one-time code in it, if any."""
    code = _CODE.search(text)
    if code is None or not _CODE_WORD.search(text):
        return TextPart(text)
    found = Detected(kind="one-time-code", value=code[0])
    before, after = text[: code.start()], text[code.end() :]
    pieces = (before, Run(code[0], detected=found), after)
    return TextPart.of(*(piece for piece in pieces if piece))
