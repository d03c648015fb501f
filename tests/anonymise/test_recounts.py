"""A copy of some rows counts its own rows, not those of the original."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from originals import change, query, without_triggers

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.db.validators import validate

METRICS = "SELECT pending_count, donated_count, redonation_count "
STATES = "SELECT count(*) FILTER (WHERE index_state = {}) FROM chat_message_join"


COUNTER = ("counter_out_lifetime", "888")


@pytest.fixture(scope="module")
def newest(built, tmp_path_factory):
    """Give the original, measured and with counts of a phone's life, and a copy."""
    folder = tmp_path_factory.mktemp("recounts")
    original = without_triggers(built(scenario="small"), folder / "original.db")
    change(original, "INSERT INTO kvtable (key, value) VALUES (?, ?)", COUNTER)
    change(
        original,
        "UPDATE _SqliteDatabaseProperties SET value = 777 WHERE key = 'counter_in_all'",
    )
    with closing(sqlite3.connect(original)) as connection:
        connection.execute("ANALYZE")
    anonymise(original, folder / "newest.db", last=5, seed=1)
    return original, folder / "newest.db"


def findings(path):
    return {
        (each.check, each.severity)
        for each in validate(path).findings
        if each.severity != "note"
    }


def rows_of(path, table):
    return query(path, f"SELECT count(*) FROM {table}")[0][0]


def test_what_is_found_in_a_copy_of_some_rows_is_found_in_the_original(newest):
    original, copy = newest
    assert findings(copy) <= findings(original)
    assert ("index-state", "unusual") not in findings(copy)


def test_the_index_states_are_those_of_the_joins_in_the_copy(newest):
    _, copy = newest
    ((pending, donated, again),) = query(copy, f"{METRICS} FROM index_state_metrics")
    counted = [query(copy, STATES.format(state))[0][0] for state in (0, 1, 3)]
    assert [pending, donated, again] == counted
    assert 0 < donated <= rows_of(copy, "message")


def test_each_sequence_is_at_the_highest_row_of_the_copy(newest):
    original, copy = newest
    stated = dict(query(copy, "SELECT name, seq FROM sqlite_sequence"))
    before = dict(query(original, "SELECT name, seq FROM sqlite_sequence"))
    assert stated.keys() == before.keys()
    for name, sequence in stated.items():
        ((highest,),) = query(copy, f"SELECT max(ROWID) FROM {name}")
        assert sequence == (highest or 0)
    # Which ones are lower depends on where the newest messages stand.
    assert any(stated[name] < before[name] for name in stated)


def test_what_a_phone_counted_in_its_life_is_nothing(newest):
    _, copy = newest
    settings = dict(query(copy, "SELECT key, value FROM _SqliteDatabaseProperties"))
    assert settings["counter_in_all"] == "0"
    assert query(copy, "SELECT key, value FROM kvtable") == [(COUNTER[0], "0")]


def test_the_tables_are_measured_anew(newest):
    _, copy = newest
    rows = query(copy, "SELECT stat FROM sqlite_stat1 WHERE tbl = 'message'")
    count = rows_of(copy, "message")
    assert rows
    assert all(int(stat.split()[0]) <= count for (stat,) in rows)


def test_a_copy_of_all_rows_keeps_what_the_original_counts(built, tmp_path):
    original = without_triggers(built(scenario="small"), tmp_path / "original.db")
    change(original, "UPDATE index_state_metrics SET donated_count = 1234")
    anonymise(original, tmp_path / "all.db", seed=1)
    assert query(tmp_path / "all.db", f"{METRICS} FROM index_state_metrics") == query(
        original, f"{METRICS} FROM index_state_metrics"
    )
