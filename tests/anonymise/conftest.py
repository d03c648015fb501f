"""Files to anonymise, each built once."""

from __future__ import annotations

import pytest
from originals import without_triggers

from pytest_imessage_foundry.order import NOTHING_ADDED, Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.spec import Spec


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Give the path of a scenario's file, of a release; never written to."""
    known = {}

    def path(release="tahoe", scenario="kinds", **fields):
        key = (release, scenario, *fields.items())
        if key not in known:
            spec = Spec(release=release, scenario=scenario, **fields)
            folder = tmp_path_factory.mktemp(f"{release}-{scenario}")
            known[key] = folder / "chat.db"
            forge(Order(spec, NOTHING_ADDED), known[key], attachments=False)
        return known[key]

    return path


@pytest.fixture
def original(built, tmp_path):
    """A private copy of `kinds` on tahoe, without triggers, to plant things in."""
    return without_triggers(built(), tmp_path / "original.db")
