"""One browser for all pages of a worker: starting Chromium costs more than a page."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe")
PATIENCE = 120  # seconds
BUDGET = 5_000  # milliseconds of the page's own time
DOM = "document.documentElement.outerHTML"
Open = Callable[..., str]


class Browser:
    """Chromium and the pipes on which it takes commands and tells of events.

    The protocol is that of its developer tools: JSON, a zero byte after each message.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._read = bytearray()
        self._number = 0

    def call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Run a command; its result. Events that come before it are dropped."""
        self._send(method, session, parameters)
        return self._until(lambda said: said.get("id") == self._number)[-1]["result"]

    def show(self, address: str, width: int) -> tuple[str, list[str]]:
        """Open a page in the one tab: its DOM, and what the console said."""
        tab = self._tab
        size = {"width": width, "height": 900, "deviceScaleFactor": 1}
        self.call("Emulation.setDeviceMetricsOverride", tab, mobile=False, **size)
        self.call("Emulation.setVirtualTimePolicy", tab, policy="pause")
        self._send("Page.navigate", tab, {"url": address})
        events = self._until(lambda said: said.get("id") == self._number)
        budget = {"policy": "pauseIfNetworkFetchesPending", "budget": BUDGET}
        self._send("Emulation.setVirtualTimePolicy", tab, budget)
        over = "Emulation.virtualTimeBudgetExpired"
        events += self._until(lambda said: said.get("method") == over)
        self._send("Runtime.evaluate", tab, {"expression": DOM})
        events += self._until(lambda said: said.get("id") == self._number)
        # From one fragment of a page to another, nothing would be loaded.
        self.call("Page.navigate", tab, url="about:blank")
        return events[-1]["result"]["result"]["value"], _console(events)

    @cached_property
    def _tab(self) -> str:
        """The session of the one tab. The page stores nothing that could stay in it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=target, flatten=True)
        session = str(found["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable", session)
        return session

    def _send(self, method: str, session: str, parameters: dict[str, Any]) -> None:
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data) :]

    def _until(self, is_last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All messages up to one."""
        messages = [self._next()]
        while not is_last(messages[-1]):
            messages.append(self._next())
        assert "error" not in messages[-1], messages[-1]
        return messages

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while (end := self._read.find(b"\0")) < 0:
            left = max(0.0, until - time.monotonic())
            assert select.select([self._answers], [], [], left)[0], "it said nothing"
            data = os.read(self._answers, 1 << 20)
            assert data, "the browser ended"
            self._read += data
        message: dict[str, Any] = json.loads(self._read[:end].decode("utf-8"))
        del self._read[: end + 1]
        return message


def _console(events: list[dict[str, Any]]) -> list[str]:
    """What scripts wrote, what they threw, and what the browser complained of."""
    told = []
    for event in events:
        match event.get("method"), event.get("params", {}):
            case "Runtime.consoleAPICalled", said:
                told.append(str(said["args"]))
            case "Runtime.exceptionThrown", said:
                told.append(str(said["exceptionDetails"]))
            case "Log.entryAdded", said:
                told.append(str(said["entry"]["text"]))
    return told


@contextmanager
def started(profile: Path) -> Iterator[Browser]:
    """A browser that reads commands on its descriptor 3 and answers on 4."""
    theirs, commands = map(_out_of_the_way, os.pipe())
    answers, others = map(_out_of_the_way, os.pipe())
    process = os.posix_spawn(
        str(CHROMIUM),
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, theirs, 3),
            (os.POSIX_SPAWN_DUP2, others, 4),
            *((os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_WRONLY, 0) for n in (1, 2)),
        ],
    )
    os.close(theirs)
    os.close(others)
    try:
        browser = Browser(commands, answers)
        yield browser
        browser.call("Browser.close")
    except BaseException:
        os.kill(process, signal.SIGKILL)
        raise
    finally:
        os.waitpid(process, 0)
        os.close(commands)
        os.close(answers)


def _out_of_the_way(descriptor: int) -> int:
    """The same under a number that is neither 3 nor 4."""
    import fcntl  # Windows has none

    other = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return other


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser of this worker, or a skip where there is none."""
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    with started(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture
def browse(browser: Browser) -> Open:
    """Opens a page and gives back its DOM; whatever the console says fails."""

    def open_page(page: Path, place: str = "", width: int = 1280) -> str:
        dom, said = browser.show(f"{page.as_uri()}{place}", width)
        assert said == [], said
        return dom

    return open_page
