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
        "sonoma": "ce7a704eb2fddb24",
        "sequoia": "5b26d8460b383d8e",
        "tahoe": "9ee533f8a7d24b58",
        "golden-gate": "2ec381a25113b78b",
    },
    "lived-in": {
        "sonoma": "ddf8a174b085e5ba",
        "sequoia": "e20fbcc0999bc6d8",
        "tahoe": "875fc62577514f34",
        "golden-gate": "7ff93890f0df3136",
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
