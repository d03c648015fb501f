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
    ("sonoma", "auto"): "b3c159321cab64c8",
    ("sonoma", "faker"): "6fefc3c42a3b6e23",
    ("sequoia", "auto"): "639d766297dee08b",
    ("sequoia", "faker"): "9217b5c773e8729a",
    ("tahoe", "auto"): "33ad319d5f2b1036",
    ("tahoe", "faker"): "70685704697b473d",
    ("golden-gate", "auto"): "4b8d7b69b4d1d153",
    ("golden-gate", "faker"): "5b27b1223d868bff",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "c34e5649de889efc",
        "sequoia": "f4b9fbaaa00cfe3a",
        "tahoe": "26fdc55eb1cec153",
        "golden-gate": "555bb464f735b1e1",
    },
    "default": {
        "sonoma": "7d9c59d2e42caf92",
        "sequoia": "c4430cfa92a5a931",
        "tahoe": "6ac022269a3a3f43",
        "golden-gate": "16c58d63c34cab71",
    },
    "lived-in": {
        "sonoma": "2273c8a665b63b0a",
        "sequoia": "066a16df25474761",
        "tahoe": "b808c6f8285f28f4",
        "golden-gate": "af83c23b7bd172f2",
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
