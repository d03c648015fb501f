"""The fields of a persona as options of `personas add` and `personas edit`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import subcommands

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from pytest_imessage_foundry.models import Persona

# Field, option, its value, explanation.
_FIELDS = (
    ("name", "--name", "TEXT", "display name"),
    (
        "identifier",
        "--address",
        "ADDRESS",
        "phone number or e-mail address of nobody (default: a free number)",
    ),
    ("relationship", "--relationship", "TEXT", "what they are to the phone's owner"),
    ("country_code", "--country", "CODE", "ISO code, such as DE (default: US)"),
    ("locale", "--locale", "NAME", "such as de_DE (default: what the country has)"),
    ("time_zone", "--time-zone", "NAME", "IANA name (default: the country's)"),
    ("personality", "--personality", "TEXT", "who they are, in a sentence or two"),
    ("writing_style", "--writing-style", "TEXT", "how they write"),
    (
        "communication_frequency",
        "--frequency",
        "WORD",
        "how much they write: high, medium or low (default: medium)",
    ),
    (
        "typical_response_time",
        "--response-time",
        "WORD",
        "how soon they answer: instant, minutes, hours or days (default: minutes)",
    ),
    (
        "emoji_usage",
        "--emoji",
        "WORD",
        "how many emoji: none, light, moderate or heavy (default: light)",
    ),
    (
        "vocabulary_level",
        "--vocabulary",
        "WORD",
        "which words: simple, moderate or sophisticated (default: moderate)",
    ),
)
_LISTS = (
    ("topics_of_interest", "--topic", "what they like to talk about"),
    ("other_identifiers", "--also", "another address of theirs"),
)


def add_options(verb: ArgumentParser) -> None:
    """Add an option for each field."""
    for field, option, value, what in _FIELDS:
        verb.add_argument(
            option,
            dest=field,
            type=subcommands.text_or_nothing,
            metavar=value,
            help=what,
        )
    for field, option, what in _LISTS:
        verb.add_argument(
            option,
            dest=field,
            type=subcommands.text_or_nothing,
            action="append",
            metavar="TEXT",
            help=f"{what}; repeat it for more, give an empty one for none",
        )


def values(given: Namespace) -> dict[str, Any]:
    """Return the fields that were given, without empty values of lists."""
    found: dict[str, Any] = {}
    for field, *_ in _FIELDS:
        if (value := getattr(given, field)) is not None:
            found[field] = value.upper() if field == "country_code" else value
    for field, *_ in _LISTS:
        if (several := getattr(given, field)) is not None:
            found[field] = tuple(each for each in several if each)
    return found


def at(persona: Persona, address: str) -> Persona:
    """Return `persona` with another address and the kind of that address."""
    from pytest_imessage_foundry.personas import checks

    kind = checks.kind_of(address.strip())
    return replace(persona, identifier=address, identifier_type=kind)
