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
    ("sonoma", "auto"): "23d3c116a6979cbe",
    ("sonoma", "faker"): "498a1a655c318de4",
    ("sequoia", "auto"): "7ec7d87edfcf88c0",
    ("sequoia", "faker"): "2b286995c1e60cc3",
    ("tahoe", "auto"): "95dca36c20ad938c",
    ("tahoe", "faker"): "3207af60db45c4dc",
    ("golden-gate", "auto"): "1708bb4ee413619e",
    ("golden-gate", "faker"): "44a9004ec9ed8fde",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "d36d698962796f66",
        "sequoia": "2cf19ecdc9f9850f",
        "tahoe": "37ef9fefbc429c4c",
        "golden-gate": "488ca94368b19370",
    },
    "default": {
        "sonoma": "593e52390ae7537c",
        "sequoia": "de83bf0331f8f522",
        "tahoe": "6aaf81013c5e6fd7",
        "golden-gate": "ea9b332e430d9568",
    },
    "lived-in": {
        "sonoma": "58450044cabae05a",
        "sequoia": "bbd5320a2a9d71cd",
        "tahoe": "1f2338703db048bd",
        "golden-gate": "ae74366bfe0dd9b8",
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
