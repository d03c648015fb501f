"""What both clients leave to their provider is told in the same words."""

from __future__ import annotations

import os
import signal
import time
from importlib.util import find_spec

import pytest
from misbehaving import SECRET, AnthropicServer, Server

from pytest_imessage_foundry.llm import provider_registry

pytestmark = [
    # Whether it is there, without the second that its import takes.
    pytest.mark.skipif(not find_spec("anthropic"), reason="needs the extra anthropic"),
    pytest.mark.usefixtures("hurried", "unproven"),
]
SERVERS = {"openai": Server, "anthropic": AnthropicServer}


@pytest.fixture(params=SERVERS)
def client(request, monkeypatch):
    monkeypatch.setenv(f"{request.param.upper()}_API_KEY", SECRET)
    return request.param


# word → how often it is met, requests, words of the message.
TOLD = {
    "400-plain": (1, 1, "refuses the request (HTTP 400): too many words"),
    "400-text": (1, 1, "refuses the request (HTTP 400): too many words"),
    "error-in-200": (9, 5, "kept failing (HTTP 200): overloaded"),
}


@pytest.mark.parametrize("word", TOLD)
def test_the_reason_that_a_server_gives(word, client, one_chat):
    times, requests, said = TOLD[word]
    with SERVERS[client](*[word] * times) as server:
        assert one_chat.refresh(server) == 2
    assert said in one_chat.errors
    assert len(server.bodies) == requests
    assert "0 calls" in one_chat.output


def test_an_error_that_comes_with_a_success_is_no_answer(client, one_chat):
    with SERVERS[client]("error-in-200") as server:
        assert one_chat.refresh(server) == 0
    assert "1 call, " in one_chat.output
    assert "faults met" not in one_chat.output


def test_a_cut_answer_is_told_of_once(client, one_chat):
    with SERVERS[client](*["cut"] * 3) as server:
        assert one_chat.refresh(server) == 2
    first = one_chat.errors.partition("\nasked")[0]
    assert first.count("without") == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HTTP_PROXY", "ftp://127.0.0.1:1", "Unknown scheme for proxy"),
        ("SSL_CERT_FILE", "/nowhere/at.all", "FileNotFoundError"),
    ],
)
def test_a_wrong_variable_of_the_client(
    variable, value, said, client, one_chat, monkeypatch
):
    monkeypatch.setenv(variable, value)
    with SERVERS[client]() as server:
        # One of the client's own that is half made would end as a warning, an error.
        assert one_chat.refresh(server) == 2
    assert "cannot send a request" in one_chat.errors
    assert said in one_chat.errors
    assert "correct or unset" in one_chat.errors
    assert "install" not in one_chat.errors


def test_a_header_that_cannot_be_sent(one_chat, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_ORG_ID", "Zoë's")
    with Server() as server:
        assert one_chat.refresh(server) == 2
    assert "the client of OpenAI cannot send a request" in one_chat.errors
    assert "OPENAI_…" in one_chat.errors
    assert server.bodies == []


def test_ctrl_c_while_the_library_is_imported(client, one_chat, monkeypatch):
    """pydantic makes an error of its own of a KeyboardInterrupt."""
    load = provider_registry.client

    def interrupted(module, extra):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
        except KeyboardInterrupt:
            raise ValueError("a model cannot be made") from None
        return load(module, extra)

    monkeypatch.setattr(provider_registry, "client", interrupted)
    with SERVERS[client]() as server:
        assert one_chat.refresh(server) == 130
    assert "interrupted" in one_chat.errors
    assert server.bodies == []
