"""A conversation's messages are a sequence, derived or held; a message has a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from pytest_imessage_foundry.conversations.message_stream import MessageStream
from pytest_imessage_foundry.models import Message
from pytest_imessage_foundry.models.apple_time import from_iso

HELD = tuple(
    Message(guid=str(n), date=from_iso("2025-10-06T15:00:00.250Z") + n, sender=None)
    for n in range(4)
)
STREAM = MessageStream(lambda: iter(HELD))


def test_a_stream_answers_as_a_tuple_does():
    assert isinstance(STREAM, Sequence)
    assert len(STREAM) == 4
    assert [STREAM[n] for n in (0, 3, -1, -4)] == [HELD[n] for n in (0, 3, -1, -4)]
    assert STREAM[1:3] == HELD[1:3]
    assert list(reversed(STREAM)) == list(reversed(HELD))
    assert HELD[2] in STREAM
    assert STREAM.index(HELD[2]) == 2
    assert bool(STREAM)
    assert not MessageStream(lambda: iter(()))


@pytest.mark.parametrize("place", [4, -5])
def test_a_place_that_is_not_there(place):
    with pytest.raises(IndexError):
        STREAM[place]


def test_sent_at_is_aware():
    assert HELD[0].sent_at == datetime(2025, 10, 6, 15, 0, 0, 250_000, UTC)
    assert HELD[0].sent_at.utcoffset() is not None
