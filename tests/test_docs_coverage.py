"""docs/reference/COVERAGE.md names cases that are there, and every point."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_imessage_foundry.conversations import catalogue

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
PAGE = (REFERENCE / "COVERAGE.md").read_text(encoding="utf-8")
SEMANTICS = (REFERENCE / "SEMANTICS.md").read_text(encoding="utf-8")
# What no row shows: a matter of many chats, and one of files.
WITHOUT_CASES = {"26.29", "15"}


def lines():
    """The point and the cases of each line of the tables."""
    for line in PAGE.splitlines():
        if re.match(r"\| (26\.)?\d+ \|", line):
            point, _, cases, *_ = (each.strip() for each in line[1:].split("|"))
            yield point, re.findall(r"`([^`]+)`", cases)


LINES = dict(lines())


@pytest.mark.parametrize(("point", "cases"), LINES.items(), ids=list(LINES))
def test_the_cases_of_a_point_are_in_the_catalogue(point, cases):
    known = {entry.name for entry in catalogue.every_entry()}
    assert set(cases) <= known
    assert bool(cases) is (point not in WITHOUT_CASES)


def test_every_point_has_its_line():
    states = {f"26.{number}" for number in range(1, 30)}
    assert LINES.keys() == states | {str(number) for number in range(1, 18)}


def test_every_state_is_told_of():
    told = SEMANTICS.partition("## 26. ")[2]
    numbers = [int(each) for each in re.findall(r"^(\d+)\. \*\*", told, re.MULTILINE)]
    assert numbers == list(range(1, 30))


def test_every_section_that_a_case_names_is_there():
    sections = {f"§{n}" for n in re.findall(r"^## (\d+)\. ", SEMANTICS, re.MULTILINE)}
    for entry in catalogue.every_entry():
        for named in entry.section.split(", "):
            assert named.partition(".")[0] in sections, entry.name
