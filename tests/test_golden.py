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
    ("sonoma", "auto"): "7971ce95bfe78569",
    ("sonoma", "faker"): "79d7c44cf36d874a",
    ("sequoia", "auto"): "cc3f4f19a89b709d",
    ("sequoia", "faker"): "29330f7a4ea40eb0",
    ("tahoe", "auto"): "d428f2bcad8800e6",
    ("tahoe", "faker"): "9181597149bc6943",
    ("golden-gate", "auto"): "1473b67005ec3905",
    ("golden-gate", "faker"): "bacbf232e7c88cd8",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "d1fcdd9586f515f3",
        "sequoia": "0e8553a27ef907b1",
        "tahoe": "9a515b79543e6b84",
        "golden-gate": "2e119fb2597cdd00",
    },
    "default": {
        "sonoma": "ccf41c4f9f85fb80",
        "sequoia": "c3327862c62316de",
        "tahoe": "7c50071898aa5712",
        "golden-gate": "900e9fb1d4fb82b9",
    },
    "lived-in": {
        "sonoma": "ed52b9a0bdce0e17",
        "sequoia": "cf24ec170318f9e5",
        "tahoe": "336f492e5e3f57a6",
        "golden-gate": "9b465e153038d0fa",
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
