from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from rowreader import RowReader

from pytest_imessage_foundry.attachments.generator import Folder
from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.models import pictures
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.models import Attachment, Case, Conversation, Message


@dataclass(frozen=True)
class Kinds:
    """The catalogue of one release as a file, as the truth, and read back."""

    path: Path
    attachments: Path
    conversations: list[Conversation]
    cases: dict[str, Case]
    reader: RowReader

    @property
    def messages(self) -> dict[str, Message]:
        return {
            message.guid: message
            for conversation in self.conversations
            for message in conversation.messages
        }


@pytest.fixture(scope="session")
def kinds(tmp_path_factory):
    """Release → its catalogue, built once."""
    built: dict[str, Kinds] = {}

    def of(release: str) -> Kinds:
        if release not in built:
            built[release] = build(release, tmp_path_factory.mktemp(release))
        return built[release]

    yield of
    for each in built.values():
        each.reader.db.close()


def build(release: str, folder: Path) -> Kinds:
    wanted = schema.get(release)
    spec = Spec(release=release, scenario="kinds")
    conversations = catalogue.conversations(spec, wanted)
    people = catalogue.people(spec, wanted)
    path, files = folder / "chat.db", folder / "Attachments"
    builder.build(path, wanted, conversations, owner=people[0], people=people)
    folder = Folder(files)
    for each in every_attachment(conversations):
        folder.add(each)
    names = {each: person.name for person in people for each in person.addresses}
    reader = RowReader(path, names, files, people[0].addresses)
    return Kinds(path, files, conversations, catalogue.cases(spec, wanted), reader)


def every_attachment(conversations: list[Conversation]) -> list[Attachment]:
    found = []
    for conversation in conversations:
        for message in conversation.messages:
            found += message.attachments
            found += [each.image for each in message.stickers]
            found += [each.sticker for each in message.tapbacks if each.sticker]
            if message.balloon is not None:
                found += pictures(message.balloon)
            if message.event is not None and message.event.photo is not None:
                found.append(message.event.photo)
    return found
