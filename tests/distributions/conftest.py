"""What is uploaded, built once for all of these tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("build", "hatch_fancy_pypi_readme", "hatchling", "twine", "uv")


@dataclass(frozen=True)
class Distributions:
    """The two files of one build."""

    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def tools() -> None:
    """What builds: `make package` installs it. Without it the tests are skipped, or
    fail where IMESSAGE_PACKAGING says that they are required."""
    absent = [each for each in NEEDED if importlib.util.find_spec(each) is None]
    if absent:
        message = f"not installed: {', '.join(absent)} (make package installs them)"
        if os.environ.get("IMESSAGE_PACKAGING") == "required":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


def build(into: Path, *what: str) -> None:
    """Build the project with the tools that are here, without asking a registry."""
    command = [sys.executable, "-m", "build", "--no-isolation", *what]
    subprocess.run(
        [*command, "--outdir", into, ROOT],
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="session")
def built(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return Distributions(next(folder.glob("*.whl")), next(folder.glob("*.tar.gz")))


@pytest.fixture(scope="session")
def uv(tools: None) -> str:
    """The program that makes environments."""
    found = shutil.which("uv", path=Path(sys.executable).parent)
    assert found is not None
    return found
