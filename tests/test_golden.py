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
    ("sonoma", "auto"): "2099b9b30047f1c2",
    ("sonoma", "faker"): "79d7c44cf36d874a",
    ("sequoia", "auto"): "82f94da8d65b567b",
    ("sequoia", "faker"): "29330f7a4ea40eb0",
    ("tahoe", "auto"): "d18eaa5227d7acde",
    ("tahoe", "faker"): "9181597149bc6943",
    ("golden-gate", "auto"): "5f29dcad44a2ff20",
    ("golden-gate", "faker"): "bacbf232e7c88cd8",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "fe0a2efe4f49282b",
        "sequoia": "fcbe95fcfdff6e05",
        "tahoe": "1475f359b9d139cf",
        "golden-gate": "fb79a7b8d0c5be6c",
    },
    "default": {
        "sonoma": "2358c5f312ea7001",
        "sequoia": "853d1b2f6a034771",
        "tahoe": "2f502560725a91cc",
        "golden-gate": "0538df1f2bc02503",
    },
    "lived-in": {
        "sonoma": "de16ef0ee6613473",
        "sequoia": "eee19e7a47b1ef5a",
        "tahoe": "878cbe2d9406b8f7",
        "golden-gate": "34c793dcaf0aa7b2",
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
