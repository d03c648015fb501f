from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.conversations import scenario_files, scenarios
from pytest_imessage_foundry.conversations.spoken import spoken_in
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ConversationConfig, Persona, Scenario
from pytest_imessage_foundry.personas import builtin

NAMES = [
    "default",
    "tidy",
    "lived-in",
    "small",
    "kinds",
    "empty",
    "sms-only",
    "international",
    "languages",
    "family",
    "work",
    "busy-group",
    "large",
]


def total(scenario):
    return sum(each.message_count_target for each in scenario.conversations)


def test_the_built_in_ones_in_order():
    assert [each.name for each in scenarios.built_in()] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_holds_together(name):
    scenario = scenarios.get(name)
    assert scenario.name == name
    assert scenario.description.endswith(".")
    assert scenario.owner.id == "alex"
    people = {each.id: each for each in scenario.personas}
    assert len(people) == len(scenario.personas)
    assert len({each.id for each in scenario.conversations}) == len(
        scenario.conversations
    )
    for config in scenario.conversations:
        others = set(config.participants) - {"alex"}
        assert others <= people.keys()
        assert others or config.id == "note:self"
        assert (config.chat_type == "group") == (len(config.participants) > 1)
        if config.chat_type == "direct" or not scenario.life:
            assert (config.chat_type == "group") == bool(config.name)
        if config.address:
            assert config.address in people[config.participants[0]].addresses
        for who in config.participants:
            if people[who].identifier_type == "short-code":
                assert config.service in ("SMS", "RCS")


@pytest.mark.parametrize(("name", "messages"), [("tidy", 2_000), ("default", 2_000)])
def test_default_and_tidy_are_believable_phones(name, messages):
    scenario = scenarios.get(name)
    assert total(scenario) == messages  # the tail of `default` comes on top
    groups = [each for each in scenario.conversations if each.chat_type == "group"]
    assert [each.name for each in groups if each.name] == [
        "Carvers",
        "Quizzly Bears",
        "Launch week",
    ]
    assert {each.service for each in scenario.conversations} == {
        "iMessage",
        "SMS",
        "RCS",
    }


@pytest.mark.parametrize(
    ("name", "messages"),
    [("small", 64), ("empty", 0), ("kinds", 0), ("large", 100_000)],
)
def test_sizes(name, messages):
    assert total(scenarios.get(name)) == messages


def test_languages_are_all_different():
    scenario = scenarios.get("languages")
    people = {each.id: each for each in scenario.personas}
    chats = [each for each in scenario.conversations if each.chat_type == "direct"]
    spoken = [spoken_in(people[each.participants[0]].locale) for each in chats]
    assert len(set(spoken)) == len(spoken) >= 16
    groups = [each for each in scenario.conversations if each.chat_type == "group"]
    assert groups
    for group in groups:
        assert len({people[who].locale for who in group.participants}) > 1


def test_sms_only_is():
    services = {each.service for each in scenarios.get("sms-only").conversations}
    assert services == {"SMS"}


def test_busy_group_is_busy():
    busiest = scenarios.get("busy-group").conversations[0]
    assert len(busiest.participants) >= 10
    assert busiest.message_count_target == 3_000


def test_unknown_scenario_names_the_candidates():
    own = Scenario(name="ours", description="", personas=())
    with pytest.raises(FoundryError) as caught:
        scenarios.get("defualt", extra=[own])
    assert str(caught.value) == (
        "unknown scenario 'defualt': did you mean 'default'?\n"
        "looked among the built-in ones and 1 of this project's\n"
        f"choose from {', '.join(NAMES)}, ours, or give a .toml or .json file"
    )


def test_own_scenario_comes_first_and_is_completed():
    config = ConversationConfig(id="x", participants=("mom", "ann"))
    own = Scenario(name="default", description="", personas=(), conversations=(config,))
    ann = Persona(id="ann", name="Ann Lee", identifier="+12125550199")
    found = scenarios.get("default", extra=[own], personas=[ann])
    assert [each.id for each in found.personas] == ["alex", "mom", "ann"]
    assert found.personas[2] is ann


def test_own_persona_takes_the_place_of_a_built_in_one():
    mom = replace(builtin.by_id()["mom"], name="Mary")
    found = scenarios.get("small", personas=[mom])
    assert [each.name for each in found.personas if each.id == "mom"] == ["Mary"]


def test_nobodys_phone():
    lost = Scenario(name="lost", description="", personas=())
    with pytest.raises(FoundryError, match="has no owner of the phone"):
        scenarios.complete(lost, {})


def test_unknown_participant():
    config = ConversationConfig(id="x", participants=("bob",))
    lost = Scenario(name="l", description="", personas=(), conversations=(config,))
    with pytest.raises(FoundryError, match="unknown persona 'bob'"):
        scenarios.get("l", extra=[lost])


# --- scaling ----------------------------------------------------------------


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=30), st.integers(0, 10**7))
def test_scaled_sums_exactly_and_keeps_proportions(targets, messages):
    configs = tuple(
        ConversationConfig(
            id=str(place), participants=("mom",), message_count_target=target
        )
        for place, target in enumerate(targets)
    )
    before = Scenario(name="x", description="", personas=(), conversations=configs)
    after = scenarios.scaled(before, messages)
    assert total(after) == messages
    if sum(targets):
        for config, target in zip(after.conversations, targets, strict=True):
            exact = messages * target / sum(targets)
            assert abs(config.message_count_target - exact) <= 1


def test_scaled_refuses_a_negative_total():
    with pytest.raises(FoundryError, match="-1 messages"):
        scenarios.scaled(scenarios.get("small"), -1)


def test_scaled_leaves_empty_alone():
    assert scenarios.scaled(scenarios.get("empty"), 50).conversations == ()


# --- files ------------------------------------------------------------------

TOML = """
description = "Two friends and the bank"
personas = [
    "alex",
    { id = "ann", name = "Ann", identifier = "+12125550199", topics_of_interest = ["tea"] },
]

[[conversations]]
id = "ann"
participants = ["ann"]
message_count_target = 40
theme = "planning a trip"
start = 2025-01-01T00:00:00Z
end = "2025-03-01"

[[conversations]]
id = "bank"
participants = ["bank"]
service = "SMS"
"""  # noqa: E501


@pytest.fixture
def write(tmp_path):
    def written(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_toml_file(write):
    scenario = scenario_files.read(write(TOML))
    assert scenario.name == "mine"
    assert [each.id for each in scenario.personas] == ["alex", "ann", "bank"]
    assert scenario.personas[1].topics_of_interest == ("tea",)
    first, second = scenario.conversations
    assert first.start == "2025-01-01T00:00:00+00:00"
    assert (first.theme, first.message_count_target) == ("planning a trip", 40)
    assert second.service == "SMS"


def test_json_file_says_the_same(write):
    raw = {
        "name": "mine",
        "personas": ["alex"],
        "conversations": [{"id": "m", "participants": ["mom"]}],
    }
    scenario = scenario_files.read(write(json.dumps(raw), "x.json"))
    assert scenario.name == "mine"
    assert [each.id for each in scenario.personas] == ["alex", "mom"]


BAD = {
    "syntax": ("name = ", "Invalid value (at end of document)"),
    "field": ("nmae = 'x'", "nmae: Unexpected field"),
    "dropped": ("kinds = false", "kinds: Unexpected field"),
    "type": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\nmessage_count_target="9"',
        "conversations[0].message_count_target: Input should be a valid integer",
    ),
    "word": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\nservice="Telegram"',
        "conversations[0].service: Input should be 'iMessage', 'SMS'",
    ),
    "missing": ('[[conversations]]\nid="a"', "conversations[0].participants: Field"),
    "persona field": (
        'personas=[{id="b", name="B", identifier="+1", nick="x"}]',
        "personas[0].nick: Unexpected field",
    ),
    "persona": ('personas=["alex", "zed"]', "personas[1]: 'zed' is no persona"),
    "participant": (
        '[[conversations]]\nid="a"\nparticipants=["zed"]',
        "conversations[0].participants[0]: nobody has the id 'zed'",
    ),
    "owner": (
        '[[conversations]]\nid="a"\nchat_type="group"\nparticipants=["mom", "alex"]',
        "conversations[0].participants[1]: 'alex' owns the phone",
    ),
    "direct": (
        '[[conversations]]\nid="a"\nparticipants=["mom", "dad"]',
        "conversations[0].participants: a direct chat has one, this has 2",
    ),
    "nobody": (
        '[[conversations]]\nid="a"\nparticipants=[]\nchat_type="group"',
        "a group has at least one",
    ),
    "twice": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\n'
        '[[conversations]]\nid="a"\nparticipants=["dad"]',
        "conversations: the id 'a' stands 2 times",
    ),
    "count": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\nmessage_count_target=-1',
        "conversations[0].message_count_target: not within",
    ),
    "time": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\nstart="soon"',
        "conversations[0].start: 'soon' is no time like",
    ),
    "order": (
        '[[conversations]]\nid="a"\nparticipants=["mom"]\nstart="2025-02-01"\n'
        'end="2025-01-01"',
        "conversations[0].start: is not before the end",
    ),
    "owners": (
        'personas=["alex", {id="b", name="B", identifier="+1", is_self=true}]',
        "alex and b both have is_self",
    ),
    "nul": ("\x00", "Invalid"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_does_not_hold(name, write):
    text, place = BAD[name]
    path = write(text)
    with pytest.raises(FoundryError) as caught:
        scenario_files.read(path)
    first, second, *_, last = str(caught.value).splitlines()
    assert first == "scenario file mine.toml does not hold"
    assert second == f"looked in: {path}"
    assert place in str(caught.value)
    assert "imessage-foundry" in last


def test_many_problems_are_counted(write):
    text = "\n".join(
        f'[[conversations]]\nid="{each}"\nparticipants=["zed"]' for each in range(9)
    )
    with pytest.raises(FoundryError, match="and 4 more"):
        scenario_files.read(write(text))


@pytest.mark.parametrize("text", ["[" * 50_000, "3", "{", '{"name": 1}'])
def test_json_that_does_not_hold(text, write):
    with pytest.raises(FoundryError, match=r"mine\.json does not hold"):
        scenario_files.read(write(text, "mine.json"))


def test_no_such_file(tmp_path):
    with pytest.raises(FoundryError, match="No such file"):
        scenario_files.read(tmp_path / "no.toml")
    with pytest.raises(FoundryError, match="Is a directory"):
        scenario_files.read(tmp_path)


def test_too_big_a_file(tmp_path):
    (tmp_path / "big.toml").write_bytes(b"#" * (5 << 20))
    with pytest.raises(FoundryError, match="larger than 4 MiB"):
        scenario_files.read(tmp_path / "big.toml")
