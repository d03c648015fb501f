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
    ("sonoma", "auto"): "52ebba01a7ba1ecd",
    ("sonoma", "faker"): "9ea10c3d3cea3553",
    ("sequoia", "auto"): "5ccb5d4165995568",
    ("sequoia", "faker"): "3400b9c896d5eab8",
    ("tahoe", "auto"): "ef1fc139c40829f8",
    ("tahoe", "faker"): "bf8c6894bd461006",
    ("golden-gate", "auto"): "6c70992cf5beedbd",
    ("golden-gate", "faker"): "2150562d303d66b2",
}
# Scenario → digests of sources `auto` and seed 7, one for each release. Those of
# `tidy` are what `default` gave before it had a life.
LARGER = {
    "tidy": {
        "sonoma": "e0712983c5fef1ab",
        "sequoia": "1d724d9f10fcc676",
        "tahoe": "1a8a72576b3b8409",
        "golden-gate": "3b89cea43247cc9f",
    },
    "default": {
        "sonoma": "f4306897715ab9ba",
        "sequoia": "d073bc66dfa29208",
        "tahoe": "a903bb985d6e5fcd",
        "golden-gate": "92b6018d798eca1d",
    },
    "lived-in": {
        "sonoma": "ff55c6c183381bdd",
        "sequoia": "e797fb6c3887979c",
        "tahoe": "a1cadd0e584a1b89",
        "golden-gate": "e3fbe98918c45496",
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
