"""What the strategies draw is valid, says how to write it by hand, and goes away."""

from __future__ import annotations

import gc
import subprocess
import sys
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.strategies import (
    conversations,
    databases,
    messages,
    texts,
)

FEW = settings(max_examples=15, deadline=None)
# What `find` returns needs no explanation, which takes far longer than to shrink it.
SHRUNK = settings(database=None, phases=(Phase.generate, Phase.shrink))


@FEW
@given(st.sampled_from(schema.ALL).flatmap(databases))
def test_each_database_is_valid(chat_db):
    assert chat_db.report().ok
    assert chat_db.version in schema.ALL


@FEW
@given(conversations())
def test_the_lines_by_hand_write_the_same(exchange):
    drawn, by_hand = ChatDBBuilder(), ChatDBBuilder()
    exchange.write(drawn)
    exec("\n".join(exchange.script()), {"chat_db_builder": by_hand})

    assert by_hand.conversations() == drawn.conversations()
    assert sum(len(each.messages) for each in drawn.conversations()) == len(
        exchange.messages
    )


def test_own_texts_and_limits():
    @FEW
    @given(conversations(st.just("Hi"), max_messages=2, max_people=1))
    def small(exchange):
        assert {each.text for each in exchange.messages} <= {"Hi"}
        assert len(exchange.messages) <= 2
        assert exchange.people == 1

    small()
    with pytest.raises(FoundryError, match="choose from 1 to 4"):
        find(conversations(max_people=9), lambda _: True)


def test_the_simplest_message_is_what_it_shrinks_to():
    simplest = find(messages(), lambda _: True, settings=SHRUNK)
    assert repr(simplest).startswith("Utterance(text='0', sender=0, storage='both'")


@pytest.mark.parametrize("seed", range(8))
def test_texts_shrink_to_the_shortest_that_fails(seed):
    def longest(exchange):
        texts = [(each.text, each.edited or "") for each in exchange.messages]
        return max((len(text) for both in texts for text in both), default=0)

    shortest = find(
        conversations(),
        lambda exchange: longest(exchange) >= 4,
        settings=SHRUNK,
        random=Random(seed),
    )
    assert longest(shortest) == 4


def test_texts_of_every_edge_are_drawn():
    lengths = set()

    @settings(max_examples=300, deadline=None, database=None)
    @given(texts())
    def draw(text):
        lengths.add(len(text.encode()))

    draw()
    assert lengths >= {127, 128, 255, 256, 32_767, 32_768}


def test_a_folder_goes_with_its_database():
    places = []

    @settings(max_examples=3, deadline=None)
    @given(databases())
    def draw(chat_db):
        places.append(chat_db.path.parent)
        assert chat_db.path.exists()

    draw()
    gc.collect()
    assert places
    assert not [place for place in places if place.exists()]


def test_a_failure_prints_the_lines_by_hand(pytester, plain_run):
    pytester.makepyfile("""
        from hypothesis import Phase, given, settings
        from pytest_imessage_foundry.strategies import conversations, databases

        @settings(deadline=None, database=None, derandomize=True,
                  phases=(Phase.generate, Phase.shrink))
        @given(databases(conversation=conversations(max_messages=2, max_people=1)))
        def test_no_tapback(chat_db):
            assert not any(each.tapbacks for each in chat_db.messages)
    """)

    result = plain_run("-q")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*# the same by hand:*",
            "*p0 = chat_db_builder.person('Alex Doe')",
            "*chat = chat_db_builder.direct(p0)",
            "*m[01] = chat.send('0').tapback('loved')",
        ]
    )
    result.stdout.no_fnmatch_line("*m2 = *")


def test_without_hypothesis_the_extra_is_named():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import pytest_imessage_foundry.strategies"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pytest-imessage-foundry[hypothesis]" in done.stderr
