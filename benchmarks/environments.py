"""Virtual environments that are measured, each made once and kept."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
HOME = REPOSITORY / ".venvs" / "bench"
PEER = "imessage-data-foundry==1.0.0"
_EMPTY = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "pytest-empty-plugin"
version = "1.0"
[project.entry-points.pytest11]
pytest_empty_plugin = "pytest_empty_plugin"
[tool.hatch.build.targets.wheel]
include = ["pytest_empty_plugin.py"]
"""


def python(name: str, *requirements: str, anew: bool = False) -> Path:
    """The interpreter of the environment `name`, made if it is not there yet.

    Args:
        requirements: what pip installs into it.
        anew: install again even where the requirements are the same, because
            one of them is a folder whose content changes.
    """
    home = HOME / name
    interpreter = home / "bin" / "python"
    stamp = home / "requirements.txt"
    wanted = "\n".join(requirements)
    if not interpreter.exists():
        print(f"making the environment {name}", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
    if anew or not stamp.exists() or stamp.read_text() != wanted:
        _install(interpreter, *requirements)
        stamp.write_text(wanted)
    return interpreter


def _install(interpreter: Path, *requirements: str) -> None:
    command = [str(interpreter), "-m", "pip", "install", "--quiet", *requirements]
    subprocess.run([*command, "--disable-pip-version-check"], check=True)


def ours(name: str, *extra: str) -> Path:
    """An environment with the package as a wheel of the tree as it stands."""
    arguments = ["pytest", *extra, "--force-reinstall", "--no-deps", str(REPOSITORY)]
    interpreter = python(name, "pytest", *extra)
    _install(interpreter, *arguments[-3:])
    return interpreter


def empty_plugin() -> Path:
    """An environment with a plugin that does nothing: the start-up's floor."""
    source = HOME / "pytest-empty-plugin"
    source.mkdir(parents=True, exist_ok=True)
    (source / "pyproject.toml").write_text(_EMPTY)
    (source / "pytest_empty_plugin.py").write_text('"""Does nothing."""\n')
    return python("empty", "pytest", str(source))


def peer() -> Path:
    """An environment with imessage-data-foundry, the nearest other builder."""
    return python("peer", PEER)
