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


@pytest.mark.parametrize(("release", "source"), GOLDEN)
def test_content(tmp_path, release, source):
    spec = Spec(release=release, scenario="small", source=source, seed=7)
    path = tmp_path / "chat.db"
    forge(Order(spec), path)

    assert content_digest.of_file(path)[:16] == GOLDEN[release, source]
