"""A scenario written as a file reads back as the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_imessage_foundry.conversations import scenario_files, scenarios
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ConversationConfig, Persona, Scenario
from pytest_imessage_foundry.personas import builtin, handles

BO = Persona(
    id="bo",
    name='Bo "the boat" Ek\n\u202e 🙂',
    identifier=handles.phone("SE", 0),
    country_code="SE",
    topics_of_interest=("sailing", "rye bread"),
)


def written(scenario, tmp_path):
    path = tmp_path / "it.json"
    path.write_text(scenario_files.dumps(scenario), encoding="utf-8")
    return path


@pytest.mark.parametrize("scenario", scenarios.built_in(), ids=lambda each: each.name)
def test_built_in_ones_read_back(scenario, tmp_path):
    assert scenario_files.read(written(scenario, tmp_path)) == scenario


def test_people_of_ones_own_stand_whole(tmp_path):
    known = builtin.by_id()
    owner = replace(known["nina"], is_self=True)
    chat = ConversationConfig(id="bo", participants=("bo",), theme="the boat")
    scenario = Scenario(
        name="mine",
        description="",
        personas=(owner, BO, known["tom"]),
        conversations=(chat,),
    )

    path = written(scenario, tmp_path)

    assert scenario_files.read(path) == scenario
    people = json.loads(path.read_text(encoding="utf-8"))["personas"]
    assert people[0]["is_self"] is True
    assert people[1]["name"] == BO.name
    assert people[2] == "tom"


def test_real_people_are_meant(tmp_path):
    somebody = replace(BO, identifier="+12125551234")
    chat = ConversationConfig(id="bo", participants=("bo",))
    scenario = Scenario(
        name="meant", description="", personas=(somebody,), conversations=(chat,)
    )
    with pytest.raises(FoundryError, match="may be somebody's"):
        scenario_files.read(written(scenario, tmp_path))

    read = scenario_files.read(written(replace(scenario, real=True), tmp_path))

    assert read.real
    assert somebody in read.personas


def test_what_is_as_usual_is_left_out(tmp_path):
    raw = json.loads(scenario_files.dumps(scenarios.get("small")))

    assert raw["conversations"][0] == {
        "id": "mom",
        "participants": ["mom"],
        "message_count_target": 29,
    }
