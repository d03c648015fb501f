"""Send effects: how a bubble or the whole screen arrived."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

from pytest_imessage_foundry.conversations.catalogue.stage import case
from pytest_imessage_foundry.models import SendEffect

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.catalogue.stage import Reading, Stage
    from pytest_imessage_foundry.conversations.draft import Draft


def _sent_with(stage: Stage, effect: SendEffect) -> tuple[Draft, Reading]:
    text = f"Sent with {effect}"
    return stage.direct.receive(text, effect=effect), {"text": text, "effect": effect}


for _effect in get_args(SendEffect):
    case(f"effect-{_effect}", f"sent with {_effect}", "§9")(
        partial(_sent_with, effect=_effect)
    )


@case("effect-played", "an effect that was played", "§9")
def _played(stage: Stage) -> tuple[Draft, Reading]:
    draft = stage.direct.receive("Happy birthday!", effect="balloons")
    draft.trait(date_effect_played=draft.message.date_read + 10**9)
    return draft, {"text": "Happy birthday!", "effect": "balloons"}
