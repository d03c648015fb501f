"""What users name comes from the package itself, and importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import get_args, get_type_hints

import pytest_imessage_foundry as package
from pytest_imessage_foundry import models as models_wing


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


def models_in(hint: object) -> Iterator[type]:
    """Return the models that a type is made of."""
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for part in get_args(hint):
        yield from models_in(part)


def test_what_a_model_holds_is_given_too():
    given = {name: getattr(package, name) for name in package.__all__}
    models = [
        each
        for each in given.values()
        if is_dataclass(each) and each.__module__.startswith(f"{models_wing.__name__}.")
    ]
    held = {
        each.__name__: each
        for model in models
        for hint in get_type_hints(model).values()
        for each in models_in(hint)
    }
    assert len(held) > 30
    assert {name: given.get(name) for name in held} == held


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
