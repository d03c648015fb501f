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
    ("sonoma", "auto"): "c100c8627b4f93b7",
    ("sonoma", "faker"): "709e402dc78420a5",
    ("sequoia", "auto"): "58bb74604a9da8da",
    ("sequoia", "faker"): "56f86511ac63c041",
    ("tahoe", "auto"): "0f535526467c86b7",
    ("tahoe", "faker"): "f3d16d9a5a1a245b",
    ("golden-gate", "auto"): "97ecd2d1e4f381cd",
    ("golden-gate", "faker"): "14e01befc90d2d76",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "b93bb0c4b43fe627",
        "sequoia": "232dec8c8e8cfbd2",
        "tahoe": "70434e2331d60805",
        "golden-gate": "a8569872257966ba",
    },
    "default": {
        "sonoma": "354229e3eb17fd7c",
        "sequoia": "be352a9cc3a7b9ec",
        "tahoe": "d34204295e8c2dbc",
        "golden-gate": "0e1f3cc2fff2d01c",
    },
    "lived-in": {
        "sonoma": "521dcfe01a51d6c9",
        "sequoia": "c7169f7ab14d8019",
        "tahoe": "908a0fae47586221",
        "golden-gate": "cab42b5fc77daf4d",
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
