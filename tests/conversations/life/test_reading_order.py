"""Whoever answers or reacts has read all that came before in the chat."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby
from operator import itemgetter

import pytest
from lives import USUAL, built, truth

# What is said otherwise on purpose: the row is elsewhere, came later than its date,
# was written elsewhere, or has no exact dates.
_STATED = ("arrived", "chatless", "also_in", "from_other_device", "in_seconds")
_STATED += ("delivered_flag_only", "deleted")
_HISTORIES = [
    *(("default", None, seed) for seed in range(3)),
    *(("lived-in", None, seed) for seed in range(3)),
    *(("busy-group", 2_000, seed) for seed in (0, 31, 777)),
]
_ROWS = """
    SELECT j.chat_id, m.guid, m.date, m.date_read, m.is_from_me,
           m.associated_message_type AS pointer
    FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID
    WHERE m.item_type = 0 ORDER BY j.chat_id, m.date, m.ROWID
"""


def _usual_or_sweep(history):
    """One seed of a scenario in `make test`: others make its file, too."""
    marks = () if history[2] == USUAL["tahoe"] else pytest.mark.sweep
    return pytest.param(history, marks=marks, id=f"{history[0]}-{history[2]}")


@pytest.fixture(scope="module", params=[*map(_usual_or_sweep, _HISTORIES)])
def chats(request):
    """The rows of each chat, in order of date, but those of stated states."""
    scenario, messages, seed = request.param
    stated = _stated(truth(scenario, "tahoe", seed, messages))
    path = built(scenario, "tahoe", seed, messages)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [row for row in connection.execute(_ROWS) if row["guid"] not in stated]
    return [list(each) for _, each in groupby(rows, key=itemgetter("chat_id"))]


def _stated(chats):
    messages = [message for chat in chats for message in chat.messages]
    return {
        each.guid
        for each in messages
        if any(getattr(each.traits, name) for name in _STATED)
    }


def _received(row):
    return not row["is_from_me"] and not row["pointer"]


def _late(rows, is_opening):
    """Yield the received messages that are read after the chat was opened, by the
    rows that say so, or never."""
    opened = None
    for row in reversed(rows):
        if is_opening(row):
            opened = row["date"]
        elif opened and _received(row) and not 0 < row["date_read"] <= opened:
            yield tuple(row)


def test_what_the_owner_answers_was_read(chats):
    late = [each for rows in chats for each in _late(rows, _is_answer)]
    assert any(_is_answer(row) for rows in chats for row in rows)
    assert not late


def _is_answer(row):
    return row["is_from_me"] and not row["pointer"]


def test_what_came_before_an_own_reaction_was_read(chats):
    late = [each for rows in chats for each in _late(rows, _is_reaction)]
    assert any(_is_reaction(row) for rows in chats for row in rows)
    assert not late


def _is_reaction(row):
    return row["is_from_me"] and row["pointer"] >= 2000


def test_opening_a_chat_reads_all_of_it(chats):
    before = []
    for rows in chats:
        soonest = None
        for row in filter(_received, reversed(rows)):
            read = row["date_read"]
            if soonest and not 0 < read <= soonest:
                before.append(tuple(row))
            if read:
                soonest = min(read, soonest or read)
    assert not before


def test_the_last_messages_of_some_chats_stay_unread(chats):
    ends = [[*filter(_received, rows)][-1:] for rows in chats]
    if len(chats) > 10:
        assert any(end and not end[0]["date_read"] for end in ends)
