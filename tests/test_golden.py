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
    ("sonoma", "auto"): "1ad8968a0bd13e8e",
    ("sonoma", "faker"): "ff059320c1014a0c",
    ("sequoia", "auto"): "592df561edbf69a3",
    ("sequoia", "faker"): "b5a4c783c2b346a6",
    ("tahoe", "auto"): "86402557669ec9cf",
    ("tahoe", "faker"): "d83a2b6d579af3cb",
    ("golden-gate", "auto"): "72d8bacc37641e59",
    ("golden-gate", "faker"): "25531310975328ce",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "12f311d6fdc753a1",
        "sequoia": "4195133acdf5c328",
        "tahoe": "01cd57768b40c3f1",
        "golden-gate": "1745776dac495e32",
    },
    "default": {
        "sonoma": "00c4793ab14a8c7a",
        "sequoia": "0ed111f9009c3ac3",
        "tahoe": "efe6e5ee0f5572c1",
        "golden-gate": "6bbc905273e78b49",
    },
    "lived-in": {
        "sonoma": "c111692da1c0c750",
        "sequoia": "ac45e293cbc43706",
        "tahoe": "87e4d81d86f9b73f",
        "golden-gate": "bd4a4799da5408fc",
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
