"""Which failed calls to repeat, how long to wait, and when to give up."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pytest_imessage_foundry.errors import counted
from pytest_imessage_foundry.llm.exchange import ProviderError, UnansweredError
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
# Waiting does not help an account without credit.
_DRY = ("insufficient_quota", "billing", "credit balance")
_LONGEST = 60.0
# Fewer tries where no answer comes: each can take the whole timeout.
_SILENT_TRIES = 3


@dataclass(slots=True)
class FailedCallError(Exception):
    """One failed try, with its HTTP status; None where no answer came.

    `is_told` marks an error that the server tells of in an answer whose status is a
    success.
    """

    what: str
    status: int | None = None
    code: str = ""
    retry_after: float | None = None
    is_told: bool = False

    @property
    def is_dry(self) -> bool:
        text = f"{self.code} {self.what}".lower()
        if self.status == 400:  # Anthropic's way of saying so
            return "credit balance is too low" in text
        return self.status in (402, 403, 429) and any(each in text for each in _DRY)

    @property
    def is_worth_retrying(self) -> bool:
        may_pass = self.status in (None, *_AGAIN) or (self.is_told and self.is_success)
        return not self.is_dry and may_pass

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 400


@dataclass(frozen=True, slots=True)
class Patience:
    """The number of tries, and the pause before the second one in seconds."""

    tries: int = 5
    pause: float = 0.5

    async def call(self, attempt: Callable[[], Awaitable[T]], where: str) -> T:
        """Return the result of `attempt`, repeated while that may help.

        Raises:
            ProviderError: the failure would meet every other call too.
            UnansweredError: this call was tried often enough.
        """
        for number in range(1, self.tries + 1):
            try:
                return await attempt()
            except FailedCallError as failure:
                if not failure.is_worth_retrying:
                    raise final(failure, where) from None
                wait = self._wait(failure, number)
                silent = failure.status is None and number >= _SILENT_TRIES
                if silent or number == self.tries or wait > _LONGEST:
                    raise _given_up(failure, where, number, wait) from None
            await asyncio.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _wait(self, failure: FailedCallError, number: int) -> float:
        if failure.retry_after is not None:
            return failure.retry_after
        # Random, so that parallel calls do not all repeat at the same time.
        return min(20.0, self.pause * 2.0 ** (number - 1)) * random.uniform(0.75, 1.25)


def final(failure: FailedCallError, where: str) -> ProviderError | UnansweredError:
    """Return the error for a failure that no retry can fix."""
    said = escaped(failure.what, 300)
    if failure.is_dry:
        return ProviderError(
            f"the account has no quota left: {said}\n"
            f"asked: {where}\n"
            "add credit or wait for the next period"
        )
    if failure.status in (401, 403):
        return ProviderError(
            f"the server refuses the key (HTTP {failure.status}): {said}\n"
            f"asked: {where}\n"
            "check the key in the environment, and that it belongs to this server"
        )
    if failure.status == 404:
        return ProviderError(
            f"the server knows no such model or address (HTTP 404): {said}\n"
            f"asked: {where}\n"
            "check --model and --base-url"
        )
    if failure.is_success:
        return ProviderError(
            f"the answer is not a model server's (HTTP {failure.status}): {said}\n"
            f"asked: {where}\n"
            "check --base-url; a proxy or a log-in page may stand in between"
        )
    return UnansweredError(
        f"the server refuses the request (HTTP {failure.status}): {said}\n"
        f"asked: {where}\n"
        "the request is the same for every try, so it was not repeated"
    )


def _given_up(
    failure: FailedCallError, where: str, tries: int, wait: float
) -> ProviderError | UnansweredError:
    said = escaped(failure.what, 300)
    asked = f"asked: {where}, {counted(tries, 'time')}\n"
    if failure.status is None:
        return ProviderError(
            f"no answer from the server: {said}\n{asked}"
            "check that it runs, --base-url, and the network"
        )
    if wait > _LONGEST:
        return ProviderError(
            f"the server asks to wait {wait:.0f} seconds (HTTP {failure.status})\n"
            f"{asked}run the command again then"
        )
    return UnansweredError(
        f"the server kept failing (HTTP {failure.status}): {said}\n{asked}"
        "run the command again later, with fewer --jobs"
    )
