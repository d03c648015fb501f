"""A whole file for those who spoil copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import builder, schema
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.spec import Spec


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tahoe file with the whole catalogue; do not write to it."""
    path = tmp_path_factory.mktemp("whole") / "chat.db"
    known = schema.get("tahoe")
    spec = Spec(release="tahoe", scenario="kinds")
    conversations = catalogue.conversations(spec, known)
    people = catalogue.people(spec, known)
    owner = Persona(id="me", name="Me", identifier="+12025550100", is_self=True)
    builder.build(path, known, conversations, owner=owner, people=people)
    return path
