"""A language model writes, or fails to: retry, by hand, or built-in texts."""

from __future__ import annotations

import importlib.util
import json
import shlex
from dataclasses import replace

import pytest
from misbehaving import FAULTS, Server, completion

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm import retry, verify
from pytest_imessage_foundry.personas import library as shelf
from pytest_imessage_foundry.ui import writing
from pytest_imessage_foundry.ui.journal import StoppedError

pytestmark = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("openai", "diskcache"))),
    reason="needs the extra llm",
)
SECRET = "sk-planted-0123456789abcdef"
BO = {
    "name": "Bo Ek",
    "personality": "A retired baker who collects maps.",
    "writing_style": "short",
    "communication_frequency": "low",
    "typical_response_time": "hours",
    "emoji_usage": "none",
    "vocabulary_level": "simple",
    "topics_of_interest": ["maps", "bread"],
}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """No pauses between tries; what databases a text makes is no matter here."""
    monkeypatch.setattr(retry.Patience, "_wait", lambda *_: 0.0)
    monkeypatch.setattr(verify, "verify", lambda *_: "valid")
    for name, person in (("bo", BO), ("cy", {**BO, "name": "Cy Ek"})):
        answer = (200, {}, completion(json.dumps(person)))
        monkeypatch.setitem(FAULTS, name, lambda h, b, answer=answer: answer)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with Server() as running:
        yield running


@pytest.fixture
def asking(left, server):
    """A draft that has the server write."""

    def asking(step="messages", **changes):
        asked = {"writer": "model", "model": "fake-1", "base_url": server.url}
        return left(step, **{**asked, **changes})

    return asking


def in_pack(home):
    pack = store.read(home / "chat.pack.json")
    return {each.request.participants: each for each in pack.conversations}


def phase(person, name):
    return lambda: person.app.screen.phase == name


def states(person):
    return [each.state for each in person.app.screen.journal.chats.values()]


def test_written_and_built(play, asking, server, home):
    asking()

    async def story(person):
        await person.press("enter")
        await person.sees("2 calls, about")
        await person.press("g")
        await person.at("ResultScreen")
        return person.seen()

    seen = play(story)

    assert "--cache chat.pack.json" in seen
    assert len(server.bodies) == 2
    assert {each.provenance.kind for each in in_pack(home).values()} == {"llm"}
    assert validators.validate(home / "chat.db", release="tahoe").ok


def test_turns_show_as_they_come(play, asking, server):
    project = asking()
    chat = replace(project.conversations[0], message_count_target=60)
    asking(conversations=(chat,))
    server.script = ["ok", "slow"]

    async def story(person):
        await person.press("enter", "g")
        await person.sees("30/60")
        await person.sees("writing: 30 of 60 messages")
        await person.sees("▐")  # a bubble
        await person.press("x")
        await person.until(phase(person, "ready"))
        await person.sees("stopped; what was answered is kept")
        server.script = []
        asked = len(server.bodies)
        await person.press("g")
        await person.at("ResultScreen")
        return len(server.bodies) - asked

    assert play(story) == 1  # the first answer was kept


def test_failed_then_again(play, asking, server, home):
    asking()
    server.script = ["refusal"] * 6

    async def story(person):
        await person.press("enter", "g")
        await person.until(phase(person, "trouble"))
        seen = person.seen()
        assert "2 conversations failed" in seen
        assert "the model refused" in seen
        assert "\x1b" not in seen
        for keys in ("r Retry", "m By hand", "f Built-in texts"):
            await person.sees(keys)
        server.script = []
        await person.press("r")
        await person.at("ResultScreen")

    play(story)

    assert len(in_pack(home)) == 2


def test_failed_then_by_hand(play, asking, server, home):
    asking()
    server.script = ["refusal"] * 6

    async def story(person):
        await person.press("enter", "g")
        await person.until(phase(person, "trouble"))
        await person.press("m")
        await person.press("enter")
        await person.sees("an empty message cannot be sent")
        await person.type("[b]Soup[/b] is ready")
        await person.press("enter")
        await person.type("coming")
        await person.press("enter")
        await person.type("oops")
        await person.press("enter", "ctrl+z")
        await person.sees("[b]Soup[/b] is ready")
        await person.sees("2 of 20 messages")
        await person.press("escape")
        assert states(person) == ["written", "failed"]
        await person.press("f")
        await person.at("ResultScreen")
        return person.app.screen._made.command

    _program, *arguments = shlex.split(play(story))
    made = (home / "chat.db").read_bytes()

    assert main([*arguments, "--force"]) == 0
    assert (home / "chat.db").read_bytes() == made
    (typed,) = in_pack(home).values()
    assert typed.provenance.kind == "written"
    assert [(turn.sender, turn.text) for turn in typed.turns] == [
        ("mom", "[b]Soup[/b] is ready"),
        ("alex", "coming"),
    ]
    assert b"Soup" in made


def test_by_hand_needs_a_pack_that_can_be_read(play, asking, server, library):
    asking()
    folder = library.parent / "draft-packs"
    folder.mkdir()
    (folder / "mine.json").write_text("{")

    async def story(person):
        await person.press("enter", "g")
        await person.until(phase(person, "trouble"))
        await person.sees("pack mine.json is refused")
        await person.press("m")
        assert person.screen == "MessagesScreen"
        (folder / "mine.json").unlink()
        await person.press("m")
        assert person.screen == "ByHandScreen"

    play(story)


def test_no_hand_where_nothing_is_said(asking, library):
    project = asking()
    empty = replace(project.conversations[0], message_count_target=0)

    with pytest.raises(FoundryError, match="nothing to type"):
        writing.Hand(project.with_conversation(empty), "mom", library.parent / "packs")


def test_failed_then_built_in_texts(play, asking, server, home):
    asking()
    server.script = ["401"] * 9

    async def story(person):
        await person.press("enter", "g")
        await person.until(phase(person, "trouble"))
        seen = person.seen()
        assert "the model cannot be asked" in seen
        assert SECRET not in seen
        await person.press("f")
        await person.at("ResultScreen")

    play(story)

    assert not (home / "chat.pack.json").exists()
    assert validators.validate(home / "chat.db", release="tahoe").ok


def test_nobody_answers(play, asking, server):
    """A server that is silent is left at once."""
    asking()
    server.script = ["slow", "slow"]

    async def story(person):
        await person.press("enter", "g")
        await person.until(lambda: len(server.bodies) == 2)
        await person.press("escape")
        await person.until(phase(person, "ready"))
        assert person.screen == "MessagesScreen"

    play(story)


def test_what_was_written_survives(play, asking, server, library, home):
    """One conversation done, then the app is gone; the next session asks for the
    other alone."""
    asking()
    server.script = ["ok", "refusal", "refusal", "refusal"]

    async def first(person):
        await person.press("enter", "g")
        await person.until(phase(person, "trouble"))

    play(first)
    server.script, asked = [], len(server.bodies)

    async def second(person):
        await person.press("enter")
        await person.sees("1 call")
        assert sorted(states(person)) == ["waiting", "written"]
        await person.press("g")
        await person.at("ResultScreen")

    play(second)

    assert len(server.bodies) == asked + 1
    assert len(in_pack(home)) == 2


def test_no_secret_is_written(play, asking, server, tmp_path):
    asking(base_url=server.url.replace("http://", "http://me:geheim@"))

    async def story(person):
        await person.press("enter", "g")
        await person.at("ResultScreen")

    play(story)

    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    written = b"".join(each.read_bytes() for each in files)
    assert SECRET.encode() not in written
    assert b"geheim" not in written


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        (None, "OPENAI_API_KEY"),
        ("OPENAI_API_KEY", "✓ gpt-5.4-mini at https://api.openai.com/v1"),
    ],
)
def test_the_key_is_looked_for(play, left, monkeypatch, variable, text):
    left("settings", writer="model")
    if variable:
        monkeypatch.setenv(variable, SECRET)

    async def story(person):
        await person.press("enter")
        await person.sees(text)
        assert SECRET not in person.seen()

    play(story)


def test_an_address_that_is_none(play, left):
    left("settings", writer="model")

    async def story(person):
        await person.press("enter")
        await person.fill("base_url", "http://[")
        await person.press("ctrl+n")
        await person.sees("this is not the address of a server")
        await person.press("escape")
        assert person.screen == "WelcomeScreen"

    play(story)


# --- people -----------------------------------------------------------------


def test_somebody_made_up_and_approved(play, asking, server, library):
    asking("people")
    server.script = ["bo", "cy"]

    async def story(person):
        await person.press("enter", "g", "ctrl+g")
        await person.sees("Bo Ek")
        await person.sees("collects maps")
        await person.press("ctrl+g")
        await person.sees("Cy Ek")
        await person.press("ctrl+s")
        await person.sees("Cy Ek is in your library.")
        return person.app.project.people[-1]

    cy = play(story)

    with shelf.opened(library) as opened:
        (kept,) = opened.personas()
    assert kept.name == cy.name == "Cy Ek"
    assert "somebody other than: Bo Ek" in server.bodies[1]["messages"][0]["content"]


def test_somebody_dropped(play, asking, server, library):
    asking("people")
    server.script = ["bo"]

    async def story(person):
        await person.press("enter", "g", "ctrl+g")
        await person.sees("Bo Ek")
        await person.press("escape")
        assert person.screen == "PeopleScreen"

    play(story)

    with shelf.opened(library) as opened:
        assert opened.personas() == ()


def test_nobody_made_up_so_by_hand(play, asking, server, library):
    asking("people")
    server.script = ["refusal"] * 3 + ["bo"]

    async def story(person):
        await person.press("enter", "g", "ctrl+g")
        await person.sees("no usable persona")
        await person.sees("^g tries again")
        await person.press("ctrl+e")
        await person.fill("name", "Di Ek")
        await person.press("ctrl+s")
        assert person.screen == "PeopleScreen"

    play(story)

    with shelf.opened(library) as opened:
        assert [each.name for each in opened.personas()] == ["Di Ek"]


def test_nobody_waits_for_a_silent_server(play, asking, server, monkeypatch):
    asking("people")
    server.script = ["slow"]
    ends = []
    ask = writing.new_person

    def told(*arguments):
        try:
            return ask(*arguments)
        except BaseException as error:
            ends.append(type(error))
            raise

    monkeypatch.setattr(writing, "new_person", told)

    async def story(person):
        await person.press("enter", "g", "ctrl+g")
        await person.until(lambda: server.bodies)
        await person.press("escape")
        await person.until(lambda: ends)

    play(story)

    assert ends == [StoppedError]
