"""Known faults with conditions on rows, rows that end a run, pages of scorecards."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from mutations import TABLE
from perfect_answer import perfect

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.scorecard import (
    judging,
    known_faults,
    score_page,
    score_text,
    shown_kinds,
)
from pytest_imessage_foundry.scorecard.adapters import AdapterRun
from pytest_imessage_foundry.scorecard.known_faults import KnownFault
from pytest_imessage_foundry.scorecard.reader_runs import ReaderRun

WHY = "it leaves out what is not the owner's"
RELEASE, SCENARIO, MESSAGES = "tahoe", "default", 300


@pytest.fixture
def true(true_lines) -> list[dict[str, Any]]:
    return true_lines(RELEASE, SCENARIO, MESSAGES)


@pytest.fixture
def path(built):
    return built(RELEASE, SCENARIO, MESSAGES).path


def judged(true, answer, path, *faults):
    return judging.judge(true, answer, release=RELEASE, faults=faults, file=path)


def without_texts(true) -> list[dict[str, Any]]:
    """An answer that says of own messages that they have no text."""
    answer = perfect(true)
    for line in answer:
        if line["kind"] == "message" and line["from_me"]:
            line["text"] = None
    return answer


def test_a_fault_may_name_rows_by_their_columns(true, path):
    fault = KnownFault(field="text", where="is_from_me = 1", why=WHY)
    card = judged(true, without_texts(true), path, fault)
    assert card.ok
    assert card.shown[fault] == sum(tally.known for tally in card.tallies.values())
    other = KnownFault(field="text", where="is_from_me = 0", why=WHY)
    assert not judged(true, without_texts(true), path, other).ok


def test_a_fault_may_name_values(true, path):
    where = "length(:true) > 10 AND :said IS NULL AND :reading ->> 'sender' IS NULL"
    fault = KnownFault(field="text", where=where, why=WHY)
    card = judged(true, without_texts(true), path, fault)
    assert card.shown[fault] > 0
    assert {len(each.true) <= 10 for each in card.unknown} == {True}


def test_one_that_must_show_everywhere_is_told_where_it_does_not(true, path):
    where = "length(:true) > 0"
    narrow = KnownFault(field="text", where=f"is_from_me AND {where}", why=WHY)
    wide = KnownFault(field="text", where=where, everywhere=True, why=WHY)
    answer = without_texts(true)
    assert judged(true, answer, path, narrow).ok
    card = judged(true, answer, path, wide)
    assert list(card.absent) == [wide]
    assert not card.ok
    assert "does not show everywhere" in score_text.failures(card)


def test_an_expression_that_is_none_is_refused(true, path):
    fault = KnownFault(field="text", where="no_column = 1", why=WHY)
    with pytest.raises(FoundryError, match="no such column"):
        judged(true, without_texts(true), path, fault)
    with pytest.raises(FoundryError, match="no database to ask"):
        judged(true, without_texts(true), None, fault)


def test_patterns_and_lists():
    fault = KnownFault(kind=("event-*", "vote"), field="k*", why=WHY)
    assert fault.covers("event-left", "kind", None, RELEASE)
    assert fault.covers("vote", "kind", "poll", RELEASE)
    assert not fault.covers("text", "kind", None, RELEASE)
    assert not fault.covers("vote", "of", None, RELEASE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind = ['vote', 'mail']", "no kind 'mail'"),
        ("kind = [1]", "kind is no list of texts"),
        ("kind = 'vote'\neverywhere = 'yes'", "everywhere is true or false"),
        ("ends = 'KeyError'", "beside `ends` give `where`"),
    ],
)
def test_what_an_entry_must_hold(tmp_path, text, told):
    path = tmp_path / "known.toml"
    path.write_text(f"[[fault]]\nwhy = 'x'\n{text}")
    with pytest.raises(FoundryError) as caught:
        known_faults.read(path)
    assert told in str(caught.value)


@pytest.fixture
def reader(true, path, tmp_path):
    """Runs a reader that lists GUIDs and texts, and ends at certain texts."""

    def card(ends_at: str, *faults: KnownFault):
        answer = tmp_path / "answer.jsonl"

        def run() -> AdapterRun:
            with closing(sqlite3.connect(path)) as connection:
                query = "SELECT guid, text FROM message WHERE text LIKE ?"
                bad = connection.execute(query, (ends_at,)).fetchall()
                if bad:
                    return AdapterRun(answer, f"ValueError: {bad[0][1]!r}")
                query = "SELECT guid, service FROM message"
                rows = connection.execute(query).fetchall()
            lines = [json.dumps({"guid": g, "service": s}) for g, s in rows]
            answer.write_text("\n".join(lines))
            return AdapterRun(answer, None)

        return ReaderRun(
            run,
            lambda: true,
            file=path,
            name="tahoe default",
            release=RELEASE,
            faults=faults,
        ).card()

    return card


def test_rows_that_end_a_run_are_taken_out_and_put_back(reader, path):
    before = path.read_bytes()
    fault = KnownFault(ends="ValueError", where="text LIKE '%the%'", why=WHY)
    card = reader("%the%", fault)
    assert card.ok
    assert card.shown[fault] > 1
    assert sum(tally.known for tally in card.tallies.values()) >= card.shown[fault]
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob("*.whole")] == []


def test_a_run_that_ends_otherwise_is_told(reader):
    fault = KnownFault(ends="KeyError", where="text LIKE '%the%'", why=WHY)
    assert "ValueError" in reader("%the%", fault).complaints[0]
    # A fault that no run ends on does not show.
    card = reader("no such text", fault)
    card.expect((fault,))
    assert card.unshown == [fault]


def test_a_release_that_a_reader_does_not_read(reader, true):
    fault = KnownFault(ends="ValueError", releases=(RELEASE,), why=WHY)
    card = reader("%the%", fault)
    assert card.ok
    assert card.shown[fault] == 1
    assert card.rows == len(true)
    assert {tally.verdict for tally in card.tallies.values()} == {"cannot"}


def test_what_is_known_less_exactly(true, path):
    answer = perfect(true)
    for line in answer:
        if line["kind"] == "message":
            line["sender"] = {"any_of": [line["sender"], "+15550100"]}
            line["text"] = {"any_of": ["no", line["text"]]}
    assert judged(true, answer, path).ok
    answer[0]["sender"] = {"any_of": ["+15550100", "+15550101"]}
    (found,) = judged(true, answer, path).misreadings
    assert found.field == "sender"


def test_a_balloon_may_be_given_as_the_text_that_shows_it(true_lines):
    true = true_lines(RELEASE, "kinds")
    links = [e for e in true if "link-preview" in e["shows"] or "song" in e["shows"]]
    answer = [
        {
            "guid": e["guid"],
            "balloon": {"shown": " ".join(map(str, e["balloon"].values()))},
        }
        for e in links
    ]
    only = frozenset(each["guid"] for each in answer)
    assert judging.judge(true, answer, only=only).misreadings == []
    answer[0]["balloon"]["shown"] = "a picture"
    (found,) = judging.judge(true, answer, only=only).misreadings
    assert found.field == "balloon"


def test_rows_without_a_name_do_not_take_the_line_of_another(true, path):
    """A reader without GUIDs that leaves out a row of a second with several."""
    known = ("date", "text", "from_me", "sender", "chat")
    lines = [e for e in perfect(true) if e["kind"] == "message"]
    twin = {**lines[5], "guid": "twin", "text": "Another one"}
    true = [*true, {**next(e for e in true if e["guid"] == lines[5]["guid"]), **twin}]
    answer = [{k: e[k] for k in known} for e in [*lines, twin] if e != lines[5]]
    (found,) = judged(true, answer, None).misreadings
    assert (found.field, found.guid) == ("row", lines[5]["guid"])


def test_the_page_shows_each_kind_and_loads_nothing(true, path):
    fault = KnownFault(
        field="text", where="is_from_me = 1", why="<leaves> out", rule="R & D"
    )
    card = judged(true, without_texts(true), path, fault)
    reader = score_page.ScoredReader("mine", "1.0", card, (fault,))
    page = score_page.page([reader], title="Mine & all", about="Read <once>.")
    assert "Mine &amp; all" in page
    assert "&lt;leaves&gt; out" in page
    assert all(f">{name}</th>" in page for name in card.tallies)
    loads = ("http://", "https://", "<script", "@import", "url(")
    assert [each for each in loads if each in page] == []


def test_families_hold_each_kind_once():
    names = [name for _, names in shown_kinds.families() for name in names]
    assert names == list(shown_kinds.kinds())


def test_the_mutation_table_is_large_enough():
    assert len(TABLE) >= 60
