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
    ("sonoma", "auto"): "e6ac25c59283e1aa",
    ("sonoma", "faker"): "103d7932514648c2",
    ("sequoia", "auto"): "f70b864e46e9d524",
    ("sequoia", "faker"): "40015b477d06eebd",
    ("tahoe", "auto"): "86068021c24f5b03",
    ("tahoe", "faker"): "771d4d41aa9a6fdb",
    ("golden-gate", "auto"): "2ab798c3e186176b",
    ("golden-gate", "faker"): "973e93ade98fc5f3",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "e592b4fbc3274de3",
        "sequoia": "2f1a72f1903d2041",
        "tahoe": "0cba55f7929246a8",
        "golden-gate": "b412ceac4a7c9745",
    },
    "default": {
        "sonoma": "e2e1589908ed056c",
        "sequoia": "043cb551346787c5",
        "tahoe": "0017c2623e0a34af",
        "golden-gate": "9bb4e0cc1c3c906f",
    },
    "lived-in": {
        "sonoma": "5c97895ec7cb4f5e",
        "sequoia": "b16d9b75580bfdad",
        "tahoe": "b80b9cbd5ac74ae2",
        "golden-gate": "90e430f106764cca",
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
