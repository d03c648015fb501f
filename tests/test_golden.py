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
    ("sonoma", "auto"): "dcaa295767f569fd",
    ("sonoma", "faker"): "887a5f72f8017f02",
    ("sequoia", "auto"): "2ff2fbb9a86cec8d",
    ("sequoia", "faker"): "10d3e1ab17808278",
    ("tahoe", "auto"): "0d04ea7406665968",
    ("tahoe", "faker"): "61decfe2dfbff661",
    ("golden-gate", "auto"): "02d34b7789a11453",
    ("golden-gate", "faker"): "ad6762bee6f56792",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "5e7b6ad4ea71326a",
        "sequoia": "e98945f93174df0a",
        "tahoe": "3eeea291f52a0533",
        "golden-gate": "326595a6bd3f73ae",
    },
    "default": {
        "sonoma": "28bed488ed77b714",
        "sequoia": "4cba695ad23dc151",
        "tahoe": "f0295563cf898247",
        "golden-gate": "a57c8e13d77e45f4",
    },
    "lived-in": {
        "sonoma": "4ba281b4fe0d9735",
        "sequoia": "1c12d321dee96afc",
        "tahoe": "741ceb6eac3edab9",
        "golden-gate": "92e6dea4dc4c6679",
    },
}


@pytest.mark.parametrize(("release", "source"), GOLDEN)
def test_content(tmp_path, release, source):
    spec = Spec(release=release, scenario="small", source=source, seed=7)
    path = tmp_path / "chat.db"
    forge(Order(spec), path)

    assert content_digest.of_file(path)[:16] == GOLDEN[release, source]


# Small ones differ as their releases do: larger ones of one release say the rest.
@pytest.mark.parametrize(
    ("scenario", "release"),
    [
        pytest.param(
            name, release, marks=[] if release == "tahoe" else pytest.mark.sweep
        )
        for name, found in LARGER.items()
        for release in found
    ],
)
def test_content_of_larger_ones(tmp_path, scenario, release):
    messages = 2_000 if scenario == "lived-in" else None
    spec = Spec(release=release, scenario=scenario, seed=7, messages=messages)
    path = tmp_path / "chat.db"
    forge(Order(spec), path, attachments=False)

    assert content_digest.of_file(path)[:16] == LARGER[scenario][release]
