"""What a spec gives does not drift: the digest of a database's rows and schema.

The same on every supported Python and SQLite. A change here is a line in the
changelog: users who pinned a seed see other conversations.
"""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db import content_digest
from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.spec import Spec

GOLDEN = {
    ("sonoma", "auto"): "3a0581c281b125ac",
    ("sonoma", "faker"): "103d7932514648c2",
    ("sequoia", "auto"): "31f0f3cb2e65f21e",
    ("sequoia", "faker"): "40015b477d06eebd",
    ("tahoe", "auto"): "25fd175ac842ce1b",
    ("tahoe", "faker"): "771d4d41aa9a6fdb",
    ("golden-gate", "auto"): "067137ddd1eeb4c7",
    ("golden-gate", "faker"): "973e93ade98fc5f3",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "0bf2dc4c32ec40c3",
        "sequoia": "05aa05818a398006",
        "tahoe": "8e9e39c91717c871",
        "golden-gate": "104a5011ff99f97b",
    },
    "default": {
        "sonoma": "1b0d81e33e182c89",
        "sequoia": "afd126c52c353941",
        "tahoe": "f5f1a1695cc57aa3",
        "golden-gate": "3499e8147f2b0f21",
    },
    "lived-in": {
        "sonoma": "f564e6d064a4d6a3",
        "sequoia": "f76462d348dd9206",
        "tahoe": "fab1ae3e598429b2",
        "golden-gate": "c06306a975b654be",
    },
}


@pytest.mark.parametrize(("release", "source"), GOLDEN)
def test_content(tmp_path, release, source):
    spec = Spec(release=release, scenario="small", source=source, seed=7)
    path = tmp_path / "chat.db"
    forge(Order(spec), path)

    assert content_digest.of_file(path)[:16] == GOLDEN[release, source]


@pytest.mark.parametrize(
    ("scenario", "release"),
    [(name, release) for name, found in LARGER.items() for release in found],
)
def test_content_of_larger_ones(tmp_path, scenario, release):
    messages = 2_000 if scenario == "lived-in" else None
    spec = Spec(release=release, scenario=scenario, seed=7, messages=messages)
    path = tmp_path / "chat.db"
    forge(Order(spec), path, attachments=False)

    assert content_digest.of_file(path)[:16] == LARGER[scenario][release]
