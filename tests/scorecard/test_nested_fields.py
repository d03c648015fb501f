"""Objects within a reading: an unknown field is refused, with the one that is meant."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from perfect_answer import perfect

from pytest_imessage_foundry.scorecard import judging, nested_fields, readings

PAGE = Path(__file__).parents[2] / "docs/readings.md"
EVERY = nested_fields.below(tuple(readings.READINGS.values()))


def judged(answer: list[Any], true: list[Any]) -> Any:
    return judging.judge(true, answer, database="tahoe kinds", release="tahoe")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (
            "tapbacks",
            [{"tapback": "loved", "sender": "+15550100"}],
            "a tapback has no field 'sender': did you mean 'address'? "
            "(its fields: tapback, address, emoji, part)",
        ),
        (
            "tapbacks",
            [{"tapback": "loved"}, {"tapbak": "liked"}],
            "a tapback has no field 'tapbak': did you mean 'tapback'?",
        ),
        ("edits", [{"old": "x"}], "an edit has no field 'old' (its fields: before,"),
        ("parts", [{"txt": "x"}], "a part has no field 'txt': did you mean 'text'?"),
        ("files", [{"filename": "x"}], "a file has no field 'filename': did you mean"),
        ("stickers", [{"person": None}], "a sticker has no field 'person'"),
        ("detected", [{"kind": "date"}], "an entry of 'detected' has no field 'kind'"),
        ("translation", {"lang": "de"}, "'translation' has no field 'lang': did you"),
        ("filtered", {"actoin": "junk"}, "'filtered' has no field 'actoin'"),
        ("balloon", {"titel": "x"}, "'balloon' has no field 'titel': did you mean"),
        (
            "balloon",
            {"kind": "poll", "options": [{"text": "x", "voter": None}]},
            "an option has no field 'voter': did you mean 'voters'?",
        ),
        (
            "balloon",
            {"kind": "business-cards", "cards": [{"titel": "x"}]},
            "a card has no field 'titel': did you mean 'title'?",
        ),
        ("votes", [{"option": "x"}], "'votes' lists texts or numbers, not objects"),
        ("edits", {"any_of": [[], [{"old": "x"}]]}, "an edit has no field 'old'"),
    ],
)
def test_an_unknown_field_of_a_nested_object_is_refused(true_lines, field, value, told):
    true = true_lines("tahoe", "kinds")
    first, *others = perfect(true)
    card = judged([first | {field: value}, *others], true)
    (complaint,) = card.complaints
    assert complaint.startswith(f"line 1: {told}")
    assert card.misreadings == []
    assert not card.ok


def test_what_stands_beside_an_unknown_nested_field_is_compared(true_lines):
    true = true_lines("tahoe", "kinds")
    answer = [
        each | {"tapbacks": [{"reaction": "loved"}]}
        if each["kind"] == "message"
        else each
        for each in perfect(true)
    ]
    answer[0]["text"] = "something else"
    card = judged(answer, true)
    (complaint,) = card.complaints
    messages = sum(each["kind"] == "message" for each in answer)
    assert complaint.startswith(
        f"line 1 and {messages - 1:,} more: a tapback has no field 'reaction': "
        "did you mean 'tapback'?"
    )
    assert [(each.rowid, each.field) for each in card.misreadings] == [
        (answer[0]["rowid"], "text")
    ]


def test_every_object_of_every_true_reading_passes(true_lines):
    for release in ("sonoma", "golden-gate"):
        true = true_lines(release, "kinds")
        assert not [e for e in perfect(true) if nested_fields.faults_in(e)]
    held = {key for line in true for key, each in line.items() if EVERY.get(key)}
    assert held >= {"tapbacks", "edits", "parts", "files", "balloon", "filtered"}


@pytest.mark.parametrize(
    "value",
    [
        {"balloon": {"shown": "A page"}},
        # A reader with one type for all balloons fills in what others have.
        {"balloon": {"kind": "link", "url": "x", "artist": None}},
        {"sender": {"any_of": ["+15550100", "kim@example.com"]}},
        {"files": [{"x_mine": {"any": "thing"}}]},
        {"x_mine": [{"any": "thing"}]},
        # What is no list and no object by contract is compared, and told as wrong.
        {"sender": {"name": "Kim"}},
    ],
)
def test_what_is_not_refused(value):
    assert nested_fields.faults_in(value) == {}


def test_own_fields_of_nested_objects_are_not_looked_at(true_lines):
    true = true_lines("tahoe", "kinds")
    answer = [
        line | {"files": [each | {"x_mine": 1} for each in line["files"]]}
        if line.get("files")
        else line
        for line in perfect(true)
    ]
    assert answer != perfect(true)
    assert judged(answer, true).ok


def test_an_answer_that_is_nested_too_deep_is_refused(true_lines):
    line = '{"guid": "a", "tapbacks": ' + "[" * 600 + "]" * 600 + "}"
    true = true_lines("tahoe", "kinds")
    (told,) = judged([line, *perfect(true)], true).complaints
    assert "nested deeper" in told or "it is no JSON" in told


def examples() -> list[tuple[str, Any]]:
    """The page's table of one entry of each list, as (field, entry)."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("| field | one entry |")
    rows = re.findall(r"^\| (.*?) \| (.*) \|$", rest.partition("\n\n")[0], re.M)
    return [
        (field, json.loads(entry))
        for fields, entries in rows
        for field in re.findall("`(.*?)`", fields)
        for entry in re.findall("`(.*?)`", entries)
    ]


def test_the_page_shows_an_entry_of_each_list():
    from pydantic import TypeAdapter

    shown = examples()
    assert {field for field, _ in shown} >= {e for e, found in EVERY.items() if found}
    for field, entry in shown:
        hints = [nested_fields.hints_of(m) for m in readings.READINGS.values()]
        (hint,) = {
            str(each[field]): each[field]
            for each in hints
            if EVERY.get(field) == () or nested_fields.models_in(each.get(field))
            if field in each
        }.values()
        value = [entry] if str(hint).startswith("list") else entry
        TypeAdapter(hint).validate_python(value)
        assert nested_fields.faults_in({field: value}) == {}
