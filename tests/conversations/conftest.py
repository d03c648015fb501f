"""What other processes make of the same seeds, for several files of tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_CODE = """
import hashlib, json, sys
sys.path[:0] = sys.argv[1:]
import test_sittings
found = {"sittings": test_sittings.digest()}
test_sittings.talk(4_000)
found["has_faker"] = "faker" in sys.modules
import test_chat_plans, test_compose, test_timeline
found["chat_plans"] = test_chat_plans.digest(test_chat_plans.derive(seed=5))
found["compose"] = test_compose.digest()
found["timeline"] = test_timeline.digest()
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def elsewhere() -> list[dict[str, Any]]:
    """What two processes say, whose hashes and clocks are others: digests by the file
    of tests that has them. To start a process takes longer than what it does."""
    return [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", _CODE, str(HERE), str(HERE / "dialogue")],
                env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for seed, zone in (("1", "Asia/Tokyo"), ("4711", "America/Lima"))
    ]
