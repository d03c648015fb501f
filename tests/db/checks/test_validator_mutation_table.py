"""A table of faults: each is found, by the check and at the level that it states."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from spoiling import findings_of, new_findings, spoil, without_triggers

from pytest_imessage_foundry.db.validators import CHECKS

pytestmark = pytest.mark.sweep

TABLE = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text())
MISSED = TABLE.pop("missed")
FOUND = [
    (check, level, name, statement)
    for check, levels in TABLE.items()
    for level, faults in levels.items()
    for name, statement in faults.items()
]


@pytest.fixture(scope="module")
def bare(whole, tmp_path_factory):
    return without_triggers(whole, tmp_path_factory.mktemp("bare") / "chat.db")


@pytest.fixture(scope="module")
def before(bare):
    return findings_of(bare)


@pytest.mark.parametrize(
    ("check", "level", "statement"),
    [pytest.param(c, l_, s, id=f"{c}: {n}") for c, l_, n, s in FOUND],
)
def test_a_fault_is_found_by_its_check_at_its_level(
    bare, before, tmp_path, check, level, statement
):
    path = Path(shutil.copyfile(bare, tmp_path / "chat.db"))
    spoil(path, statement)
    found = {(each.check, each.severity) for each in new_findings(path, before)}
    assert (check, level) in found


@pytest.mark.parametrize("name", MISSED)
def test_what_is_known_to_be_missed_is_still_missed(bare, before, tmp_path, name):
    check, statement = MISSED[name]
    path = Path(shutil.copyfile(bare, tmp_path / "chat.db"))
    spoil(path, statement)
    assert check not in {each.check for each in new_findings(path, before)}


def test_the_table_is_large_and_nearly_all_of_it_is_found():
    total = len(FOUND) + len(MISSED)
    assert total >= 300
    assert len(FOUND) >= 0.95 * total


def test_every_check_has_faults_of_its_own():
    found = {check for check, _, _, _ in FOUND}
    # Filters are of macOS 27 alone, and have tests of their own.
    assert found == set(CHECKS) - {"integrity", "filters"}


def test_the_page_states_the_counts():
    page = Path(__file__).parents[3] / "docs" / "robustness.md"
    text = page.read_text("utf-8")
    assert (
        f"| {len(FOUND)} faults of one statement each, over {len(TABLE)} checks |"
        in text
    )
    assert f"| {len(MISSED)} more, " in text
