"""Output that cannot say every character: nothing fails, and JSON stays JSON."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest
from tables import cases, table

COMMAND = [sys.executable, "-m", "pytest_imessage_foundry.cli"]


@pytest.mark.parametrize("case", cases("encodings"))
def test_encoding(case, ok, tmp_path):
    shutil.copyfile(ok, tmp_path / "chät.db")
    scenario = table("scenario_files")["whole"] | {"name": "föhn ☂"}
    (tmp_path / "föhn.json").write_text(json.dumps(scenario))
    done = subprocess.run(
        [*COMMAND, *shlex.split(case["given"])],
        cwd=tmp_path,
        env=os.environ | case["environment"],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == case.get("code", 0), done.stderr
    assert b"Traceback" not in done.stderr
    if "--json" in case["given"]:
        json.loads(
            done.stdout.decode(case["environment"].get("PYTHONIOENCODING", "ascii"))
        )
