from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from itertools import islice

import pytest

from pytest_imessage_foundry.conversations.dialogue.lint import check, walks
from pytest_imessage_foundry.conversations.dialogue.scene_text import Slot, parse, slug
from pytest_imessage_foundry.conversations.dialogue.scenes import (
    Beat,
    Language,
    Scene,
    language,
)
from pytest_imessage_foundry.conversations.dialogue.selection import scene_rounds
from pytest_imessage_foundry.conversations.spoken import LANGUAGES

AT_LEAST = {
    "en": 120,
    "de": 95,
    "fr": 95,
    "es": 95,
    "ja": 135,
    "ar": 95,
    "nl": 140,
    "ru": 140,
    "ko": 130,
    "tr": 130,
    "pt_BR": 140,
    "it": 140,
    "zh_Hans": 140,
    "zh_Hant": 140,
    "he": 140,
    "hi": 165,
}


def made(*beats: object, **more: object) -> Language:
    scene = {"id": "one", "beats": list(beats), **more}
    return Language(
        "en",
        {
            "slots": {"food": ["tacos", "ramen"], "time": ["7|8"]},
            "phrases": {"ok": ["ok", "fine"]},
            "scenes": [scene],
        },
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_shipped_scenes_are_without_fault(code: str) -> None:
    assert check(language(code)) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_enough_scenes_with_alternatives(code: str) -> None:
    scenes = language(code).scenes
    assert len(scenes) >= AT_LEAST[code]
    beats = [
        beat
        for scene in scenes
        for way in walks(scene.steps)
        for beat in way
        if not beat.tap
    ]
    several = sum(len(beat.raw) > 1 or "[" in beat.raw[0] for beat in beats)
    assert several > 0.85 * len(beats)


@pytest.mark.parametrize("code", LANGUAGES)
def test_scenes_lie_in_the_file_as_one_would_write_them(code: str) -> None:
    folder = files("pytest_imessage_foundry.conversations.dialogue") / "scenes"
    text = (folder / f"{code}.json").read_text(encoding="utf-8")
    assert json.loads(text)["scenes"]
    assert "\\u" not in text
    assert max(map(len, text.splitlines())) < 500


@pytest.mark.parametrize(
    ("beats", "fault"),
    [
        ([["A", "hi", "hi"]], "said twice"),
        ([["A", "{drink}"]], "unknown slot"),
        ([["A", "{food.1}"]], "no column"),
        ([["A", "<bye>"]], "unknown phrase"),
        ([["A", "@fax look"]], "unknown mark"),
        ([["A", "!boom look"]], "unknown mark"),
        ([["A?", "hello"]], "not always said"),
        ([["A", "hello"], ["A~", "loved"]], "own words"),
        ([["A", "hello"], ["B~", "adored"]], "unknown tapback"),
        ([["A", "hello"], ["B", "?late hm"]], "nobody can have said"),
        ([["A", "hello"], ["C", "hm"]], "more speakers"),
        ([["A", "see shop.apple.com"]], "reserved domain"),
        ([["A", "call 212-555-0100"]], "phone number"),
        ([["A", "[a|[b|c]]"]], "brackets"),
        ([["A", "yes!, of course"]], "punctuation"),
        ([["A", "你好吗"]], "another script"),
        ([["A", "long " * 100]], "too long"),
    ],
)
def test_checker_finds(beats: list[list[str]], fault: str) -> None:
    assert any(fault in each for each in check(made(*beats)))


def test_checker_finds_what_stands_around_the_scenes() -> None:
    found = check(
        Language(
            "en",
            {
                "slots": {"food": ["a", "a", "b|c"]},
                "phrases": {"ok": ["ok", "ok"]},
                "tails": {"sleepy": ["zzz"]},
                "scenes": [
                    {"id": "x", "with": "martian", "mood": "odd", "for": "pairs"}
                    | {"weekdays": [7]}
                    | {"beats": [["A", "hm"]]}
                ]
                * 2,
            },
        )
    )
    for fault in (
        "martian",
        "weekdays [7]",
        "mood 'odd'",
        "'pairs'",
        "two scenes",
        "food: 'a' twice",
    ):
        assert any(fault in each for each in found)
    for fault in ("rows differ", "ok: 'ok' twice", "'sleepy'"):
        assert any(fault in each for each in found)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"local": "C"}, "unknown roles in local 'C'"),
        ({"at": {"": "A moon"}}, "at: unknown place in 'A moon'"),
        ({"at": {"": "A"}}, "at: not pairs"),
        ({"then": {"": "C home"}}, "then: not pairs"),
        ({"once": {"late": "dinner"}}, "once: no note 'late'"),
    ],
)
def test_checker_reads_what_is_said_of_people(said, fault: str) -> None:  # type: ignore[no-untyped-def]
    assert any(fault in each for each in check(made(["A", "hm"], **said)))
    right = {"local": "A", "at": {"go": "A out B home"}, "once": {"": "dinner"}}
    assert check(made(["A", "=go hm"], ["B", "hm"], **right)) == []


@pytest.mark.parametrize("days", [0, -1, 15, "two", 1.5])
def test_checker_reads_when_a_later_part_comes(days: object) -> None:
    later = [["A", "it was fine"]]
    assert check(made(["A", "hm"], later=later, after=7)) == []
    assert any(
        "after: not a number of days" in each
        for each in check(made(["A", "hm"], later=later, after=days))
    )
    assert any("no later part" in each for each in check(made(["A", "hm"], after=2)))


def test_checker_reads_the_polite_register() -> None:
    polite = {"openers": ["hello", "hello"], "tails": {"sleepy": ["{drink}"]}}
    found = check(Language("en", {"polite": polite, "scenes": []}))
    for fault in ("polite opener: 'hello' twice", "unknown slot", "'sleepy'"):
        assert any(fault in each for each in found)


def test_polite_register() -> None:
    polite = {"openers": ["good day"], "tails": {"fun": ["how nice"]}}
    here = Language(
        "en",
        {
            "openers": ["yo"],
            "tails": {"fun": ["lol"]},
            "polite": polite,
            "scenes": [],
        },
    )
    assert here.polite.openers == ["good day"]
    assert here.polite.tail("fun").raw == ["how nice"]
    assert here.openers == ["yo"]
    assert here.tail("fun").raw == ["lol"]
    assert made(["A", "hi"]).polite.openers == []


def test_templates() -> None:
    here = made(["A", "hi"])
    assert parse("plain text", here) == "plain text"
    assert parse("eat {food}", here) == ("eat ", Slot("food", 0))
    assert parse("hm. {food}", here) == ("hm. ", Slot("food", 0, True))
    assert parse("go [now|], ok", here) == ("go", [" now", ""], ", ok")
    assert parse("[so |]go", here)[0] == ["so  ", ""]  # type: ignore[index]
    assert parse("Ok. [yes|{food}]", here) == (
        "Ok. ",
        ["Yes", (Slot("food", 0, True),)],
    )


def test_heads_and_guards() -> None:
    beat = Beat(["B^2?40", "=late I am late", "?late,lost oh no"], made(["A", "hi"]))
    assert (beat.speaker, beat.reply, beat.chance) == ("B", 2, 0.4)
    assert beat.offers(set()) == [0]
    assert beat.offers({"lost"}) == [0, 1]
    assert beat.sets == ["late", ""]
    assert Beat(["A?", "x"], made(["A", "hi"])).chance == 0.5
    with pytest.raises(ValueError, match="head of a beat"):
        Beat(["E", "x"], made(["A", "hi"]))


def test_a_language_without_scenes_speaks_english() -> None:
    assert language("xx") is language("en")


def test_slug() -> None:
    assert slug("example.com/a Pizza Stone!") == "https://example.com/a-pizza-stone"


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; import pytest_imessage_foundry.conversations.dialogue.sittings;"
        "print([m for m in ('faker', 'pydantic', 'pytest', 'phonenumbers', 'sqlite3')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "scene",
    [each for each in language("en").scenes if "daily" in each.tags],
    ids=lambda scene: scene.id,
)
def test_each_english_question_of_every_day_has_its_answer(scene: Scene) -> None:
    question, answer = scene.steps[:2]
    assert isinstance(question, Beat)
    assert isinstance(answer, Beat)
    for name in filter(None, question.sets):
        assert answer.offers({name})


def test_a_scene_by_itself_comes_in_the_rounds_in_which_it_would_among_others() -> None:
    nothing = Language("en", {"scenes": []})
    alone, other = (
        Scene(id=name, language=nothing, data={}, key=key, every=3)
        for name, key in (("alone", 5), ("other", 6))
    )
    by_itself = scene_rounds([alone], 7, frozenset(), frozenset())
    among = scene_rounds([alone, other], 7, frozenset(), frozenset())
    expected = [pair for pair in islice(among, 20) if pair[0] is alone]
    assert list(islice(by_itself, len(expected))) == expected
