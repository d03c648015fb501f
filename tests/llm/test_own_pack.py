"""docs/llm.md leads from nothing to a committed pack: every command in it runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

from misbehaving import SECRET

from pytest_imessage_foundry.cli import main
from tests.conftest import ALONE

PAGE = (Path(__file__).parents[2] / "docs" / "llm.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("## From nothing")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", CHAPTER, re.DOTALL)
NAME = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
NAME |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in NAME.items()}


def run(line, server, monkeypatch):
    """Run a command of the chapter as it stands there."""
    words = shlex.split(line, comments=True)
    if words[0] == "pip":
        extra = re.search(r"\[(\w+)\]", line)[1]
        assert extra in metadata("pytest-imessage-foundry").get_all("Provides-Extra")
    elif words[0] == "export":
        name = words[1].partition("=")[0]
        values = {"OPENAI_API_KEY": SECRET, "OPENAI_MODEL": "fake-1"}
        monkeypatch.setenv(name, {"OPENAI_BASE_URL": server.url, **values}[name])
    elif words[0] == "imessage-foundry":
        assert main(words[1:]) == 0, line
    else:
        tools = {"git": ["git"], "pytest": [sys.executable, "-m", "pytest"]}
        command = [*tools[words[0]], *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, line + done.stdout + done.stderr
        return done.stdout
    return ""


def test_each_command_of_the_chapter_runs(tmp_path, server, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(ALONE))
    for name, value in NAME.items():
        monkeypatch.setenv(name, value)
    subprocess.run(["git", "init", "-q"], check=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    ran, printed = [], ""
    for kind, block in BLOCKS:
        if kind != "console":
            suffix = {"toml": "trip.toml", "python": "test_trip.py"}[kind]
            (tmp_path / "tests" / suffix).write_text(block)
            continue
        for line in block.splitlines():
            printed = run(line, server, monkeypatch) or printed
            ran.append(line.partition("  ")[0])

    said = capsys.readouterr().out
    assert len(ran) == 12
    assert "1 fresh, 0 stale, 0 missing" in said
    assert "as you described them: zoe" in said
    assert "passed" in printed
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True)
    assert tracked.stdout.split() == ["fixtures_cache/trip.json", "tests/trip.toml"]
    assert os.listdir(tmp_path / "fixtures_cache") == ["trip.json"]
    assert len(server.bodies) == 2
