"""How a person writes, and what the others call them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pkgutil import get_data
from random import Random
from typing import TYPE_CHECKING, get_args

import pytest
from test_sittings import FRIEND, OWNER, persona, talk, words

from pytest_imessage_foundry.conversations.dialogue import (
    manners,
    scenes,
    selection,
    transitions,
)
from pytest_imessage_foundry.conversations.dialogue.lint import SCRIPTS
from pytest_imessage_foundry.conversations.dialogue.manners import manners_of
from pytest_imessage_foundry.conversations.dialogue.scenes import language
from pytest_imessage_foundry.conversations.dialogue.slots import KnownSlots, SceneSlots
from pytest_imessage_foundry.conversations.dialogue.voice import (
    PALETTES,
    QUESTIONS,
    voice_of,
)
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.conversations.spoken import LANGUAGES, spoken_in
from pytest_imessage_foundry.models import ConversationConfig
from pytest_imessage_foundry.personas import builtin

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Persona

NAGARI = re.compile(f"[{SCRIPTS['hi'][0]}]")


def test_people_of_japan_are_called_by_their_given_names() -> None:
    owner = replace(OWNER, name="田中 さくら", locale="ja_JP")
    person = persona("ken", "鈴木 健太", locale="ja_JP")
    text = " ".join(words(talk(2_000, person, owner=owner)))

    assert "さくら" in text
    assert "健太" in text
    assert "田中" not in text
    assert "鈴木" not in text


def test_a_name_in_letters_begins_with_the_given_name() -> None:
    owner = replace(OWNER, name="Sakura Tanaka", locale="ja_JP")
    person = persona("ken", "Kenta Suzuki", locale="ja_JP")
    text = " ".join(words(talk(2_000, person, owner=owner)))

    assert "Sakura" in text
    assert "Kenta" in text
    assert "Tanaka" not in text
    assert "Suzuki" not in text


def test_words_of_a_country_are_found_after_signs_that_open() -> None:
    mexican = voice_of(persona("mateo", "Mateo", locale="es_MX"), language("es"))

    said = mexican.say("¡Genial! ¿tenéis coche?", "", lambda: 0.5)
    assert said.lower() == "¡padrísimo! ¿tienen carro?"


def test_a_korean_name_in_one_word_begins_with_the_family_name() -> None:
    owner = replace(OWNER, name="박서연", locale="ko_KR")
    person = persona("min", "김도윤", locale="ko_KR")
    text = " ".join(words(talk(2_000, person, owner=owner)))

    assert "서연" in text
    assert "도윤" in text
    assert "박서연" not in text
    assert "김도윤" not in text


def test_turkish_keeps_both_letters_i() -> None:
    turkish = scenes.language("tr")
    loud = replace(FRIEND, writing_style="formal", emoji_usage="none")
    quiet = replace(FRIEND, writing_style="lowercase", emoji_usage="none")
    draw = Random("i").random

    assert voice_of(loud, turkish).say("iyi", "plain", draw) == "İyi"
    assert voice_of(loud, turkish).say("ışık var", "plain", draw) == "Işık var"
    assert voice_of(quiet, turkish).say("İyi. Işıl", "plain", draw) == "iyi. ışıl"
    assert voice_of(loud, turkish).join("tamam", "iyi") == "tamam. İyi"


def test_no_full_stop_follows_korean_laughter() -> None:
    korean = scenes.language("ko")
    formal = replace(FRIEND, writing_style="formal", emoji_usage="none")
    voice = voice_of(formal, korean)
    draw = Random("stop").random

    assert voice.say("오늘 정말 재미있었다", "plain", draw) == "오늘 정말 재미있었다."
    assert voice.say("오늘 정말 재미있었다 haha", "plain", draw).endswith("다 ㅎㅎ")
    assert voice.join("진짜haha", "가자") == "진짜haha 가자"
    assert voice.join("진짜", "가자") == "진짜. 가자"


@pytest.mark.parametrize("mark", QUESTIONS)
def test_questions_end_in_an_emoji_less_than_half_as_often(mark: str) -> None:
    voice = voice_of(replace(FRIEND, emoji_usage="heavy"), scenes.language("en"))
    draw = Random("emoji").random

    def share(text: str) -> float:
        said = (voice.say(text, "fun", draw) for _ in range(4_000))
        return sum(each[-1] in "".join(PALETTES["fun"]) for each in said) / 4_000

    assert share("Is that so" + mark) == pytest.approx(0.4 * share("It is"), rel=0.15)
    assert share("It is") == pytest.approx(voice.emoji, rel=0.15)


def test_a_word_may_end_with_a_vowel_sign() -> None:
    hindi = scenes.language("hi")
    voice = voice_of(persona("asha", "Asha Rao", locale="hi_IN"), hindi)
    formal = replace(voice, stop=True, emoji=0.0)

    assert voice.join("ठीक है", "चलो") == "ठीक है. चलो"
    assert voice.join("❤️", "चलो") == "❤️ चलो"
    assert formal.say("सब ठीक ही है", "plain", Random(1).random) == "सब ठीक ही है."


def test_the_words_around_a_hindi_scene_are_in_its_script() -> None:
    hindi = scenes.language("hi")
    known = KnownSlots(hindi, "hi_IN", 1, None)
    told = [each for each in hindi.scenes if "service" not in each.company]
    told = [each for each in told if not each.tags & {"daily", "wrong-number"}]
    noted = {frozenset(SceneSlots(known, each, 0).noted) for each in told}
    assert noted == {frozenset({"latin"}), frozenset({"nagari"})}

    for spoken in (hindi, hindi.polite):
        around = [spoken.tail(mood) for mood in spoken.tails]
        for beat in (*around, transitions.aside(spoken)):
            latin, nagari = (
                {beat.raw[number] for number in beat.offers({script})}
                for script in ("latin", "nagari")
            )
            assert not any(NAGARI.search(text) for text in latin)
            assert all(NAGARI.search(text) for text in nagari - latin)
            assert nagari - latin


def test_who_writes_full_stops_for_exclamation_marks_writes_one() -> None:
    dry = voice_of(persona("ann", "Ann", writing_style="terse"), scenes.language("en"))
    rand = Random(1).random
    said = {dry.say("so good!!!", "plain", rand) for _ in range(60)}
    said |= {dry.say("what?!", "plain", rand) for _ in range(60)}
    bare = {text.rstrip("".join(PALETTES["plain"])).rstrip() for text in said}
    assert bare == {"So good.", "So good!", "So good", "What?!", "What?"}


def test_nobody_kisses_colleagues() -> None:
    warm = replace(OWNER, emoji_usage="heavy")
    polite = voice_of(warm, scenes.language("en").polite)
    plain = voice_of(warm, scenes.language("en"))
    assert not {"\N{FACE THROWING A KISS}", "\N{KISS MARK}"} & {
        *polite.palettes["warm"]
    }
    assert polite.palettes["warm"] != plain.palettes["warm"]


@pytest.mark.parametrize("relationship", ["grandmother", "father"])
def test_parents_and_grandparents_of_simple_words_do_not_abbreviate(
    relationship: str,
) -> None:
    english = scenes.language("en")
    friend = replace(FRIEND, vocabulary_level="simple", writing_style="")
    elder = replace(friend, relationship=relationship)
    abbreviated = set(english.voice["slang"].values())
    assert abbreviated & set(voice_of(friend, english).words.values())
    assert not abbreviated & set(voice_of(elder, english).words.values())


def test_who_likes_flowers_has_capital_letters() -> None:
    english = scenes.language("en")
    style = "Full sentences with correct punctuation, hearts and flowers."
    assert not voice_of(replace(FRIEND, writing_style=style), english).lower
    assert voice_of(replace(FRIEND, writing_style="all lowercase"), english).lower


@cache
def written() -> dict[str, list[str]]:
    """The texts of each person in the shipped conversations, links left out."""
    texts = defaultdict(list)
    for told in store.load_all().by_key.values():
        for turn in told.turns:
            if turn.text and not turn.link_title:
                texts[turn.sender].append(turn.text)
    return texts


def begins_lower(text: str) -> bool:
    return next((each.islower() for each in text if each.isalpha()), False)


WRITERS = [
    each
    for each in builtin.load()
    if each.relationship != "service" and spoken_in(each.locale) in LANGUAGES
]


def test_most_people_write_much() -> None:
    assert sum(len(written()[each.id]) >= 50 for each in WRITERS) > 25


@pytest.mark.parametrize("person", WRITERS, ids=lambda each: each.id)
def test_a_person_writes_in_one_way(person: Persona) -> None:
    """Written conversations and generated talk come after each other in a chat."""
    code, texts = spoken_in(person.locale), written()[person.id]
    if len(texts) < 50:
        return  # too few to tell
    voice = voice_of(person, scenes.language(code))
    lower = sum(map(begins_lower, texts)) / len(texts)
    stops = sum(text[-1] in ".\N{IDEOGRAPHIC FULL STOP}" for text in texts) / len(texts)
    assert voice.lower == (lower > 0.5)
    assert voice.stop == (stops > 0.5)
    straight = sum("'" in text for text in texts)
    curly = sum("\N{RIGHT SINGLE QUOTATION MARK}" in text for text in texts)
    if voice.apostrophe != "'":
        assert not straight
    if voice.apostrophe != "\N{RIGHT SINGLE QUOTATION MARK}":
        assert not curly


@pytest.mark.parametrize(
    ("locale", "style", "named"),
    [
        ("de_DE", "alles klein, kaum Satzzeichen", {"lowercase", "no stops"}),
        ("de_DE", "Groß- und Kleinschreibung, Punkte", {"capitals", "stops"}),
        ("fr_FR", "style informel", set()),
        ("ru_RU", "маленькими буквами, без точек", {"lowercase", "no stops"}),
        ("tr_TR", "Küçük harf, kısa", {"lowercase", "terse"}),
        ("ja_JP", "ですます調、句読点あり", {"formal", "stops"}),
        ("zh_CN", "短句,不爱打句号", {"terse", "no stops"}),
        ("en_US", "Flowers, no punctuation, lol as punctuation", {"no stops"}),
        ("en_US", "drops apostrophes", {"no apostrophes"}),
        ("en_US", "a line, no capitals", {"lowercase"}),
        ("he_IL", "in few words", {"terse"}),
    ],
)
def test_a_style_is_read_in_english_and_in_the_own_language(
    locale: str, style: str, named: set[str]
) -> None:
    person = replace(FRIEND, locale=locale, writing_style=style, personality="")
    assert manners_of(person, spoken_in(locale)) == named


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_words_for_manners(code: str) -> None:
    data = get_data(manners.__name__.rpartition(".")[0], "manners.json")
    assert data is not None
    named = set(json.loads(data)[code])
    assert {"formal", "stops", "no stops", "chatty", "terse", "lively"} <= named
    assert named <= set(get_args(manners.Manner))


def test_who_drops_apostrophes_writes_none() -> None:
    marcus = replace(FRIEND, writing_style="drops apostrophes, casual")
    said = voice_of(marcus, scenes.language("en")).say(
        "it's fine", "plain", lambda: 0.9
    )
    assert said.lower() == "its fine"


def test_kisses_are_for_those_who_are_close() -> None:
    for relationship, may in (("friend", False), ("partner", True), ("sister", True)):
        person = replace(FRIEND, relationship=relationship, emoji_usage="heavy")
        kisses = {
            mark
            for number in range(40)
            for mark in voice_of(
                replace(person, id=f"p{number}"), scenes.language("en")
            ).palettes["warm"]
        } & {"\N{FACE THROWING A KISS}", "\N{TWO HEARTS}"}
        assert bool(kisses) == may


def test_any_length_of_laughter_is_the_persons_own() -> None:
    voice = replace(voice_of(FRIEND, scenes.language("en")), laugh="lol", emoji=0.0)
    for text in ("haha", "hahaha", "hahahaha"):
        assert voice.say(f"{text} no", "fun", lambda: 0.9).lower() == "lol no"


def test_what_announces_something_has_no_full_stop() -> None:
    voice = replace(voice_of(FRIEND, scenes.language("en")), stop=True, emoji=0.0)
    said = [
        voice.say("not urgent, but", "plain", lambda: 0.9, goes_on=goes_on)
        for goes_on in (True, False)
    ]
    assert [text[-1] for text in said] == ["t", "."]


def test_a_landlady_and_a_handyman_write_of_their_own_matters() -> None:
    config = ConversationConfig(id="talk", participants=("jo",))

    def told(relationship: str) -> set[str]:
        person = replace(FRIEND, relationship=relationship)
        spoken = scenes.language("en")
        found = selection.repertoire(config, OWNER, [person], spoken)
        return {scene.id for scene in found}

    assert {"work-x-n-rent", "work-x-n-drip"} <= told("landlady")
    assert told("handyman") & {"work-x-n-rent", "work-x-n-drip"} == {"work-x-n-drip"}
    assert not told("neighbor") & {"work-x-n-rent", "work-x-n-drip"}
    assert "neighbour-hello" in told("neighbor") & told("landlady")
    assert "neighbour-hello" not in told("handyman")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_handyman_has_enough_to_write_of(code: str) -> None:
    told = [s for s in scenes.language(code).scenes if "handyman" in s.company]
    assert len(told) >= 6


def test_people_after_a_minus_sign_do_not_write_a_scene() -> None:
    """Else a boss would complain about the boss, alone or in a group."""
    data = {"id": "moan", "with": "work -boss", "for": "any", "beats": [["A", "ugh"]]}
    spoken = scenes.Language("en", {"scenes": [data]})
    anna, ben = (
        replace(FRIEND, id=who, relationship=relationship)
        for who, relationship in (("anna", "colleague"), ("ben", "boss"))
    )

    def is_told(*people: Persona) -> bool:
        config = ConversationConfig(
            id="talk",
            participants=tuple(each.id for each in people),
            chat_type="group" if people[1:] else "direct",
        )
        return bool(selection.repertoire(config, OWNER, people, spoken))

    assert is_told(anna)
    assert not is_told(ben)
    assert not is_told(anna, ben)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("it says 'do not open', don't", "it says <do not open>, don>t"),
        ("'cause it's late", ">cause it>s late"),
        ("the boys' room is 'tidy'.", "the boys> room is <tidy>."),
    ],
)
def test_curly_quotes_open_and_close(said: str, typed: str) -> None:
    voice = voice_of(FRIEND, scenes.language("en"))
    voice = replace(
        voice, apostrophe="\N{RIGHT SINGLE QUOTATION MARK}", lower=True, emoji=0.0
    )
    quotes = {
        "<": "\N{LEFT SINGLE QUOTATION MARK}",
        ">": "\N{RIGHT SINGLE QUOTATION MARK}",
    }
    shown = typed.translate(str.maketrans(quotes)).rstrip(".")
    assert voice.say(said, "plain", lambda: 0.9).rstrip(".") == shown
