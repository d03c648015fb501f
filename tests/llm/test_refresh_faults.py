"""Each way in which a server misbehaves, against a real one that does so."""

from __future__ import annotations

import pytest
from misbehaving import SECRET, Server, shape_of

from pytest_imessage_foundry.llm.reply_cache import Memo

pytestmark = pytest.mark.usefixtures("key", "hurried", "unproven")

# What is met once and mended: script → requests, and the fault that is counted.
MENDED = {
    ("429",): (2, None),
    ("429-after",): (2, None),
    ("500",): (2, None),
    ("503", "503"): (3, None),
    ("cut",): (2, None),
    ("fenced",): (1, None),
    ("think",): (1, None),
    ("chatty",): (1, None),
    ("no-usage",): (1, None),
    ("truncated",): (2, "1 unreadable"),
    ("length",): (3, "1 cut off"),
    ("filter",): (2, "1 refused"),
    ("refusal",): (2, "1 refused"),
    ("empty",): (2, "1 unreadable"),
    ("null",): (2, "1 unreadable"),
    ("no-choices",): (2, "1 unreadable"),
    ("odd-choices",): (2, "1 unreadable"),
    ("deep",): (2, "1 unreadable"),
    ("digits",): (2, "1 unreadable"),
    ("same-key",): (2, "1 unreadable"),
    ("few",): (2, "1 short"),
    ("most",): (2, "1 short"),
    ("many",): (1, "50 surplus"),
    ("stranger",): (2, "20 unknown sender"),
    ("twice",): (2, "19 repeated"),
    ("long-text",): (2, "20 too long"),
}


@pytest.mark.parametrize("script", MENDED, ids="-".join)
def test_mended(script, one_chat):
    requests, fault = MENDED[script]
    with Server(*script) as server:
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == requests
    assert len(one_chat.texts()) == 20
    assert (fault or "no fault") in (one_chat.output + "no fault")
    assert ("faults met" in one_chat.output) == bool(fault)
    assert one_chat("status", "--check") == 0


# What no retry mends: script, how often it is met → requests, words of the message.
FINAL = {
    "quota": (1, 1, "no quota left"),
    "401": (1, 1, "refuses the key (HTTP 401)"),
    "404": (1, 1, "knows no such model"),
    "400": (1, 1, "refuses the request (HTTP 400)"),
    "html": (1, 1, "not a model server's"),
    "no-json": (1, 1, "not a model server's"),
    "a-list": (1, 1, "not a model server's"),
    "huge": (1, 1, "larger than 8 MiB"),
    "429-long": (1, 1, "asks to wait 3600 seconds"),
    "429": (9, 5, "kept failing (HTTP 429)"),
    "500": (9, 5, "kept failing (HTTP 500)"),
    "cut": (9, 3, "no answer from the server"),
    "slow": (9, 3, "no answer from the server"),
    "drip": (9, 3, "no answer from the server"),
    "truncated": (9, 3, "no usable answer"),
    "length": (9, 3, "was cut off"),
    "refusal": (9, 3, r"the model refused: I \x1b[31mwill not"),
    "filter": (9, 3, "the model refused: content filter"),
    "empty": (9, 3, "there is no answer"),
    "no-choices": (9, 3, "there is no answer"),
    "stranger": (9, 3, "'Elvis' is not one of alex, mom"),
    "long-text": (9, 3, "over 1000 characters"),
}

# Not to be waited for; whatever else comes, a busy machine has time to send.
PATIENCE = {"slow": ("--timeout", "0.4"), "drip": ("--timeout", "0.4")}


@pytest.mark.parametrize("word", FINAL)
def test_final(word, one_chat):
    times, requests, said = FINAL[word]
    with Server(*[word] * times) as server:
        assert one_chat.refresh(server, *PATIENCE.get(word, ())) == 2
    assert said in one_chat.errors
    assert len(server.bodies) == requests
    assert "Traceback" not in one_chat.errors
    assert "\x1b" not in one_chat.errors + one_chat.output
    assert SECRET not in one_chat.errors + one_chat.output
    assert "is kept" not in one_chat.errors  # nothing was answered
    assert not one_chat.pack.exists()
    # What stood in the way is gone: the same command now does it.
    with Server() as mended:
        assert one_chat.refresh(mended) == 0, one_chat.errors


def test_three_short_answers_end(one_chat):
    """A model that cannot count is bounded: three times the planned calls."""
    with Server(*["few"] * 9) as server:
        code = one_chat.refresh(server)
    assert code == 2
    assert len(server.bodies) == 3
    assert "3 calls gave fewer than 20 messages" in one_chat.errors


def test_a_model_that_repeats_itself_is_told_of(one_chat):
    """After two complaints repeated texts are taken, and the pack says so."""
    with Server(*["twice"] * 3) as server:
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == 3
    (made,) = one_chat.conversations
    assert made["provenance"]["verdict"].endswith("; 19 repeated texts")


def test_a_conversation_that_failed_draws_anew(one_chat):
    """A server that obeys seeds would else say the same for ever."""
    with Server(*["stranger"] * 6) as server:
        assert one_chat.refresh(server) == 2
        assert one_chat.refresh(server) == 2
        assert one_chat.refresh(server) == 0, one_chat.errors
    seeds = [body["seed"] for body in server.bodies]
    assert len(seeds) == len(set(seeds)) == 7
    with Memo(one_chat.memo) as memo:
        assert len(memo) == 0


def test_no_call_beyond_the_bound(one_chat):
    """Not even to ask again: what the last call brings is taken, or it is over."""
    with Server("most", *["twice"] * 9) as server:
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == 3
    (made,) = one_chat.conversations
    assert made["provenance"]["verdict"].endswith("; 4 repeated texts")
    with Server("most", *["stranger"] * 9) as server:
        assert one_chat.refresh(server, "--all") == 2
    assert len(server.bodies) == 3
    assert "'Elvis' is not one of alex, mom" in one_chat.errors


def test_what_is_wrong_is_said_to_the_model(one_chat):
    with Server("stranger") as server:
        assert one_chat.refresh(server) == 0
    first, second = (body["messages"] for body in server.bodies)
    assert second[: len(first)] == first
    assert "'Elvis' is not one of alex, mom" in second[-1]["content"]


def test_cut_off_asks_for_less_with_more_room(one_chat):
    with Server("length") as server:
        assert one_chat.refresh(server) == 0
    counts = [shape_of(b)["properties"]["messages"]["minItems"] for b in server.bodies]
    room = [body["max_completion_tokens"] for body in server.bodies]
    assert counts == [20, 10, 10]
    assert room[1] == 4 * room[0]


def test_controls_never_reach_pack_or_terminal(one_chat):
    with Server("controls") as server:
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert one_chat("show", "mom") == 0
    for text in (*one_chat.texts(), one_chat.output):
        assert not set("\x1b\x07\ufffc\ud800") & set(text)
    assert any("'); --" in text for text in one_chat.texts())
    # What a text may hold but a terminal may not be shown.
    assert any("\u202e" in text for text in one_chat.texts())
    assert "\u202e" not in one_chat.output
    assert r"\u202e" in one_chat.output


def test_no_server(one_chat):
    with Server() as gone:
        url = gone.url
    assert one_chat.refresh(url) == 2
    assert "no answer from the server" in one_chat.errors
    assert "check that it runs" in one_chat.errors


def test_one_bad_conversation_leaves_the_others(foundry):
    with Server("400") as server:
        assert foundry.refresh(server, "--jobs", "1") == 2
    assert "wrote 1 of 2" in foundry.output
    assert len(foundry.conversations) == 1
    assert foundry("status", "--check") == 1


# --- what a server does not take ---------------------------------------------


def form(body):
    return (body.get("response_format") or {}).get("type")


def test_ladder_down_to_plain(foundry):
    """A server that takes neither schemas nor JSON."""
    with Server() as server:
        server.refuses += [
            (
                lambda b: form(b) == "json_schema",
                "response_format is not supported",
                400,
            ),
            (
                lambda b: form(b) == "json_object",
                "'response_format.type' must be text",
                422,
            ),
        ]
        assert foundry.refresh(server, "--jobs", "1") == 0, foundry.errors
    kinds = [form(body) for body in server.bodies]
    # Each rung is tried once, and what was learnt holds for the run.
    assert kinds == ["json_schema", "json_schema", "json_object", None, None, None]
    assert "by this schema" in server.bodies[-1]["messages"][-1]["content"]


def test_ladder_steps_down_on_500_that_names_it(one_chat):
    with Server() as server:
        server.refuses.append(
            (
                lambda body: form(body) == "json_schema",
                "json_schema is not a valid response_format",
                500,
            )
        )
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == 3


@pytest.mark.parametrize("name", ["seed", "max_completion_tokens"])
def test_optional_parameters_are_dropped(name, one_chat):
    with Server() as server:
        text = f"Unsupported parameter: '{name}'"
        server.refuses.append((lambda b: name in b, text, 400))
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == 2
    assert name not in server.bodies[-1]
    assert ("max_tokens" in server.bodies[-1]) == (name == "max_completion_tokens")


def test_schema_is_strict(one_chat, server):
    assert one_chat.refresh(server) == 0
    (body,) = server.bodies
    shape = body["response_format"]["json_schema"]
    assert shape["strict"] is True

    def walk(schema):
        if isinstance(schema, dict):
            assert "$ref" not in schema
            assert "default" not in schema
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert sorted(schema["required"]) == sorted(schema["properties"])
            for each in schema.values():
                walk(each)
        elif isinstance(schema, list):
            for each in schema:
                walk(each)

    walk(shape["schema"])


def test_a_server_that_bounds_no_texts(one_chat):
    """OpenAI's strict mode takes no maxLength: the schema is sent without it."""
    with Server() as server:
        server.refuses.append(
            (
                lambda body: "maxLength" in str(body),
                "Invalid schema for response_format: 'maxLength' is not permitted",
                400,
            )
        )
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert [form(body) for body in server.bodies] == ["json_schema"] * 2
