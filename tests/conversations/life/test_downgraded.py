"""An own iMessage that went as SMS after all."""

from __future__ import annotations

import pytest
from lives import truth


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.sweep) for seed in (1, 2, 3))]
)
def test_nobody_replies_inline_to_an_sms(seed: int) -> None:
    chats = truth("default", "sequoia", seed, None)
    messages = [message for chat in chats for message in chat.messages]
    downgraded = {each.guid for each in messages if each.traits.downgraded}
    assert downgraded
    named = {each.reply_to.guid for each in messages if each.reply_to is not None}
    assert not downgraded & named
