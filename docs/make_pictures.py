"""Make the pictures of the README and the docs: python docs/make_pictures.py [NAME ...]

Needs Chromium on the path, and the groups of packages that the tests need. What is
shown is built by seed; fonts and browsers differ, so that pictures made elsewhere
differ by a few pixels. With names (`page-light app-people`) only those are made.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from PIL import Image

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.ui.app import FoundryApp

IMAGES = Path(__file__).parent / "images"
LARGEST = 150_000  # bytes of one picture
COLOURS = (256, 128, 64, 32)
READER = """
import json, sqlite3, sys

# It reads the column text alone, as many readers begin.
rows = sqlite3.connect(sys.argv[1]).execute("SELECT guid, text FROM message")
for guid, text in rows:
    print(json.dumps({"guid": guid, "text": text or ""}))
"""
FAILING = """
import sqlite3
from contextlib import closing


def test_my_reader(chat_db):
    with closing(sqlite3.connect(chat_db.path)) as connection:
        rows = dict(connection.execute("SELECT guid, text FROM message"))
    for message in chat_db.messages:
        if message.parts and not message.is_unsent:
            assert rows[message.guid] == message.text
"""


# --- Chromium ---------------------------------------------------------------


def shot(
    url: str, name: str, size: tuple[int, int], *, dark: bool = False, scale: float = 1
) -> None:
    """Write what a browser shows of a page as a small PNG."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "there is no Chromium on the path"
    target = IMAGES / f"{name}.png"
    with TemporaryDirectory() as profile:
        subprocess.run(
            [
                browser,
                *("--headless=new", "--no-sandbox", "--disable-gpu"),
                *("--hide-scrollbars", "--virtual-time-budget=5000"),
                f"--blink-settings=preferredColorScheme={0 if dark else 1}",
                f"--force-device-scale-factor={scale}",
                f"--window-size={size[0]},{size[1]}",
                f"--user-data-dir={profile}",
                f"--screenshot={target}",
                url,
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    shrink(target)


def shrink(path: Path) -> None:
    """Write a picture with as few colours as make it small enough."""
    picture = Image.open(path).convert("RGB")
    for count in COLOURS:
        few = picture.quantize(count, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            break
    print(f"{path.name}: {path.stat().st_size:,} bytes")


# --- the page ---------------------------------------------------------------


def pages(wanted: Callable[[str], bool], folder: Path) -> None:
    """The page of the default scenario, light, dark and narrow, and its plots."""
    run("build", "chat.db", "--macos", "tahoe", "--truth", "truth.json")
    run("preview", "chat.db", "--truth", "truth.json", "-o", "page.html")
    page = (folder / "page.html").as_uri()
    if wanted("page-light"):
        group = place(folder / "page.html", "Carvers")
        shot(page + group, "page-light", (1180, 760))
    if wanted("page-dark"):
        shot(f"{page}#chat=1", "page-dark", (1180, 760), dark=True)
    if wanted("page-narrow"):
        # A window of Chromium's is at least 500 pixels wide, a frame in it is not.
        frame = folder / "narrow.html"
        frame.write_text(
            "<body style='margin:0;display:flex;gap:20px'>"
            f"<iframe src='{page}' width=390 height=740 frameborder=0></iframe>"
            f"<iframe src='{page}#chat=1' width=390 height=740 frameborder=0></iframe>"
        )
        shot(frame.as_uri(), "page-narrow", (800, 740))
    if wanted("page-plots"):
        # In a home there are contacts, and so names.
        home = folder / "home/Library/Messages/chat.db"
        run("build", "home", "--macos", "tahoe", "--layout", "home")
        run("stats", str(home), "--page", "stats.html")
        stats = (folder / "stats.html").as_uri()
        shot(f"{stats}#view=plots", "page-plots", (1180, 860))


def kinds(wanted: Callable[[str], bool], folder: Path) -> None:
    """The catalogue's page, with the list of cases."""
    if wanted("page-cases"):
        build = ("build", "kinds.db", "--macos", "tahoe", "--scenario", "kinds")
        run(*build, "--truth", "kinds.json")
        run("preview", "kinds.db", "--truth", "kinds.json", "-o", "kinds.html")
        page = folder / "kinds.html"
        found = place(page, case="poll-votes") + "&view=cases&search=poll"
        shot(page.as_uri() + found, "page-cases", (1180, 680))


def place(page: Path, chat: str = "", *, case: str = "") -> str:
    """Return where on a page a chat of this name is, or the message of a case."""
    drawn = page.read_text(encoding="utf-8")
    blocks = dict(re.findall(r'id="([\w-]+)">([\[{].*?)</script>', drawn))
    index = json.loads(blocks["index"])
    guids = [each["message"] for each in index["cases"] if each["name"] == case]
    for number, each in enumerate(index["chats"]):
        if chat and each.get("name") == chat:
            return f"#chat={number}"
        messages = [one["guid"] for one in json.loads(blocks[f"chat-{number}"])]
        if guids and guids[0] in messages:
            return f"#chat={number}&message={messages.index(guids[0])}"
    raise ValueError(f"the page has neither chat {chat!r} nor case {case!r}")


def failing(wanted: Callable[[str], bool], folder: Path) -> None:
    """The page of a failing test."""
    if not wanted("failing-test"):
        return
    (folder / "test_reader.py").write_text(FAILING)
    options = ("--imessage-version=tahoe", "--imessage-preview")
    command = [sys.executable, "-m", "pytest", "-q", *options, "--basetemp=kept"]
    env = {**os.environ, "PYTEST_ADDOPTS": "-p no:randomly -p no:cacheprovider"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", env=env, check=False
    )
    found = re.search(r"preview: (.*\.html)", done.stdout)
    assert found, done.stdout
    shot(Path(found[1]).as_uri(), "failing-test", (1180, 620))


def run(*words: str) -> None:
    """Run one of our commands."""
    assert main([*words]) in (0, None), words


# --- the app ----------------------------------------------------------------

Story = Callable[["Keys"], Awaitable[None]]


class Keys:
    """Presses keys in the app and takes its picture."""

    def __init__(self, app: FoundryApp, pilot: object, folder: Path) -> None:
        self.app, self._pilot, self._folder = app, pilot, folder

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)  # type: ignore[attr-defined]
        await self._pilot.pause(0.3)  # type: ignore[attr-defined]

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(1200):
            if condition():
                break
            await self._pilot.pause(0.1)  # type: ignore[attr-defined]
        assert condition()
        await self._pilot.pause(0.3)  # type: ignore[attr-defined]

    async def at(self, screen: str) -> None:
        await self.until(lambda: type(self.app.screen).__name__ == screen)

    def picture(self, name: str) -> None:
        drawn = self.app.export_screenshot(title="imessage-foundry tui")
        path = self._folder / f"{name}.svg"
        path.write_text(drawn, encoding="utf-8")
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
        assert box
        width, height = (round(float(each) * 0.75) for each in box.groups())
        page = path.with_suffix(".html")
        page.write_text(
            f"<body style='margin:0'><img src='{path.name}' width={width}>",
            encoding="utf-8",
        )
        shot(page.as_uri(), name, (width, height))


async def phone(keys: Keys) -> None:
    """The five steps."""
    keys.picture("app-welcome")
    await keys.press("enter", "ctrl+n", "down", "space", "down", "space")
    keys.picture("app-people")
    await keys.press("ctrl+n", "n", "left", "ctrl+s")
    keys.picture("app-conversations")
    await keys.press("ctrl+n", "g")
    journal = keys.app.screen.journal  # type: ignore[attr-defined]
    await keys.until(lambda: journal.chats["mom"].done >= 8)
    keys.picture("app-messages")
    await keys.press("s")
    await keys.at("ResultScreen")
    keys.picture("app-result")


async def reader(keys: Keys) -> None:
    """The scorecard of a reader of a few lines, in the light look."""
    Path("reader.py").write_text(READER)
    await keys.press("down", "down", "enter")
    field = keys.app.screen.query_one("#reader")
    field.value = "python3 reader.py {db}"  # type: ignore[attr-defined]
    await keys.press("ctrl+n")
    screen = keys.app.screen
    await keys.until(lambda: not screen.is_at_work)  # type: ignore[attr-defined]
    keys.picture("app-scorecard")


APP = {
    "dark": (
        phone,
        (80, 24),
        ("welcome", "people", "conversations", "messages", "result"),
    ),
    "light": (reader, (100, 32), ("scorecard",)),
}


def app(wanted: Callable[[str], bool], folder: Path) -> None:
    """The screens of the app."""
    for look, (story, size, names) in APP.items():
        if any(wanted(f"app-{name}") for name in names):
            asyncio.run(_played(story, folder, look, size))


async def _played(story: Story, folder: Path, look: str, size: tuple[int, int]) -> None:
    shown = FoundryApp(folder / look / "foundry.db", look)
    async with shown.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        await story(Keys(shown, pilot, folder))


def make(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    here = Path.cwd()
    # A short path: it is on some of the pictures.
    folder = Path(gettempdir(), "phone")
    for part in (pages, kinds, failing, app):
        folder.mkdir()
        try:
            os.chdir(folder)
            part(lambda name: not names or name in names, folder)
        finally:
            os.chdir(here)
            shutil.rmtree(folder)


if __name__ == "__main__":
    make(sys.argv[1:])
