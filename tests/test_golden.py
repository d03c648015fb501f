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
    ("sonoma", "auto"): "38711aa4904731be",
    ("sonoma", "faker"): "e4f729ee21736ac5",
    ("sequoia", "auto"): "dbeb4017a94c56c7",
    ("sequoia", "faker"): "b2a9e999602a9dd9",
    ("tahoe", "auto"): "6dba5ce3dc45827f",
    ("tahoe", "faker"): "1baa9b9a9e47f0e0",
    ("golden-gate", "auto"): "0acaefb5d496a12c",
    ("golden-gate", "faker"): "4cc8210abe81609b",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "4015b62caefa6d85",
        "sequoia": "547ef8431675302d",
        "tahoe": "823772c29d1552f8",
        "golden-gate": "c9bca99bfc9d0942",
    },
    "default": {
        "sonoma": "532c32a3517aad3b",
        "sequoia": "aabfcf6213319353",
        "tahoe": "99534d611207a7c4",
        "golden-gate": "9952fca9dc210942",
    },
    "lived-in": {
        "sonoma": "5fba02ec535e64ba",
        "sequoia": "61b21b786dbb92bf",
        "tahoe": "8411fed7d791e4c0",
        "golden-gate": "8a5ee7a3a51d3d32",
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
