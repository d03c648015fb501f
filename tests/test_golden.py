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
    ("sonoma", "faker"): "38e88cefebf25fab",
    ("sequoia", "auto"): "02520d4540550696",
    ("sequoia", "faker"): "20f595b6a651362e",
    ("tahoe", "auto"): "01b77beceb133293",
    ("tahoe", "faker"): "41f6b82ad35c55a4",
    ("golden-gate", "auto"): "e985470afa101a59",
    ("golden-gate", "faker"): "bd7d67953e530acb",
}
# Scenario → digests of sources `auto` and seed 7, one for each release.
LARGER = {
    "tidy": {
        "sonoma": "cbaf9961b351ff2b",
        "sequoia": "0f167037f292dfdf",
        "tahoe": "efaf51d1d0ab636e",
        "golden-gate": "b018a5f094dcdce8",
    },
    "default": {
        "sonoma": "f2923c3ddfba5515",
        "sequoia": "4f925e4db4cc40ea",
        "tahoe": "7b00cd30f7ce1010",
        "golden-gate": "0447d654f7cda281",
    },
    "lived-in": {
        "sonoma": "8683c231c4147b52",
        "sequoia": "b562b36dc67ce29c",
        "tahoe": "175e4a77c2c93bf4",
        "golden-gate": "17cb84c1503a5f83",
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
