"""The phone on which the cases are written, with a few chats, and the list of cases."""

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
WriteCase = Callable[["CasePhone"], "tuple[Draft, Reading]"]
CASES: dict[str, CaseEntry] = {}


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """A case that is not written yet.

    Attributes:
        name: what tests and people call it.
        what: a description in one line.
        section: the section of SEMANTICS.md about its rows.
        feature: a feature that a release must have to hold it, None for every release.
        until: a feature that a release must not have, None for every release.
        write: a function that writes it on the phone and returns message and reading.
    """

    name: str
    what: str
    section: str
    feature: str | None
    until: str | None
    write: WriteCase

    @property
    def chapter(self) -> str:
        """Return the name of the module that adds the case."""
        write = getattr(self.write, "func", self.write)
        return str(write.__module__.rpartition(".")[2])

    def is_held_by(self, features: frozenset[str]) -> bool:
        """Return whether a release with these features can hold it."""
        has_come = self.feature is None or self.feature in features
        return has_come and (self.until is None or self.until not in features)


def case(
    name: str,
    what: str,
    section: str,
    *,
    feature: str | None = None,
    until: str | None = None,
) -> Callable[[WriteCase], WriteCase]:
    """Return a decorator that adds a function to the catalogue."""

    def enter(write: WriteCase) -> WriteCase:
        CASES[name] = CaseEntry(name, what, section, feature, until, write)
        return write

    return enter


class CasePhone:
    """A phone with three people, a one-to-one chat, a group, and more on demand."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self.author = Author(schema.name, seed=seed, schema=schema)
        self.alex = self.author.person("Alex Doe")
        self.sam = self.author.person("Sam Roe", email=True)
        self.kim = self.author.person("Kim Poe", country="GB")
        self.direct = self.author.direct(self.alex)
        self.group = self.author.group(self.alex, self.sam, self.kim, name="Kinds")

    @cached_property
    def sms(self) -> Chat:
        return self.author.direct(self.kim, service="SMS")

    @cached_property
    def shop(self) -> Chat:
        """Return the SMS chat of a sender whose messages a filter sorts."""
        shop = self.author.person("Example Shop", address="15514")
        return self.author.direct(shop, service="SMS")

    @cached_property
    def shop_desk(self) -> Chat:
        """Return the chat with a business that answers over iMessage."""
        desk = self.author.person("Example Desk", address="urn:biz:example-desk")
        return self.author.direct(desk)

    @cached_property
    def rcs(self) -> Chat:
        return self.author.direct(self.author.person("Ravi Lal"), service="RCS")

    @cached_property
    def satellite(self) -> Chat:
        """Return an iMessage chat with messages over a satellite (§12, §15)."""
        return self.author.direct(self.author.person("Jo Ray"))

    @property
    def names(self) -> dict[str, str]:
        """Return the names of people by address."""
        return {
            address: person.name
            for person in self.author.people
            for address in person.addresses
        }
