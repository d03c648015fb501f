"""diskcache, restricted to texts.

Plain diskcache, its JSONDisk included, unpickles data and opens files as a row in its
database says (CVE-2025-69872). This class does neither, evicts nothing, and closes its
connection when a database cannot be opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.llm import provider_registry
from pytest_imessage_foundry.llm.exchange import ProviderError

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("cache.db", "cache.db-wal", "cache.db-shm")


class RefusedError(Exception):
    """A row that this package did not write."""


class PassingCache(dict[str, str]):
    """A stand-in without diskcache, whose texts go when the process ends."""

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        self[key] = value

    def delete(self, key: str) -> None:
        """Remove a text, if it is there."""
        self.pop(key, None)

    def close(self) -> None:
        """Do nothing: nothing is open."""


def is_installed() -> bool:
    """Return whether diskcache can be imported."""
    try:
        provider_registry.client("diskcache", "llm")
    except ProviderError:
        return False
    return True


def opened(folder: Path) -> Any:
    """Return the cache in `folder`, a `diskcache.Cache`.

    Raises:
        sqlite3.DatabaseError: it is broken, or the disk prevents access.
        TypeError, ValueError, KeyError, AttributeError: its settings are broken,
            and diskcache would apply them.
    """
    diskcache = provider_registry.client("diskcache", "llm")
    return _cache(diskcache)(
        str(folder),
        timeout=10,
        disk=_disk(diskcache),
        eviction_policy="none",
        cull_limit=0,
        size_limit=1 << 40,
        statistics=0,
        tag_index=0,
    )


def timeout() -> type[Exception]:
    """Return the exception for a cache that another process holds for too long."""
    kind: type[Exception] = provider_registry.client("diskcache", "llm").Timeout
    return kind


def _cache(diskcache: Any) -> type:
    class Cache(diskcache.Cache):  # type: ignore[misc]
        """A cache that closes its connection when it cannot be opened."""

        def __init__(self, directory: str, **options: Any) -> None:
            try:
                super().__init__(directory, **options)
            except BaseException:
                self.close()
                raise

    return Cache


def _disk(diskcache: Any) -> type:
    class TextDisk(diskcache.Disk):  # type: ignore[misc]
        """Storage of texts by text keys in the database, without pickle and files."""

        def put(self, key: Any) -> tuple[str, bool]:
            if type(key) is not str:
                raise TypeError(f"a key is a text, not {type(key).__name__}")
            return key, True

        def get(self, key: Any, raw: Any) -> str:
            if not raw or type(key) is not str:
                raise RefusedError
            return key

        def store(
            self, value: Any, read: Any, key: Any = None
        ) -> tuple[int, int, None, str]:
            if type(value) is not str or read:
                raise TypeError(f"a value is a text, not {type(value).__name__}")
            return 0, diskcache.core.MODE_RAW, None, value

        def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> str:
            is_ours = mode == diskcache.core.MODE_RAW and filename is None
            if not is_ours or type(value) is not str:
                raise RefusedError
            return value

        def filename(self, key: Any = None, value: Any = None) -> Any:
            raise TypeError("nothing is kept in files of their own")

        def remove(self, file_path: Any) -> None:
            """Do nothing: a file that a row names is never one of this cache."""

    return TextDisk
