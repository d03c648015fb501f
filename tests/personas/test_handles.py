from __future__ import annotations

import phonenumbers
import pytest
from packaging.version import Version

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.personas import handles
from pytest_imessage_foundry.personas.handles import (
    country_of,
    email,
    is_reserved,
    parse,
    phone,
)

PEOPLE = 10_000


@pytest.mark.parametrize("country", handles.countries())
def test_ten_thousand_people_of_a_country_have_numbers_of_nobody(country: str) -> None:
    numbers = [phone(country, index) for index in range(PEOPLE)]
    assert len(set(numbers)) == PEOPLE
    assert all(map(is_reserved, numbers))


@pytest.mark.parametrize(
    "step", [50, pytest.param(1, marks=pytest.mark.sweep, id="each")]
)
@pytest.mark.parametrize("country", handles.countries())
def test_their_numbers_are_possible_ones(country: str, step: int) -> None:
    numbers = [phone(country, index) for index in range(0, PEOPLE, step)]
    parsed = [phonenumbers.parse(number) for number in numbers]
    assert all(map(phonenumbers.is_possible_number, parsed))
    form = phonenumbers.PhoneNumberFormat.E164
    assert [phonenumbers.format_number(each, form) for each in parsed] == numbers


def test_the_table_knows_these_countries() -> None:
    assert handles.countries() == ("AU", "CA", "DE", "FR", "GB", "IE", "SE", "US")


@pytest.mark.parametrize("country", handles.countries())
def test_the_first_numbers_are_of_the_country_and_mobile_where_it_tells(
    country: str,
) -> None:
    for index in range(25):
        number = phone(country, index)
        assert country_of(number) == country
        kind = phonenumbers.number_type(phonenumbers.parse(number))
        assert kind in (
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
            phonenumbers.PhoneNumberType.UNKNOWN,  # GB, FR, IE: see LLM.md
        )


# The package asks the library about forms, never whether a number is in use: only
# this test needs data as young as the youngest codes.
@pytest.mark.skipif(
    Version(phonenumbers.__version__) < Version("9.0.43"),
    reason="some codes are younger than the data of this phonenumbers",
)
def test_every_area_code_is_a_real_geographic_one() -> None:
    for country, codes in handles.AREA_CODES.items():
        assert len(codes) == len(set(codes))
        for code in codes:
            number = phonenumbers.parse(f"+1{code}5550100")
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.region_code_for_number(number) == country
    assert not set(handles.AREA_CODES["US"]) & set(handles.AREA_CODES["CA"])


def test_the_blocks_do_not_overlap_and_hold_their_numbers() -> None:
    for country, blocks in handles.RANGES.items():
        for block in blocks:
            ends = {block.number(index) for index in range(min(block.count, 500))}
            assert len(ends) == min(block.count, 500)
            for number in ends:
                assert sum(number in other for other in blocks) == 1
                assert country_of(number) == country


def test_countries_without_a_range_share_american_numbers_without_a_clash() -> None:
    borrowers = ("JP", "BR", "ES", "IN", "MX", "IT", "NL", "AA", "ZZ")
    numbers = [phone(country, i) for country in borrowers for i in range(25)]
    assert len(set(numbers)) == len(numbers)
    assert {country_of(number) for number in numbers} == {"US"}
    american = {phone("US", index) for index in range(17_950)}
    assert american.isdisjoint(numbers)


def test_a_country_that_runs_out_borrows_too() -> None:
    numbers = [phone("SE", index) for index in range(200)]
    assert [country_of(number) for number in numbers] == ["SE"] * 95 + ["US"] * 105


@pytest.mark.parametrize(("country", "index"), [("JP", 0), ("SE", 95)])
def test_without_the_fallback_a_missing_number_is_an_error(
    country: str, index: int
) -> None:
    with pytest.raises(FoundryError, match="looked in the table of ranges"):
        phone(country, index, fallback=False)


@pytest.mark.parametrize(
    ("country", "index"), [("us", 0), ("USA", 0), ("", 0), ("US", -1)]
)
def test_what_is_no_country_or_index_is_an_error(country: str, index: int) -> None:
    with pytest.raises(FoundryError, match="no phone number"):
        phone(country, index)


def test_a_country_has_an_end() -> None:
    with pytest.raises(FoundryError, match="has no phone number"):
        phone("JP", 100_000)


@pytest.mark.parametrize(
    "address",
    [
        "+12125550100",
        "+447700900123",
        "ana@example.com",
        "ana@EXAMPLE.org",
        "a@mail.example.net",
        "a@b.test",
        "12345",
        "123456",
        "urn:biz:5b7c1e0a-3f46-4d0e-9c55-0d1f6a2b8e11",
    ],
)
def test_addresses_of_nobody(address: str) -> None:
    assert is_reserved(address)


@pytest.mark.parametrize(
    "address",
    [
        "+12125550200",
        "+12125551234",
        "+15555550100",
        "+18005550100",
        "+447400123456",
        "+33612345678",
        "+46701740604",
        "+46701740700",
        "+4670174060\N{ARABIC-INDIC DIGIT FIVE}",
        "ana@example.co",
        "ana@notexample.com",
        "@example.com",
        "renee@yahoo.com",
        "22000",
        "1234",
        "1234567",
        "urn:biz:someone",
        "Alice",
        "",
    ],
)
def test_addresses_of_somebody_or_nothing(address: str) -> None:
    assert not is_reserved(address)


def test_names_make_distinct_addresses() -> None:
    assert email("Jürgen Weiß", 0) == "jurgen.weiss@example.com"
    assert email("Jürgen Weiß", 4) == "jurgen.weiss2@example.org"
    assert email("田中 結衣", 0) == "someone@example.com"
    assert email("R2", 3) == "r2-2@example.com"
    for name in ("Ana Díaz", "R2", "x" * 90):
        made = [email(name, index) for index in range(500)]
        assert len(set(made)) == len(made)
        assert all(map(is_reserved, made))


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("(212) 555-0142", "US", "+12125550142"),
        ("07700 900123", "GB", "+447700900123"),
        ("+49 171 3920000", "US", "+491713920000"),
    ],
)
def test_numbers_as_people_write_them(text: str, country: str, number: str) -> None:
    assert parse(text, country) == number


@pytest.mark.parametrize("text", ["", "hello", "12", "+999 1234567", "5550142 " * 4])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(FoundryError, match="is no phone number"):
        parse(text, "US")
