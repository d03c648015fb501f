"""docs/realism.md, excerpts.md and scenarios.md are what their script makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "make_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Made whole: all three take about a second, and a digest of what goes into them
# would change where they do not.
@pytest.mark.parametrize("name", ["realism", "excerpts", "scenarios"])
def test_the_page_is_up_to_date(script, name):
    committed = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert committed == getattr(script, f"{name}_page")(), (
        "run `python docs/make_pages.py`"
    )


def test_the_example_of_a_scenario_is_one(script, tmp_path):
    from pytest_imessage_foundry.conversations import scenario_files

    path = tmp_path / "two-friends.toml"
    path.write_text(script.EXAMPLE, encoding="utf-8")

    scenario = scenario_files.read(path)

    assert scenario.name == "two-friends"
    assert [each.message_count_target for each in scenario.conversations] == [60]
