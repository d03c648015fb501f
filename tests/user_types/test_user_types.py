"""Type checkers agree with what a user's test file does, and find its mistakes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("user_test_file.py")
WRONG = {
    number
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1)
    if line.endswith("# wrong")
}


def test_mypy_strict():
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(FILE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    found = re.findall(rf"{FILE.name}:(\d+): error: (.*)", done.stdout)
    assert {int(number) for number, _ in found} == WRONG, done.stdout + done.stderr


@pytest.fixture
def pyright():
    """The command: beside this Python, or on PATH."""
    places = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    command = shutil.which("pyright", path=places)
    if command is None:
        pytest.skip("pyright is not installed")
    # Its package fetches the program itself when it is first called.
    if subprocess.run([command, "--version"], capture_output=True).returncode:
        pytest.skip("pyright cannot be fetched")
    return command


def test_pyright(pyright, tmp_path):
    shutil.copy(FILE, tmp_path)
    settings = {"typeCheckingMode": "strict", "reportUnusedExpression": False}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    done = subprocess.run(
        [pyright, "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    found = json.loads(done.stdout)["generalDiagnostics"]
    lines = {each["range"]["start"]["line"] + 1 for each in found}
    assert lines == WRONG, found
