"""What reads shares nothing with what writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest_imessage_foundry

ROOT = Path(pytest_imessage_foundry.__file__).parent
IMPORT = re.compile(r"pytest_imessage_foundry\.([\w.]+)")


def imported(path):
    return set(IMPORT.findall(path.read_text()))


def test_reading_knows_errors_and_temporary_folders_alone():
    known = {
        name for path in (ROOT / "reading").glob("*.py") for name in imported(path)
    }
    own = {name for name in known if name.startswith("reading")}
    assert known - own == {"errors", "scratch"}


def test_no_writer_knows_the_reading():
    writers = [
        *(ROOT / "db" / "rows").rglob("*.py"),
        *(ROOT / "db" / "blobs").rglob("*.py"),
        ROOT / "db" / "builder.py",
        *(ROOT / "db").glob("live_*.py"),
    ]
    assert len(writers) > 12
    for path in writers:
        assert not any(name.startswith("reading") for name in imported(path)), path
