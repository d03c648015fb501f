"""What users name comes from the package itself, and importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest_imessage_foundry as package


def test_every_name_is_there_and_listed():
    assert len(set(package.__all__)) == len(package.__all__) > 50
    assert set(package.__all__) | {"__version__"} <= set(dir(package))
    for name in package.__all__:
        found = getattr(package, name)
        # A union has no name of its own.
        assert getattr(found, "__name__", name) == name


def test_a_star_gives_them_all():
    given: dict[str, object] = {}
    exec("from pytest_imessage_foundry import *", given)
    assert set(package.__all__) <= given.keys()


def test_a_name_that_is_not_there():
    assert not hasattr(package, "Mesage")


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "pytest_imessage_foundry", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"imessage-foundry {package.__version__}\n"
