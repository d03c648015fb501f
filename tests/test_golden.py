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
    ("sonoma", "auto"): "cf19654dfb1731a0",
    ("sonoma", "faker"): "25f6f79518f4e3ec",
    ("sequoia", "auto"): "e3c9514da9005753",
    ("sequoia", "faker"): "25f0dd4cc8e6b9a2",
    ("tahoe", "auto"): "66b7b6060d866192",
    ("tahoe", "faker"): "3ea1209f6550128c",
    ("golden-gate", "auto"): "6912ce56768e3f73",
    ("golden-gate", "faker"): "06843b3ac26738b0",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "f85cfff7da511d9b",
        "sequoia": "96ad084d1cd5b19f",
        "tahoe": "3ce5cf5b1417099c",
        "golden-gate": "a99f9ab855736731",
    },
    "default": {
        "sonoma": "57c9fe64da4f44e0",
        "sequoia": "ee49df9c828224d3",
        "tahoe": "6912ab9dafd12c83",
        "golden-gate": "d4128db8816a1ce2",
    },
    "lived-in": {
        "sonoma": "25bf86568df26c4d",
        "sequoia": "f11b635f5a8a970b",
        "tahoe": "f81e8fb681ebc7c4",
        "golden-gate": "aa37c12d0ff7c2a1",
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
