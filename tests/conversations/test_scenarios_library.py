"""A scenario that names people of the user's library."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import library
from pytest_imessage_foundry.spec import Spec

ANA = Persona(id="ana", name="Ana Díaz", identifier="+12125550190")
ME = Persona(id="me", name="Sol Reyes", identifier="+12125550191", is_self=True)
CHAT = (
    '[[conversations]]\nid = "x"\nparticipants = ["ana", "mom"]\nchat_type = "group"\n'
)


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    place = tmp_path / "data" / "foundry.db"
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(place))
    return place


@pytest.fixture
def write(tmp_path):
    def write(personas, more=CHAT):
        file = tmp_path / "mine.toml"
        file.write_text(f"personas = {personas}\n{more}")
        return file

    return write


@pytest.fixture
def kept():
    with library.opened() as kept:
        kept.add_all([ANA, ME])
        yield kept


@pytest.mark.usefixtures("kept")
def test_they_take_part(write):
    found = scenario_files.read(write('["library:ana", "library:me"]'))
    assert [each.id for each in found.personas] == ["ana", "me", "mom"]
    assert found.personas[:2] == (ANA, ME)
    assert found.owner == ME
    assert found.from_library == ("ana", "me")


@pytest.mark.usefixtures("kept")
def test_the_built_in_owner_stays_where_none_is_named(write):
    found = scenario_files.read(write('["library:ana"]'))
    assert found.owner.id == "alex"
    assert found.from_library == ("ana",)


def test_another_library(write, tmp_path, path):
    other = tmp_path / "other.db"
    with library.opened(other) as kept:
        kept.add(ANA)
    found = scenario_files.read(write('["library:ana"]'), library=other)
    assert ANA in found.personas
    assert not path.exists()


def test_who_is_named_decides_the_bytes_and_not_when(write, kept):
    def fingerprint():
        own = scenario_files.read(write('["library:ana"]'))
        materials = foundry.Materials(scenarios=(own,))
        return foundry.Order(Spec(scenario=own.name), materials).fingerprint

    before = fingerprint()
    kept.remove("ana")
    kept.add(ANA)
    assert fingerprint() == before
    kept.update(Persona(id="ana", name="Ana Ruiz", identifier=ANA.identifier))
    assert fingerprint() != before


def test_whence_they_come_is_not_in_the_bytes(write, kept):
    named = scenario_files.read(write('["library:ana"]'))
    table = '[[personas]]\nid = "ana"\nname = "Ana Díaz"\nidentifier = "+12125550190"\n'
    file = write("[]")
    file.write_text(table + CHAT)
    assert repr(scenario_files.read(file)) == repr(named)


def test_nobody_of_that_id(write, kept):
    with pytest.raises(FoundryError, match="no persona 'anna'"):
        scenario_files.read(write('["library:anna"]'))


def test_no_library(write, path):
    with pytest.raises(FoundryError, match="there is no persona library"):
        scenario_files.read(write('["library:ana"]'))
    assert not path.parent.exists()


def test_two_people_at_one_address(write):
    with library.opened() as kept:
        number = "+16145550117"  # mom's
        kept.add(Persona(id="ana", name="Ana", identifier=number))
    with pytest.raises(FoundryError, match=r"'ana' and 'mom' both have \+16145550117"):
        scenario_files.read(write('["library:ana"]'))
