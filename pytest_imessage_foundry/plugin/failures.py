"""Errors that a user can fix, as pytest shows them: once, and without a traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def failing() -> Iterator[None]:
    """Turn errors into failures of the test. Raises `pytest.fail.Exception`."""
    try:
        yield
    except FoundryError as error:
        # pytest.fail() would raise it during the handling of the error, and pytest
        # would then print both.
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@contextmanager
def refusing_the_run() -> Iterator[None]:
    """Turn errors into an end of the run before its first test, with exit code 4.

    Raises:
        pytest.UsageError: something is wrong in the command line, the ini or a hook.
    """
    try:
        yield
    except FoundryError as error:
        raise pytest.UsageError(str(error)) from None
