"""`lived-in` keeps its shares from 2,000 messages to 100,000."""

from __future__ import annotations

from math import sqrt

import pytest

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.rates.file_rates import rates_of
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.sweep

LARGE = 100_000
# Shares of rows. Those of chats follow the number of chats, which grows more slowly.
KEPT = (
    "rows in no chat",
    "own one-to-one rows without a handle",
    "received and unread",
    "text NULL beside a body",
    "bodies whose root is immutable",
    "bodies in which something was detected",
    "own rows with an error",
    "dates in seconds",
    "accounts without an address",
    "part_count NULL",
    "tapbacks among rows",
    "links",
    "over iMessage",
    "over SMS",
    "over RCS",
    "chats of one to three messages",
    "messages in the largest chat",
    "messages in the two largest chats",
    "messages in the ten largest chats",
    "handles with a filter's suffix",
    "attachments without a path",
    "attachments with a path of another device",
    "attachments that were not loaded (state 0)",
    "rows dated six hours before one below them",
    "rows above that of the newest message",
    "ROWIDs without a row",
)
TOLERANCE = 0.33  # of a share, beside what few rows make uncertain
UNCERTAIN = 4  # standard deviations


def measured(folder, messages):
    path = folder / f"{messages}.db"
    spec = Spec(release="tahoe", scenario="lived-in", messages=messages)
    foundry.forge(foundry.Order(spec), path, attachments=False)
    return rates_of(path)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return measured(tmp_path_factory.mktemp("large"), LARGE)


@pytest.mark.parametrize("messages", [2_000, 25_000])
def test_shares_are_kept(messages, large, tmp_path):
    found = measured(tmp_path, messages)
    apart = {}
    for name in KEPT:
        share, goal = found[name].value, large[name].value
        few = sqrt(goal * (1 - goal) / found[name].whole)
        if abs(share - goal) > TOLERANCE * goal + UNCERTAIN * few:
            apart[name] = (found[name].counted, large[name].counted)
    assert not apart
    assert abs(found.messages / messages - large.messages / LARGE) < 0.02
