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
        "sonoma": "95c2fb61e2c7a211",
        "sequoia": "dab97b6a18ce53a2",
        "tahoe": "1416aa1d403760d0",
        "golden-gate": "fb7a9dfff71ea23e",
    },
    "default": {
        "sonoma": "90701658563d6a15",
        "sequoia": "6c66a1ca073d6fc5",
        "tahoe": "58110b3f73a2f8f7",
        "golden-gate": "d9f44d065caa0704",
    },
    "lived-in": {
        "sonoma": "bc6ee0ad18273d48",
        "sequoia": "1d5289060800b96e",
        "tahoe": "76dd0d742aa4c15d",
        "golden-gate": "1131f1630a44a6ca",
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
