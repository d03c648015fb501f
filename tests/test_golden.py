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
        "sonoma": "945dd159bf5e2c04",
        "sequoia": "a0c60ac4d09bbcf4",
        "tahoe": "b887fe9824b968d1",
        "golden-gate": "3a952c4a71db6c24",
    },
    "default": {
        "sonoma": "c0250e3007d42c65",
        "sequoia": "beb1e5a801c25f95",
        "tahoe": "95ed3b60f6e5c766",
        "golden-gate": "9c89ccc8e9515c64",
    },
    "lived-in": {
        "sonoma": "1db9911541141e5c",
        "sequoia": "866f46d5504b89e5",
        "tahoe": "916e6217e6b8a694",
        "golden-gate": "23dad6d15e440f6f",
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
