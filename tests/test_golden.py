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
        "sonoma": "2fdd076cd4934501",
        "sequoia": "8094ab6bdc4d677c",
        "tahoe": "cde074349ba926ca",
        "golden-gate": "39bd8d2e4a9de3e1",
    },
    "default": {
        "sonoma": "24dab3351101cd38",
        "sequoia": "5cab60a446b8463a",
        "tahoe": "b5456ce97e097459",
        "golden-gate": "43a7f7beb394cca1",
    },
    "lived-in": {
        "sonoma": "37ad36647bff75a4",
        "sequoia": "cf31db3e5e32a741",
        "tahoe": "99dabc857ae92d08",
        "golden-gate": "6928ad56e0209822",
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
