"""Runs of pytest over many bad cases at once, and how each of their tests ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ALONE = ("randomly", "faker", "anyio", "hypothesispytest", "xdist", "cacheprovider")
# Tells how each test ended: the last of its phases that did not pass, or its call.
TELLING = """
import json, pathlib

def pytest_runtest_logreport(report):
    if report.failed or report.when == "call":
        told = [report.nodeid, report.outcome, report.when, report.longreprtext]
        with open(pathlib.Path(__file__).with_name("told"), "a") as file:
            file.write(json.dumps(told) + "\\n")
"""


def told(folder: Path) -> tuple[dict[str, Any], str]:
    """Run the tests in a folder, and return how each ended and what was printed."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--imessage-version=tahoe"),
            *(f"-pno:{name}" for name in ALONE),
            *("--basetemp", str(folder.with_name(f"{folder.name}-base"))),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    lines = (folder / "told").read_text().splitlines()
    ended = {node.partition("[")[0]: rest for node, *rest in map(json.loads, lines)}
    return ended, done.stdout + done.stderr


def says(message: str, wanted: list[str]) -> None:
    """Check a failure: whole, once, and without a traceback."""
    missing = [each for each in wanted if each not in message]
    assert not missing, f"{missing} missing in:\n{message}"
    assert "Traceback" not in message
    assert "During handling" not in message
    assert "\n>" not in message  # the source line of a traceback of pytest
    lines = message.splitlines()
    assert all(line.isprintable() for line in lines), lines
    assert len(lines) >= 3, f"too little is said:\n{message}"
