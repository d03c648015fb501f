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
    ("sonoma", "auto"): "f22bcbe58bad4daf",
    ("sonoma", "faker"): "38e88cefebf25fab",
    ("sequoia", "auto"): "02520d4540550696",
    ("sequoia", "faker"): "20f595b6a651362e",
    ("tahoe", "auto"): "01b77beceb133293",
    ("tahoe", "faker"): "41f6b82ad35c55a4",
    ("golden-gate", "auto"): "e985470afa101a59",
    ("golden-gate", "faker"): "bd7d67953e530acb",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "4c5c0a2c6b759ed7",
        "sequoia": "cca4126b134d3f4c",
        "tahoe": "f428cc8d7e5bbdc4",
        "golden-gate": "d873650f9ad45602",
    },
    "default": {
        "sonoma": "20fad1d2cfb49d59",
        "sequoia": "da814a5d588cb56d",
        "tahoe": "d32440ed7524d7de",
        "golden-gate": "7a51f6adf91896b3",
    },
    "lived-in": {
        "sonoma": "790ecf3b1baf40ca",
        "sequoia": "c8b9f2f1389d0b83",
        "tahoe": "719647a2d5ff08bf",
        "golden-gate": "dda353050c1ac811",
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
