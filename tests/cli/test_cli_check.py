"""`imessage-foundry check`: an answer in a file against a truth in another."""

from __future__ import annotations

import io
import json
import sys
from xml.etree import ElementTree

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.scorecard import agreement, truth_file


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a truth, its database, and a perfect answer."""
    folder = tmp_path_factory.mktemp("check")
    arguments = ["--macos", "tahoe", "--scenario", "small", "--no-attachments"]
    truth = folder / "truth.json"
    assert main(["build", str(folder / "a.db"), *arguments, "--truth", str(truth)]) == 0
    with (
        truth_file.opened(truth) as read,
        (folder / "answer.jsonl").open("w") as answer,
    ):
        for each in read.readings:
            names = agreement.field_names(each["kind"])
            whole = agreement.defaults(each["kind"]) | each
            said = {name: whole[name] for name in whole if name in names}
            answer.write(json.dumps(said) + "\n")
    return folder


@pytest.fixture
def wrong(place, tmp_path):
    """An answer with one wrong text."""
    right = (place / "answer.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in right.splitlines()]
    line = next(each for each in lines if each.get("text"))
    line["text"] = "\x1b[31mwrong"
    path = tmp_path / "wrong.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def check(place, answer, *options):
    return main(["check", str(place / "truth.json"), str(answer), *map(str, options)])


def test_what_is_right_exits_0(place, capsys):
    assert check(place, place / "answer.jsonl") == 0
    said = capsys.readouterr().out
    assert "kind" in said.splitlines()[0]
    assert "right;" in said


def test_what_is_wrong_exits_1_and_is_shown_with_its_row(place, wrong, capsys):
    before = sorted(place.iterdir())
    assert check(place, wrong, "--db", place / "a.db") == 1
    said = capsys.readouterr().out
    assert "text: 1 row wrong" in said
    assert "\x1b" not in said
    assert "its columns: text = " in said
    assert "SEMANTICS.md §2" in said
    assert sorted(place.iterdir()) == before


def test_an_answer_may_come_by_standard_input(place, wrong, monkeypatch, capsys):
    class Given:
        buffer = io.BytesIO(wrong.read_bytes())

    monkeypatch.setattr(sys, "stdin", Given)
    assert check(place, "-") == 1
    assert "text: 1 row wrong" in capsys.readouterr().out


def test_json(place, wrong, capsys):
    assert check(place, wrong, "--json") == 1
    document = json.loads(capsys.readouterr().out)
    (found,) = document["misreadings"]
    assert (found["kind"], found["field"], found["times"]) == ("text", "text", 1)
    assert document["databases"] == ["tahoe small"]
    assert not document["ok"]


def test_junit_and_badge(place, wrong, tmp_path, capsys):
    junit, badge = tmp_path / "out/junit.xml", tmp_path / "out/badge.svg"
    assert check(place, wrong, "--junit", junit, "--badge", badge) == 1
    suite = ElementTree.parse(junit).getroot()
    assert suite.get("failures") == "1"
    failed = [each.get("name") for each in suite if each.find("failure") is not None]
    assert failed == ["text"]
    assert int(suite.get("tests")) == len(suite)
    title = ElementTree.parse(badge).getroot()[0].text
    right = len(suite) - 1
    assert title == f"chat.db kinds: {right} of {len(suite)}"


def test_known_faults(place, wrong, tmp_path, capsys):
    known = tmp_path / "known.toml"
    known.write_text('[[fault]]\nkind = "text"\nfield = "text"\nwhy = "colours"\n')
    assert check(place, wrong, "--known", known) == 0
    assert check(place, place / "answer.jsonl", "--known", known) == 1
    said = capsys.readouterr().out
    assert "a known fault does not show: text text: colours" in said
    assert f"fault 1 of {known}: take it out if the reader is mended" in said


def test_an_answer_in_place_of_the_truth(place, capsys):
    assert main(["check", str(place / "answer.jsonl"), str(place / "truth.json")]) == 2
    said = capsys.readouterr().err
    assert "this is an answer and no truth" in said
    assert "check TRUTH ANSWER" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('knd = "event-*"', "fault 1: no field 'knd': did you mean 'kind'?"),
        ('kind = "evnt-*"\ncase = "x"', "no kind 'evnt-*': did you mean 'event"),
        ('kind = "zzz"', "no kind 'zzz' (choose from "),
    ],
)
def test_a_misspelt_known_fault(place, wrong, tmp_path, capsys, line, said):
    known = tmp_path / "known.toml"
    known.write_text(f'[[fault]]\n{line}\nwhy = "x"\n', encoding="utf-8")
    assert check(place, wrong, "--known", known) == 2
    assert said in capsys.readouterr().err


def test_a_truth_that_another_tool_laid_out(place, tmp_path):
    document = json.loads((place / "truth.json").read_text(encoding="utf-8"))
    (tmp_path / "truth.json").write_text(json.dumps(document), encoding="utf-8")
    assert check(tmp_path, place / "answer.jsonl") == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "looked in"),
        ("{}", "there are no readings in it"),
        ("[]", "there are no readings in it"),
        ('{"readings": [], "readings_version": 9}', "of version 9, not 1"),
        ('{"readings": [], "readings_version": 1}', "it does not say its release"),
        ('{"release": 1,\n "readings": [\n  {}', "looked in"),
    ],
)
def test_a_truth_that_cannot_be_read(place, tmp_path, capsys, text, told):
    (tmp_path / "truth.json").write_text(text)
    assert check(tmp_path, place / "answer.jsonl") == 2
    said = capsys.readouterr().err
    assert "the truth cannot be read" in said
    assert told in said


@pytest.mark.parametrize("option", ["", "--db", "--known"])
def test_a_file_that_is_not_there(place, tmp_path, capsys, option):
    missing = tmp_path / "missing"
    answer = place / "answer.jsonl" if option else missing
    assert check(place, answer, *([option, missing] if option else [])) == 2
    assert str(missing) in capsys.readouterr().err
