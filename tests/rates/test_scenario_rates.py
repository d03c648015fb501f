"""Scenarios of phones that were lived in are inside of what people published."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.rates.file_rates import rates_of
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.sweep

RELEASES = ("sonoma", "sequoia", "tahoe", "golden-gate")
SEEDS = range(5)
SIZES = {"default": None, "lived-in": 5_000}
# Since 27 categories stand with messages, no longer with chats (SEMANTICS §26.1).
BEFORE_27 = {
    "chats of a filter tier",
    "categories of SMS (3 and up)",
    "handles with a filter's suffix",
}
INSIDE = (
    "rows in no chat",
    "text NULL beside a body",
    "of own rows",
    "of received rows",
    "bodies whose root is immutable",
    "in chats that Messages hides",
    "edited",
    "unsent",
    "messages with a tapback",
    "chats of a filter tier",
    "chats of one to three messages",
    "messages in the largest chat",
    "messages in the ten largest chats",
    "median size of a chat",
    "handles of a person who has several",
    "attachments without their file",
)
INSIDE_OF_ONE = {
    "default": ("inline replies", "identifiers of several chats"),
    "lived-in": (
        "own one-to-one rows without a handle",
        "chats without a message",
        "messages in the two largest chats",
        "rows dated six hours before one below them",
    ),
}
# States without a published share that a file has all the same.
THERE = (
    "own one-to-one rows without a handle",
    "received and unread",
    "own rows with an error",
    "chats without a message",
    "unknown senders (1)",
    "junk (2)",
    "categories of SMS (3 and up)",
    "without a name",
    "handles with a filter's suffix",
    "rows dated six hours before one below them",
    "rows above that of the newest message",
    "ROWIDs without a row",
)
# A year has about a hundred files, of which one in fifty has no path: perhaps none.
THERE_IN_A_DECADE = ("attachments without a path",)
CASES = [
    (name, seed, RELEASES[seed % len(RELEASES)])
    for name in SIZES
    if name in {each.name for each in scenarios.built_in()}
    and "tidy" in {each.name for each in scenarios.built_in()}
    for seed in SEEDS
]


@pytest.fixture(scope="module", params=CASES, ids=str)
def measured(request, tmp_path_factory):
    name, seed, release = request.param
    path = tmp_path_factory.mktemp("measured") / "chat.db"
    spec = Spec(release=release, scenario=name, seed=seed, messages=SIZES[name])
    foundry.forge(foundry.Order(spec), path)
    return name, release, rates_of(path)


def wanted(names: tuple[str, ...], release: str) -> list[str]:
    return [n for n in names if release != "golden-gate" or n not in BEFORE_27]


def test_rates_are_inside_of_what_was_published(measured):
    scenario, release, found = measured
    names = wanted((*INSIDE, *INSIDE_OF_ONE[scenario]), release)
    outside = {name: found[name].counted for name in names if is_off(found[name])}
    assert not outside


def is_off(rate):
    """Return whether a rate is outside by more than a few rows: that is chance."""
    if rate.is_met or rate.whole is None:
        return not rate.is_met
    least, most = rate.least or 0.0, 1.0 if rate.most is None else rate.most
    return rate.part < least * rate.whole - 3 or rate.part > most * rate.whole + 3


def test_states_are_there(measured):
    scenario, release, found = measured
    there = THERE + (THERE_IN_A_DECADE if scenario == "lived-in" else ())
    assert not [name for name in wanted(there, release) if not found[name].part]
