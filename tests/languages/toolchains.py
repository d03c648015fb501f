"""Run the projects of other languages with the toolchains of this machine.

What they compile stays in a cache outside the project, as the readers do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/examples"
# Made by the toolchains, and by no source of ours.
LEFT_OUT = ("target", "node_modules", "fixtures", "Cargo.lock", "adapter")


def cache() -> Path:
    """Return the folder that compiled projects stay in."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pytest-imessage-foundry" / "languages"


def need(*tools: str) -> None:
    """Skip the test if a tool is missing, or fail where all are required."""
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if not absent:
        return
    complaint = f"not installed: {', '.join(absent)}"
    if os.environ.get("IMESSAGE_LANGUAGES") == "required":
        pytest.fail(complaint, pytrace=False)
    pytest.skip(complaint)


def copied(source: Path, name: str) -> Path:
    """Return a copy of a project in the cache, with what was compiled there before."""
    place = cache() / name
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if old.name in LEFT_OUT:
            continue
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    ignored = shutil.ignore_patterns(*(e for e in LEFT_OUT if e != "adapter"))
    shutil.copytree(source, place, dirs_exist_ok=True, ignore=ignored)
    return place


def run(line: str, place: Path, **variables: str) -> str:
    """Run one line of a shell in a folder; return what it printed."""
    own = Path(sys.executable).parent
    environment = {
        **os.environ,
        **variables,
        "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"$ {line}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout
