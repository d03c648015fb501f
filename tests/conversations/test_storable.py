"""What no row can hold is refused, wherever in a model it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_imessage_foundry.conversations.authoring import storable
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Message

PLAIN = Message(guid="A", date=700_000_000_000_000_000, sender=None)


def test_defaults_and_what_is_like_them_are_held() -> None:
    storable.check(PLAIN)
    storable.check(replace(PLAIN, service="SMS", date_read=PLAIN.date))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guid", None),
        ("date", None),
        ("service", None),
        ("service", "Telegram"),
        ("date_read", 1.5),
        ("date_read", 1 << 63),
        ("tapbacks", None),
    ],
)
def test_what_a_field_cannot_hold_is_refused_by_its_name(
    field: str, value: object
) -> None:
    changed: dict[str, Any] = {field: value}
    with pytest.raises(FoundryError, match=field):
        storable.check(replace(PLAIN, **changed))
