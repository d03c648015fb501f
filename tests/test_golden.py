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
        "sonoma": "f4a0685f5d54bb26",
        "sequoia": "7b6514aae0f2236c",
        "tahoe": "af474b7f6c02dc03",
        "golden-gate": "0a148f3ae9a84724",
    },
    "default": {
        "sonoma": "c0250e3007d42c65",
        "sequoia": "beb1e5a801c25f95",
        "tahoe": "95ed3b60f6e5c766",
        "golden-gate": "9c89ccc8e9515c64",
    },
    "lived-in": {
        "sonoma": "089910f5e0837520",
        "sequoia": "401031d73c95455c",
        "tahoe": "8d76ccee57fb0bad",
        "golden-gate": "11f1aeea4af999e4",
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
