"""`default` has what most files have, and `lived-in` each row form of §26."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from life_forms import FORMS, RELEASES, WITH

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.sweep

# §11 is what happens to a file, not how it is: tests/chatdb/test_live.py.
NOT_AT_REST = {11}


def counted(folder, spec):
    """How often each form is in a file that is built for it."""
    path = folder / "chat.db"
    foundry.forge(foundry.Order(spec), path, attachments=False)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {
            form: connection.execute(f"SELECT count(*) FROM {form.counted}").fetchone()
            for form in FORMS
            if spec.release in WITH[form.on]
        }


def lacking(found, *, in_default):
    return [
        f"{form.row}: {form.name}"
        for form, (count,) in found.items()
        if not count and (form.in_default or not in_default)
    ]


@pytest.mark.parametrize("release", RELEASES)
def test_default_has_what_more_than_one_file_in_ten_has(release, tmp_path):
    """A form of one file in thirty can be in none of the eighty of one seed."""
    lacked = []
    for seed in range(2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        found = counted(folder, Spec(release=release, scenario="default", seed=seed))
        lacked.append(set(lacking(found, in_default=True)))
    assert set.intersection(*lacked) == set()
    assert max(map(len, lacked)) <= 2


# The rarest forms are in few files: 5 of 3,148 runs of files have two marks.
@pytest.mark.parametrize("release", ["sonoma", "golden-gate"])
def test_four_lives_have_every_row_form(release, tmp_path):
    lacked = []
    for seed in range(4):
        spec = Spec(release=release, scenario="lived-in", messages=25_000, seed=seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        lacked.append(set(lacking(counted(folder, spec), in_default=False)))
    assert set.intersection(*lacked) == set()
    assert max(map(len, lacked)) <= 4


def test_tidy_has_few_of_them(tmp_path):
    found = counted(tmp_path, Spec(release="tahoe", scenario="tidy"))
    assert len(lacking(found, in_default=False)) > len(found) / 2


def test_every_state_is_counted():
    assert {form.row for form in FORMS} | NOT_AT_REST == set(range(1, 30))
    names = [(form.row, form.name) for form in FORMS]
    assert len(names) == len(set(names))
