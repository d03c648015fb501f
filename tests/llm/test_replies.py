"""From answers to turns: whatever a model says, what comes out fits a pack."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.conversations.packs.pack_checks import Flaw
from pytest_imessage_foundry.llm import persona_writer, replies
from pytest_imessage_foundry.llm.replies import ReplyReader
from pytest_imessage_foundry.models import ConversationConfig
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.terminal import escaped

ALEX, MOM = builtin.by_id()["alex"], builtin.by_id()["mom"]
GOOD = {"sender": "mom", "text": "Hello", "new_topic": True, "tapback": "loved"}


def read(lines, count=1, service="iMessage"):
    answer = lines if isinstance(lines, str) else json.dumps({"messages": lines})
    return ReplyReader((ALEX, MOM), (), service).read(answer, count)


@pytest.mark.parametrize(
    "answer",
    [
        '{"a": [1]}',
        'text {"a": [1]} text',
        '```json\n{"a": [1]}\n```',
        '<think>{"a": 2}</think>{"a": [1]}',
        '<THINKING>x</THINKING>\n\n{"a": [1]}',
        'reasoning without an opening mark</think>{"a": [1]}',
        'See [1, then: {"a": [1]}',
    ],
)
def test_extract(answer):
    assert replies.extract(answer) == {"a": [1]}


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no",
        "<think>x</think>",
        '{"a": [1',
        '{"a": NaN}',
        "[" * 9999,
        '{"a":1,"a":2}',
    ],
)
def test_nothing_to_extract(answer):
    with pytest.raises(Flaw):
        replies.extract(answer)


def test_a_turn():
    (turn,) = read([GOOD]).turns
    assert (turn.sender, turn.text, turn.opens) == ("mom", "Hello", True)
    assert [(r.sender, r.name) for r in turn.reactions] == [("alex", "loved")]


def test_plain_texts_have_no_tapbacks():
    (turn,) = read([GOOD], service="SMS").turns
    assert not turn.reactions


@pytest.mark.parametrize("sender", ["MOM", " mom ", "Linda Carver", "linda carver"])
def test_whom_a_model_means(sender):
    (turn,) = read([{**GOOD, "sender": sender}]).turns
    assert turn.sender == "mom"


def test_a_name_that_two_share_means_neither():
    twin = replace(MOM, id="mum")
    batch = ReplyReader((ALEX, MOM, twin), (), "iMessage").read(
        json.dumps([{**GOOD, "sender": MOM.name}]), 1
    )
    assert not batch.turns
    assert batch.faults["unknown sender"] == 1


ODD = [None, 1, [], {}, {"sender": 1, "text": "a"}, {"sender": "mom", "text": None}]


@pytest.mark.parametrize("line", ODD, ids=repr)
def test_odd_lines_are_left_out(line):
    batch = read([line, GOOD], count=2)
    assert len(batch.turns) == 1
    assert batch.faults["malformed"] == 1
    assert batch.problem


@pytest.mark.parametrize("word", ["hearted", "sticker", "", None])
def test_unknown_tapbacks_are_none(word):
    (turn,) = read([{**GOOD, "tapback": word}]).turns
    assert not turn.reactions


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
SENDER = st.sampled_from(["mom", "alex", "Linda Carver", "Elvis"]) | JSON
TEXT = st.text(alphabet=st.characters(), max_size=60) | JSON
LINE = st.fixed_dictionaries(
    {"sender": SENDER, "text": TEXT},
    optional={"new_topic": st.booleans() | JSON, "tapback": st.text() | JSON},
)
# Of drawn lines few are usable, and what is wrong with a batch needs several of them.
USABLE = st.fixed_dictionaries(
    {
        "sender": st.sampled_from(["mom", "alex", "Linda Carver"]),
        "text": st.text(alphabet=st.characters(), max_size=60),
    }
)
LINES = st.lists(USABLE | LINE, max_size=8)
ANSWER = (
    LINES.map(lambda lines: json.dumps({"messages": lines}))
    | LINES.map(lambda lines: f"<think>{lines}</think>{lines}")
    | st.text(max_size=200)
    | JSON.map(json.dumps)
)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(ANSWER, st.integers(1, 6))
def test_any_answer_makes_turns_that_a_pack_holds(answer, count):
    batch = ReplyReader((ALEX, MOM), (), "iMessage").read(answer, count)
    assert len(batch.turns) <= count
    assert len(batch.turns) == count or batch.problem
    assert batch.problem.isprintable()
    if batch.turns:
        held(batch.turns)


def held(turns):
    """Whether a pack of these turns reads back as it was written."""
    config = ConversationConfig(id="mom", participants=("mom",))
    request = store.request_of(config, (ALEX, MOM))
    origin = store.Provenance(kind="llm", date="2026-11-22", verdict="valid")
    cached = store.Cached.of(request, origin, turns)
    text = store.dumps(store.Pack(name="p", conversations=(cached,)))
    pack = store._parse(text.encode(), store.Path("p.json"))
    first, *later = turns
    # The first turn of a conversation opens, whether its line says so or not.
    assert pack.conversations[0].turns == (replace(first, opens=True), *later)
    assert pack.conversations[0].lines == cached.lines


TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\u2028"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.text(max_size=20) | st.sampled_from(TURNING)).map("".join))
def test_nothing_shown_is_obeyed(text):
    shown = escaped(text)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert not set(shown) & set(TURNING)
    shown.encode()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(ANSWER | JSON.map(lambda each: json.dumps({"name": each})))
def test_any_answer_is_a_persona_or_a_complaint(answer):
    sketch, problem = persona_writer.read(answer)
    assert (sketch is None) == bool(problem)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_any_damage_to_a_generated_pack_is_refused_or_read(data):
    """Bytes changed, dropped and doubled in a pack as a refresh writes it."""
    raw = bytearray(GENERATED)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw) - 1))
        end = min(len(raw), start + data.draw(st.integers(0, 40)))
        raw[start:end] = data.draw(
            st.binary(max_size=4) | st.just(bytes(raw[start:end]) * 2)
        )
    try:
        pack = store._parse(bytes(raw), store.Path("p.json"))
    except store.FoundryError as error:
        refusal = str(error)
    else:
        refusal = "p.json"
        for each in pack.conversations:
            held(each.turns)
    assert "p.json" in refusal
    assert refusal.replace("\n", "").isprintable()


def _generated():
    lines = [{**GOOD, "text": f"Hello {n}", "sender": "mom"} for n in range(12)]
    turns = read(lines, count=12).turns
    config = ConversationConfig(id="mom", participants=("mom",), theme="a walk")
    origin = store.Provenance(kind="llm", date="2026-11-22", verdict="valid", model="m")
    cached = store.Cached.of(store.request_of(config, (ALEX, MOM)), origin, turns)
    return store.dumps(store.Pack(name="p", conversations=(cached,))).encode()


GENERATED = _generated()
