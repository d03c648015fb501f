"""Look for garbage less often while much is made."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALLOCATIONS = 200_000


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Have Python search for cycles of objects more rarely than by default.

    A build makes many objects and nearly no cycles. What is young at the end counts as
    old, that of the caller, too. Whoever asks for a rarer search,
    or for none, keeps it.
    """
    asked = gc.get_threshold()
    if not 0 < asked[0] < _ALLOCATIONS:
        # Another thread may have set it, and will set it back.
        yield
        return
    gc.set_threshold(_ALLOCATIONS, *asked[1:])
    try:
        yield
    finally:
        # Where little is new, nobody looks through it at once. To ask whether anything
        # is frozen counts that one by one, which can take longer than a small build.
        if gc.get_count()[0] > asked[0] and not gc.get_freeze_count():
            # Makes all that is new count as old.
            gc.freeze()
            gc.unfreeze()
        gc.set_threshold(*asked)
