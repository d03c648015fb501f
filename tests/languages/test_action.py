"""The steps of action.yml, run with bash as GitHub's runner would."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from . import toolchains

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

yaml = pytest.importorskip("yaml")
ACTION = yaml.safe_load((toolchains.ROOT / "action.yml").read_text("utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


class Runner:
    """A runner's folders and files, and the outputs of steps."""

    def __init__(self, place: Path, **inputs: str) -> None:
        self.place = place
        self.inputs = {
            name: inputs.pop(name, each["default"])
            for name, each in ACTION["inputs"].items()
        }
        assert not inputs
        self.values = {f"inputs.{name}": each for name, each in self.inputs.items()}
        self.work = place / "work"
        self.work.mkdir(exist_ok=True)
        self.ran: list[str] = []
        self.key = ""

    def filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self.values[found[1]], text)

    def run(self, cached: dict[str, str]) -> dict[str, str]:
        """Run the steps; `cached` has the folders that the cache holds, by key."""
        for step in ACTION["runs"]["steps"]:
            if "uses" in step:
                assert step["uses"].startswith("actions/cache@v")
                self.key = self.filled(step["with"]["key"])
                hit = cached.get(self.key) == self.filled(step["with"]["path"])
                self.values[f"steps.{step['id']}.outputs.cache-hit"] = str(hit).lower()
            elif self._is_wanted(step):
                self._shell(step)
        outputs = ACTION["outputs"].items()
        return {name: self.filled(each["value"]) for name, each in outputs}

    def _is_wanted(self, step: dict[str, Any]) -> bool:
        if "if" not in step:
            return True
        name, value = step["if"].split(" != ")
        return self.values[name] != value.strip("'")

    def _shell(self, step: dict[str, Any]) -> None:
        assert step["shell"] == "bash"
        # GitHub expands expressions in `run` as text, where an input could be code.
        assert "${{" not in step["run"]
        files = {name: self.place / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for path in files.values():
            path.touch()
        paths = files["GITHUB_PATH"].read_text("utf-8").split()
        line = "".join(f'PATH="{each}:$PATH"\n' for each in paths) + step["run"]
        files["GITHUB_OUTPUT"].write_text("", "utf-8")
        variables = {key: self.filled(each) for key, each in step["env"].items()}
        variables |= {name: str(path) for name, path in files.items()}
        variables["RUNNER_TEMP"] = str(self.place)
        toolchains.run(line, self.work, **variables)
        for pair in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines():
            name, _, value = pair.partition("=")
            self.values[f"steps.{step['id']}.outputs.{name}"] = value
        self.ran.append(step["name"])


@pytest.mark.languages
def test_the_steps_build_a_set_and_take_it_from_the_cache(tmp_path: Path) -> None:
    how = {
        "package": str(toolchains.ROOT),
        "macos": "tahoe",
        "scenario": "small",
        "folder": "sets/of mine",
    }
    first = Runner(tmp_path, **how)
    outputs = first.run(cached={})

    manifest = json.loads((first.work / "sets/of mine/manifest.json").read_text())
    assert [each["database"] for each in manifest["databases"]] == [
        "tahoe-small/chat.db"
    ]
    assert outputs["folder"] == str(first.work / "sets/of mine")
    assert outputs["manifest"] == f"{outputs['folder']}/manifest.json"
    assert re.search(r"\d+\.\d+", outputs["version"])
    assert "Build the set" in first.ran

    again = Runner(tmp_path, **how)
    assert again.run(cached={first.key: "sets/of mine"}) == outputs
    assert "Build the set" not in again.ran

    other = Runner(tmp_path, **{**how, "seed": "7"})
    other.run(cached={first.key: "sets/of mine"})
    assert other.key != first.key
    assert "Build the set" in other.ran


# Makes an environment into which nothing is installed but a package of one file.
_PYTHON = """#!/bin/bash
case "$2" in
venv)
    test ! -e "$3/bin/real" || exit 0
    PYTHON -m venv --without-pip "$3"
    package=$PWD/../package
    mv "$3/bin/python" "$3/bin/real"
    cp "$0" "$3/bin/python"
    (cd "$3"/lib/python*/site-packages && ln -s "$package" pytest_imessage_foundry)
    printf '#!/bin/bash\necho imessage-foundry 0.1.0' > "$3/bin/imessage-foundry"
    chmod +x "$3/bin/imessage-foundry" ;;
pip) ;;
*) exec "$(dirname "$0")/real" "$@" ;;
esac
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A runner's folder with a blank in its name."""
    place = tmp_path / "a runner"
    (place / "work/my scenes").mkdir(parents=True)
    (place / "package").mkdir()
    (place / "package/__init__.py").touch()
    python = place / "python"
    python.write_text(_PYTHON.replace("PYTHON", f'"{sys.executable}"'), "utf-8")
    python.chmod(0o755)
    return place


@pytest.fixture
def key(place: Path) -> Callable[..., str]:
    """Return the key of the cache for some inputs."""

    def made(**inputs: str) -> str:
        runner = Runner(place, python=str(place / "python"), **inputs)
        runner._shell(ACTION["runs"]["steps"][0])
        return runner.values["steps.install.outputs.key"]

    return made


def test_the_key_counts_a_scenario_by_its_content(
    key: Callable[..., str], place: Path
) -> None:
    path = place / "work/my scenes/trip.toml"
    path.write_text("name = 'trip'", "utf-8")
    before = key(scenario="small, my scenes/trip.toml")
    assert key(scenario="small, my scenes/trip.toml") == before
    path.write_text("name = 'other'", "utf-8")
    assert key(scenario="small, my scenes/trip.toml") != before


def test_the_key_tells_inputs_apart(key: Callable[..., str]) -> None:
    assert key(scenario="small 1", seed="2") != key(scenario="small", seed="1 2")


def test_the_key_counts_the_package_by_its_content(
    key: Callable[..., str], place: Path
) -> None:
    before = key()
    (place / "package/scenes.json").write_text("{}", "utf-8")
    assert key() != before


def test_the_page_names_every_input_and_output() -> None:
    page = (toolchains.ROOT / "docs/languages.md").read_text("utf-8")
    for name in [*ACTION["inputs"], "folder", "manifest"]:
        assert f"`{name}`" in page, name
