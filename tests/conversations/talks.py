"""Made-up talk for the tests of what is done with talk."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from pytest_imessage_foundry.models import Persona, ResponseTime, Turn
from pytest_imessage_foundry.models.apple_time import from_iso

START, END = from_iso("2024-12-01"), from_iso("2025-12-01")
ME = Persona(id="me", name="Me", identifier="+12125550142", is_self=True)


def friend(
    response: ResponseTime = "minutes", zone: str = "America/New_York", who: str = "f"
) -> Persona:
    return Persona(
        id=who,
        name=who,
        identifier=f"+1646555010{len(who)}",
        typical_response_time=response,
        time_zone=zone,
    )


def talk(
    count: int, *, topic: int = 7, key: str = "talk", who: tuple[str, ...] = ("me", "f")
) -> Iterator[Turn]:
    """Turns of changing senders in topics of about `topic` turns (0: none)."""
    random = Random(key).random
    place = left = 0
    for number in range(count):
        opens = bool(topic) and left <= 0
        if opens:
            left = 1 + int(random() * 2 * topic)
        left -= 1
        if random() < 0.62:
            place = (place + 1 + int(random() * (len(who) - 1))) % len(who)
        text = f"{number} " + "la " * int(random() ** 3 * 30)
        yield Turn(sender=who[place], text=text, opens=opens)
