from __future__ import annotations

import subprocess
import sys
import zoneinfo
from typing import get_args

import pytest

from pytest_imessage_foundry import models
from pytest_imessage_foundry.personas import builtin, handles

PEOPLE = builtin.load()
ids = [each.id for each in PEOPLE]


def test_a_cast_for_a_whole_phone():
    assert len(PEOPLE) >= 26
    assert len(set(ids)) == len(PEOPLE)
    assert [each.id for each in PEOPLE if each.is_self] == ["alex"]
    assert len({each.country_code for each in PEOPLE}) >= 9
    languages = {each.locale[:2] for each in PEOPLE}
    assert languages >= {"en", "de", "fr", "es", "ja", "ar", "sv"}
    assert languages >= {"pt", "it", "nl", "ko", "zh", "ru", "tr", "he", "hi"}


def test_nobody_can_be_reached():
    addresses = [address for each in PEOPLE for address in each.addresses]
    assert [each for each in addresses if not handles.is_reserved(each)] == []
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("persona", PEOPLE, ids=ids)
def test_everybody_is_somebody(persona):
    assert persona.personality
    assert persona.writing_style
    assert len(persona.topics_of_interest) >= 2
    assert zoneinfo.ZoneInfo(persona.time_zone)
    for name in ("personality", "writing_style"):
        assert [each.id for each in PEOPLE].count(persona.id) == 1
        values = [getattr(each, name) for each in PEOPLE]
        assert values.count(getattr(persona, name)) == 1


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("identifier_type", models.IdentifierType),
        ("communication_frequency", models.Frequency),
        ("typical_response_time", models.ResponseTime),
        ("emoji_usage", models.EmojiUsage),
        ("vocabulary_level", models.Vocabulary),
    ],
)
def test_closed_words(field, words):
    assert {getattr(each, field) for each in PEOPLE} == set(get_args(words))


def test_loads_without_pydantic():
    code = (
        "import sys; from pytest_imessage_foundry.personas import builtin;"
        "builtin.load(); assert not {'pydantic', 'phonenumbers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_who_looks_them_up_cannot_change_them():
    """All builds of a process share them."""
    people = builtin.by_id()
    with pytest.raises(TypeError):
        people["sam"] = people["mom"]
    with pytest.raises(TypeError):
        people |= {"sam": people["mom"]}
    assert builtin.by_id()["sam"].id == "sam"
