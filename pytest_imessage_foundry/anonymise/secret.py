"""The secret that all replacing depends on. Without it nothing can be undone."""

from __future__ import annotations

import secrets
from hashlib import blake2b, shake_256

_LONGEST = 64  # bytes that one BLAKE2b gives


class Secret:
    """A key of 32 bytes: random and kept nowhere, or derived from a seed for tests."""

    def __init__(self, seed: str | None = None, attempt: int = 0) -> None:
        self._begun: dict[str, blake2b] = {}
        if seed is None:
            self._key = secrets.token_bytes(32)
        else:
            self._key = blake2b(f"{attempt}:{seed}".encode(), digest_size=32).digest()

    def stream(self, purpose: str, content: bytes, length: int) -> bytes:
        """Return bytes that look random and depend on the purpose and the content."""
        begun = self._begun.get(purpose)
        if begun is None:
            begun = blake2b(key=self._key, person=purpose.encode())
            self._begun[purpose] = begun
        # To copy one that has taken in the key is quicker than to take it in again.
        hashed = begun.copy()
        hashed.update(content)
        seed = hashed.digest()
        return seed if length <= _LONGEST else shake_256(seed).digest(length)

    def below(self, limit: int, purpose: str, content: str) -> int:
        """Return a number from 0 that is smaller than `limit`."""
        raw = self.stream(purpose, content.encode("utf-8", "surrogatepass"), 16)
        return int.from_bytes(raw[:16], "big") % limit
