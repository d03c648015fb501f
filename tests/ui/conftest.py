"""Somebody at the keyboard of the app, and a home of their own."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import time
from pathlib import Path

import pytest

# The server that misbehaves is a helper of the tests of refreshes.
sys.path.insert(0, str(Path(__file__).parents[1] / "llm"))
if not importlib.util.find_spec("textual"):
    collect_ignore_glob = ["test_*.py"]

SIZE = (80, 24)
_VARIABLES = [
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "ANTHROPIC_API_KEY"),
    *("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "ANTHROPIC_MODEL", "NO_COLOR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"),
    *("all_proxy", "IMESSAGE_FOUNDRY_DB", "TEXTUAL_ANIMATIONS"),
]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A folder to work in; nothing of whoever runs this is seen."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    if importlib.util.find_spec("textual"):
        from pytest_imessage_foundry.ui.screens import messages_screen

        # Nobody reads along, but for the tests of that.
        monkeypatch.setattr(messages_screen, "PATIENCE", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def library(tmp_path):
    return tmp_path / "data" / "foundry.db"


class Person:
    """Presses keys and looks at the screen."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        self._drawn = []

    async def press(self, *keys):
        from textual.events import Key

        for key in keys:
            self.app.post_message(Key(key, " " if key == "space" else None))
            await self.rest()

    async def type(self, text):
        """Type all of it at once, as a terminal hands over what is pasted."""
        from textual.events import Paste

        self.app.post_message(Paste(text))
        await self.rest()

    async def fill(self, field, text):
        """Type into a field, in place of what was there."""
        self.app.screen.query_one(f"#{field}").focus()
        await self.press("end", "ctrl+u")
        await self.type(text)

    async def rest(self):
        """Wait until nothing is left to do but what clocks and threads bring about.

        Textual's own `pilot` waits until the process has used next to no CPU for a
        fiftieth of a second, three times for each key. What the loop still has to run
        says the same at once, and for sure where other processes need the CPU too.
        """
        ready = asyncio.get_running_loop()._ready
        while True:
            await asyncio.sleep(0)
            if not ready:
                await self.app.animator.wait_until_complete()
                # Else a clock does it, 60 times a second.
                self.app.screen._on_timer_update()
                if not ready:
                    break

    async def until(self, condition, seconds=20):
        """Wait for something that a thread brings about."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it never came to that:\n{self.seen()}"
            await asyncio.sleep(0.02)
            await self.rest()
        await self.rest()

    async def sees(self, text):
        """Wait for a text on the screen: keys are drawn a moment later."""
        await self.until(lambda: text in self.seen())

    async def at(self, screen):
        await self.until(lambda: self.screen == screen)

    @property
    def screen(self):
        return type(self.app.screen).__name__

    @property
    def notice(self):
        return self.app.screen.notice.text

    def seen(self):
        """The characters on the screen, line by line."""
        compositor = self.app.screen._compositor
        if compositor._dirty_regions:
            under = self.app._background_screens
            self._drawn = compositor.render_update(full=True, screen_stack=under).strips
        return "\n".join("".join(each.text for each in line) for line in self._drawn)


@pytest.fixture
def left(library, home):
    """Leave a draft, as if somebody had come as far as a step."""

    def left(step="messages", **changes):
        from pytest_imessage_foundry.models import ConversationConfig
        from pytest_imessage_foundry.personas import builtin
        from pytest_imessage_foundry.ui.project import Project
        from pytest_imessage_foundry.ui.project_draft import ProjectDraft

        known = builtin.by_id()
        chats = (
            ConversationConfig(
                id="mom", participants=("mom",), message_count_target=20
            ),
            ConversationConfig(
                id="parents",
                name="Parents",
                participants=("mom", "dad"),
                chat_type="group",
                message_count_target=20,
            ),
        )
        usual = {
            "output": str(home / "chat.db"),
            "personas": (known["alex"], known["mom"], known["dad"]),
            "conversations": chats,
            "step": step,
        }
        project = Project(**{**usual, **changes})
        ProjectDraft(library.parent).save(project)
        return project

    return left


@pytest.fixture
def _drawn_when_seen(monkeypatch):
    """Draw a screen when somebody looks at it, and what a story ends with.

    On a terminal each change is drawn, which takes a third of the time of a story
    though nobody sees it; test_terminal.py tests that."""
    from textual._compositor import Compositor

    draw = Compositor.render_update

    def if_whole(compositor, full=False, **how):
        return draw(compositor, full, **how) if full else None

    monkeypatch.setattr(Compositor, "render_update", if_whole)


@pytest.fixture(scope="session")
def _rules():
    """The parsed rules of each style sheet."""
    return {}


@pytest.fixture
def _parsed_once(monkeypatch, _rules):
    """Parse the style sheets once for all apps: that is a third of an app's start."""
    from textual.css.stylesheet import Stylesheet

    parse = Stylesheet._parse_rules

    def parsed(sheet, css, **how):
        key = (css, frozenset(sheet._variables.items()), *sorted(how.items()))
        if key not in _rules:
            _rules[key] = parse(sheet, css, **how)
        return _rules[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parsed)


@pytest.fixture
def play(library, _drawn_when_seen, _parsed_once):
    """Run a story: an async function that gets a Person."""

    def play(story):
        from pytest_imessage_foundry.ui.app import FoundryApp

        async def told():
            app = FoundryApp(library)
            async with app.run_test(size=SIZE) as pilot:
                person = Person(app, pilot)
                await person.rest()
                told = await story(person)
                assert person.seen()
                return told

        return asyncio.run(told())

    return play
