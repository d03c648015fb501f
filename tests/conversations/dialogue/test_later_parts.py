"""What was announced comes up again, and not before it can have happened."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pytest_imessage_foundry.conversations.dialogue import context, sittings
from pytest_imessage_foundry.conversations.dialogue.scene_days import SceneDays
from pytest_imessage_foundry.conversations.dialogue.scenes import Language, language
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.models import ConversationConfig, Persona
from pytest_imessage_foundry.models.apple_time import DAY, from_iso

OWNER = Persona(
    id="me",
    name="Alex Morgan",
    identifier="+12025550100",
    is_self=True,
)
FRIEND = Persona(id="jo", name="Jordan Lee", identifier="+12025550101")
START, END = from_iso("2025-01-01T00:00:00"), from_iso("2026-01-01T00:00:00")


def exams(**more: object) -> Language:
    scene = {
        "id": "exam",
        "slots": {"n": "1-900"},
        "beats": [["A", "exam {n} is tomorrow"], ["B", "good luck"]],
        "later": [["B", "how was exam {n}?"], ["A", "it went well"]],
    }
    english = language("en")
    others = [
        {"id": f"other {n}", "beats": [["A", "I saw a heron"], ["B", "where?"]]}
        for n in range(30)
    ]
    scenes = [{**scene, **more}, *others]
    words = {"phrases": english.phrases, "slots": english.slots}
    return Language("en", {"scenes": scenes, "tails": {}, **words})


def days_until_asked(relationship: str, count: int, seed: int) -> list[float]:
    """Return how many days after each exam somebody asks for it, in a year's talk."""
    friend = replace(FRIEND, relationship=relationship)
    days = SceneDays(START, END, count)
    config = ConversationConfig(id="talk", participants=("jo",))
    turns = sittings.dialogue(
        config, owner=OWNER, people=[friend], seed=seed, count=count, days=days
    )
    told: dict[str, tuple[str, int]] = {}
    found = []
    for date, turn in lay_out(
        turns,
        people={"jo": friend},
        owner=OWNER,
        start=START,
        end=END,
        count=count,
        rng_key=str(seed),
    ):
        if exam := re.search(r"\d+", turn.text):
            teller, then = told.setdefault(exam[0], (turn.sender, date))
            if turn.sender != teller:
                found.append((date - then) / DAY)
    return found


@pytest.mark.parametrize(("more", "days"), [({}, 2), ({"after": 7}, 7)])
@pytest.mark.parametrize(
    ("who", "count", "seeds"),
    [
        ("partner", 2_000, 4),
        ("friend", 400, 8),
        pytest.param("partner", 2_000, 8, marks=pytest.mark.sweep),
    ],
)
def test_nobody_asks_how_it_went_before_it_can_have_been(
    more: dict[str, int],
    days: int,
    who: str,
    count: int,
    seeds: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoken = exams(**more)
    monkeypatch.setattr(context, "language_of", lambda owner, people: spoken)
    waited = [
        each for seed in range(seeds) for each in days_until_asked(who, count, seed)
    ]
    assert len(waited) > 20
    assert min(waited) >= days
    assert max(waited) < 46
