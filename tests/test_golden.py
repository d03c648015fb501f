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
    ("sonoma", "auto"): "b53a6708122cd1f8",
    ("sonoma", "faker"): "60b87423b707add6",
    ("sequoia", "auto"): "c2d86b41b5a0e9fd",
    ("sequoia", "faker"): "0c3ecf8e572d93b3",
    ("tahoe", "auto"): "373952e151953b7e",
    ("tahoe", "faker"): "846ac0c5b5623b14",
    ("golden-gate", "auto"): "512921a9546f0f23",
    ("golden-gate", "faker"): "feb70b16166deeb3",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "c53b551e154a4efa",
        "sequoia": "53c4b555340fec09",
        "tahoe": "046a5312ff0f2e3e",
        "golden-gate": "96c5cde33ca04944",
    },
    "default": {
        "sonoma": "95ae9866b5f6ba4a",
        "sequoia": "6d14bf33720a051b",
        "tahoe": "fffd6fbce5c02406",
        "golden-gate": "5b7cb1a4f88c1bc7",
    },
    "lived-in": {
        "sonoma": "a843ec57bd70769e",
        "sequoia": "d6edab784fe1d452",
        "tahoe": "b62ebf74b742af3b",
        "golden-gate": "1e99eb4d8eb4ca88",
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
