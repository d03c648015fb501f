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


STALE = "run `python docs/make_pages.py`"
REALISM = (DOCS / "realism.md").read_text(encoding="utf-8")


# Made whole: a digest of what goes into them would change where they do not.
@pytest.mark.parametrize(
    "name",
    [pytest.param("realism", marks=pytest.mark.sweep), "excerpts", "scenarios"],
)
def test_the_page_is_up_to_date(script, name):
    committed = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert committed == getattr(script, f"{name}_page")(), STALE


@pytest.fixture(scope="module")
def one_of_each(script):
    """A page of realism with one column in each table: the whole page measures forty
    scenarios, among them one of 26,000 messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script, "MEASURED", ("sms-only",))
        patch.setattr(script, "SEEDS", (5,))
        patch.setattr(script, "LANGUAGES", ("ja",))
        patch.setattr(script, "FILES", ("tidy",))
        return script.realism_page()


def test_the_page_of_realism_has_what_a_few_columns_are(one_of_each):
    kept = {"goal", "published, or goal", "sms-only", "5", "ja", "tidy", "source"}
    assert one_of_each == _with_columns(REALISM, kept), STALE


def _with_columns(page, kept):
    """Return a page with the first column of each table, and those of some names."""
    lines = []
    for line in page.splitlines():
        cells = line.split("|")[1:-1]
        if line.startswith("| |"):
            chosen = [n for n, cell in enumerate(cells) if cell.strip() in {"", *kept}]
        lines.append(_row(cells[n] for n in chosen) if cells else line)
    return "\n".join(lines) + "\n"


def _row(cells):
    return f"|{'|'.join(cells)}|"


def test_the_example_of_a_scenario_is_one(script, tmp_path):
    from pytest_imessage_foundry.conversations import scenario_files

    path = tmp_path / "two-friends.toml"
    path.write_text(script.EXAMPLE, encoding="utf-8")

    scenario = scenario_files.read(path)

    assert scenario.name == "two-friends"
    assert [each.message_count_target for each in scenario.conversations] == [60]
