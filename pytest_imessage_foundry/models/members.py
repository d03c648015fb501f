"""The members of a chat: a history that follows from its founders and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.models.frozen import dataclass

if TYPE_CHECKING:
    from pytest_imessage_foundry.models.changes import Event
    from pytest_imessage_foundry.models.messages import Message

Address = str | None  # None is the owner of the phone
MOVES = ("added", "removed", "left", "number-changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One stay in a chat; who comes back has another one.

    Attributes:
        address: whose; None is the owner of the phone.
        since: when it began; 0 is with the chat itself.
        until: when it ended; 0 is not yet.
        joined_by: GUID of the message whose event began it.
        left_by: GUID of the message whose event ended it.
    """

    address: Address
    since: int = 0
    until: int = 0
    joined_by: str | None = None
    left_by: str | None = None

    def covers(self, moment: int) -> bool:
        """Return whether it lasts at a moment; the end is not part of it."""
        return self.since <= moment and (not self.until or moment < self.until)


def moves(event: Event, sender: Address) -> tuple[tuple[Address, ...], ...]:
    """Return the addresses that an event takes out of a chat, and those it adds."""
    if event.kind == "added":
        return (), (event.who,)
    if event.kind == "removed":
        return (event.who,), ()
    if event.kind == "left":
        return (sender,), ()
    if event.kind == "number-changed" and event.was is not None:
        return (event.was,), (event.who,)
    return (), ()


class Roll:
    """The members of a chat while its messages are told in order of date."""

    def __init__(self, founders: Iterable[str]) -> None:
        everybody: tuple[Address, ...] = (None, *founders)
        self._stays = [Membership(address=each) for each in everybody]

    def tell(self, message: Message) -> None:
        """Take note of what a message's event changes.

        What changes nothing is passed over: real files repeat events that were
        synced more than once.
        """
        if message.event is None:
            return
        out, into = moves(message.event, message.sender)
        for address in out:
            self._end(address, message)
        for address in into:
            if not self.has(address):
                self._stays.append(
                    Membership(
                        address=address, since=message.date, joined_by=message.guid
                    )
                )

    def has(self, address: Address) -> bool:
        """Return whether somebody is in now."""
        return any(stay.address == address and not stay.until for stay in self._stays)

    def knew(self, address: Address) -> bool:
        """Return whether somebody is in now or was before."""
        return any(stay.address == address for stay in self._stays)

    @property
    def members(self) -> tuple[Membership, ...]:
        """All stays, in the order in which they began."""
        return tuple(self._stays)

    @property
    def present(self) -> tuple[str, ...]:
        """The addresses of those who are in now, without the owner."""
        return tuple(
            stay.address
            for stay in self._stays
            if not stay.until and stay.address is not None
        )

    def _end(self, address: Address, message: Message) -> None:
        for place, stay in enumerate(self._stays):
            if stay.address == address and not stay.until:
                self._stays[place] = replace(
                    stay, until=message.date, left_by=message.guid
                )
