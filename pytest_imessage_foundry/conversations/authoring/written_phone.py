"""The phone that chats are written on: its release, its clock and its ids."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NoReturn

from pytest_imessage_foundry.conversations.authoring.chat import Chat
from pytest_imessage_foundry.conversations.authoring.words import When, when
from pytest_imessage_foundry.db import schema as releases
from pytest_imessage_foundry.errors import UnsupportedError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.models.apple_time import MILLISECOND
from pytest_imessage_foundry.models.guids import random_guid

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation


class WrittenPhone:
    """A phone with its people and chats. `Author` adds the verbs that make them.

    Attributes:
        goes_back: whether an `at` before the newest thing sets the clock back, so that
            what follows happens after it. A phone that goes on living does not.
    """

    goes_back = False
    # What to do about a change that comes too late.
    _advice_in_time = "give `at` between the two, or change it earlier before"

    def __init__(self, schema: Schema, owner: Persona, seed: int, start: When) -> None:
        self.schema = schema
        self.seed = seed
        self.owner = owner
        self.people: list[Persona] = [self.owner]
        self.chats: list[Chat] = []
        self._clock = when(start)
        self._rhythm = Random(f"{seed}:author:rhythm")
        self._ids = Random(f"{seed}:author:ids")

    def conversations(self) -> list[Conversation]:
        """Return the truth as written so far."""
        return [chat.conversation() for chat in self.chats]

    def require(self, feature: str, what: str) -> None:
        """Refuse what the release cannot hold.

        Raises:
            UnsupportedError: with the names of the releases that can.
        """
        if feature not in self.schema.features:
            self._refuse(feature, what, has=True)

    def require_before(self, feature: str, what: str) -> None:
        """Refuse what a release can no longer hold since it has a feature.

        Raises:
            UnsupportedError: with the names of the releases that can.
        """
        if feature in self.schema.features:
            self._refuse(feature, what, has=False)

    def _refuse(self, feature: str, what: str, *, has: bool) -> NoReturn:
        able = [
            name
            for name in releases.RELEASES
            if (feature in releases.get(name).features) is has
        ]
        raise UnsupportedError(
            f"{self.schema.name} cannot hold {what}\n"
            f"looked for {feature!r} among what {self.schema.name} has\n"
            f"use a release that can: {', '.join(able)}"
        )

    def new_guid(self) -> str:
        """Return an upper-case UUID that derives from the seed."""
        return random_guid(self._ids)

    @property
    def moment(self) -> int:
        """The time of the newest thing, in nanoseconds since 2001."""
        return self._clock

    def turn_back(self, moment: int) -> None:
        """Set the clock to what it was before something that was refused."""
        self._clock = moment

    def _time_of_change(self, usual: int) -> int:
        """Return when a message is changed if no time is given: here at the usual
        time, whatever was written since."""
        return usual

    def tick(
        self,
        at: When | None,
        low: int,
        high: int,
        *,
        mine: bool = True,
        after: int = 0,
    ) -> int:
        """Return the time of the next thing: given, or `low` to `high` seconds on,
        and later than what happened at `after`.

        Own sends end on a whole millisecond, received ones do not (SEMANTICS §1).
        """
        if at is not None:
            moment = when(at)
            self._clock = moment if self.goes_back else max(self._clock, moment)
            return moment
        # What is received comes up to a millisecond after the clock.
        if after > self._clock + MILLISECOND:
            self._clock = after
        step = self._rhythm.uniform(low, high)
        self._clock += int(step * 1_000) * MILLISECOND
        self._clock += -self._clock % MILLISECOND
        return self._clock if mine else self._clock + self._rhythm.randrange(10**6)
