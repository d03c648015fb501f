"""The set of databases that the projects are tested with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from . import toolchains
from .page import EXPORT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set that docs/languages.md exports, by its line."""
    place = tmp_path_factory.mktemp("set")
    toolchains.run(EXPORT, place)
    return place / "fixtures"


@pytest.fixture(scope="session")
def readings(fixtures: Path) -> list[dict[str, Any]]:
    """The true readings of the newest release, of each case."""
    truth = json.loads((fixtures / "tahoe-kinds/truth.json").read_text("utf-8"))
    return list(truth["readings"])
