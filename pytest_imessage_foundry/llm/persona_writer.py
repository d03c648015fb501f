"""Personas written by a model, with ids and addresses assigned here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import prompts, replies, reply_text
from pytest_imessage_foundry.llm.exchange import Ask, UnansweredError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import checks, handles
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_imessage_foundry.llm.exchange import LanguageModel, Prompt

REASKS = 2
_MAX_TOKENS = 1200
_LONGEST = 600
_LINE = checks.LONGEST_LINE
# Constraints that replace what the model says, besides those of the prompt.
KNOWN = ("relationship", "country", "locale", "time_zone", "index", "address")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


class Sketch(BaseModel):
    """The traits of a person that a model writes, without id, address or dates."""

    model_config = ConfigDict(extra="forbid")

    name: str
    personality: str
    writing_style: str
    communication_frequency: Literal["high", "medium", "low"]
    typical_response_time: Literal["instant", "minutes", "hours", "days"]
    emoji_usage: Literal["none", "light", "moderate", "heavy"]
    vocabulary_level: Literal["simple", "moderate", "sophisticated"]
    topics_of_interest: list[str]


async def generate(provider: LanguageModel, constraints: Mapping[str, str]) -> Persona:
    """Return a new persona.

    Args:
        provider: whom to ask.
        constraints: `relationship`, `country` (two letters), `locale`, `time_zone`
            and `index`, which of the country's reserved numbers to take (`address`
            is "email" for an address instead); anything else is told to the model.

    Raises:
        UnansweredError: no usable answer, three times in a row.
        FoundryError: a constraint makes no sense.
    """
    country, index = _country(constraints), _index(constraints)
    told = {k: v for k, v in constraints.items() if k not in KNOWN[3:]}
    asked = prompts.person(told)
    more: tuple[Prompt, ...] = ()
    schema = replies.closed(Sketch.model_json_schema())
    problem = ""
    for attempt in range(REASKS + 1):
        ask = Ask(
            prompts=(*asked, *more),
            schema=schema,
            name="person",
            max_tokens=_MAX_TOKENS,
            seed=index * 10 + attempt,
        )
        reply = await provider.generate(ask)
        if reply.finish == "refused":
            problem = f"the model refused: {reply.refusal or 'content filter'}"
        else:
            sketch, problem = read(reply.text)
            if sketch is not None:
                return _persona(sketch, constraints, country, index)
        more = prompts.again(reply.text, problem)
    raise UnansweredError(
        f"no usable persona: {escaped(problem, 300)}\n"
        f"asked: {provider.model} at {provider.endpoint}, {REASKS + 1} times\n"
        "try again, with other constraints, or another --model"
    )


def read(answer: str) -> tuple[Sketch | None, str]:
    """Return the sketch in an answer and "", or None and what is wrong with it."""
    try:
        sketch = Sketch.model_validate(replies.extract(answer))
    except Flaw as flaw:
        return None, str(flaw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        return None, f"{place}: {first['msg']}"
    clean: dict[str, Any] = {
        name: reply_text.cleaned(value)[:_LONGEST] if isinstance(value, str) else value
        for name, value in sketch
    }
    topics = (_line(each) for each in sketch.topics_of_interest[:12])
    clean["topics_of_interest"] = [each for each in topics if each]
    clean["name"] = _line(clean["name"])
    if not clean["name"] or not clean["personality"]:
        return None, "a name or a personality is empty"
    return Sketch(**clean), ""


def _line(text: str) -> str:
    return " ".join(reply_text.cleaned(text).split())[:_LINE].strip()


def _persona(
    sketch: Sketch, constraints: Mapping[str, str], country: str, index: int
) -> Persona:
    is_email = constraints.get("address") == "email"
    address = handles.email(sketch.name, index) if is_email else ""
    return Persona(
        id=f"{checks.slug(sketch.name)}-{index}",
        identifier=address or handles.phone(country, index),
        identifier_type="email" if is_email else "phone",
        country_code=country,
        relationship=constraints.get("relationship", "friend"),
        locale=constraints.get("locale", "en_US"),
        time_zone=constraints.get("time_zone", "America/New_York"),
        **{
            **sketch.model_dump(),
            "topics_of_interest": tuple(sketch.topics_of_interest),
        },
    )


def _country(constraints: Mapping[str, str]) -> str:
    country = constraints.get("country", "US").upper()
    if not _COUNTRY.match(country):
        raise FoundryError(
            f"{country!r} is not a country code\n"
            "looked at: the constraints of the persona\n"
            "give two letters, such as US or DE"
        )
    return country


def _index(constraints: Mapping[str, str]) -> int:
    text = constraints.get("index", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise FoundryError(
            f"index {text!r} is not a number\n"
            "looked at: the constraints of the persona\n"
            "give a whole number from 0"
        )
    return int(text)
