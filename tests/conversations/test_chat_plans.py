from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pytest_imessage_foundry import pipeline
from pytest_imessage_foundry.conversations import realism, scenarios
from pytest_imessage_foundry.conversations.chat_plans import plan_chats
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.conversations.unplaced_turn import UnplacedTurnError
from pytest_imessage_foundry.errors import FoundryError, MissingConversationError
from pytest_imessage_foundry.models import (
    ConversationConfig,
    Persona,
    Scenario,
    Turn,
    When,
    apple_time,
)
from pytest_imessage_foundry.models.apple_time import to_datetime
from pytest_imessage_foundry.order import Materials, Order
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.spec import Spec

REPOSITORY = Path(__file__).parents[2]
NEW = frozenset({"any_guids", "emoji_tapbacks", "rcs"})
OLD = frozenset()
INDEX = store.load_all()
SMALL = scenarios.get("small")
NO_PACKS = store.PackIndex(places=("tests/imessage (not there)",))


def derive(scenario=SMALL, features=NEW, index=INDEX, answers=None, **fields):
    plans = plan_chats(
        Spec(**fields), scenario, features=features, packs=index, answers=answers
    )
    return pipeline.conversations_from(plans, features)


def phone(*configs, personas=()):
    raw = Scenario(
        name="test", description="", personas=personas, conversations=configs
    )
    return scenarios.get("test", extra=[raw])


def digest(conversations):
    whole = [(each, tuple(iter(each.messages))) for each in conversations]
    whole = [(replace(each, messages=()), messages) for each, messages in whole]
    return hashlib.sha256(repr(whole).encode()).hexdigest()


# --- the ladder -------------------------------------------------------------


def test_auto_prefers_the_cache_then_falls_back():
    mom, bears, keyway = derive()
    assert mom.origin.startswith("cache:")
    assert bears.origin.startswith("cache:")
    assert keyway.origin.startswith("cache:")
    (only,) = derive(phone(ConversationConfig(id="x", participants=("dana", "mom"))))
    assert only.origin == "faker"


def test_the_cache_gives_what_it_has_and_the_fallback_the_rest():
    config = ConversationConfig(
        id="t", participants=("tyler",), message_count_target=120
    )
    (tyler,) = derive(phone(config))
    assert tyler.origin.startswith("cache:")
    assert tyler.origin.endswith("+faker")
    messages = list(iter(tyler.messages))
    assert len(messages) == 120
    told = {line.get("text") for each in INDEX.by_key.values() for line in each.lines}
    written = sum(message.text in told for message in messages)
    assert 30 < written < 100


def test_a_story_of_another_season_is_not_told():
    config = ConversationConfig(
        id="m",
        participants=("mom",),
        message_count_target=5_000,
        start="2025-01-06",
        end="2025-02-10",
    )
    (mom,) = derive(phone(config))
    told = mom.origin.removeprefix("cache:").removesuffix("+faker").split(",")
    seasons = [INDEX.by_key[key].turns[0].when for key in told]
    assert len(told) > 3
    assert all({1, 2} & {*each.months} for each in seasons if each and each.months)
    others = {each.turns[0].when for each in INDEX.by_key.values()} - {None}
    assert any(each.months and not {1, 2} & {*each.months} for each in others)


def test_faker_never_looks_at_packs():
    mom, *_ = derive(source="faker", index=None)
    assert mom.origin == "faker"
    assert [m.text for m in mom.messages] == [
        m.text for m in derive(source="faker")[0].messages
    ]


def test_cache_only_fills_nothing_up():
    config = ConversationConfig(
        id="t", participants=("tyler",), message_count_target=500
    )
    (tyler,) = derive(phone(config), source="cache", seed=1)
    keys = tyler.origin.removeprefix("cache:").split(",")
    written = sum(len(INDEX.by_key[key].lines) for key in keys)
    assert len(tyler.messages) == written < 500


def test_cache_only_names_what_is_missing():
    with pytest.raises(MissingConversationError) as caught:
        derive(source="cache", index=NO_PACKS)
    request = store.request_of(SMALL.conversations[0], SMALL.personas)
    assert str(caught.value) == (
        f"no conversation for 'mom' of scenario 'small' (key {store.key(request)}), "
        "nor for 2 others\n"
        "looked in: tests/imessage (not there)\n"
        "either run `imessage-foundry cache refresh --missing`, "
        "or take the source faker: `build --source faker`, --imessage-source=faker"
    )


def hike(**more):
    config = {"theme": "a hike", "message_count_target": 2, **more}
    return phone(ConversationConfig(id="h", participants=("marcus",), **config))


def index_with(scenario, *turns, is_own=True):
    """Return a cache in which some turns answer the one conversation of a scenario."""
    (config,) = scenario.conversations
    request = store.request_of(config, scenario.personas, scenario.owner.id)
    source = store.Provenance(kind="written", date="2025-01-01", verdict="fine")
    found = store.Cached.of(request, source, turns)
    key = found.key
    return store.PackIndex(
        places=("here (1 conversation)",),
        by_key={key: found},
        ranks={key: 1},
        own={key} if is_own else set(),
    )


def dated(month, day, **more):
    dates = (f"{month:02}-{day:02}",) * 2
    return Turn(sender="marcus", text="today", when=When(dates=dates), **more)


@pytest.mark.parametrize("source", ["cache", "auto"])
@pytest.mark.parametrize(("month", "day"), [(10, 31), (2, 14), (12, 26), (7, 4)])
def test_an_own_conversation_finds_its_day_in_the_year(month, day, source):
    scenario = hike()
    index = index_with(scenario, dated(month, day), Turn(sender="alex", text="ah"))
    for seed in range(12):
        (chat,) = derive(scenario, index=index, source=source, seed=seed)
        first, second = chat.messages
        there = to_datetime(first.date).astimezone(ZoneInfo("America/New_York"))
        assert (there.month, there.day) == (month, day)
        assert (first.text, second.text) == ("today", "ah")


MARCH = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-20T00:00:00Z"}


@pytest.mark.parametrize("is_own", [True, False])
def test_the_cache_alone_names_the_turn_without_a_time(is_own):
    scenario = hike(**MARCH)
    index = index_with(scenario, dated(10, 31), is_own=is_own)
    (chat,) = derive(scenario, index=index, source="cache")
    with pytest.raises(UnplacedTurnError) as caught:
        list(iter(chat.messages))
    assert str(caught.value).splitlines()[:2] == [
        "no time for 'today' of 'marcus', turns[0] of conversation 'h', "
        'with {"when": {"dates": ["10-31", "10-31"]}}',
        "looked from 2025-03-03 to 2025-03-20, after the turns before it",
    ]


def test_of_an_own_conversation_no_sitting_is_left_out():
    scenario = hike(**MARCH, message_count_target=4)
    answer = Turn(sender="alex", text="ah")
    turns = dated(3, 8), answer, dated(3, 4, opens=True), answer
    shipped = index_with(scenario, *turns, is_own=False)
    for seed in range(4):
        own = index_with(scenario, *turns)
        (chat,) = derive(scenario, index=own, source="cache", seed=seed)
        with pytest.raises(UnplacedTurnError, match=r"turns\[2\] of conversation 'h'"):
            list(iter(chat.messages))
        (chat,) = derive(scenario, index=shipped, source="cache", seed=seed)
        assert len(chat.messages) == 2


def test_the_first_turn_of_a_conversation_opens_a_talk():
    index = index_with(hike(), Turn(sender="alex", text="hi"), dated(3, 8))
    (found,) = index.by_key.values()
    assert [turn.opens for turn in found.turns] == [True, False]
    assert "opens" not in found.lines[0]


def test_the_key_does_not_move_with_the_scale():
    def missing(**fields):
        with pytest.raises(MissingConversationError) as caught:
            derive(source="cache", index=NO_PACKS, **fields)
        return str(caught.value)

    assert missing() == missing(messages=6_000)


def test_the_default_scenario_lives_on_the_cache_alone():
    chats = derive(scenarios.get("default"), source="cache")
    assert all(each.origin.startswith("cache:") for each in chats)
    assert sum(len(each.messages) for each in chats) > 1_100


def test_a_hook_comes_first_and_is_asked_by_name():
    asked = []

    def answer(config, owner, people, seed):
        asked.append((config.id, owner.id, [each.id for each in people], seed))
        if config.id == "mom":
            return [Turn(sender="mom", text="From the hook")]
        return None

    materials = Materials(answer=answer)
    order = Order(Spec(scenario="small", seed=3, source="cache"), materials)
    mom, bears, _ = order.conversations
    assert mom.origin == "hook"
    assert [message.text for message in mom.messages] == ["From the hook"]
    assert bears.origin.startswith("cache:")
    assert asked[:2] == [
        ("mom", "alex", ["mom"], 3),
        ("quizzly-bears", "alex", ["marcus", "priya", "sam"], 3),
    ]


def test_a_hook_with_a_stranger():
    with pytest.raises(FoundryError, match="turn 0 of conversation 'mom' is said by"):
        derive(answers={"mom": [Turn(sender="eve", text="Hi")]})


def test_a_hook_that_answers_nothing_leaves_the_chat_empty():
    mom, *_ = derive(answers={"mom": ()})
    assert (mom.origin, list(iter(mom.messages))) == ("hook", [])


# --- facts of a chat --------------------------------------------------------


def test_a_direct_chat():
    new, *_ = derive()
    assert new.guid == "any;-;+16145550117"
    assert new.identifier == "+16145550117"
    assert new.participants == ("+16145550117",)
    assert (new.is_group, new.name, new.config_id) == (False, None, "mom")
    old, *_ = derive(features=OLD)
    assert old.guid == "iMessage;-;+16145550117"
    assert old.group_id == new.group_id
    read = [m.date for m in old.messages if m.date_read and m.sender is not None]
    assert 0 < old.last_read == read[-1]


def test_a_group():
    _, new, _ = derive()
    _, old, _ = derive(features=OLD)
    assert new.is_group
    assert new.guid == f"any;+;{new.identifier}"
    # It began before 26 came.
    assert new.identifier == old.identifier
    assert old.guid == f"iMessage;+;{old.identifier}"
    assert old.identifier.startswith("chat")
    assert old.identifier[4:].isdigit()
    assert len(new.participants) == 3


def test_a_group_made_since_26():
    config = ConversationConfig(
        id="q",
        participants=("marcus", "priya"),
        chat_type="group",
        start="2025-10-01",
        message_count_target=20,
    )
    (new,) = derive(phone(config))
    (old,) = derive(phone(config), features=OLD)
    assert len(new.identifier) == 32
    assert int(new.identifier, 16)
    assert old.identifier.startswith("chat")


def test_a_groups_name_is_its_last():
    config = ConversationConfig(
        id="q",
        participants=("marcus", "priya", "sam"),
        chat_type="group",
        name="Trivia",
        theme="trivia night",
        message_count_target=200,
    )
    (group,) = derive(phone(config))
    events = [each.event for each in group.messages if each.event]
    titles = [event.title for event in events if event.kind == "renamed"]
    assert len(titles) >= 2
    assert group.name == titles[-1]


@pytest.mark.parametrize(
    ("service", "address"),
    [("iMessage", "a@example.com"), ("SMS", "+12125550199"), ("RCS", "+12125550199")],
)
def test_sms_and_rcs_go_to_the_phone(service, address):
    ann = Persona(
        id="ann",
        name="Ann",
        identifier="a@example.com",
        identifier_type="email",
        other_identifiers=("+12125550199",),
    )
    config = ConversationConfig(
        id="a", participants=("ann",), service=service, message_count_target=20
    )
    (chat,) = derive(phone(config, personas=(ann,)), features=frozenset({"rcs"}))
    assert chat.guid == f"{service};-;{address}"
    messages = list(iter(chat.messages))
    assert {each.sender for each in messages} == {None, address}
    assert {each.service for each in messages} == {service}


def test_since_26_one_person_has_one_chat():
    blue = ConversationConfig(id="b", participants=("sam",), message_count_target=40)
    green = replace(blue, id="g", service="SMS")
    assert len(derive(phone(blue, green), features=OLD)) == 2
    (chat,) = derive(phone(blue, green))
    messages = list(iter(chat.messages))
    assert len(messages) == 80
    assert {each.service for each in messages} == {"iMessage", "SMS"}
    assert [each.date for each in messages] == sorted(each.date for each in messages)
    assert len({each.guid for each in messages}) == 80


def test_times_stay_within_the_range():
    config = ConversationConfig(
        id="m",
        participants=("mom",),
        start="2025-01-01",
        end="2025-01-20",
        message_count_target=60,
    )
    (chat,) = derive(phone(config))
    dates = [each.date for each in chat.messages]
    assert dates == sorted(set(dates))
    assert apple_time.from_iso("2025-01-01") <= dates[0]
    assert dates[-1] <= apple_time.from_iso("2025-01-20")


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"start": "soon"}, "has a start or end that is no time"),
        ({"start": "2025-02-01", "end": "2025-01-01"}, "does not start before"),
        ({"end": "1999-01-01"}, "does not start before"),
    ],
)
def test_times_that_are_none(fields, complaint):
    config = ConversationConfig(id="m", participants=("mom",), **fields)
    with pytest.raises(FoundryError, match=complaint):
        derive(phone(config))


# --- counts, streams, determinism -------------------------------------------


@pytest.mark.parametrize("messages", [0, 1, 7, 60, 333])
def test_messages_scale(messages):
    chats = derive(messages=messages)
    assert sum(len(each.messages) for each in chats) == messages


@pytest.mark.parametrize("name", ["tidy", "work", "family", "busy-group"])
def test_a_scenario_has_the_messages_that_it_promises(name):
    scenario = scenarios.get(name)
    chats = derive(scenario)
    wanted = {each.id: each.message_count_target for each in scenario.conversations}
    assert {each.config_id: len(each.messages) for each in chats} == wanted
    names = [each.name for each in chats if each.is_group]
    assert all(names)


def test_messages_can_be_walked_again():
    mom, *_ = derive()
    assert list(mom.messages) == list(iter(mom.messages))
    assert next(iter(mom.messages)) == next(iter(mom.messages))


def test_a_stream_is_lazy():
    config = ConversationConfig(
        id="m", participants=("mom",), message_count_target=1_000_000
    )
    (mom,) = derive(phone(config))
    assert len(list(islice(mom.messages, 20))) == 20


def test_another_conversation_shifts_nothing():
    added = ConversationConfig(id="new", participants=("dad",))
    more = replace(SMALL, conversations=(*SMALL.conversations, added))
    more = scenarios.complete(more, scenarios.cast_with(()))
    assert digest(derive(more)[:-1]) == digest(derive())


@pytest.mark.parametrize("seed", range(4))
def test_chats_divide_the_time_between_their_stories(seed):
    plans = plan_chats(Spec(seed=seed), scenarios.get("default"), features=NEW)
    phases = sorted(each.phase for each in plans)
    assert len(phases) == 25
    assert max(b - a for a, b in pairwise([*phases, phases[0] + 1.0])) < 0.08


def test_a_conversation_ends_before_2040():
    late = ConversationConfig(id="late", participants=("mom",), end="2040-12-31")
    scenario = replace(scenarios.get("small"), conversations=(late,))
    with pytest.raises(FoundryError, match="'late' ends after 2039"):
        plan_chats(Spec(), scenario, features=NEW)


def test_a_chat_with_oneself_is_of_notes():
    noted = ConversationConfig(
        id="diary", participants=("alex",), message_count_target=12
    )
    more = replace(SMALL, conversations=(*SMALL.conversations, noted))
    (*_, chat) = derive(scenarios.complete(more, scenarios.cast_with(())))
    messages = list(iter(chat.messages))
    assert len(messages) == 12
    assert all(each.sender is None and each.text for each in messages)


def test_seeds_differ():
    assert digest(derive(seed=1)) != digest(derive(seed=2))


def test_the_same_in_every_process(elsewhere):
    here = digest(derive(seed=5))
    assert {each["chat_plans"] for each in elsewhere} == {here}


@pytest.mark.parametrize(
    ("features", "service"), [(OLD, "SMS"), (frozenset({"rcs"}), "RCS")]
)
def test_a_release_without_rcs_texts_over_sms(features, service):
    scenario = scenarios.get("default")
    (asked,) = [each.id for each in scenario.conversations if each.service == "RCS"]

    found = derive(scenario, features=features, source="faker")

    (chat,) = [each for each in found if each.config_id == asked]
    assert chat.service == service
    assert {message.service for message in chat.messages} == {service}


@pytest.mark.parametrize(
    "count", [3_000, pytest.param(10_000, marks=pytest.mark.sweep)]
)
def test_twenty_people_and_thousands_of_messages_for_one_of_them(count):
    cast = [each for each in builtin.load() if each.locale.startswith("en")]
    people = [each for each in cast if not each.is_self][:20]
    assert len(people) == 20
    configs = [
        ConversationConfig(
            id=each.id,
            participants=(each.id,),
            message_count_target=200 if number else count,
        )
        for number, each in enumerate(people)
    ]
    scenario = phone(*configs, personas=tuple(people))
    found = derive(scenario, source="faker")
    held = [replace(each, messages=tuple(iter(each.messages))) for each in found]
    assert [len(each.messages) for each in held] == [count] + [200] * 19
    one, *others = held
    for chats in ([one], others):
        again = realism.measure(chats, scenario.personas)["said before within 1,000"]
        assert 0 < again < 0.15
    for start in range(0, count, 1_000):
        texts = [each.text for each in one.messages[start : start + 1_000]]
        long = [text for text in texts if len(text) > 40]
        assert len(long) - len(set(long)) < 20


@pytest.mark.parametrize("count", [3_000, pytest.param(9_000, marks=pytest.mark.sweep)])
def test_a_partner_who_writes_all_day_does_so_all_year(count):
    config = ConversationConfig(
        id="sam", participants=("sam",), message_count_target=count
    )
    (sam,) = derive(phone(config), source="faker")
    dates = [each.date for each in sam.messages]
    assert len(dates) == count
    middle = (dates[count // 2] - dates[0]) / (dates[-1] - dates[0])
    assert 0.4 < middle < 0.6
