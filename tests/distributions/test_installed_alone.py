"""Wheel and sdist run alone: without the repository, from folders that stay as they
are, on the oldest and the newest Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging
TEST = """
import pytest


@pytest.mark.imessage(scenario="small")
def test_reads(chat_db):
    with chat_db.connect() as connection:
        rows = connection.execute("SELECT count(*) FROM message").fetchone()[0]
    assert rows >= len(list(chat_db.messages)) > 0
    assert chat_db.report().ok


def test_by_hand(chat_db_builder):
    chat_db_builder.direct(chat_db_builder.person("Alex Doe")).send("Hi")
    assert chat_db_builder.build().report().ok
"""


class Installed:
    """An environment with the distribution and what it depends on, nothing else."""

    def __init__(self, uv: str, python: str, distribution: Path, home: Path) -> None:
        self.home = home
        self.environment = home / "environment"
        make = [uv, "venv", "--quiet", "--no-project", "--python", python]
        subprocess.run([*make, self.environment], check=True)
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
        subprocess.run(
            [*install, "--python", self.environment, distribution], check=True
        )
        self.packages = next(self.environment.glob("lib/python3.*/site-packages"))

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its programs from a folder outside the repository."""
        folder = self.home / "elsewhere"
        folder.mkdir(exist_ok=True)
        kept = {"PATH": os.environ["PATH"], "LANG": os.environ.get("LANG", "C.UTF-8")}
        return subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=folder,
            # Root writes anywhere, so that only Python's own files must not be written.
            env={**kept, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )

    def must(self, program: str, *arguments: str) -> str:
        """Run a program that succeeds; give what it prints."""
        done = self.run(program, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def interpreter_of(version: str) -> str | None:
    """A Python of a version: on PATH, or pyenv's, whose commands may lead nowhere."""
    candidates = [shutil.which(f"python{version}") or ""]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += map(str, versions.glob(f"{version}.*/bin/python"))
    for each in filter(None, candidates):
        done = subprocess.run(
            [each, "-c", "import sys; print(sys.executable)"],
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            return done.stdout.strip()
    return None


def tree(folder: Path) -> dict[str, str]:
    """Each file of a folder, with the hash of its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def read_only(folder: Path):
    """Take the right to write from a folder and all in it during a block."""
    entries = [folder, *folder.rglob("*")]
    modes = {each: each.stat().st_mode for each in entries}
    for each, mode in modes.items():
        each.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for each, mode in modes.items():
            each.chmod(mode)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_runs_alone(built, uv, python, kind, tmp_path):
    interpreter = interpreter_of(python)
    if interpreter is None:
        pytest.skip(f"no Python {python} on this machine")
    installed = Installed(uv, interpreter, getattr(built, kind), tmp_path)
    before = tree(installed.packages)
    assert not [name for name in before if name.startswith(("tests/", "textual/"))]

    with read_only(installed.packages):
        uses_the_command(installed)
        uses_the_plugin(installed)
        names_missing_extras(installed)

    assert tree(installed.packages) == before


def uses_the_command(installed):
    program = "imessage-foundry"
    installed.must(program, "build", "chat.db", "--macos", "tahoe", "--messages", "200")
    assert "0 errors" in installed.must(program, "validate", "chat.db")
    assert "tapback-loved-removed" in installed.must(program, "kinds")
    version = installed.must("pytest-imessage-foundry", "--version")
    assert (
        installed.must("python", "-m", "pytest_imessage_foundry", "--version")
        == version
    )


def uses_the_plugin(installed):
    (installed.home / "elsewhere/test_it.py").write_text(TEST, encoding="utf-8")
    run = ("pytest", "-W", "error", "--imessage-version=tahoe", "test_it.py")
    assert "2 passed" in installed.must(*run)


def names_missing_extras(installed):
    backup = ["build", "backup", "--layout", "ios-backup", "--backup-password", "x"]
    server = ["--base-url", "http://127.0.0.1:9/v1", "--model", "any", "--yes"]
    refresh = ["cache", "refresh", "--all", "--only", "sam", *server]
    for extra, arguments in {"ios": backup, "llm": refresh}.items():
        done = installed.run("imessage-foundry", *arguments)
        assert done.returncode == 2
        assert f"pytest-imessage-foundry[{extra}]" in done.stderr
