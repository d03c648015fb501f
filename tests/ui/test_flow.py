"""From the first screen to a database, by keys alone."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.ui import building
from pytest_imessage_foundry.ui.widgets.command_text import CommandText


async def generate(person):
    await person.press("g")
    await person.at("ResultScreen")


def test_five_steps(play, home):
    async def story(person):
        await person.sees("New phone")
        await person.press("enter", "ctrl+n")
        await person.press("down", "space", "down", "space", "ctrl+n")
        await person.press("n", "right")  # a group of all
        await person.fill("group_name", "Parents")
        await person.fill("count", "30")
        await person.press("ctrl+s", "ctrl+n")
        await person.sees("230 messages in 3 conversations")
        await generate(person)
        await person.sees("c Copy command")
        await person.press("c")
        await person.sees("the command is on the clipboard")
        return person.seen()

    seen = play(story)

    assert "✓ valid" in seen
    assert str(home / "chat.db")[:50] in seen
    assert "imessage-foundry build chat.db --macos tahoe" in seen
    assert validators.validate(home / "chat.db", release="tahoe").ok
    with closing(sqlite3.connect(home / "chat.db")) as connection:
        names = connection.execute("SELECT display_name FROM chat").fetchall()
        (count,) = connection.execute(
            "SELECT count(*) FROM message WHERE associated_message_type = 0"
        ).fetchone()
    assert {name for (name,) in names} > {"Parents"}
    assert count == 230


def test_the_command_makes_the_same(play, left, home):
    left()

    async def story(person):
        await person.press("enter")
        await generate(person)
        return person.app.screen._made.command

    program, *arguments = shlex.split(play(story))
    made = (home / "chat.db").read_bytes()

    assert program == "imessage-foundry"
    (home / "chat.db").unlink()
    assert main(arguments) == 0
    assert (home / "chat.db").read_bytes() == made


def test_no_command_of_the_result_replaces_a_file(play, left, home, capsys):
    left()

    async def story(person):
        await person.press("enter")
        await generate(person)
        texts = [each.command for each in person.app.screen.query(CommandText)]
        return [shlex.split(each)[1:] for each in texts]

    build, preview = play(story)
    mine = (home / "chat.db", home / "chat.html")
    for path, arguments in zip(mine, (build, preview), strict=True):
        path.write_text("mine")
        assert main(arguments) == 2
        assert f"{path.name} is there already" in capsys.readouterr().err
        assert path.read_text() == "mine"
        path.unlink()
        assert main(arguments) == 0


def test_settings_reach_the_build(play, home):
    async def story(person):
        await person.press("down", "enter", "down", "enter", "enter")
        await person.press("right")  # the next release
        await person.fill("output", "phone")
        await person.press("down", "right")  # a home folder
        await person.press("down", "right")  # carried along
        await person.fill("seed", "7")
        await person.press("ctrl+n", "ctrl+n", "ctrl+n")
        await generate(person)
        return person.app.screen._made.command

    command = play(story)

    assert "--macos golden-gate" in command
    assert command.endswith("--seed 7 --layout home --migrated")
    path = home / "phone" / "Library" / "Messages" / "chat.db"
    assert validators.validate(path, release="golden-gate").ok
    assert (home / "phone" / "Library" / "Application Support").is_dir()


@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_file_that_is_there(play, left, home, answer):
    left()
    (home / "chat.db").write_text("mine")

    async def story(person):
        await person.press("enter", "g")
        await person.sees("chat.db")
        assert person.screen == "ConfirmScreen"
        await person.press(answer)
        if answer == "y":
            await person.at("ResultScreen")
        else:
            assert person.screen == "MessagesScreen"

    play(story)

    is_mine = (home / "chat.db").read_bytes() == b"mine"
    assert is_mine == (answer == "n")


def test_a_file_that_comes_while_it_is_built(play, left, home, monkeypatch):
    left()
    told = building._bubble

    def meanwhile(*arguments):
        (home / "chat.db").write_text("mine")
        return told(*arguments)

    monkeypatch.setattr(building, "_bubble", meanwhile)

    async def story(person):
        await person.press("enter", "g")
        await person.sees("is there by now")
        await person.press("g")
        assert person.screen == "ConfirmScreen"

    play(story)

    assert [each.name for each in home.iterdir()] == ["chat.db"]
    assert (home / "chat.db").read_text() == "mine"


def test_enter_alone_replaces_nothing(play, left, home):
    left()
    (home / "chat.db").write_text("mine")

    async def story(person):
        await person.press("enter", "g", "enter")
        assert person.screen == "MessagesScreen"

    play(story)

    assert (home / "chat.db").read_text() == "mine"


@pytest.fixture
def many(left, monkeypatch):
    """A draft that takes half a minute to build."""
    project = left()
    first, *others = project.conversations
    first = replace(first, message_count_target=3000)
    left(conversations=(first, *others))
    told = building._bubble

    def slowly(*arguments):
        time.sleep(0.01)
        return told(*arguments)

    monkeypatch.setattr(building, "_bubble", slowly)


def under_way(person):
    chats = person.app.screen.journal.chats.values()
    return sum(each.done for each in chats) > 5


def test_stopped_leaves_nothing(play, many, home):
    async def story(person):
        await person.press("enter", "g")
        await person.until(lambda: under_way(person))
        assert list(home.glob(".chat.db.*.making"))
        await person.press("x")
        await person.until(lambda: person.app.screen.phase == "ready")
        await person.sees("stopped; nothing is left")

    play(story)

    assert list(home.iterdir()) == []


def test_the_app_is_left_while_it_builds(play, many, home):
    async def story(person):
        await person.press("enter", "g")
        await person.until(lambda: under_way(person))

    play(story)

    assert list(home.iterdir()) == []


def test_escape_goes_all_the_way_back(play, left):
    left()

    async def story(person):
        await person.press("enter")
        went = [person.screen]
        while person.screen != "WelcomeScreen":
            await person.press("escape")
            went.append(person.screen)
        await person.sees("Continue")
        return went

    assert play(story) == [
        "MessagesScreen",
        "ConversationsScreen",
        "PeopleScreen",
        "SettingsScreen",
        "WelcomeScreen",
    ]


def test_wrong_settings_are_named(play, home):
    async def story(person):
        await person.press("enter")
        await person.fill("seed", "many")
        await person.press("ctrl+n")
        await person.sees("'many' is no number")
        await person.fill("seed", "1")
        await person.fill("output", ".")
        await person.press("ctrl+n")
        await person.sees("name a file in it")
        assert person.screen == "SettingsScreen"

    play(story)


def test_wrong_conversations_are_named(play):
    async def story(person):
        await person.press("enter", "ctrl+n", "ctrl+n")
        await person.sees("nobody takes part yet")
        await person.press("down", "space", "ctrl+n")
        await person.press("d", "y", "ctrl+n")
        await person.sees("there is no conversation yet")
        await person.press("escape", "ctrl+n", "ctrl+n")  # it does not come back
        await person.sees("there is no conversation yet")
        await person.press("n", "shift+tab", "space", "ctrl+s")
        await person.sees("nobody is in this conversation")
        await person.press("space")
        for field, text, problem in (
            ("count", "few", "no number of messages"),
            ("count", "99999999999", "message_count_target"),
            ("start", "soon", "no day"),
        ):
            before = person.app.screen.query_one(f"#{field}").value
            await person.fill(field, text)
            await person.press("ctrl+s")
            await person.sees(problem)
            await person.fill(field, before)
        await person.fill("start", "2025-02-01")
        await person.fill("end", "2025-01-01")
        await person.press("ctrl+s")
        await person.sees("start: is not before the end")
        await person.fill("end", "2025-03-01")
        await person.fill("theme", "the boat")
        await person.press("ctrl+s")
        await person.sees("2025-02-01 to 2025-03-01")
        await person.sees("the boat")

    play(story)


def test_a_conversation_changed_and_deleted(play, left):
    left("conversations")

    async def story(person):
        await person.press("enter", "end", "enter")
        await person.sees("Edit a conversation")
        await person.fill("group_name", "The Carvers")
        await person.press("ctrl+s")
        await person.sees("The Carvers")
        await person.press("enter", "left", "ctrl+s")  # with one person alone
        await person.sees("direct, over iMessage")
        assert person.app.project.conversations[1].participants == ("mom",)
        await person.press("d", "y")
        return person.app.project.conversations

    assert [each.id for each in play(story)] == ["mom"]


def test_a_session_goes_on(play, left, library, home):
    """What a session leaves that ended without a word: its draft alone."""
    left("conversations")

    async def first(person):
        await person.press("enter", "ctrl+n")

    play(first)
    draft = json.loads((library.parent / "draft.json").read_text())
    assert draft["project"]["step"] == "messages"

    async def second(person):
        await person.sees("2 people, 2 conversations, tahoe, chat.db")
        await person.press("enter")
        assert person.screen == "MessagesScreen"
        await generate(person)
        await person.press("h")
        assert person.screen == "WelcomeScreen"
        await person.sees("▸ Continue")

    play(second)

    assert validators.validate(home / "chat.db", release="tahoe").ok


def test_a_new_phone_asks_before_it_drops_the_draft(play, left):
    left()

    async def story(person):
        await person.press("down", "enter")
        assert person.screen == "ConfirmScreen"
        await person.press("enter")
        assert person.screen == "WelcomeScreen"
        await person.press("enter", "y")
        assert person.screen == "SettingsScreen"
        return person.app.project.conversations

    assert play(story) == ()


def test_a_broken_draft_is_set_aside(play, library):
    library.parent.mkdir()
    (library.parent / "draft.json").write_text('{"version": 1, "project": {"seed": ')

    async def story(person):
        await person.sees("the draft was broken and is set aside")
        assert "Continue" not in person.seen()

    play(story)

    assert (library.parent / "draft.broken.json").exists()


def test_a_release_that_is_none(play, left, home):
    """A draft that somebody else wrote may ask for anything."""
    left("settings", release="ventura")

    async def story(person):
        await person.press("enter")
        await person.sees("◂ ventura ▸")
        await person.press("ctrl+n", "ctrl+n", "ctrl+n", "g")
        await person.sees("unknown macOS release 'ventura'")
        await person.sees("nothing was built")

    play(story)

    assert list(home.iterdir()) == []


def test_without_colour(play, monkeypatch):
    """Where the cursor, the focus and the step are can be read from characters."""
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(person):
        await person.sees("▸ New phone")
        await person.press("enter")
        await person.sees("[1 Settings]")
        await person.sees("◂ macOS 26 Tahoe")
        await person.press("ctrl+n", "down", "space")
        await person.sees("▸ [x]  Linda Carver")
        picture = person.app.export_screenshot()
        return set(re.findall("#[0-9a-f]{6}", picture.lower()))

    colours = play(story)

    drawn_by_the_frame = {"#ff5f57", "#febc2e", "#28c840", "#c5c8c6"}
    assert {c for c in colours if len({c[1:3], c[3:5], c[5:7]}) > 1} <= (
        drawn_by_the_frame
    )


def test_nothing_is_cut_off(play):
    """Keys, titles and hints fit 80 columns on each screen."""

    async def story(person):
        ends = {}

        async def look():
            last = "q Quit" if person.screen == "WelcomeScreen" else "esc Back"
            await person.sees(last)
            ends[person.screen] = person.seen().splitlines()[-1].rstrip()

        await look()
        await person.press("enter")
        await look()
        await person.press("ctrl+n", "down", "space")
        await look()
        await person.press("n")
        await look()
        await person.press("escape", "g")
        await look()
        await person.press("escape", "ctrl+n")
        await look()
        await person.press("n", "shift+tab", "space")
        await look()
        await person.press("ctrl+s", "ctrl+n")
        await look()
        return ends

    ends = play(story)

    assert len(ends) == 8
    for screen, keys in ends.items():
        assert keys.endswith(("q Quit", "esc Back")), screen
        assert len(keys) <= 80, screen
