"""Short messages of senders who never become a conversation: codes, offers, strangers.

Their texts stand in `correspondence.json`, as exchanges of one to three turns. An
exchange is drawn by its number, so that a chat of any length needs no memory.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import count, islice
from pkgutil import get_data
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def texts() -> dict[str, Any]:
    """Return the names, the shops, and the exchanges by kind."""
    data = get_data(__package__, "correspondence.json")
    assert data is not None, "a loader that reads this module reads its neighbour"
    told: dict[str, Any] = json.loads(data)
    return told


def turns(kind: str, number: int, **people: str) -> Iterator[Turn]:
    """Yield the first `number` turns of a chat; see `_endless`."""
    return islice(_endless(kind, **people), number)


def _endless(
    kind: str, *, owner: str, other: str, name: str, key: str
) -> Iterator[Turn]:
    """Yield the turns of a chat, without end.

    Args:
        kind: one of the exchanges in `texts()`.
        owner, other: persona ids.
        name: what the other is called; who has no name has a drawn one, or a shop's.
        key: what the draws derive from.
    """
    exchanges = texts()["exchanges"][kind]
    shops = texts()["shops"]
    shop = shops[int(Random(f"{key}:shop").random() * len(shops))]
    for number in count():
        draw = Random(f"{key}:{number}").random
        values = {"shop": shop, **_values(name, draw)}
        exchange = exchanges[int(draw() * len(exchanges))]
        for place, (who, text) in enumerate(exchange):
            sender = owner if who == "A" else other
            yield Turn(sender=sender, text=text.format(**values), opens=not place)


def _values(name: str, draw: Any) -> dict[str, object]:
    """Return the values of all slots, so that each exchange draws the same ones."""
    names = texts()["first_names"]
    hour = 1 + int(draw() * 10)
    first = names[int(draw() * len(names))]
    return {
        "name": name.split()[0] if name[:1].isalpha() else first,
        "other": names[int(draw() * len(names))],
        "code": f"{int(draw() * 900_000) + 100_000}",
        "four": f"{int(draw() * 9_000) + 1_000}",
        "number": int(draw() * 900) + 100,
        "percent": 5 * (2 + int(draw() * 10)),
        "amount": f"{int(draw() * 190) + 5}.{int(draw() * 100):02}",
        "hour": hour,
        "hour2": hour + 1,
        "minute": ("00", "15", "30", "45")[int(draw() * 4)],
        "people": 2 + int(draw() * 5),
        "day": _DAYS[int(draw() * 7)],
        "parcel": f"1Z999AA1{int(draw() * 10**10):010}",
        "flight": f"UA {int(draw() * 9_000) + 1_000}",
        "street": f"{int(draw() * 900) + 1} Main Street, Springfield, IL 62701",
        # These numbers are reserved for fiction.
        "phone": f"21255501{int(draw() * 100):02}",
    }
