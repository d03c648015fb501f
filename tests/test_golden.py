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
    ("sonoma", "auto"): "59e7f9c50811c59c",
    ("sonoma", "faker"): "fd0fde650b27d7d4",
    ("sequoia", "auto"): "a2b331b641644df9",
    ("sequoia", "faker"): "691b9b0a5c9cd6ed",
    ("tahoe", "auto"): "6c8714c8694d8f42",
    ("tahoe", "faker"): "a116084c44ca0b70",
    ("golden-gate", "auto"): "9e6e98730ab9a00b",
    ("golden-gate", "faker"): "b9386f8421fef0ae",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "ba10d556201c6428",
        "sequoia": "8760b1ad84ad1356",
        "tahoe": "98f982c86810b55d",
        "golden-gate": "cf0f032d07e1c1e6",
    },
    "default": {
        "sonoma": "4c9bdd690c75ad92",
        "sequoia": "3a415f43033028be",
        "tahoe": "cb291454893c3bc0",
        "golden-gate": "c21adf8bf1101e71",
    },
    "lived-in": {
        "sonoma": "457664943a36faac",
        "sequoia": "5f77ded743b3cda4",
        "tahoe": "e8fad60e38c92edc",
        "golden-gate": "44a6cdb93be0a5fb",
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
