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
    ("sonoma", "faker"): "62f700aa040b10bb",
    ("sequoia", "auto"): "02520d4540550696",
    ("sequoia", "faker"): "ad1caa495c0f3f79",
    ("tahoe", "auto"): "01b77beceb133293",
    ("tahoe", "faker"): "50430945fd32e4f0",
    ("golden-gate", "auto"): "e985470afa101a59",
    ("golden-gate", "faker"): "c025e5ff42975c98",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "28d3e4ec25c6dbcf",
        "sequoia": "1817ed930e0f81f6",
        "tahoe": "31d8896716c7b0fb",
        "golden-gate": "627fdb1183440fdc",
    },
    "default": {
        "sonoma": "4cf447060f148cb3",
        "sequoia": "81c5101de4a810cb",
        "tahoe": "99507c8834f96b2b",
        "golden-gate": "c025cc740ffce248",
    },
    "lived-in": {
        "sonoma": "3e2928bd70c24d3d",
        "sequoia": "8bf468b1c569e254",
        "tahoe": "e1f33a79d580a4ca",
        "golden-gate": "5f91bf19419c3072",
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
