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
    ("sonoma", "auto"): "2b915be38fc1810e",
    ("sonoma", "faker"): "699e26361fdd523a",
    ("sequoia", "auto"): "92f6b45cc27a1e60",
    ("sequoia", "faker"): "a17a896c87f7f706",
    ("tahoe", "auto"): "e4ce6ea8d4e89b96",
    ("tahoe", "faker"): "0f463e5dd88f6f0e",
    ("golden-gate", "auto"): "46463f1bfa78448b",
    ("golden-gate", "faker"): "df4a489fc7daec9e",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "f4029df827019e9c",
        "sequoia": "b0ae86d880ae4191",
        "tahoe": "6498418a24632474",
        "golden-gate": "345ac845a8fcb299",
    },
    "default": {
        "sonoma": "3e4f76605afcafd7",
        "sequoia": "5ab0d6abd18fef4f",
        "tahoe": "7faf23577e63c9e0",
        "golden-gate": "049e2a405e239bdf",
    },
    "lived-in": {
        "sonoma": "3a9c522470f3879c",
        "sequoia": "abcad5eae7c42bea",
        "tahoe": "bde374ce378760a6",
        "golden-gate": "ceb9e3627e28c212",
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
