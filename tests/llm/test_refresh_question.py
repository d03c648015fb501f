"""What a refresh says before it begins, whom it asks, and what it warns of after."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pytest_imessage_foundry.personas import builtin

ZOE = """
[[personas]]
id = "zoe"
name = "Zoe Lindqvist"
identifier = "+12125550123"
personality = "Plans everything twice."
"""


def test_yes_begins(one_chat, key, server, unproven, typing):
    typing("perhaps\nyes\n")

    assert one_chat.refresh(server) == 0

    assert one_chat.errors.count("begin? [yes/no]") == 2
    assert len(server.bodies) == 1


@pytest.mark.parametrize("answer", ["no\n", "n\n", ""])
def test_no_asks_nothing(answer, one_chat, key, server, typing):
    typing(answer)

    assert one_chat.refresh(server) == 0

    assert "1 call, about" in one_chat.output
    assert one_chat.output.endswith("nothing was asked, nothing was written\n")
    assert not server.bodies
    assert not one_chat.out.exists()
    assert not one_chat.memo.exists()


@pytest.mark.parametrize("word", ["--yes", "--dry-run"])
def test_no_question(word, one_chat, key, server, unproven, typing):
    typing("")

    assert one_chat.refresh(server, word) == 0

    assert "begin?" not in one_chat.errors
    assert len(server.bodies) == (word == "--yes")


def test_a_script_is_not_asked(one_chat, key, server, unproven, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    assert one_chat.refresh(server) == 0

    assert "begin?" not in one_chat.errors


def test_who_is_asked(one_chat, monkeypatch):
    assert one_chat("refresh", "--dry-run") == 0
    assert (
        "asked: provider openai, model gpt-5.4-mini, at https://api.openai.com/v1\n"
        in one_chat.output
    )
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:geheim@localhost:8080/v1")
    monkeypatch.setenv("OPENAI_MODEL", "own-1")
    assert one_chat("refresh", "--dry-run") == 0
    assert "openai, model own-1, at http://localhost:8080/v1\n" in one_chat.output
    assert one_chat("refresh", "--dry-run", "--provider", "acme:Acme") == 0
    assert "asked: provider acme:Acme\n" in one_chat.output


def test_what_is_sent_is_said(one_chat, scenario, key, server, unproven):
    """The plan names the people of one's own; no request holds an address."""
    head, mark, rest = scenario.read_text().partition("[[conv")
    own = ZOE + mark + rest.replace('["mom"]', '["zoe"]')
    scenario.write_text(head + own)

    assert one_chat.refresh(server) == 0

    assert "sent: how 2 people are described (id, name, " in one_chat.output
    assert "among them, as you described them: zoe\n" in one_chat.output
    sent = json.dumps(server.bodies)
    assert "Zoe Lindqvist" in sent
    assert "Plans everything twice." in sent
    assert "5550123" not in sent
    assert builtin.by_id()["alex"].identifier not in sent


def test_built_in_people_are_nobodys_own(one_chat):
    one_chat("refresh", "--dry-run")

    assert "sent: how 2 people" in one_chat.output
    assert "as you described them" not in one_chat.output


OFF = """
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.models import Turn

class Greeter(Provider):
    name = "greeter"
    model = "greeter-1"

    def __init__(self, settings):
        pass

    async def generate(self, ask):
        raise NotImplementedError

    async def generate_messages(self, personas, context, count):
        number = len(context.said)
        return [
            Turn(sender="mom", text="Happy Friday" if n == 9 else f"No. {number + n}")
            for n in range(count)
        ]
"""


@pytest.mark.parametrize(("more", "code"), [([], 0), (["--strict"], 1)])
def test_texts_without_an_anchor_are_warned_of(
    more, code, one_chat, unproven, tmp_path, monkeypatch
):
    (tmp_path / "greeting.py").write_text(OFF)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "greeting", raising=False)

    assert one_chat("refresh", "--provider", "greeting:Greeter", *more) == code

    (made,) = one_chat.conversations
    assert len(made["turns"]) == 20
    assert str(one_chat.pack) in one_chat.errors
    said = f'warning: {made["key"]} turns[9], mom: "Happy Friday" can come on a '
    assert said in one_chat.errors
    assert 'write "when": {"weekdays": ["fri"]} at the turn' in one_chat.errors


def test_texts_that_fit_any_time_are_not(one_chat, key, server, unproven):
    assert one_chat.refresh(server, "--strict") == 0
    assert "warning" not in one_chat.errors
