from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import islice, pairwise
from random import Random
from typing import Any

import pytest

from pytest_imessage_foundry.conversations import circles
from pytest_imessage_foundry.conversations.dialogue import (
    context,
    selection,
    sittings,
    transitions,
)
from pytest_imessage_foundry.conversations.dialogue.context import DialogueContext
from pytest_imessage_foundry.conversations.dialogue.lint import ALSO_LATIN, SCRIPTS
from pytest_imessage_foundry.conversations.dialogue.performance import Performance
from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays
from pytest_imessage_foundry.conversations.dialogue.scenes import Language, language
from pytest_imessage_foundry.conversations.dialogue.sittings import dialogue
from pytest_imessage_foundry.conversations.dialogue.voice import PALETTES
from pytest_imessage_foundry.conversations.spoken import LANGUAGES
from pytest_imessage_foundry.conversations.whereabouts import Whereabouts
from pytest_imessage_foundry.models import (
    ConversationConfig,
    Persona,
    ResponseTime,
    Turn,
)
from pytest_imessage_foundry.models.apple_time import DAY, from_iso, to_datetime

LOCALES = {
    "en": "en_US",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "ja": "ja_JP",
    "ar": "ar_SA",
    "nl": "nl_NL",
    "ru": "ru_RU",
    "ko": "ko_KR",
    "tr": "tr_TR",
    "pt_BR": "pt_BR",
    "it": "it_IT",
    "zh_Hans": "zh_CN",
    "zh_Hant": "zh_TW",
    "he": "he_IL",
    "hi": "hi_IN",
}
# Mean length in characters: one of Japanese says what two or three others say.
MEANS = {
    "en": (27, 40),
    "de": (32, 45),
    "fr": (31, 45),
    "es": (28, 45),
    "ja": (16, 24),
    "ar": (25, 40),
    "nl": (28, 42),
    "ru": (25, 42),
    "ko": (12, 20),
    "tr": (22, 36),
    "pt_BR": (26, 40),
    "it": (26, 40),
    "zh_Hans": (8, 14),
    "zh_Hant": (8, 14),
    "he": (18, 30),
    "hi": (20, 36),
}
NAMES = ("Jordan Lee", "Sofia Cruz", "Ben Adler", "Kim Tran")


def persona(id_: str, name: str, **more: Any) -> Persona:
    return Persona(id=id_, name=name, identifier=f"{id_}@example.com", **more)


OWNER = persona("me", "Alex Morgan", is_self=True, relationship="self")
FRIEND = persona("jo", "Jordan Lee")


def talk(
    count: int, *people: Persona, seed: int = 1, owner: Persona = OWNER, **more: Any
) -> list[Turn]:
    people = people or (FRIEND,)
    config = ConversationConfig(
        id="talk",
        participants=tuple(each.id for each in people),
        chat_type="group" if len(people) > 1 else "direct",
        **more,
    )
    return list(dialogue(config, owner=owner, people=people, seed=seed, count=count))


def group(**more: Any) -> list[Persona]:
    return [persona(f"p{n}", name, **more) for n, name in enumerate(NAMES)]


def company(size: int) -> list[Persona]:
    return [FRIEND, *group()[1:]][:size]


@cache
def history(code: str, size: int, seed: int = 1) -> list[Turn]:
    """A thousand messages of people who speak a language, three thousand of two of
    them. Several tests count in it; a shorter one would begin alike."""
    owner = replace(OWNER, locale=LOCALES[code])
    people = [replace(each, locale=LOCALES[code]) for each in company(size)]
    count = 3_000 if size == seed == 1 else 1_000
    return talk(count, *people, owner=owner, seed=seed)


def words(turns: list[Turn]) -> list[str]:
    return [turn.text for turn in turns if turn.text and not turn.link_title]


def repeats(turns: list[Turn]) -> list[str]:
    seen: set[str] = set()
    again = []
    for text in words(turns):
        if text in seen:
            again.append(text)
        seen.add(text)
    return again


def share(turns: list[Turn], field: str) -> float:
    return sum(bool(getattr(turn, field)) for turn in turns) / len(turns)


def test_same_in_other_processes_and_with_other_hash_seeds(
    elsewhere: list[dict[str, Any]],
) -> None:
    assert {each["sittings"] for each in elsewhere} == {digest()}


def digest() -> str:
    return hashlib.sha256(repr(talk(300)).encode()).hexdigest()


def test_longer_histories_begin_like_shorter_ones() -> None:
    assert talk(400)[:150] == talk(150)


def test_seeds_and_conversations_differ() -> None:
    first = talk(100)
    assert first != talk(100, seed=2)
    config = ConversationConfig(id="another", participants=("jo",))
    other = dialogue(config, owner=OWNER, people=[FRIEND], seed=1, count=100)
    assert first != list(other)


def test_count_is_kept_and_nothing_is_drawn_ahead() -> None:
    assert talk(0) == []
    assert len(talk(37)) == 37
    config = ConversationConfig(id="talk", participants=("jo",))
    endless = dialogue(config, owner=OWNER, people=[FRIEND], seed=1, count=10**9)
    assert len(list(islice(endless, 50))) == 50


def test_ten_thousand_messages_with_one_contact() -> None:
    turns = talk(10_000)
    for start in range(0, 10_000, 1_000):
        again = repeats(turns[start : start + 1_000])
        assert len(again) < 150
        assert sum(len(each) > 25 for each in again) < 15
    # No two scenes are the same.
    scenes: list[str] = []
    for turn in turns:
        if turn.opens:
            scenes.append("")
        scenes[-1] += f"{turn.text}\n"
    long = Counter(each for each in scenes if len(each) > 120)
    assert max(long.values()) == 1


@pytest.mark.parametrize("code", LANGUAGES)
def test_shares_of_what_happens(code: str) -> None:
    turns = history(code, 1)
    assert 0.05 < share(turns, "reactions") < 0.15
    assert 0.012 < share(turns, "replies_to") < 0.06
    assert 0.04 < share(turns, "attachment") < 0.11
    assert 0.02 < share(turns, "link_title") < 0.05
    assert 0.003 < share(turns, "edited_from") < 0.02
    assert 0 < share(turns, "is_unsent") < 0.01
    assert 0 < share(turns, "effect") < 0.02
    again = [a.sender == b.sender for a, b in pairwise(turns)]
    assert 0.22 < sum(again) / len(again) < 0.45
    mine = sum(turn.sender == OWNER.id for turn in turns) / len(turns)
    assert 0.4 < mine < 0.6


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.sweep)])
def test_little_is_said_twice_in_a_thousand_messages(
    code: str, size: int, seed: int
) -> None:
    turns = history(code, size, seed)[:1_000]
    again = repeats(turns)
    assert len(again) < 0.16 * len(words(turns))
    assert sum(len(each) > 40 for each in again) <= 5


@pytest.mark.parametrize("code", LANGUAGES)
def test_now_and_then_somebody_tells_at_length(code: str) -> None:
    texts = words(history(code, 1)[:2_000])
    least, most = MEANS[code]
    assert least < sum(map(len, texts)) / len(texts) < most
    assert 0.002 < sum(len(each) > 200 for each in texts) / len(texts) < 0.03


def test_lengths() -> None:
    texts = words(talk(5_000))
    lengths = [len(text.split()) for text in texts]
    assert 4 <= sorted(lengths)[len(lengths) // 2] <= 9
    assert sum(each == 1 for each in lengths) > 0.06 * len(lengths)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("size", [1, 3])
def test_every_language_alone_and_in_groups(code: str, size: int) -> None:
    turns = history(code, size)[:400]
    everyone = {OWNER.id, *(each.id for each in company(size))}
    assert {turn.sender for turn in turns} == everyone
    assert turns[0].opens
    for number, turn in enumerate(turns):
        assert not re.search(r"[{}<>\[\]|]|(?<!:)//|  | $", turn.text), turn
        assert turn.text or turn.attachment or turn.event
        assert 0 <= turn.replies_to <= number
        for reaction in turn.reactions:
            assert reaction.sender in everyone - {turn.sender}
            assert (reaction.name == "emoji") == (reaction.emoji is not None)
    if ranges := SCRIPTS.get(code):
        block = f"[{''.join(ranges)}]"
        native = sum(bool(re.search(block, text)) for text in words(turns))
        share = native / len(words(turns))
        # A conversation in Hindi is in one of two scripts.
        assert share > 0.9 or (code in ALSO_LATIN and share < 0.05)


def test_each_scene_can_be_said_when_its_sitting_begins(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    told: list[tuple[Any, list[Any]]] = []
    opening, performed = sittings._opening, sittings._performed

    performing: list[Any] = []

    def begin(scene: Any, hours: Any, *more: Any, **named: Any) -> dict[str, Any]:
        told.append((hours, [performing.pop()]))
        return opening(scene, hours, *more, **named)

    def perform(context: Any, planned: Any, *more: Any) -> Any:
        # The first scene of a sitting is performed before its hours are known.
        if performing:
            told[-1][1].append(performing.pop())
        performing.append(transitions.hours(planned.scene))
        return performed(context, planned, *more)

    monkeypatch.setattr(sittings, "daily_share", lambda *_: 0.0)
    monkeypatch.setattr(sittings, "_opening", begin)
    monkeypatch.setattr(sittings, "_performed", perform)
    talk(4_000)

    for hours, scenes in told:
        assert all(transitions.may_follow(hours, each) for each in scenes[1:])
    follows = [scenes[:2] for _, scenes in told if len(scenes) > 1]
    assert any(first is None and second for first, second in follows)


def test_what_is_taken_back_had_a_text() -> None:
    """Answers of one character are usual in Chinese."""
    owner = replace(OWNER, locale="zh_CN")
    turns = talk(4_000, replace(FRIEND, locale="zh_CN"), owner=owner)
    taken_back = [turn for turn in turns if turn.is_unsent]
    assert len(taken_back) > 5
    assert all(turn.text for turn in taken_back)


def test_links_are_the_whole_text_and_lead_nowhere() -> None:
    links = [turn for turn in talk(5_000) if turn.link_title]
    pattern = r"https://([a-z]+\.)?example\.(com|org)/[a-z0-9/-]+"
    assert all(re.fullmatch(pattern, turn.text) for turn in links)
    everything = "\n".join(words(talk(5_000)))
    assert not re.search(r"https?:|@\w+\.\w", everything)


def test_what_was_proposed_is_what_is_agreed() -> None:
    agreed = 0
    for seed in range(12):
        proposed = ""
        for turn in talk(800, seed=seed):
            if turn.opens or turn.pause:
                proposed = ""
            text = turn.text.lower()
            asks = r"(?:could we do |any chance of )?"
            offer = re.search(rf"^{asks}(\d[\d:]*)\b.*\?", text)
            proposed = offer[1] if offer else proposed
            answer = re.search(r"^(\d[\d:]*) (?:is perfect|works|it is)", text)
            if proposed and answer:
                assert answer[1] == proposed
                agreed += 1
    assert agreed > 0


def test_who_left_is_silent_until_added_again() -> None:
    people = group()
    gone: set[str] = set()
    events = Counter[str]()
    for turn in talk(6_000, *people):
        if turn.event == "left":
            gone.add(turn.sender)
        elif turn.event == "added":
            assert turn.event_who
            gone.discard(turn.event_who)
        else:
            assert turn.sender not in gone
        if turn.event:
            events[turn.event] += 1
            assert turn.event != "renamed" or turn.text
    assert events["left"] == events["added"] > 0
    assert events["renamed"] > 0
    assert sum(events.values()) < 60


def test_theme_steers() -> None:
    plain, themed = (
        " ".join(words(talk(150, theme=theme))).lower()
        for theme in (None, "planning a surprise party")
    )
    assert themed.count("party") > plain.count("party") + 2
    about = " ".join(words(talk(150, theme="the trip to Lisbon")))
    assert "Lisbon" in about
    assert "the trip to Lisbon" in about


def test_personas_differ_and_stay_the_same() -> None:
    teen = replace(
        FRIEND,
        id="teen",
        writing_style="slang, all lowercase",
        emoji_usage="heavy",
        vocabulary_level="simple",
    )
    judge = replace(
        FRIEND,
        id="judge",
        writing_style="formal, full sentences",
        emoji_usage="none",
        vocabulary_level="sophisticated",
    )

    def measured(who: Persona, seed: int) -> tuple[float, float, float]:
        said = [t for t in talk(1_500, who, seed=seed) if t.sender == who.id]
        texts = words(said)
        upper = sum(text[0].isupper() for text in texts) / len(texts)
        stops = sum(text.endswith(".") for text in texts) / len(texts)
        emoji = sum(max(text) > "\u2600" for text in texts) / len(texts)
        return upper, stops, emoji

    for seed in (1, 2):
        young, old = measured(teen, seed), measured(judge, seed)
        assert young[0] < 0.05 < 0.8 < old[0]
        assert young[1] < 0.1 < 0.3 < old[1]
        assert old[2] == 0 < 0.3 < young[2]
    for one, two in zip(measured(teen, 1), measured(teen, 2), strict=True):
        assert abs(one - two) < 0.08


def test_british_and_american_spelling() -> None:
    mother = replace(FRIEND, relationship="mother", locale="en_GB")
    british = " ".join(words(talk(3_000, mother, owner=replace(OWNER, locale="en_GB"))))
    assert "£" in british
    assert "$" not in british
    assert "Mum" in british
    assert not re.search(r"\b(Mom|favorite|canceled|colors?)\b", british)


@pytest.mark.parametrize(
    ("trade", "says", "never"),
    [
        ("bank", "card", "parcel"),
        ("courier", "arcel", "card ending"),
        ("dentist", "Reply C", "parcel"),
        ("verification", "code", "parcel"),
    ],
)
def test_services_write_what_services_write(trade: str, says: str, never: str) -> None:
    sender = persona(
        trade, "Northside", relationship=trade, identifier_type="short-code"
    )
    turns = talk(60, sender, service="SMS")
    texts = " ".join(turn.text for turn in turns)
    assert says in texts
    assert never not in texts
    assert sum(turn.sender == trade for turn in turns) > 30
    assert not any(turn.reactions or turn.replies_to or turn.effect for turn in turns)


def test_sms_has_no_apple_features() -> None:
    turns = talk(1_500, service="SMS")
    for field in ("reactions", "replies_to", "effect", "edited_from", "is_unsent"):
        assert share(turns, field) == 0


def test_no_history_needs_faker_and_names_of_another_language_are_drawn(
    elsewhere: list[dict[str, Any]],
) -> None:
    assert not any(each["has_faker"] for each in elsewhere)
    foreign = replace(FRIEND, locale="sv_SE", name="Astrid Holm")
    assert talk(50, foreign) == talk(50, foreign)


def test_names_of_a_language_with_cases_are_its_own() -> None:
    """Names that are drawn have no other cases, so that columns would be missing."""
    russian = replace(FRIEND, locale="ru_RU", name="Yegor Lapin")
    swede = replace(FRIEND, id="astrid", locale="sv_SE", name="Astrid Holm")
    owner = replace(OWNER, locale="ru_RU")
    names = set(language("ru").rows("name"))
    for people in ([russian], [swede, russian]):
        config = ConversationConfig(id="talk", participants=("jo",))
        context = DialogueContext(config, owner, people, seed=1, count=4_000)
        assert set(context.known.rows("name")) <= names


@pytest.mark.parametrize("seed", [1, 2])
def test_no_russian_text_lacks_a_case(seed: int) -> None:
    owner, friend = (replace(each, locale="ru_RU") for each in (OWNER, FRIEND))
    assert len(talk(4_000, friend, owner=owner, seed=seed)) == 4_000


@pytest.mark.parametrize(
    "relationship",
    ["mother", "boss", "colleague", "neighbour", "partner", "stranger", "", "guru"],
)
def test_every_relationship_has_something_to_say(relationship: str) -> None:
    assert len(talk(120, replace(FRIEND, relationship=relationship))) == 120


@pytest.mark.parametrize("relationship", ["colleague", "boss", "neighbour"])
def test_colleagues_and_neighbours_are_addressed_politely(relationship: str) -> None:
    owner = replace(OWNER, locale="ja_JP")
    person = replace(FRIEND, locale="ja_JP", relationship=relationship)
    for turn in talk(200, person, owner=owner):
        assert not re.match("ねえ|あのさ|聞いて|やほ", turn.text)


def test_mixed_languages_follow_the_majority() -> None:
    people = [
        persona("a", "Jonas Brandt", locale="de_DE"),
        persona("b", "Mia Kern", locale="de_AT"),
        persona("c", "Théo Martin", locale="fr_FR"),
    ]
    texts = " ".join(words(talk(200, *people))).lower()
    assert " und " in texts
    assert " the " not in texts


@pytest.mark.parametrize("code", ["en", "de", "ja", "ru", "he"])
@pytest.mark.parametrize("count", [2_000, pytest.param(6_000, marks=pytest.mark.sweep)])
def test_a_scene_of_a_season_is_told_about_then(code: str, count: int) -> None:
    owner = persona("me", "Alex Morgan", is_self=True, locale=LOCALES[code])
    friend = persona("jo", "Jordan Lee", locale=LOCALES[code])
    start, end = from_iso("2025-01-01T00:00:00"), from_iso("2026-01-01T00:00:00")
    turns = dialogue(
        ConversationConfig(id="talk", participants=("jo",)),
        owner=owner,
        people=[friend],
        seed=1,
        count=count,
        days=SceneDays(start, end, count),
    )
    found = 0
    for number, turn in enumerate(turns):
        if turn.when is not None and turn.when.months:
            month = to_datetime(start + (end - start) * number // count).month
            assert month in turn.when.months
            found += 1
    assert found


def test_near_the_end_nothing_waits_for_an_hour() -> None:
    start, end = from_iso("2025-01-01T00:00:00"), from_iso("2026-01-01T00:00:00")
    partner = replace(FRIEND, relationship="partner")
    turns = list(
        dialogue(
            ConversationConfig(id="talk", participants=("jo",)),
            owner=OWNER,
            people=[partner],
            seed=1,
            count=1_000,
            days=SceneDays(start, end, 1_000),
        )
    )
    assert sum(turn.hours is not None for turn in turns[:970]) > 200
    assert not any(turn.hours for turn in turns[-15:])


@pytest.mark.parametrize("code", LANGUAGES)
def test_nobody_comes_by_from_another_time_zone(code: str) -> None:
    owner = persona("me", "Alex Morgan", is_self=True, locale=LOCALES[code])
    owner = replace(owner, time_zone="America/New_York")
    here = persona("jo", "Jordan Lee", locale=LOCALES[code])
    here = replace(here, time_zone="America/New_York")
    away = replace(here, time_zone="America/Chicago")
    config = ConversationConfig(id="talk", participants=("jo",))
    near = selection.repertoire(config, owner, [here], language(code))
    far = selection.repertoire(config, owner, [away], language(code))
    assert [each for each in near if not transitions.is_near(each)] == far
    assert 25 < len(far) < len(near) - 5
    assert {"plans", "late"}.isdisjoint(tag for each in far for tag in each.tags)


def test_in_a_group_others_are_near() -> None:
    people = [replace(each, time_zone="America/New_York") for each in group()]
    people[0] = replace(people[0], time_zone="America/Chicago")
    owner = replace(OWNER, time_zone="America/New_York")
    ids = tuple(each.id for each in people)
    config = ConversationConfig(id="talk", participants=ids, chat_type="group")
    found = selection.repertoire(config, owner, people, language("en"))
    assert any(transitions.is_near(each) for each in found)


def local_scenes(**opener: str) -> Language:
    beats = [["A", "hm"], ["B", "hm"]]
    scenes = [
        {"id": local or "none", "local": local, "beats": beats, "for": "any", **opener}
        for local in ("", "A", "B", "AB")
    ]
    return Language("de", {"scenes": scenes})


@pytest.mark.parametrize(
    ("opener", "told"),
    [
        ({}, ["none", "A", "B"]),
        ({"A": "other"}, ["none", "A"]),
        ({"A": "owner"}, ["none", "B"]),
    ],
)
def test_a_guest_has_no_role_for_locals(
    opener: dict[str, str], told: list[str]
) -> None:
    jana = persona("jana", "Jana Weiss", locale="de_DE")
    config = ConversationConfig(id="talk", participants=("jana",))
    spoken = local_scenes(**opener)

    def ids(owner: Persona) -> list[str]:
        return [s.id for s in selection.repertoire(config, owner, [jana], spoken)]

    assert ids(OWNER) == told
    assert ids(replace(OWNER, locale="de_AT")) == ["none", "A", "B", "AB"]

    context = DialogueContext(config, OWNER, [jana], 1, 10)
    for scene in selection.repertoire(config, OWNER, [jana], spoken)[1:]:
        rand = Random(1).random
        casts = [context.cast(scene, context.members, rand) for _ in range(20)]
        assert {cast[scene.local] for cast in casts} == {"jana"}


def test_in_a_group_locals_have_the_roles_for_locals() -> None:
    people = group(locale="de_DE")
    people[0] = replace(people[0], locale="en_US")
    ids = tuple(each.id for each in people)
    config = ConversationConfig(id="talk", participants=ids, chat_type="group")
    spoken = local_scenes()
    assert len(selection.repertoire(config, OWNER, people, spoken)) == 4
    context = DialogueContext(config, OWNER, people, 1, 10)
    both = spoken.scenes[3]
    rand = Random(1).random
    for _ in range(20):
        cast = context.cast(both, ["me", "p0", "p1"], rand)
        assert {cast["A"], cast["B"]} <= {"p1", "p2", "p3"}


@pytest.mark.parametrize(
    ("locale", "owner", "is_taken_over"),
    [("es_MX", "en_US", True), ("es_ES", "en_US", False), ("en_GB", "en_US", False)],
)
def test_who_learned_a_language_writes_it_as_the_other_does(
    locale: str, owner: str, is_taken_over: bool
) -> None:
    """Alex says "platicar" to Mateo, and no "flat" to an Englishwoman."""
    other = persona("jo", "Jordan Lee", locale=locale)
    config = ConversationConfig(id="talk", participants=("jo",))
    own = replace(OWNER, locale=owner)
    known = DialogueContext(config, own, [other], 1, 10)
    variants = known.language.variants
    variant = variants["es_MX" if locale[:2] == "es" else "en_GB"]["words"]
    voices = known.voices
    is_there = variant.items() <= voices[own.id].words.items()
    assert is_there == is_taken_over
    assert (variant.items() <= voices["jo"].words.items()) == (locale in variants)


def one_scene(**more: Any) -> Language:
    """A language of a single scene, and one opener that names the other."""
    scene = {"id": "one", "with": "friend", "for": "any", **more}
    english = language("en")
    own = {"openers": ["hey {B}"], "scenes": [scene], "tails": {}}
    return Language("en", {**own, "phrases": english.phrases, "slots": english.slots})


def test_who_opens_a_later_part_greets_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken = one_scene(
        beats=[["A", "my test is on Monday"], ["B", "good luck with it"]],
        later=[["B", "how was the test?"], ["A", "it went well"]],
    )
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    turns = talk(300)
    calls = {"me": "hey jordan", "jo": "hey alex"}
    greeted = [
        (turn.sender, turn.text.lower()) for turn in turns if "hey" in turn.text.lower()
    ]
    asked = [b for a, b in pairwise(turns) if "hey" in a.text.lower()]
    assert any("how was" in turn.text.lower() for turn in asked)
    assert {text.startswith(calls[who]) for who, text in greeted} == {True}


@pytest.mark.parametrize(("years", "is_asked"), [(1, True), (300, False)])
def test_after_a_month_nobody_asks_how_it_went(
    years: int, is_asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = one_scene(
        beats=[["A", "my test is on Monday"], ["B", "good luck with it"]],
        later=[["B", "how was the test?"], ["A", "it went well"]],
    )
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    start = from_iso("2025-01-01")
    turns = dialogue(
        ConversationConfig(id="talk", participants=("jo",)),
        owner=OWNER,
        people=[FRIEND],
        seed=1,
        count=400,
        days=SceneDays(start, start + years * 365 * DAY, 400),
    )
    assert any("how was" in turn.text.lower() for turn in turns) == is_asked


@pytest.mark.parametrize(
    ("response", "zone", "may"),
    [
        ("minutes", "America/New_York", True),
        ("hours", "America/New_York", False),
        ("minutes", "Europe/Berlin", False),
    ],
)
def test_who_answers_late_says_no_last_word(
    response: ResponseTime, zone: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = replace(OWNER, time_zone="America/New_York")
    other = replace(FRIEND, typical_response_time=response, time_zone=zone)
    spoken = one_scene(beats=[["A", "this is what I saw today"]])
    spoken.tails = {"plain": ["have to go"]}
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    turns = talk(1_600, other, owner=owner)
    by_others = [
        b.sender == other.id != a.sender
        for a, b in pairwise(turns)
        if "have to go" in b.text.lower() and not b.opens
    ]
    assert len(by_others) > 5
    assert any(by_others) == may


@pytest.mark.parametrize("code", ["ja", "ko"])
def test_a_colleague_in_a_group_makes_it_one_of_work(code: str) -> None:
    """A friend's words would be too plain for a colleague."""
    people = [
        persona("a", "A", locale=LOCALES[code]),
        persona("b", "B", locale=LOCALES[code], relationship="colleague"),
    ]
    owner = replace(OWNER, locale=LOCALES[code])
    config = ConversationConfig(id="g", participants=("a", "b"), chat_type="group")
    found = selection.repertoire(config, owner, people, language(code).polite)
    assert found
    assert all("work" in each.company for each in found)


def test_wishes_begin_a_sitting() -> None:
    for code in LANGUAGES:
        wishes = [each for each in language(code).scenes if "birthday" in each.tags]
        assert wishes
        assert all(map(transitions.is_first, wishes))


def test_the_hours_of_a_scene_are_for_those_who_share_a_clock() -> None:
    owner = replace(OWNER, time_zone="America/New_York")
    near = replace(FRIEND, relationship="colleague", time_zone="America/New_York")
    far = replace(near, time_zone="Asia/Tokyo")
    assert any(turn.hours for turn in talk(400, near, owner=owner))
    assert not any(turn.hours for turn in talk(400, far, owner=owner))


def of_every_day(*exchanges: dict[str, Any]) -> Language:
    """A language of a few exchanges between friends, and one scene of another sort."""
    english = language("en")
    data = {"with": "friend", "for": "any", "tags": "daily"}
    other = {"id": "told", "with": "friend", "for": "any", "beats": [["A", "hm"]]}
    own = {"scenes": [*({**data, **each} for each in exchanges), other]}
    return Language("en", {**own, "phrases": english.phrases, "slots": english.slots})


def test_an_exchange_waits_for_an_hour_and_not_for_a_season(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever comes after it in the chat would wait, too."""
    winter = {"id": "snow", "months": [12], "beats": [["A", "it is snowing here"]]}
    morning = {"id": "early", "hours": [7, 9], "beats": [["A", "the bus is full"]]}
    spoken = of_every_day(winter, morning)
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    evening = from_iso("2025-06-15T22:00:00Z") / 1e9
    for seed in range(8):
        config = ConversationConfig(id="talk", participants=("jo",))
        made = sittings.sittings(config, OWNER, [FRIEND], seed, 400, on_demand=True)
        turns = made.exchange(evening, Whereabouts())
        assert turns[0].hours == (7, 9)


def test_an_exchange_of_working_days_is_not_for_a_holiday(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    working = {"id": "in", "weekdays": [0, 1, 2, 3, 4], "beats": [["A", "at work"]]}
    always = {"id": "any", "beats": [["A", "well"]]}
    spoken = of_every_day(working, always)
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)

    def said(day: str) -> set[bool]:
        begin = from_iso(f"{day}T15:00:00Z") / 1e9
        config = ConversationConfig(id="talk", participants=("jo",))
        many = [
            sittings.sittings(config, OWNER, [FRIEND], seed, 400, on_demand=True)
            for seed in range(8)
        ]
        exchanges = [made.exchange(begin, Whereabouts()) for made in many]
        return {"at work" in turns[0].text.lower() for turns in exchanges}

    assert said("2025-12-25") == {False}
    assert said("2025-12-18") == {True, False}


def performances(monkeypatch: pytest.MonkeyPatch) -> list[Performance]:
    """The list to which each performance is added."""
    found: list[Performance] = []
    performed = sittings._performed

    def noted(context: DialogueContext, planned: Any, opening: Any) -> Performance:
        found.append(performed(context, planned, opening))
        return found[-1]

    monkeypatch.setattr(sittings, "_performed", noted)
    return found


RELATIONSHIPS = ("boss", "colleague", "plumber", "friend")


def in_turn(place: int, name: str) -> Any:
    """A language and a relationship: two of a language's are for the sweep."""
    is_usual = (place + RELATIONSHIPS.index(name)) % 2 == 0
    marks = () if is_usual else pytest.mark.sweep
    return pytest.param(LANGUAGES[place], name, marks=marks)


@pytest.mark.parametrize(
    ("code", "relationship"),
    [in_turn(n, name) for n in range(len(LANGUAGES)) for name in RELATIONSHIPS],
)
def test_a_sitting_goes_on_where_all_its_days_allow_it(
    code: str, relationship: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly all that colleagues tell comes from Monday to Friday."""
    places = {"locale": LOCALES[code], "relationship": relationship}
    other, owner = persona("jo", "Jordan Lee", **places), replace(OWNER, **places)
    config = ConversationConfig(id="c", participants=("jo",))
    made = sittings.sittings(config, owner, [other], 3, 3_000)
    told = performances(monkeypatch)
    later = 0
    for _ in range(80):
        del told[:]
        assert list(made._sitting())
        later += len(told) - 1
        opener = told[0].scene
        assert all(transitions.may_come_after(opener, each.scene) for each in told[1:])
    assert later > 4


def test_nothing_follows_an_open_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other says next would be read as its answer."""
    config = ConversationConfig(id="c", participants=("jo",))
    made = sittings.sittings(config, OWNER, [FRIEND], 3, 3_000)
    told = performances(monkeypatch)
    last = 0
    for _ in range(2_000):
        del told[:]
        assert list(made._sitting())
        open_ended = [each.drafts[-1][1].endswith("?") for each in told]
        assert not any(open_ended[:-1])
        last += open_ended[-1]
    assert last > 3


def test_each_scene_of_a_sitting_says_where_people_are_and_what_came_up() -> None:
    turns = talk(3_000)
    later = [turn.sitting for turn in turns if turn.sitting and not turn.opens]
    assert sum(bool(each.matters) for each in later) > 20


ZONES = ("America/New_York", "Asia/Kolkata", "Europe/Paris")


def one_of_each_circle(number: int) -> list[str]:
    """A word for a relationship of each circle; other numbers give other words."""
    words: dict[frozenset[str], list[str]] = {}
    for word, circle in circles._BY_WORD.items():
        words.setdefault(circle, []).append(word)
    return [each[number % len(each)] for each in words.values()]


@pytest.mark.parametrize(
    "is_whole", [False, pytest.param(True, marks=pytest.mark.sweep)]
)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_everybody_has_something_to_tell_in_their_language(
    code: str, zone: str, is_whole: bool
) -> None:
    """However far away, with whatever relationship, alone and in a group. Each circle
    talks in each language and zone, each of its words in some; in the sweep, in all."""
    number = len(ZONES) * LANGUAGES.index(code) + ZONES.index(zone)
    for word in circles._BY_WORD if is_whole else one_of_each_circle(number):
        more = {"relationship": word, "locale": LOCALES[code], "time_zone": zone}
        for size in (1, 2):
            people = [persona(f"p{n}", NAMES[n], **more) for n in range(size)]
            assert len(talk(40, *people)) == 40
            spoken = selection.language_of(OWNER, people)
            kind = "group" if size > 1 else "direct"
            config = ConversationConfig(
                id="c", participants=tuple(p.id for p in people), chat_type=kind
            )
            found = selection.repertoire(config, OWNER, people, spoken)
            assert found
            assert {scene.language.code for scene in found} == {code}


def test_a_scene_that_comes_seldom_uses_all_its_values() -> None:
    """Their number and the number of rounds between may have a common divisor."""
    friend = language("en")
    seldom = next(each for each in friend.scenes if each.every == 4)
    others = [each for each in friend.scenes if each.every == 1][:5]
    rounds = selection.scene_rounds([seldom, *others], 7, frozenset(), frozenset())
    numbers = [times for scene, times in islice(rounds, 300) if scene is seldom]
    assert numbers == [*range(numbers[0], numbers[0] + len(numbers))]
    assert len(numbers) > 8


def test_the_name_of_somebody_present_is_no_third_persons() -> None:
    """A mother is Mom to her child, and has a first name."""
    name = language("en").slots["name"][0]
    mother = persona("m", f"{name} Lee", relationship="mother")
    config = ConversationConfig(id="c", participants=("m",))
    known = DialogueContext(config, OWNER, [mother], 1, 100).known
    assert (name,) not in known.rows("name")
    stranger = replace(mother, name="Zebedee Lee")
    known = DialogueContext(config, OWNER, [stranger], 1, 100).known
    assert (name,) in known.rows("name")


def one_bad_scene(mood: str) -> Language:
    beats = [
        ["A", "my train is late"],
        ["A?50", "very late"],
        ["B", "oh no, good luck"],
        ["A", "thank you, it moves again"],
    ]
    return one_scene(mood=mood, beats=beats)


@pytest.mark.parametrize(
    ("mood", "answers"), [("tense", set()), ("sad", {"❤️", "🙏", "🫂"})]
)
def test_who_answers_bad_news_does_not_complain(
    mood: str, answers: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = one_bad_scene(mood)
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    heavy = replace(FRIEND, emoji_usage="heavy"), replace(OWNER, emoji_usage="heavy")
    turns = talk(3_000, heavy[0], owner=heavy[1])

    def emoji(*said: str) -> set[str]:
        texts = [t.text for t in turns if any(each in t.text.lower() for each in said)]
        every = {each for palette in PALETTES.values() for each in palette} | answers
        return {each for each in every for text in texts if each in text}

    assert emoji("is late", "very late") - answers
    assert emoji("is late", "very late") <= {*PALETTES[mood]}
    assert emoji("good luck", "it moves") == answers
    assert emoji("hey") == set()
