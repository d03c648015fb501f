"""The files that the readers here read: scenarios, the catalogue, a phone by hand."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from pytest_imessage_foundry import ChatDBBuilder, foundry
from pytest_imessage_foundry.chatdb.handle import ChatDB
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.spec import Spec

from . import correct_reader, faults_of_chats, faults_of_messages, faults_of_people
from .fault import FAULTS, Fault, differing
from .opened_file import opened
from .truths import QUESTIONS

SUBJECTS = (faults_of_people, faults_of_chats, faults_of_messages)
RELEASES = ("sonoma", "tahoe", "golden-gate")
# Scenario → how many messages it is built with; None is its own number.
SIZES = {"tidy": None, "default": None, "lived-in": 3_000, "kinds": None}
BY_HAND = "by hand"
_BUILT_IN = {each.name for each in scenarios.built_in()}
# What a user starts with, and what must show every fault.
TIDY = "tidy" if "tidy" in _BUILT_IN else "default"
LIVED_IN = tuple(
    name for name in ("default", "lived-in") if name in _BUILT_IN and name != TIDY
)
ALONE = ("kinds", BY_HAND)
NAMES = (*(name for name in SIZES if name in _BUILT_IN), BY_HAND)


class ReadFile:
    """One file with its truth, and what each reader here makes of it."""

    def __init__(self, name: str, release: str, folder: Path) -> None:
        self.name, self.release = name, release
        self.db = (
            _by_hand(release, folder)
            if name == BY_HAND
            else _built(
                Spec(release=release, scenario=name, messages=SIZES[name]), folder
            )
        )
        self._truths: dict[str, Any] = {}

    def truth(self, question: str) -> Any:
        """Return what is true of it."""
        if question not in self._truths:
            self._truths[question] = QUESTIONS[question].truth(self.db)
        return self._truths[question]

    def misread(self, question: str) -> list[Any]:
        """Return what the correct reader is wrong about."""
        with opened(self.db.path, self.db.owner.addresses) as file:
            answer = getattr(correct_reader, question)(file)
        return differing(self.truth(question), answer)

    @cached_property
    def shown(self) -> dict[str, list[Any]]:
        """Return for each fault what its reader is wrong about."""
        with opened(self.db.path, self.db.owner.addresses) as file:
            return {
                name: differing(self.truth(fault.asks), fault.read(file))
                for name, fault in FAULTS.items()
            }

    def cases(self, fault: Fault) -> list[str]:
        """Return the catalogue's cases that a fault shows on."""
        names = {case.message: case.name for case in self.db.cases.values()}
        wrong = {str(each) for each in self.shown[fault.name]}
        return [name for guid, name in names.items() if guid in wrong]


def _built(spec: Spec, folder: Path) -> ChatDB:
    order = foundry.Order(spec)
    foundry.forge(order, folder / foundry.FILE_NAME)
    return ChatDB(folder / foundry.FILE_NAME, order)


def _by_hand(release: str, folder: Path) -> ChatDB:
    """Build what the catalogue has no case for: a group without a name, a chat of
    somebody before, and a file whose newest row came before iCloud's."""
    phone = ChatDBBuilder(release)
    ana, ben, kim = (phone.person(name) for name in ("Ana Diaz", "Ben Wood", "Kim Poe"))
    phone.group(ana, ben, kim).receive("Who brings what?", sender=ben)
    chat = phone.direct(ana).formerly("SMS")
    newest = chat.receive("Today")
    chat.receive("Last month", at="2025-09-01T12:00:00Z", rowid_after=newest)
    return phone.build(folder / foundry.FILE_NAME)
