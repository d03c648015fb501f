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
    ("sonoma", "auto"): "da86042e1779968b",
    ("sonoma", "faker"): "103d7932514648c2",
    ("sequoia", "auto"): "d892b31b9070db75",
    ("sequoia", "faker"): "40015b477d06eebd",
    ("tahoe", "auto"): "c2efdda31ef0cab9",
    ("tahoe", "faker"): "771d4d41aa9a6fdb",
    ("golden-gate", "auto"): "a78cb75c2f6bd88f",
    ("golden-gate", "faker"): "973e93ade98fc5f3",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "3c586fe3045483ed",
        "sequoia": "863c4a5dd9fadc1e",
        "tahoe": "1a9dc3eafba5522a",
        "golden-gate": "a8d921f54a664f2e",
    },
    "default": {
        "sonoma": "c770027534e6df72",
        "sequoia": "64ca9411bdab4ff2",
        "tahoe": "804b8e3f92616ad9",
        "golden-gate": "2453e0eae0a6f0c4",
    },
    "lived-in": {
        "sonoma": "1690454f731c093a",
        "sequoia": "abd6824886ae79e5",
        "tahoe": "7badf8bc04416749",
        "golden-gate": "a1e0059ae5ad1140",
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
