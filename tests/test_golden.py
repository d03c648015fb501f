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
        "sonoma": "edff1add668a5774",
        "sequoia": "5af35fed75c11180",
        "tahoe": "52dde676b39dec58",
        "golden-gate": "266870644e20bf47",
    },
    "default": {
        "sonoma": "a5256f7e29d914ea",
        "sequoia": "fc333a4170692617",
        "tahoe": "02b557593e431b92",
        "golden-gate": "d980c545616eba1d",
    },
    "lived-in": {
        "sonoma": "8f9ed26ac43f643c",
        "sequoia": "f4296373d1145c61",
        "tahoe": "453c5cd2168de520",
        "golden-gate": "95af80c2debb76a5",
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
