"""JSON as a script element of a page may hold it."""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii

# One encoder for all: json.dumps makes a new one for each call that says how.
encode = json.JSONEncoder(separators=(",", ":")).encode
"""Return JSON in ASCII, without white space."""
quoted = encode_basestring_ascii
"""Return what `encode` does of a text, without asking what it is."""


def inert(text: str) -> str:
    """Return JSON without characters special in HTML."""
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
