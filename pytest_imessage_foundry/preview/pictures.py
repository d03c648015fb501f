"""The pictures that a page carries: small ones, each once, known by their bytes."""

from __future__ import annotations

import base64
import hashlib

from pytest_imessage_foundry.preview.phone import ShownFile

PICTURE_LIMIT = 512 * 1024
"""Bytes of a single picture that the page still carries."""
PICTURES_LIMIT = 16 * 1024 * 1024
"""Bytes of all pictures together."""
_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypmsf1")


class Pictures:
    """The pictures met so far.

    Attributes:
        urls: each as a data URL.
    """

    def __init__(self, limit: int = PICTURES_LIMIT) -> None:
        self.urls: list[str] = []
        self._room = limit
        self._known: dict[bytes, int] = {}
        self._sizes: set[int] = set()

    def number(self, file: ShownFile) -> int | None:
        """Return the number of a picture on the page, None for any other file."""
        return self.kept(self._content(file))

    def kept(self, content: bytes) -> int | None:
        """Return the number of a picture by its bytes, None for what is none."""
        mime = _picture_type(content)
        if not mime or len(content) > PICTURE_LIMIT:
            return None
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            if len(content) > self._room:
                return None
            self._room -= len(content)
            self._sizes.add(len(content))
            self._known[digest] = len(self.urls)
            coded = base64.b64encode(content).decode()
            self.urls.append(f"data:{mime};base64,{coded}")
        return self._known[digest]

    def _content(self, file: ShownFile) -> bytes:
        """Return the bytes of a small file, b'' where it is large or missing, and
        where there is no room for it."""
        if file.path is None:
            return b""
        try:
            size = file.path.stat().st_size
            if size > PICTURE_LIMIT or (size > self._room and size not in self._sizes):
                return b""
            with file.path.open("rb") as opened:
                content = opened.read(PICTURE_LIMIT + 1)
        except OSError:
            return b""
        return content if len(content) <= PICTURE_LIMIT else b""


def _picture_type(content: bytes) -> str:
    """Return the MIME type of a picture by its first bytes, '' for other content."""
    for magic, mime in _MAGICS:
        if content.startswith(magic):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/heic" if content[4:12] in _HEIC else ""
