"""Light and dark, help, palette, sizes, and messages at the pace of reading."""

from __future__ import annotations

import shlex
import time

import pytest

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.db import validators
from pytest_imessage_foundry.ui import journal, themes
from pytest_imessage_foundry.ui.screens import messages_screen
from pytest_imessage_foundry.ui.widgets.command_text import broken
from pytest_imessage_foundry.ui.widgets.key_line import KeyLine
from pytest_imessage_foundry.ui.widgets.step_bar import StepBar


@pytest.mark.parametrize(
    ("said", "look"),
    [("", "dark"), ("15;0", "dark"), ("0;15", "light"), ("0;x", "dark")],
)
def test_the_terminal_says_which_look(monkeypatch, said, look):
    monkeypatch.setenv("COLORFGBG", said)
    assert themes.usual() == look


def contrast(one, other):
    """The contrast of two colours as WCAG 2 counts it."""

    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted([light(one), light(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", themes.THEMES.values(), ids=lambda each: each.name)
def test_texts_can_be_read(theme):
    for ground in (theme.background, theme.surface, theme.panel):
        assert contrast(theme.foreground, ground) > 10
        key = theme.variables["footer-key-foreground"]
        assert contrast(key, ground) > 4.5


def test_a_key_changes_the_look(play):
    async def story(person):
        dark = person.app.current_theme.dark
        await person.press("f2")
        assert person.app.current_theme.dark is not dark
        await person.press("enter", "f2")
        assert person.app.current_theme.dark is dark

    play(story)


def test_help_names_the_keys_of_each_screen(play, left):
    left("conversations")

    async def story(person):
        await person.press("enter", "question_mark")
        await person.sees("Who talks with whom")
        await person.sees("^n")
        await person.press("f1")
        assert person.screen == "ConversationsScreen"
        await person.press("n", "f1")
        await person.sees("A direct conversation has one person")
        await person.press("escape")
        assert person.screen == "ConversationForm"

    play(story)


def test_a_key_in_the_bottom_line_can_be_clicked(play):
    async def story(person):
        line = person.app.screen.query_one(KeyLine)
        unpointed = line.render()
        await person.pilot.hover(KeyLine, offset=(18, 0))
        assert line.pointed.what == "Quit"
        assert line.render() != unpointed
        for widget, column in ((KeyLine, 70), (KeyLine, 18), (StepBar, 18)):
            await person.pilot.hover(widget, offset=(column, 0))
        assert line.pointed is None
        assert line.render() == unpointed
        await person.pilot.click(KeyLine, offset=(70, 0))
        assert person.screen == "WelcomeScreen"
        await person.pilot.click(KeyLine, offset=(2, 0))
        await person.at("SettingsScreen")

    play(story)


def test_the_palette_has_the_keys_of_the_screen(play, left):
    left("conversations")

    async def story(person):
        await person.press("enter", "ctrl+p")
        await person.sees("Search for commands")
        await person.press(*"delete", "enter")
        await person.until(lambda: person.screen == "ConfirmScreen")

    play(story)


def test_scroll_keys_are_named_where_there_is_more(play, left):
    left("people")

    async def story(person):
        await person.press("enter", "down")
        await person.sees("tab to scroll")
        await person.press("tab")
        await person.sees("↑ ↓ scroll, tab back")
        before = person.seen()
        await person.press("down", "down")
        await person.until(lambda: person.seen() != before)

    play(story)


def test_values_stand_below_each_other(play):
    async def story(person):
        await person.press("enter")
        await person.sees("Messages by")
        return person.seen().splitlines()

    lines = play(story)

    labels = ("macOS release", "Write to", "As ", "It is", "Seed", "Messages by")
    places = set()
    for label in labels:
        (line,) = (each for each in lines if each.strip().startswith(label))
        value = line.strip().removeprefix(label).strip().removeprefix("◂ ")
        places.add(line.index(value))
    assert len(places) == 1


@pytest.mark.parametrize("name", [each.name for each in scenarios.built_in()])
def test_each_scenario_can_be_begun(play, name):
    async def story(person):
        await person.press("down", "enter")
        rows = person.app.screen.query_one("#list")
        rows.point_at(name)
        await person.press("enter")
        assert person.screen == "SettingsScreen"
        person.app.project.check()
        return person.app.project

    project = play(story)

    assert project.scenario.life == scenarios.get(name).life
    assert project.conversations == scenarios.get(name).conversations


@pytest.mark.parametrize("name", ["kinds", "empty"])
def test_a_scenario_that_is_built_as_it_stands(play, home, name):
    async def story(person):
        await person.press("down", "enter")
        person.app.screen.query_one("#list").point_at(name)
        await person.press("enter", "ctrl+n")
        await person.sees(f"the scenario {name}")
        await person.press("g")
        await person.until(lambda: person.screen == "ResultScreen", seconds=120)
        return person.app.screen._made.command

    command = play(story)

    assert shlex.split(command)[:7] == (
        f"imessage-foundry build chat.db --macos tahoe --scenario {name}".split()
    )
    assert validators.validate(home / "chat.db", release="tahoe").ok
    assert not (home / "chat.scenario.json").exists()


def test_messages_come_at_the_pace_of_reading(play, left, monkeypatch):
    left()
    monkeypatch.setattr(messages_screen, "PATIENCE", 100)
    monkeypatch.setattr(journal, "_GLANCE", 0.5)

    async def story(person):
        await person.press("enter", "g")
        await person.sees("at the pace of reading")
        chats = person.app.screen.journal.chats
        assert chats["mom"].done < 20
        await person.sees("s Skip")
        start = time.monotonic()
        await person.press("s")
        await person.at("ResultScreen")
        assert time.monotonic() - start < 10 + 40 * 0.5 / 2

    play(story)


def test_nobody_waits_for_ever():
    log = journal.Journal({}, patience=2, followed="a")
    chat = log.chat("a", "A")
    for _ in range(5):
        log.linger(chat, "")
    assert log.patience == 0
    assert not log.is_read


def test_ctrl_n_and_esc_from_the_result(play, left):
    left()

    async def story(person):
        await person.press("enter", "g")
        await person.at("ResultScreen")
        await person.press("escape")
        await person.sees("ctrl+n shows the result")
        await person.press("ctrl+n")
        assert person.screen == "ResultScreen"
        await person.press("escape", "escape")
        assert person.screen == "ConversationsScreen"
        await person.press("ctrl+n")
        assert person.screen == "MessagesScreen"
        await person.press("ctrl+n")  # nothing is made yet, and g is what makes it
        assert person.screen == "MessagesScreen"

    play(story)


@pytest.mark.parametrize("width", [20, 40, 74])
def test_a_broken_command_is_the_same_command(width):
    words = ["prog", "build", "my file", "--macos", "tahoe", "--force", "--", "{db}"]

    lines = broken(words, width)

    # A shell drops what ends a line; `shlex` keeps it.
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == words
    assert all(len(line) <= width for line in lines)
