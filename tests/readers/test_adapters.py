"""What adapters make of what readers print, where no reader is needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_imessage_foundry.scorecard import known_faults

from .adapters import body_runs, export_words, flat_lines, imessagedb
from .exported import Shown
from .lines import any_of, given
from .trials import INSTALLS, KNOWN, faults_of

ROW = {"guid": "A", "date": 5, "chat": 2, "sender": None, "service": "SMS"}


def flat(**facts: Any) -> dict[str, Any]:
    (line,) = flat_lines.readings(json.dumps(ROW | facts))
    return line


def test_a_flat_line_is_a_reading():
    line = flat(text="Hi", unsent=False, edits=[[0, "a"], [0, "b"], [1, "c"], [1, "d"]])
    assert line["date"] == "2001-01-01T00:00:05+00:00"
    assert (line["chat_rowid"], line["from_me"], line["kind"]) == (2, True, "message")
    edits = [{"before": "a", "part": 0}, {"before": "c", "part": 1}]
    assert line["edits"] == edits


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"reaction": ["loved", "B", 0, True]}, {"tapback": "loved", "removed": True}),
        ({"reaction": ["🎉", "B", 0, False]}, {"tapback": "emoji", "emoji": "🎉"}),
        ({"reaction": ["placed", "B", 1, False]}, {"kind": "sticker", "part": 1}),
        ({"event": ["added", "+1", None]}, {"event": "added", "who": "+1"}),
        ({"event": ["renamed", None, "We"]}, {"event": "renamed", "title": "We"}),
        ({"vote": "B"}, {"kind": "vote", "of": "B"}),
        ({"link": ["u", None, "t"]}, {"balloon": {"shown": "u\nt"}}),
        (
            {"drawing": "digital touch tap"},
            {"balloon": {"kind": "digital-touch", "gesture": "tap"}},
        ),
        ({"effect": "com.apple.messages.effect.CKEchoEffect"}, {"effect": "echo"}),
    ],
)
def test_what_a_flat_line_says_else(facts: dict[str, Any], told: dict[str, Any]):
    assert told.items() <= flat(**facts).items()


def test_a_value_that_is_known_less_exactly():
    assert any_of(["a", "a"]) == "a"
    assert any_of(["a", None]) == {"any_of": ["a", None]}
    assert given("love") == {"tapback": "loved"}


def test_bodies_with_a_part_that_is_missing():
    number = "__kIMMessagePartAttributeName"
    parts = body_runs._parts([("one", {number: 0}), ("three", {number: 2})])
    kinds = [part["kind"] for part in parts["any_of"][0]]
    assert kinds == ["text", "unsent", "text"]


def test_how_long_an_export_says_that_a_message_waited():
    date = datetime(2025, 1, 1, tzinfo=UTC)
    waited = Shown(date=date, read_after="1 hour, 2 seconds")
    assert export_words._read(waited) == "2025-01-01T01:00:02+00:00"
    assert export_words._read(Shown(date=date))["any_of"][0] is None


def test_a_sticker_in_an_export_may_be_either():
    assert export_words.drawn("** *")["kind"] == "handwriting"
    assert export_words.drawn("Digital Touch Kiss (3 kisses)")["gesture"] == "kiss"
    assert export_words.drawn("words") is None


def test_files_without_a_name_come_last():
    said = "Missing attachment (19), /a/b.jpeg"
    assert imessagedb._files(said) == [{"name": "b.jpeg"}, {}]


def test_each_file_of_known_faults_is_one_of_a_reader():
    names = {name.replace(" ", "-") for name in INSTALLS} | set(INSTALLS.values())
    assert {path.stem for path in KNOWN.glob("*.toml")} <= names
    for path in KNOWN.glob("*.toml"):
        assert all(each.rule for each in known_faults.read(path))
    assert len({f for name in INSTALLS for f in faults_of(name)}) > 60
