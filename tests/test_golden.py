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
    ("sonoma", "auto"): "9651b8ffb1745067",
    ("sonoma", "faker"): "79d7c44cf36d874a",
    ("sequoia", "auto"): "d091ad534a042004",
    ("sequoia", "faker"): "29330f7a4ea40eb0",
    ("tahoe", "auto"): "259e854c383861da",
    ("tahoe", "faker"): "9181597149bc6943",
    ("golden-gate", "auto"): "385991a548b18662",
    ("golden-gate", "faker"): "bacbf232e7c88cd8",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "f8f6575d97d0f282",
        "sequoia": "2eeecef3ea47d94e",
        "tahoe": "6a856f40d03e1f86",
        "golden-gate": "2fcabeeca73e8bb0",
    },
    "default": {
        "sonoma": "bffcc87b454e2312",
        "sequoia": "3c2596af25ff0f04",
        "tahoe": "2ec686f78204e7c9",
        "golden-gate": "2e01ea1044f7639b",
    },
    "lived-in": {
        "sonoma": "6002439b8304217d",
        "sequoia": "7f74e01941ac1c5b",
        "tahoe": "b692108971840f24",
        "golden-gate": "3a389d5469334895",
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
