"""Check personas: every field holds, and nobody is real."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from pytest_imessage_foundry import models
from pytest_imessage_foundry.errors import FoundryError, meant
from pytest_imessage_foundry.personas import handles, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.models import IdentifierType, Persona

LONGEST_ID = 64
LONGEST_LINE = 80  # a name, a relationship, a topic
LONGEST_TEXT = 2000
MOST = 50  # topics, or other addresses
# Fields whose values are closed words, with these.
WORDS: dict[str, tuple[str, ...]] = {
    "communication_frequency": get_args(models.Frequency),
    "typical_response_time": get_args(models.ResponseTime),
    "emoji_usage": get_args(models.EmojiUsage),
    "vocabulary_level": get_args(models.Vocabulary),
}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TEXT_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def checked(persona: Persona) -> Persona:
    """Return `persona` with its name and addresses in their usual form.

    Raises:
        FoundryError: a field does not hold; the message names all that do not.
    """
    tidy = tidied(persona)
    if found := problems(tidy):
        listing = "\n".join(f"  {field}: {what}" for field, what in found.items())
        raise FoundryError(
            f"persona {persona.id!r} does not hold\n"
            f"looked at: these of its fields\n{listing}\n"
            "correct these fields; nothing was kept"
        )
    return tidy


def tidied(persona: Persona) -> Persona:
    """Return `persona` without outer spaces and with addresses as Messages has them."""
    country = persona.country_code
    return replace(
        persona,
        name=" ".join(persona.name.split()),
        identifier=canonical(persona.identifier, country),
        other_identifiers=tuple(
            canonical(each, country) for each in persona.other_identifiers
        ),
    )


def canonical(address: str, country: str) -> str:
    """Return an address as Messages has it: E.164, or in lower case.

    What cannot be read stays as it is, for `problems` to name.
    """
    text = address.strip()
    if kind_of(text) != "phone":
        return text.lower()
    try:
        return handles.parse(text, country)
    except FoundryError:
        return text


def slug(name: str) -> str:
    """Return an id for a person of this name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    return "-".join(words)[:40].strip("-") or "person"


def kind_of(address: str) -> IdentifierType:
    """Return the kind of address that a text looks like."""
    if "@" in address:
        return "email"
    if address.lower().startswith("urn:biz:"):
        return "business"
    return "short-code" if re.fullmatch("[0-9]{5,6}", address) else "phone"


def problems(persona: Persona) -> dict[str, str]:
    """Return what is wrong with a tidy persona, by field."""
    found: dict[str, str] = {}
    for field, what in _problems(persona):
        found.setdefault(field, what)
    return found


def of_scenario(persona: Persona, *, real: bool = False) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a persona of a scenario, by field.

    Its id can be any on one line, its name any at all: a reader meets such names. Its
    addresses can be any if they are `real`, its country "" if that is not known.
    """
    for field in ("id", "name"):
        if not getattr(persona, field).strip():
            yield field, "is empty"
    if "\0" in persona.name:
        yield "name", "holds U+0000"
    yield from _of_line("id", persona.id)
    if persona.country_code:
        yield from _of_country(persona.country_code)
    yield from _of_zone(persona.time_zone)
    for number, address in enumerate(persona.addresses):
        field = "identifier" if number == 0 else f"other_identifiers[{number - 1}]"
        what = address_fault(address, persona.country_code)
        if what and not (real and address):
            yield field, what
        yield from _of_line(field, address)


def _problems(persona: Persona) -> Iterator[tuple[str, str]]:
    yield from _of_texts(persona)
    for field, words in WORDS.items():
        value = getattr(persona, field)
        if value not in words:
            known = ", ".join(map(repr, words))  # one of the words is 'none'
            yield field, f"no word {value!r}{meant(value, words)} (choose from {known})"
    yield from _of_place(persona)
    yield from _of_addresses(persona)


def _of_texts(persona: Persona) -> Iterator[tuple[str, str]]:
    if not _SLUG.fullmatch(persona.id) or len(persona.id) > LONGEST_ID:
        yield (
            "id",
            f"{persona.id!r} is not small letters and digits, joined by single "
            f"hyphens, {LONGEST_ID} at most",
        )
    if not persona.name:
        yield "name", "is empty"
    for field in ("name", "relationship"):
        yield from _of_line(field, getattr(persona, field))
    for field in ("personality", "writing_style"):
        text = getattr(persona, field)
        if _TEXT_CONTROL.search(text):
            yield field, "holds control characters"
        if len(text) > LONGEST_TEXT:
            yield field, f"is longer than {LONGEST_TEXT} characters"
    for topic in persona.topics_of_interest:
        if not topic.strip():
            yield "topics_of_interest", "one of them is empty"
        yield from _of_line("topics_of_interest", topic)
    for field in ("topics_of_interest", "other_identifiers"):
        if len(getattr(persona, field)) > MOST:
            yield field, f"are more than {MOST}"


def _of_line(field: str, text: str) -> Iterator[tuple[str, str]]:
    if _CONTROL.search(text):
        yield field, "holds control characters, or is more than one line"
    if len(text) > LONGEST_LINE:
        yield field, f"is longer than {LONGEST_LINE} characters"


def _of_place(persona: Persona) -> Iterator[tuple[str, str]]:
    country, locale, zone = persona.country_code, persona.locale, persona.time_zone
    yield from _of_country(country)
    if not places.is_locale(locale):
        yield "locale", f"{locale!r} is no language and country, such as de_DE"
    yield from _of_zone(zone)


def _of_country(country: str) -> Iterator[tuple[str, str]]:
    if country not in places.countries():
        yield "country_code", f"{country!r} is no ISO code of a country, such as DE"


def _of_zone(zone: str) -> Iterator[tuple[str, str]]:
    if zone not in places.time_zones():
        near = meant(zone, places.time_zones())
        yield "time_zone", f"{zone!r} is no IANA time zone{near or ', as Europe/Rome'}"


def _of_addresses(persona: Persona) -> Iterator[tuple[str, str]]:
    kind = kind_of(persona.identifier)
    if persona.identifier_type != kind:
        # Two fields, one of which is wrong: the type follows from the address.
        yield "identifier_type", f"is {kind!r} for the address {persona.identifier!r}"
    if what := address_fault(persona.identifier, persona.country_code):
        yield "identifier", what
    for address in persona.other_identifiers:
        if what := address_fault(address, persona.country_code):
            yield "other_identifiers", what
    if len(set(persona.addresses)) < len(persona.addresses):
        yield "other_identifiers", "an address stands twice"


def address_fault(address: str, country: str) -> str:
    """Return why nobody may have an address, "" where it is kept for nobody."""
    kind = kind_of(address)
    if not address:
        return "is empty"
    if kind == "email" and not _EMAIL.fullmatch(address.lower()):
        return f"{address!r} is no e-mail address, such as ana.diaz@example.com"
    if handles.is_reserved(address):
        return ""
    usual = canonical(address, country)
    if usual != address and handles.is_reserved(usual):
        return f"{address!r} is not how Messages writes it; that is {usual}"
    if kind == "email":
        return f"{address!r} may be somebody's; example.com, .org and .net are nobody's"
    known = country if country in handles.countries() else "US"
    example = handles.phone(known, 0)
    return (
        f"{address!r} is none of the numbers that are kept for fiction and may be "
        f"somebody's; {example} is nobody's"
    )
