"""What is said otherwise in a group than in a chat of two."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from test_sittings import LOCALES, NAMES, OWNER, group, persona, talk

from pytest_imessage_foundry.conversations.dialogue import (
    addressees,
    context,
    transitions,
)
from pytest_imessage_foundry.conversations.dialogue.context import DialogueContext
from pytest_imessage_foundry.conversations.dialogue.lint import check
from pytest_imessage_foundry.conversations.dialogue.scenes import (
    Beat,
    Language,
    in_group,
    language,
)
from pytest_imessage_foundry.conversations.spoken import LANGUAGES
from pytest_imessage_foundry.models import ConversationConfig

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Persona

FAMILY = {
    "linda": ("Linda Carver", "mother"),
    "ron": ("Ron Carver", "father"),
    "max": ("Max Carver", "brother"),
    "sam": ("Sam Reyes", "partner"),
    "tyler": ("Tyler Novak", "cousin"),
}


def family(code: str = "en") -> list[Persona]:
    return [
        persona(id_, name, relationship=relationship, locale=LOCALES[code])
        for id_, (name, relationship) in FAMILY.items()
    ]


def spoken(code: str = "en", **data: Any) -> Language:
    """A language of one scene, with the words of a real one."""
    real = language(code)
    scene = {"id": "one", "with": "friend family work", "for": "any", **data}
    own = {"scenes": [scene], "address": real.address, "phrases": real.phrases}
    return Language(code, {**own, "slots": real.slots, "openers": ["hey"]})


def test_a_word_such_as_mom_is_of_the_owner_and_of_siblings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = spoken(beats=[["A", "of course {B} wins"]])
    monkeypatch.setattr(context, "language_of", lambda owner, people: here)
    said = [(turn.sender, turn.text.lower()) for turn in talk(1_500, *family())]
    by_word = {who for who, text in said if "mom wins" in text or "dad wins" in text}
    by_name = {who for who, text in said if "linda wins" in text or "ron wins" in text}
    assert by_word == {"me", "max"}
    assert by_name == {"linda", "ron", "sam", "tyler"}


def test_who_opens_a_scene_of_others_uses_their_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mother writes of herself to her child as the child does."""
    here = spoken(beats=[["A", "so {B}"], ["B", "love, {B}"]])
    monkeypatch.setattr(context, "language_of", lambda owner, people: here)
    said = {turn.text.lower().split("!")[0] for turn in talk(300, family()[0])}
    assert {"so mom", "love, mom", "so alex", "love, alex"} <= {
        text.rstrip(".! ") for text in said
    }
    assert not any("linda" in text for text in said)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_for_parents_in_each_language(code: str) -> None:
    owner, people = replace(OWNER, locale=LOCALES[code]), family(code)
    ids = tuple(each.id for each in people)
    config = ConversationConfig(id="talk", participants=ids, chat_type="group")
    called = DialogueContext(config, owner, people, 1, 100).called
    word = language(code).address["mother"]
    mother = {who: names["linda"][0] for who, names in called.items()}
    assert mother["me"] == mother["max"] == word
    assert mother["sam"] == mother["tyler"] == mother["ron"] == "Linda"


def in_turn(place: int, relationship: str) -> Any:
    """A language and one of two relationships; with the other it is for the sweep."""
    is_usual = (relationship == "colleague") == bool(place % 2)
    marks = () if is_usual else pytest.mark.sweep
    return pytest.param(LANGUAGES[place], relationship, marks=marks)


@pytest.mark.parametrize(
    ("code", "relationship"),
    [in_turn(n, who) for n in range(len(LANGUAGES)) for who in ("friend", "colleague")],
)
def test_no_opening_names_one_of_many(code: str, relationship: str) -> None:
    more = {"locale": LOCALES[code], "relationship": relationship}
    turns = talk(1_500, *group(**more), owner=replace(OWNER, locale=LOCALES[code]))
    first = {each.split()[0].lower() for each in NAMES}
    named = [
        turn.text
        for turn in turns
        if turn.opens and turn.text.lower().rstrip(".!?") in _openers(code, first)
    ]
    assert named == []
    # In Hindi all have several wordings.
    assert bool(_openers(code, first)) == (code != "hi")


def _openers(code: str, names: set[str]) -> set[str]:
    """The openers of a language that name somebody, of one wording each."""
    named = [
        text
        for spoken in (language(code), language(code).polite)
        for text in (*spoken.openers, *spoken.askers, *spoken.tellers)
        if "{B}" in text and "[" not in text
    ]
    bare = [text.split(" ", 1)[1] if text[0] == "?" else text for text in named]
    return {text.replace("{B}", name).lower() for text in bare for name in names}


def test_words_for_one_person_are_not_for_a_group() -> None:
    german = language("de")
    alone = transitions.aside(german, is_news=True).raw
    many = transitions.aside(in_group(german), is_news=True).raw
    assert "und stell dir vor" in alone
    assert "und stell dir vor" not in many
    assert "und stellt euch vor" in many
    assert "und stellt euch vor" not in alone
    assert "noch was" in alone
    assert "noch was" in many


@pytest.mark.parametrize(("cast", "is_said"), [(2, False), (3, True)])
def test_all_are_spoken_to_before_a_scene_of_all(
    cast: int, is_said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = spoken(cast=cast, beats=[["A", "are you coming?"], ["B", "maybe"]])
    here.openers = [">one hi you", ">all hi all", "well", "{B}"]
    monkeypatch.setattr(context, "language_of", lambda owner, people: here)
    texts = {turn.text.lower().rstrip("!. ") for turn in talk(600, *group())}
    assert "well" in texts
    assert ("hi all" in texts) == is_said
    assert texts.isdisjoint({"hi you", "jordan", "alex", "sofia", "ben", "kim"})


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("register", ["plain", "polite"])
@pytest.mark.parametrize(("is_many", "cast"), [(False, 2), (True, 2), (True, 3)])
def test_there_are_words_for_one_and_for_many(
    code: str, register: str, is_many: bool, cast: int
) -> None:
    here = language(code) if register == "plain" else language(code).polite
    here = in_group(here) if is_many else here
    scripts = ("latin", "nagari") if code == "hi" else ("informal tu",)
    for script in scripts:
        for beat in (_greeting(here, cast), transitions.aside(here, to_all=cast > 2)):
            offers = beat.offers({*script.split()})
            assert offers
            texts = [beat.raw[number] for number in offers]
            assert not any(text.startswith(">") for text in texts)
            assert not (is_many and any("{" in text for text in texts))


def _greeting(here: Language, cast: int) -> Beat:
    scene = spoken(cast=cast, beats=[["A", "hm"]]).scenes[0]
    beat = transitions.greeting(scene, scene.steps, here, lambda: 0.0)
    assert beat is not None
    return beat


@pytest.mark.parametrize(
    ("openers", "fault"),
    [
        (["hi you"], "speaks to one person: 'hi you'"),
        ([">none hm", "hm"], "unknown addressee: '>none hm'"),
        ([">one hi you", ">all hi all", "{B}"], "nothing for groups"),
        ([">one hm", ">one hm", "so"], "'hm' twice"),
    ],
)
def test_the_checker_reads_to_whom_words_are_said(
    openers: list[str], fault: str
) -> None:
    found = check(Language("en", {"openers": openers, "scenes": []}))
    assert any(each.endswith(fault) for each in found)
    fine = [">one hi you", ">all hi all", "hi {B}", "hm"]
    assert check(Language("en", {"openers": fine, "scenes": []})) == []
    assert addressees.fitting(fine, "all") == ["hi all", "hm"]
    assert addressees.fitting(fine, "one") == ["hi you", "hi {B}", "hm"]


@pytest.mark.parametrize("local", ["", "A", "B", "AB"])
@pytest.mark.parametrize("first", ["", "me", "p2"])
def test_the_first_role_of_another_is_not_the_owners(local: str, first: str) -> None:
    people = group(locale="de_DE")
    people[0] = replace(people[0], locale="en_US")
    ids = tuple(each.id for each in people)
    config = ConversationConfig(id="talk", participants=ids, chat_type="group")
    made = DialogueContext(config, OWNER, people, 1, 10)
    scene = spoken(A="other", local=local, beats=[["A", "hm"], ["B", "hm"]]).scenes[0]
    rand = Random(1).random
    casts = [made.cast(scene, made.members[:3], rand, first) for _ in range(60)]
    assert all(cast["A"] != OWNER.id for cast in casts)
    assert all(cast[role] not in ("me", "p0") for cast in casts for role in local)
    assert any(cast["B"] == OWNER.id for cast in casts) == ("B" not in local)
    if first == "p2":
        assert {cast["A"] for cast in casts} == {"p2"}
