"""Cases of send effects, of a bubble or of the whole screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import SendEffect
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )


def _sent_with(phone: CasePhone, effect: SendEffect) -> tuple[Draft, Reading]:
    text = f"Sent with {effect}"
    return phone.direct.receive(text, effect=effect), {"text": text, "effect": effect}


for _effect in get_args(SendEffect):
    case(f"effect-{_effect}", f"sent with {_effect}", "§9")(
        partial(_sent_with, effect=_effect)
    )


@case("effect-played", "an effect that was played", "§9")
def _written(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Happy birthday!", effect="balloons")
    draft.trait(date_effect_played=draft.message.date_read + SECOND)
    return draft, {"text": "Happy birthday!", "effect": "balloons"}
