"""docs/kinds.md is what its script makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_kinds", DOCS / "make_kinds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(script):
    committed = (DOCS / "kinds.md").read_text(encoding="utf-8")
    assert committed == script.page(), "run `python docs/make_kinds.py`"


def test_every_case_is_on_it(script):
    from pytest_imessage_foundry.conversations import catalogue

    page = (DOCS / "kinds.md").read_text(encoding="utf-8").splitlines()
    names = [line.removeprefix("### ") for line in page if line.startswith("### ")]
    assert names == [each.name for each in catalogue.every_entry()]
