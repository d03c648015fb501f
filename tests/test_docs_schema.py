"""docs/schema_reference.md is what its script makes, of what there is."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from pytest_imessage_foundry.db import schema

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def script():
    path = DOCS / "make_schema_page.py"
    spec = importlib.util.spec_from_file_location("make_schema_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(script):
    committed = script.PAGE.read_text(encoding="utf-8")
    assert committed == script.page(), "run `python docs/make_schema_page.py`"


def test_every_column_of_every_release_is_on_the_page(script):
    sections = script.page().split("\n## ")[1:]
    shown = {each.partition("\n")[0]: each for each in sections}
    for release in schema.RELEASES:
        for name, table in schema.get(release).tables.items():
            for column in table.columns:
                assert f"\n| `{column.name}` |" in shown[name], (release, name)


def test_meanings_are_of_what_there_is(script):
    tables = script.tables()
    assert set(script.MEANINGS["tables"]) <= set(tables)
    for table, meanings in script.MEANINGS["columns"].items():
        assert set(meanings) <= set(script.columns(tables[table])), table


def test_each_meaning_names_a_section_that_there_is(script):
    facts = (DOCS / "reference/SEMANTICS.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^## (\d+)\.", facts, re.MULTILINE))
    stated = list(script.MEANINGS["tables"].values())
    for each in script.MEANINGS["columns"].values():
        stated += each.values()

    assert len(stated) > 100
    for what, source in stated:
        named = re.findall(r"§(\d+)", source)
        assert named, what
        assert set(named) <= sections, (what, source)


def test_where_something_is(script):
    assert script.releases_with(list(schema.RELEASES)) == "all"
    assert script.releases_with(list(schema.RELEASES[2:])) == "from sequoia"
    assert script.releases_with(["sonoma", "tahoe"]) == "sonoma, tahoe"
