"""Somebody at the keyboard of the app, and a home of their own."""

from __future__ import annotations

import asyncio
import html
import importlib.util
import re
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
_LINE = re.compile(r'<text [^>]*x="([\d.]+)"[^>]*-line-(\d+)\)">(.*?)</text>')
_CELL = 12.2  # units of an exported screen


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
        self.app, self._pilot = app, pilot

    async def press(self, *keys):
        for key in keys:
            await self._pilot.press(key)
        await self._pilot.pause()

    async def type(self, text):
        """Type all of it at once, as a terminal hands over what is pasted."""
        from textual.events import Paste

        self.app.post_message(Paste(text))
        await self._pilot.pause()

    async def fill(self, field, text):
        """Type into a field, in place of what was there."""
        self.app.screen.query_one(f"#{field}").focus()
        await self.press("end", "ctrl+u")
        await self.type(text)

    async def until(self, condition, seconds=20):
        """Wait for something that a thread brings about."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it never came to that:\n{self.seen()}"
            await self._pilot.pause(0.02)
        await self._pilot.pause()

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
        lines = [""] * SIZE[1]
        for x, line, text in _LINE.findall(self.app.export_screenshot()):
            place = round(float(x) / _CELL)
            said = html.unescape(text).replace("\xa0", " ")
            lines[int(line)] = lines[int(line)].ljust(place) + said
        return "\n".join(lines)


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
def play(library):
    """Run a story: an async function that gets a Person."""

    def play(story):
        from pytest_imessage_foundry.ui.app import FoundryApp

        async def told():
            app = FoundryApp(library)
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause()
                return await story(Person(app, pilot))

        return asyncio.run(told())

    return play
