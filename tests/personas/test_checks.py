"""Who may be kept: somebody whole, and nobody real."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import builtin, checks, places

ANA = Persona(id="ana", name="Ana Díaz", identifier="+12125550190")


@pytest.mark.parametrize("persona", builtin.load(), ids=lambda each: each.id)
def test_the_built_in_people_hold(persona):
    assert checks.checked(persona) == persona


@pytest.mark.parametrize(
    ("given", "country", "kept"),
    [
        ("(212) 555-0190", "US", "+12125550190"),
        (" 07700 900417 ", "GB", "+447700900417"),
        ("+46 70-174 06 33", "US", "+46701740633"),
        ("Ana.Diaz@Example.COM", "US", "ana.diaz@example.com"),
        ("10455", "US", "10455"),
        ("URN:BIZ:5B7C1E0A-3F46-4D0E-9C55-0D1F6A2B8E11", "US", None),
    ],
)
def test_addresses_as_people_write_them(given, country, kept):
    persona = replace(
        ANA,
        identifier=given,
        country_code=country,
        identifier_type=checks.kind_of(given.strip()),
    )
    assert checks.checked(persona).identifier == (kept or given.lower())


def test_spaces_around_a_name_are_no_part_of_it():
    assert checks.checked(replace(ANA, name="  Ana \n Díaz ")).name == "Ana Díaz"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "Ana"),
        ("id", "ana diaz"),
        ("id", "-ana"),
        ("id", "ana\n"),
        ("id", "a" * 65),
        ("name", ""),
        ("name", " \t"),
        ("name", "Ana\x1b[2J"),
        ("name", "a" * 81),
        ("name", "\ud800"),
        ("personality", "\x07"),
        ("personality", "a" * 2001),
        ("writing_style", "\x9b2J"),
        ("relationship", "two\nlines"),
        ("topics_of_interest", ("chess", " ")),
        ("topics_of_interest", ("a",) * 51),
        ("communication_frequency", "never"),
        ("typical_response_time", ""),
        ("emoji_usage", "Heavy"),
        ("vocabulary_level", "none"),
        ("country_code", "us"),
        ("country_code", "XX"),
        ("locale", "en"),
        ("locale", "en-US"),
        ("locale", "qq_US"),
        ("locale", "en_XX"),
        ("time_zone", "America/NewYork"),
        ("time_zone", "localtime"),
        ("time_zone", "../etc/passwd"),
        ("identifier", ""),
        ("identifier", "+12125551234"),
        ("identifier", "555"),
        ("identifier", "nobody"),
        ("identifier_type", "email"),
        ("other_identifiers", ("ana@gmail.com",)),
        ("other_identifiers", ("ana diaz@example.com",)),
        ("other_identifiers", ("ana@example.com\x1b[2J",)),
        ("other_identifiers", ("20455",)),
        ("other_identifiers", ("+12125550190",)),
    ],
)
def test_fields_that_do_not_hold(field, value):
    persona = replace(ANA, **{field: value})
    assert field in checks.problems(checks.tidied(persona))
    with pytest.raises(FoundryError, match=f"\n  {field}: "):
        checks.checked(persona)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(FoundryError) as caught:
        checks.checked(replace(ANA, name="", time_zone="Europe/Berln"))
    assert str(caught.value) == (
        "persona 'ana' does not hold\n"
        "looked at: these of its fields\n"
        "  name: is empty\n"
        "  time_zone: 'Europe/Berln' is no IANA time zone: did you mean "
        "'Europe/Berlin'?\n"
        "correct these fields; nothing was kept"
    )


def test_usual_places():
    assert places.usual("DE") == ("de_DE", "Europe/Berlin")
    assert places.usual("ZZ") == ("en_US", "America/New_York")


def test_an_address_and_its_type_are_told_apart():
    persona = replace(ANA, identifier="ana@example.com")
    assert checks.problems(persona) == {
        "identifier_type": "is 'email' for the address 'ana@example.com'"
    }


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ana Díaz", "ana-diaz"),
        ("  O'Brien--Núñez, Jr. ", "o-brien-nunez-jr"),
        ("田中 由紀", "person"),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_an_id_out_of_a_name(name, slug):
    assert checks.slug(name) == slug
    assert checks.checked(replace(ANA, id=f"{checks.slug(name)}-7"))
