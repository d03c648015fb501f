"""Move streams in batches, from one kind of work to the next."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_SIZE = 512


def in_batches(stream: Iterable[T]) -> Iterator[T]:
    """Yield the same items, made some hundred at a time.

    A generator that makes many items in a row keeps its code and data in the
    processor's caches; the next kind of work would drive them out for each item.
    """
    items = iter(stream)
    return chain.from_iterable(iter(lambda: list(islice(items, _SIZE)), []))
