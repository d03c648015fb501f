"""Files about the project agree with pyproject.toml, and with each other."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from importlib.metadata import distribution

import pytest

from .conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def checks():
    listed = subprocess.run(
        ["bash", ".ci/run", "--list"], cwd=ROOT, capture_output=True, text=True
    )
    return json.loads(listed.stdout)


def commands(workflow):
    """What a workflow runs of ours: its `run:` lines without glue of the service."""
    found = re.findall(r"run: (.+)", workflow.read_text(encoding="utf-8"))
    return [each for each in found if "GITHUB_" not in each]


def test_one_address_of_the_repository():
    home = PROJECT["urls"]["Homepage"]
    owner = home.split("/")[3]
    for name in ("pyproject.toml", "CITATION.cff", "SECURITY.md", "README.md"):
        for place in re.findall(r"github\.com/([\w-]+)/pytest-im", text_of(name)):
            assert place == owner, name
    for path in (ROOT / ".github").rglob("*.*"):
        assert not re.findall(rf"github\.com/(?!{owner}/)", path.read_text("utf-8"))
    assert all(each.startswith(home) for each in PROJECT["urls"].values())


def test_pages_that_the_addresses_name_are_here():
    for name, url in PROJECT["urls"].items():
        place = url.partition("/blob/main/")[2]
        assert not place or (ROOT / place).exists(), name


def test_the_citation_has_the_version():
    assert f"\nversion: {PROJECT['version']}\n" in text_of("CITATION.cff")


def test_workflows_run_the_checks_of_the_project():
    assert {each.name for each in WORKFLOWS} == {"ci.yml", "release.yml"}
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))
    for each in (line for path in WORKFLOWS for line in commands(path)):
        program, _, names = each.partition(" ")
        if program == "make":
            assert names in targets, each
        else:
            assert each.startswith("bash .ci/run "), each
            named = each.split()[2:] if "${{" not in each else []
            assert set(named) <= set(checks()), each


def test_each_check_is_a_function_of_ci_run():
    script = text_of(".ci/run")
    assert sorted(re.findall(r"^check_(\w+)\(\)", script, re.MULTILINE)) == sorted(
        checks()
    )


def test_an_unknown_check_is_named():
    command = ["bash", ".ci/run", "nope"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no check nope: choose from test" in done.stderr


@pytest.mark.parametrize("extra", sorted(PROJECT["optional-dependencies"]))
def test_a_message_names_each_extra(extra):
    """Literally, or as the provider's class says it: `client, extra = …`."""
    sources = (ROOT / "pytest_imessage_foundry").rglob("*.py")
    texts = [path.read_text(encoding="utf-8") for path in sources]
    named = rf"pytest-imessage-foundry\[{extra}\]|extra = \"\w+\", \"{extra}\""
    assert any(re.search(named, text) for text in texts)


def licence_of(name):
    about = distribution(name).metadata
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier", [])
        if each.startswith("License ::")
    ]
    return about.get("License-Expression") or ", ".join(classifiers) or about["License"]


def test_the_page_of_dependencies_is_complete():
    page = text_of("docs/dependencies.md")
    rows = dict(re.findall(r"^\| `([\w-]+)` \|[^|]*\| ([^|]+) \|", page, re.MULTILINE))
    optional = [
        each for group in PROJECT["optional-dependencies"].values() for each in group
    ]
    wanted = {re.split(r"[>=]", each)[0] for each in PROJECT["dependencies"] + optional}

    assert set(rows) == wanted
    for name in wanted:
        words = re.findall(r"MIT|BSD|Apache|MPL", licence_of(name))
        assert words, name
        for word in words:
            assert word in rows[name], f"{name} is {licence_of(name)}"
