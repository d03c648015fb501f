"""The wheel and the sdist hold what they should, the same at each build."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

from .conftest import ROOT, build

pytestmark = pytest.mark.packaging
PACKAGE = "pytest_imessage_foundry"
# pytest reads the list of a plugin's files at each start.
MOST_FILES = 600


def names_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def sources():
    """What git would list of the package and its packs, and editors leave alone."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in (PACKAGE, "fixtures_cache")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_nothing_else(built):
    names = names_of(built.wheel)
    held = {name for name in names if ".dist-info/" not in name}

    packs = {f"{PACKAGE}/{each}" for each in sources() if each.startswith("fixtures")}
    assert held == {each for each in sources() if each.startswith(PACKAGE)} | packs
    assert f"{PACKAGE}/py.typed" in held
    assert len(names) < MOST_FILES


def test_the_sdist_holds_the_project(built):
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert sources() <= names
    for each in ("README.md", "LICENSE", "Makefile", "SECURITY.md", ".ci/run"):
        assert each in names
    assert {
        "tests/conftest.py",
        "docs/index.md",
        "docs/images/app-people.png",
    } <= names
    strange = re.compile(r"(^|/)(\.venvs?|\.git|__pycache__|out|dist|\.\w+_cache)/")
    assert not [name for name in names if strange.search(name)]


def test_two_builds_are_the_same(built, tmp_path):
    """One wheel is built from the sdist, the other from the tree."""
    build(tmp_path, "--wheel", "--sdist")

    for first in (built.wheel, built.sdist):
        second = tmp_path / first.name
        digests = [hashlib.sha256(each.read_bytes()) for each in (first, second)]
        assert digests[0].hexdigest() == digests[1].hexdigest(), first.name


def test_the_registry_would_take_them(built):
    command = [sys.executable, "-m", "twine", "check", "--strict"]
    done = subprocess.run(
        [*command, built.wheel, built.sdist], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_links_of_the_registrys_page_lead_somewhere(built):
    with zipfile.ZipFile(built.wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith("/METADATA"))
        page = archive.read(name).decode()

    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 10
    assert not [link for link in links if not link.startswith(("https://", "#"))]
    places = re.findall(
        r"\]\(https://github.com/[^/]+/[^/]+/(?:blob|raw)/main/([^)#]+)", page
    )
    assert len(places) > 10
    assert not [place for place in places if not (ROOT / place).exists()]
