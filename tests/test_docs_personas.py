"""docs/personas.md does what it says: its commands run, its files are read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pytest_imessage_foundry.cli import main, parser
from pytest_imessage_foundry.personas import library

PAGE = Path(__file__).parents[1] / "docs" / "personas.md"


def blocks(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(autouse=True)
def _own_library(tmp_path, monkeypatch):
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(tmp_path / "foundry.db"))
    monkeypatch.chdir(tmp_path)


def test_its_commands_run(tmp_path):
    (scenario,) = blocks("toml")
    (tmp_path / "reunion.toml").write_text(scenario)
    for block in blocks("console"):
        for line in block.splitlines():
            arguments = shlex.split(line)[1:]
            if "generate" in arguments:
                parser().parse_args(arguments)
            else:
                assert main(arguments) == 0, line
    with library.opened() as kept:
        assert [each.id for each in kept.personas()] == ["ana-diaz", "sol"]
        assert [each.persona_ids for each in kept.history()] == [("sol", "ana-diaz")]


def test_its_json_is_read(tmp_path):
    (people,) = blocks("json")
    (tmp_path / "people.json").write_text(people)
    assert main(["personas", "import", "people.json"]) == 0
    assert main(["personas", "export", "out.json"]) == 0
    written = (tmp_path / "out.json").read_text()
    assert re.sub(r"\s+", "", written) == re.sub(r"\s+", "", people)
