"""The same faults by way of Anthropic's own client and API."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from misbehaving import SECRET, AnthropicServer

pytestmark = [
    # Whether it is there, without the second that its import takes.
    pytest.mark.skipif(not find_spec("anthropic"), reason="needs the extra anthropic"),
    pytest.mark.usefixtures("hurried", "unproven"),
]


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)


# What is met once and mended: word → requests, and the fault that is counted.
MENDED = {
    "429": (2, None),
    "429-after": (2, None),
    "500": (2, None),
    "cut": (2, None),
    "fenced": (1, None),
    "no-usage": (1, None),
    "truncated": (2, "1 unreadable"),
    "length": (3, "1 cut off"),
    "filter": (2, "1 refused"),
    "refusal": (2, "1 refused"),
    "empty": (2, "1 unreadable"),
    "null": (2, "1 unreadable"),
    "no-choices": (2, "1 unreadable"),
    "odd-choices": (2, "1 unreadable"),
    "few": (2, "1 short"),
    "many": (1, "50 surplus"),
    "stranger": (2, "20 unknown sender"),
    "twice": (2, "19 repeated"),
}


@pytest.mark.parametrize("word", MENDED)
def test_mended(word, one_chat):
    requests, fault = MENDED[word]
    with AnthropicServer(word) as server:
        assert one_chat.refresh(server) == 0, one_chat.errors
    assert len(server.bodies) == requests
    assert len(one_chat.texts()) == 20
    assert (fault or "no fault") in (one_chat.output + "no fault")
    assert ("faults met" in one_chat.output) == bool(fault)


# What no retry mends: word → how often it is met, requests, words of the message.
FINAL = {
    "401": (1, 1, "refuses the key (HTTP 401)"),
    "404": (1, 1, "knows no such model"),
    "400": (1, 1, "refuses the request (HTTP 400)"),
    "html": (1, 1, "not a model server's"),
    "no-json": (1, 1, "not a model server's"),
    "429-long": (1, 1, "asks to wait 3600 seconds"),
    "500": (9, 5, "kept failing (HTTP 500)"),
    "cut": (9, 3, "no answer from the server"),
    "slow": (9, 3, "no answer from the server"),
    "drip": (9, 3, "no answer from the server"),
    "refusal": (9, 3, r"the model refused: I \x1b[31mwill not"),
    "length": (9, 3, "was cut off"),
    "empty": (9, 3, "there is no answer"),
}

# Not to be waited for; whatever else comes, a busy machine has time to send.
PATIENCE = {"slow": ("--timeout", "0.4"), "drip": ("--timeout", "0.4")}


@pytest.mark.parametrize("word", FINAL)
def test_final(word, one_chat):
    times, requests, said = FINAL[word]
    with AnthropicServer(*[word] * times) as server:
        assert one_chat.refresh(server, *PATIENCE.get(word, ())) == 2
    assert said in one_chat.errors
    assert len(server.bodies) == requests
    assert SECRET not in one_chat.errors + one_chat.output
    assert not one_chat.pack.exists()


def test_credit_that_has_run_out(one_chat):
    """Anthropic says so with 400, and no other call would fare better."""
    with AnthropicServer() as server:
        said = "Your credit balance is too low to access the Anthropic API"
        server.refuses.append((lambda body: True, said, 400))
        assert one_chat.refresh(server) == 2
    assert "no quota left" in one_chat.errors
    assert len(server.bodies) == 1


def test_what_is_asked(one_chat):
    with AnthropicServer() as server:
        assert one_chat.refresh(server) == 0
    (body,) = server.bodies
    system, user = body["messages"]
    assert "text message conversations" in system["content"]
    assert "exactly 20" in user["content"]
    assert "minItems" not in str(body["output_config"])
    assert body["max_tokens"] == 2000
    assert "100 tokens sent and 50 received" in one_chat.output


def test_a_model_that_takes_no_schema(foundry):
    with AnthropicServer() as server:
        said = "output_config: Extra inputs are not permitted"
        server.refuses.append((lambda body: "output_config" in body, said, 400))
        assert foundry.refresh(server, "--jobs", "1") == 0, foundry.errors
    # Learnt once: three batches, and one request that was refused.
    assert len(server.bodies) == 4
    assert "by this schema" in server.bodies[-1]["messages"][-1]["content"]
