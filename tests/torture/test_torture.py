"""A short round of torture; `make torture` is the long one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sweep

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="harm is done to forks")
def test_a_short_round():
    quick = ["--only", "quick", "--rounds", "12", "--seed", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture", *quick],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("seed 1\n")
    assert "| **all** | 12 | | 0 |" in done.stdout
