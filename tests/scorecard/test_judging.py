"""The judge is judged: what is wrong in an answer is found, under the right name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from mutations import TABLE, Mutation
from perfect_answer import perfect

from pytest_imessage_foundry.scorecard import (
    agreement,
    judging,
    known_faults,
    score_text,
    shown_kinds,
)
from pytest_imessage_foundry.scorecard.known_faults import UNKNOWN_ROW, KnownFault

RELEASES = ("sonoma", "sequoia", "tahoe", "golden-gate")


def judged(true, answer, **how):
    return judging.judge(true, answer, database="tahoe kinds", release="tahoe", **how)


def around(true: list[Any], mutation: Mutation) -> list[Any]:
    """The rows of a mutation's case, and a tenth of the others: that all rows of a file
    are right without a fault is another test."""
    return [
        each
        for number, each in enumerate(true)
        if number % 10 == 0
        or each.get("case", "") == mutation.case != ""
        or (mutation.case == "" and mutation.kind in each["shows"])
    ]


def mutated(
    true: list[Any], answer: Iterable[Any], mutation: Mutation
) -> Iterator[Any]:
    """A perfect answer with one row of it changed: of the case's rows one that shows
    what the change is about, if any does."""
    rows = [
        each
        for each in true
        if each.get("case", "") == mutation.case and each["kind"] == mutation.row
    ]
    shown = [each for each in rows if mutation.kind in each["shows"]]
    guid = (shown or rows)[0]["guid"]
    named = {each["guid"] for each in true}
    for line in answer:
        if line["guid"] not in named:
            continue
        if line["guid"] != guid:
            yield line
            continue
        changed: Any = mutation.change(deepcopy(line))
        if changed is not None:
            yield from changed if isinstance(changed, list) else [changed]


@pytest.mark.parametrize(
    ("scenario", "messages"),
    [
        ("kinds", None),
        ("default", 300),
        ("lived-in", 600),
        pytest.param("default", None, marks=pytest.mark.sweep),
        pytest.param("lived-in", 3_000, marks=pytest.mark.sweep),
    ],
)
@pytest.mark.parametrize("release", RELEASES)
def test_a_reader_without_a_fault_is_right_in_all(
    true_lines, release, scenario, messages
):
    true = true_lines(release, scenario, messages)
    card = judged(true, perfect(true))
    assert card.ok
    assert card.misreadings == []
    assert {tally.verdict for _, tally in card.in_order()} == {"agrees"}


@pytest.mark.parametrize("mutation", TABLE, ids=str)
def test_a_wrong_answer_is_caught_under_the_right_name(
    true_lines, perfect_answer, mutation
):
    true = around(true_lines(mutation.release, "kinds"), mutation)
    answer = perfect_answer(mutation.release, "kinds")
    card = judged(true, mutated(true, answer, mutation))
    assert [(each.kind, each.field) for each in card.misreadings] == [
        (mutation.kind, mutation.field)
    ]
    assert [name for name, tally in card.in_order() if tally.wrong] == [mutation.kind]
    (found,) = card.misreadings
    assert (found.case or "") == mutation.case
    assert not card.ok


def test_the_table_has_every_kind_and_every_field():
    blamed = {mutation.kind for mutation in TABLE}
    # A row that is not there has no field: a test of its own lists one.
    assert blamed == set(shown_kinds.kinds()) - {"deleted-for-good"}
    assert {mutation.field for mutation in TABLE} >= agreement.all_fields() - {"guid"}


@pytest.mark.parametrize(
    "change",
    [
        lambda line: {"rowid": line["rowid"], "kind": line["kind"]},
        lambda line: {"guid": line["guid"]} if line["kind"] != "chat" else line,
        lambda line: {k: v for k, v in line.items() if k != "guid"},
        lambda line: (
            {k: v for k, v in line.items() if k not in ("guid", "kind")}
            if line["kind"] != "chat"
            else line
        ),
    ],
    ids=["rowid", "guid", "no-guid", "no-kind"],
)
def test_rows_are_named_by_guid_or_by_rowid(true_lines, change):
    true = true_lines("tahoe", "kinds")
    card = judged(true, [change(line) for line in perfect(true)])
    assert card.misreadings == []
    assert card.ok


def test_rows_are_named_by_their_second_where_a_reader_knows_nothing_else(true_lines):
    true = true_lines("tahoe", "default", 300)
    known = ("kind", "date", "sender", "from_me", "text", "chat")
    answer = [
        {name: line[name] for name in known if name in line}
        for line in perfect(true)
        if line["kind"] == "message"
    ]
    card = judged(true, answer)
    assert card.misreadings == []
    answer[7]["text"] = "something else"
    (found,) = judged(true, answer).misreadings
    assert found.field == "text"


def test_a_row_misread_in_both_of_its_chats_is_listed_in_both(true_lines):
    true = true_lines("tahoe", "kinds")
    row = next(each for each in true if "also_in" in each and each.get("text"))
    said = {name: row[name] for name in ("kind", "date", "chat")} | {"text": None}
    there = said | {"chat": row["also_in"]}
    others = [each for each in perfect(true) if each["guid"] != row["guid"]]
    card = judged(true, [*others, said, there])
    assert [each.field for each in card.misreadings] == ["text"]


def test_a_field_that_is_left_out_is_one_without_a_notion(true_lines):
    true = true_lines("tahoe", "kinds")
    answer = [
        {
            name: line[name]
            for name in ("guid", "kind", "text", "sender")
            if name in line
        }
        for line in perfect(true)
        if line["kind"] == "message"
    ]
    card = judged(true, answer)
    verdicts = {name: tally.verdict for name, tally in card.in_order()}
    assert card.ok
    assert verdicts["text"] == "agrees"
    assert {verdicts[e] for e in ("edit", "reply", "tapback", "chat", "sms")} == {
        "cannot"
    }


def test_what_is_in_recently_deleted_may_be_left_out_by_who_has_no_notion(true_lines):
    true = true_lines("tahoe", "kinds")
    answer = [
        {k: v for k, v in line.items() if k != "is_deleted"}
        for line in perfect(true)
        if not line.get("is_deleted")
    ]
    assert judged(true, answer).misreadings == []


def test_a_row_that_is_not_in_the_file_is_told(true_lines):
    true = true_lines("tahoe", "kinds")
    card = judged(true, [*perfect(true), {"guid": "X", "text": "made up"}])
    (found,) = card.misreadings
    assert (found.kind, found.guid) == (UNKNOWN_ROW, "X")
    gone = next(each for each in true if each["kind"] == "gone")
    card = judged(true, [*perfect(true), {"guid": gone["guid"], "text": "Gone"}])
    (found,) = card.misreadings
    assert (found.kind, found.said) == ("deleted-for-good", "listed")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1: it is no JSON"),
        ("[1]", "line 1: it is no JSON object"),
        ("\udcff", "line 1: it is no JSON"),
        ('{"guid": 7}', "guid is no text: 7"),
        ('{"rowid": "7"}', "rowid is no row's number: '7'"),
        ('{"rowid": true}', "rowid is no row's number: True"),
        ('{"rowid": 99999999999999999999}', "rowid is no row's number"),
        ('{"text": "a"}', "it names no row: no guid, rowid or date"),
        ("[" * 100_000, "line 1: it is no JSON"),
        ('{"guid": "\\ud800"}', "guid is no text"),
    ],
)
def test_what_is_no_reading_is_told(true_lines, line, told):
    true = true_lines("tahoe", "kinds")
    lines = [line, *map(json.dumps, perfect(true))]
    card = judged(true, lines)
    assert told in card.complaints[0]
    assert card.misreadings == []
    assert not card.ok


def test_an_answer_of_rubbish_alone_is_told_in_few_lines(true_lines):
    true = true_lines("tahoe", "kinds")
    card = judged(true, [f"rubbish {number}" for number in range(1_000)])
    assert len(card.complaints) == 6
    assert card.complaints[-1] == "and 995 more lines"
    # No line says which row it is about, so that none is known to be left out.
    assert card.misreadings == []
    (same,) = judged(true, ["rubbish"] * 1_000).complaints
    assert same == "line 1 and 999 more: it is no JSON: 'rubbish'"


def renamed(line: Any, names: dict[str, str]) -> Any:
    return {names.get(name, name): value for name, value in line.items()}


def test_unknown_fields_are_told_together_and_the_others_compared(true_lines):
    true = true_lines("tahoe", "kinds")
    names = {"sender": "handle", "text": "body", "from_me": "isFromMe"}
    answer = [renamed(line, names) for line in perfect(true)]
    first = next(each for each in answer if each["kind"] == "message")
    first["date"], first["chat_name"], first["zzz"] = "2001-01-01T00:00:00Z", "x", 1
    card = judged(true, answer)
    told = "\n".join(card.complaints)
    lines = sum(each["kind"] == "message" for each in answer)
    assert f"line 1 and {lines - 1:,} more: a message has no field " in told
    assert "'handle': did you mean 'sender'?" in told
    assert "'body': did you mean 'text'?" in told
    assert "'isFromMe': did you mean 'from_me'?" in told
    assert "'chat_name' (of kind 'chat' there is 'name')" in told
    assert "'zzz'\n  its fields: guid rowid date date_ns from_me sender" in told
    assert "begin with x_" in told
    # One complaint for each kind of reading; the rows are found and compared.
    kinds = {each["kind"] for each in answer if each.keys() & set(names.values())}
    assert len(card.complaints) == len(kinds)
    assert [(each.rowid, each.field) for each in card.misreadings] == [
        (first["rowid"], "date")
    ]
    assert not card.ok


def test_the_page_of_the_rules_is_named_where_a_rule_is(true_lines):
    true = true_lines("tahoe", "kinds")
    first, *others = perfect(true)
    told = score_text.failures(
        judged(true, [first | {" (SEMANTICS.md §1)": 1}, *others])
    )
    assert " (SEMANTICS.md §1)" in told
    assert "\nSEMANTICS.md: http" not in told
    wrong = first | {"from_me": not first["from_me"]}
    told = score_text.failures(judged(true, [wrong, *others]))
    assert "\nSEMANTICS.md: http" in told


def test_an_answer_of_many_unknown_fields_is_told_in_few_words(true_lines):
    true = true_lines("tahoe", "kinds")
    line = perfect(true)[0] | {f"zz{number}": 1 for number in range(500)}
    (told,) = judged(true, [line, *perfect(true)[1:]]).complaints
    assert "'zz19' and more\n" in told


def test_an_unknown_kind_is_told_and_the_row_compared(true_lines):
    true = true_lines("tahoe", "kinds")
    answer = perfect(true)
    answer[0] |= {"kind": ["mail"]}
    answer[1] |= {"kind": "mail", "text": "something else"}
    card = judged(true, answer)
    assert card.complaints[1].startswith(
        "line 2: no kind 'mail' (choose from message, tapback,"
    )
    assert [each.rowid for each in card.misreadings] == [answer[1]["rowid"]]


def test_what_the_truth_alone_says_may_be_handed_on(true_lines):
    true = true_lines("tahoe", "kinds")
    assert judged(true, [each for each in true if each["kind"] != "gone"]).ok


def test_own_fields_and_blank_lines_are_not_looked_at(true_lines):
    true = true_lines("tahoe", "kinds")
    lines = ["", "\n", *(json.dumps(e | {"x_mine": 1}) for e in perfect(true))]
    assert judged(true, lines).ok


@pytest.mark.parametrize(
    "change",
    [
        lambda line: {"date": line["date"].replace("Z", ".123456+00:00")},
        lambda line: {"date": line["date"].removesuffix("Z")},
        lambda line: {"date_ns": int(line["date_ns"])},
        lambda line: {"text": f"{line.get('text', '')}\ufffc"},
        lambda line: (
            {"files": [{"path": f"~/x/{e['path']}"} for e in line["files"]]}
            if all(each.get("path") for each in line["files"])
            else {}
        ),
        lambda line: {"tapbacks": line.get("tapbacks", [])[::-1]},
    ],
    ids=["finer", "no-offset", "number", "marks", "root", "order"],
)
def test_ways_to_say_the_same_are_no_misreadings(true_lines, change):
    true = true_lines("tahoe", "kinds")
    answer = [
        line | (change(line) if line["kind"] == "message" else {})
        for line in perfect(true)
    ]
    assert judged(true, answer).misreadings == []


def test_known_faults_are_no_failures_as_long_as_they_show(true_lines):
    true = true_lines("tahoe", "kinds")
    mutation = next(each for each in TABLE if each.kind == "edit")
    known = KnownFault(kind="edit", field=mutation.field, case="edit-*", why="so")
    further = KnownFault(kind="reply", why="it did once")
    answer = mutated(true, perfect(true), mutation)
    card = judged(true, answer, faults=(known, further))
    card.expect((known,))
    assert card.ok
    assert card.tallies["edit"].known == 1
    card.expect((known, further))
    assert not card.ok
    assert card.unshown == [further]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no list `fault`"),
        ("[[fault]]\nkind='edit'", "give `why`"),
        ("[[fault]]\nwhy='x'", "give `why`, and `kind` or `case`"),
        ("[[fault]]\nwhy='x'\nkind='mail'", "no kind 'mail'"),
        ("[[fault]]\nwhy='x'\nruler='edit'", "its fields are why, rule"),
        ("[[fault]]\nwhy=3\nkind='edit'", "why is no text"),
        ("[[fault]]\nwhy='x'\nkind='edit'\nreleases='a'", "releases is no list"),
        ("[[fault]", "looked in"),
    ],
)
def test_a_file_of_known_faults_that_does_not_hold(tmp_path, text, told):
    path = tmp_path / "known.toml"
    path.write_text(text)
    with pytest.raises(known_faults.FoundryError, match="known faults") as caught:
        known_faults.read(path)
    assert told in str(caught.value)
