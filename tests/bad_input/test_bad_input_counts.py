"""The table of bad inputs is as long as the documentation says, and long enough."""

from __future__ import annotations

from tables import AREAS, HERE, PAGE, count, page


def test_the_page_has_the_counts_of_today():
    committed = PAGE.read_text(encoding="utf-8")
    assert committed == page(), "run `python tests/bad_input/tables.py`"


def test_every_table_is_an_area():
    assert {path.stem for path in HERE.glob("*.toml")} == set(AREAS)


def test_no_area_is_a_handful():
    assert sum(count().values()) >= 250
    assert min(count().values()) >= 10
