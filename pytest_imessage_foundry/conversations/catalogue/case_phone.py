"""Where the cases are played: a phone with a few chats, and the list of cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.authoring.author import Author

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.db.schema.definition import Schema

Reading = dict[str, object]
Play = Callable[["CasePhone"], "tuple[Draft, Reading]"]
CASES: dict[str, CaseEntry] = {}


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """A case before it is played.

    Attributes:
        name: what tests and people call it.
        what: one line on it.
        section: where SEMANTICS.md states its rows.
        feature: what a release must have to hold it; None: every release.
        play: writes it on a stage; gives the message and its reading.
    """

    name: str
    what: str
    section: str
    feature: str | None
    play: Play


def case(
    name: str, what: str, section: str, *, feature: str | None = None
) -> Callable[[Play], Play]:
    """Enter the function below into the catalogue."""

    def enter(play: Play) -> Play:
        CASES[name] = CaseEntry(name, what, section, feature, play)
        return play

    return enter


class CasePhone:
    """A phone with three people, a one-to-one chat, a group, and others on demand."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self.phone = Author(schema.name, seed=seed, schema=schema)
        self.alex = self.phone.person("Alex Doe")
        self.sam = self.phone.person("Sam Roe", email=True)
        self.kim = self.phone.person("Kim Poe", country="GB")
        self.direct = self.phone.direct(self.alex)
        self.group = self.phone.group(self.alex, self.sam, self.kim, name="Kinds")

    @cached_property
    def sms(self) -> Chat:
        return self.phone.direct(self.kim, service="SMS")

    @cached_property
    def shop(self) -> Chat:
        """The SMS chat of a sender whose messages a filter judges."""
        shop = self.phone.person("Example Shop", address="55514")
        return self.phone.direct(shop, service="SMS")

    @cached_property
    def rcs(self) -> Chat:
        return self.phone.direct(self.phone.person("Ravi Lal"), service="RCS")

    @cached_property
    def satellite(self) -> Chat:
        """An iMessage chat; what comes over a satellite says so itself (§12, §15)."""
        return self.phone.direct(self.phone.person("Jo Ray"))

    @property
    def names(self) -> dict[str, str]:
        """Address → name."""
        return {
            address: person.name
            for person in self.phone.people
            for address in person.addresses
        }
