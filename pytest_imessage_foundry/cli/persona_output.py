"""Print people of the library; the option that chooses the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import outputs

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Iterator

    from pytest_imessage_foundry.models import Persona

# The fields of a card, in the words of the options that set them.
_CARD = (
    ("relationship", "relationship"),
    ("country_code", "country"),
    ("locale", "locale"),
    ("time_zone", "time zone"),
    ("personality", "personality"),
    ("writing_style", "writing style"),
    ("communication_frequency", "writes"),
    ("typical_response_time", "answers in"),
    ("emoji_usage", "emoji"),
    ("vocabulary_level", "vocabulary"),
)


def add_library_option(verb: ArgumentParser) -> None:
    """Add `--library`."""
    verb.add_argument(
        "--library",
        type=outputs.path,
        metavar="PATH",
        help="the persona library (default: IMESSAGE_FOUNDRY_DB, else foundry.db in "
        "the user's data folder)",
    )


def line(persona: Persona) -> str:
    """Return a persona in a few words, safe to print."""
    from pytest_imessage_foundry.terminal import escaped

    return escaped(f"{persona.id} ({persona.name}, {persona.identifier})")


def borrowed(people: Iterable[Persona]) -> list[str]:
    """Return a line about each person whose drawn number stands in for another."""
    from pytest_imessage_foundry.personas import handles

    known = ", ".join(handles.countries())
    return [
        f"note: {each.id} ({each.country_code}) has an American number: no numbers are "
        f"known here that {each.country_code} keeps for fiction; those of {known} are"
        for each in people
        if each.country_code not in handles.countries()
        and handles.country_of(each.identifier) == "US"
    ]


def table(people: Iterable[Persona]) -> Iterator[str]:
    """Return one line for each persona; a star marks the owner."""
    from pytest_imessage_foundry.terminal import escaped

    rows = [
        [
            "*" if each.is_self else " ",
            escaped(each.id),
            escaped(each.name),
            escaped(each.identifier),
            escaped(each.country_code),
            escaped(each.relationship),
        ]
        for each in people
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def card(persona: Persona) -> Iterator[str]:
    """Return all fields of a persona, one line each."""
    from pytest_imessage_foundry.terminal import escaped

    owner = ", owner of the phone" if persona.is_self else ""
    yield escaped(f"{persona.id}: {persona.name}{owner}")
    yield f"  {'address':14} {escaped(', '.join(persona.addresses))}"
    for field, label in _CARD:
        yield f"  {label:14} {escaped(getattr(persona, field)) or '-'}"
    yield f"  {'topics':14} {escaped(', '.join(persona.topics_of_interest)) or '-'}"
