"""Who is added back to a group is back, whoever did it."""

from __future__ import annotations

from types import SimpleNamespace

from pytest_imessage_foundry.conversations.chat_life import Move
from pytest_imessage_foundry.conversations.life.comings import attended
from pytest_imessage_foundry.models import Event, Message

FAR = 1 << 60


def event(number: int, kind, sender: str, who: str | None = None) -> Message:
    told = Event(kind=kind, who=who, incoming=True)
    return Message(guid=f"g{number}", date=number, sender=sender, event=told)


def test_what_an_absent_member_did_is_done_by_the_owner():
    late = Move(date=FAR, kind="added", who="+2", by=None)
    life = SimpleNamespace(moves=(late,), brought=0)
    plan = SimpleNamespace(life=life, addresses={"a": "+1", "b": "+2"})
    told = [event(1, "left", "+1"), event(2, "added", "+2", "+1")]

    left, back = attended(told, plan)  # type: ignore[arg-type]

    assert left == told[0]
    assert back.sender is None
    assert back.event == Event(kind="added", who="+1", incoming=False)
