"""Commands that are killed, or told to end, at a random moment."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from pytest_imessage_foundry import layouts
from tests.torture.scene import Scene
from tests.torture.table import Fault

RELEASES = ("sonoma", "sequoia", "tahoe")
SMALL = ("--scenario", "small", "--messages", "60")
LAYOUTS = ("file", "home", "ios", "ios-backup")
CHAT = """name = "two"
[[conversations]]
id = "mom"
participants = ["mom"]
theme = "a picnic by the lake"
message_count_target = 60
"""
REFRESH = (
    *("cache", "refresh", "--provider", "tests.torture.provider:Parrot"),
    *("--scenario", "two.toml", "--out", "packs", "--memo", "memo", "--all"),
)


def build(scene: Scene, layout: str) -> list[str]:
    """End a build that replaces what an earlier one made."""
    words = ("build", "out/phone", "--layout", layout, *SMALL, "--force")
    first = scene.run(*words)
    (scene.work / "out" / "mine.txt").write_text("precious")
    if layout in ("home", "ios"):
        (scene.work / "out" / "phone" / "mine.txt").write_text("precious")
    database = layouts.database_in(scene.work / "out" / "phone", layout)
    # A log that only the old file may have.
    database.with_name(f"{database.name}-wal").write_bytes(b"")
    scene.before  # noqa: B018
    size = scene.random.choice(("60", "600", "2000"))
    truth = ("--truth", "out/truth.json") if scene.random.random() < 0.5 else ()
    again = (*words, "--seed", "1", "--messages", size, *truth)
    found = first.findings(0)
    found += _ended(scene, again, about=f"build {layout}", whole=[database])
    truth_file = scene.work / "out" / "truth.json"
    if truth_file.exists():
        json.loads(truth_file.read_text())
    found += scene.lost("out/phone/Library", "out/phone/private", *_replaced(layout))
    found += scene.run(*again).findings(0)
    return found + scene.half(database) + scene.left_over()


def _replaced(layout: str) -> tuple[str, ...]:
    """Return what begins the names of files that a build may replace."""
    own = {"file": ("out/phone", "out/Attachments"), "ios-backup": ("out/phone/",)}
    return own.get(layout, ())


def read(scene: Scene) -> list[str]:
    """End a command that reads a database with a log."""
    database = _with_log(scene)
    verbs: tuple[tuple[str, ...], ...] = (
        ("validate", "chat.db"),
        ("preview", "chat.db", "-o", "page.html", "--force"),
        ("schema", "read", "chat.db", "-o", "manifest.json", "--force"),
    )
    verb = scene.random.choice(verbs)
    (scene.work / "page.html").write_text("the page of yesterday")
    (scene.work / "manifest.json").write_text('"the manifest of yesterday"')
    scene.before  # noqa: B018
    found = _ended(scene, verb, about=verb[0], whole=[database])
    page = (scene.work / "page.html").read_text()
    if page != "the page of yesterday" and not page.rstrip().endswith("</html>"):
        found.append("half a page")
    json.loads((scene.work / "manifest.json").read_text())
    found += scene.lost("page.html", "manifest.json")
    found += scene.run(*verb).findings(0)
    return found + scene.left_over()


def _with_log(scene: Scene) -> Path:
    """Make a database whose last messages are in its log alone."""
    database = scene.work / "chat.db"
    for path, content in _logged().items():
        (scene.work / path).write_bytes(content)
    return database


@cache
def _logged() -> dict[str, bytes]:
    import tempfile

    from pytest_imessage_foundry.by_hand import ChatDBBuilder

    with tempfile.TemporaryDirectory() as place:
        author = ChatDBBuilder("tahoe", path=Path(place) / "chat.db")
        chat = author.direct(author.person("Alex Doe"))
        for number in range(40):
            chat.receive(f"Message {number}")
        db = author.build()
        with db.condition("hot-wal"):
            names = ("chat.db", "chat.db-wal")
            return {name: (Path(place) / name).read_bytes() for name in names}


def personas(scene: Scene) -> list[str]:
    """End somebody who adds, imports or exports people, beside others who add."""
    scene.run("personas", "add", "--name", "Ana Diaz")
    scene.run("personas", "export", "people.json")
    scene.before  # noqa: B018
    verb = scene.random.choice(
        (
            ("add", "--name", "Ana Diaz"),
            ("export", "people.json", "--force"),
            ("edit", "ana-diaz", "--topic", "chess"),
        )
    )
    others = [scene.start("personas", "add", "--name", "Ana Diaz") for _ in range(2)]
    found = _ended(scene, ("personas", *verb), about="personas")
    for each in others:
        found += each.said().findings(0)
    json.loads((scene.work / "people.json").read_text())
    listed = scene.run("personas", "list", "--json")
    found += listed.findings(0)
    people = json.loads(listed.text)
    if not 3 <= len(people) <= 4:
        found.append(f"{len(people)} people, not 3 or 4")
    if len({each["identifier"] for each in people}) != len(people):
        found.append("two people with one number")
    found += scene.run("personas", "export", "people.json", "--force").findings(0)
    return found + scene.left_over()


def refresh(scene: Scene) -> list[str]:
    """End a refresh of cached conversations."""
    (scene.work / "two.toml").write_text(CHAT)
    scene.before  # noqa: B018
    found = _ended(scene, REFRESH, about="refresh")
    found += scene.lost()
    found += scene.run(*REFRESH).findings(0)
    found += scene.run("cache", "verify", "packs/two.json").findings(0)
    return found + scene.left_over()


def _ended(
    scene: Scene,
    words: tuple[str, ...],
    *,
    about: str,
    whole: Iterable[Path] = (),
) -> list[str]:
    """End a command at a random moment of it, and return what is wrong then."""
    before = _names(scene)
    process = scene.start(*words)
    started = time.monotonic()
    how = scene.end(process, _usual(about))
    said = process.said()
    codes = {signal.SIGKILL: (-signal.SIGKILL,), signal.SIGTERM: (143, -15)}[how]
    found = said.findings(0, *codes)
    if said.code == 0:
        _learn(about, time.monotonic() - started)
    elif said.code == 143 and (new := _names(scene) - before):
        found.append(f"left over after SIGTERM: {sorted(new)[:5]}")
    for each in whole:
        found += scene.half(each)
    return found


def _names(scene: Scene) -> set[str]:
    places = (scene.work, scene.temporary)
    every = (each for place in places for each in place.rglob("*"))
    # Others use the library meanwhile, with its journal; answers that cost money stay.
    kept = re.compile(rf"{re.escape(str(scene.work))}/(foundry\.db-|memo\b)")
    return {name for each in every if not kept.match(name := str(each))}


# How long a command takes here, learnt from those that came to their end.
_seconds: dict[str, float] = {}


def _usual(about: str) -> float:
    return _seconds.get(about, 1.0)


def _learn(about: str, seconds: float) -> None:
    _seconds[about] = min(3.0, max(0.05, 0.7 * _usual(about) + 0.3 * seconds))


def _building(layout: str) -> Callable[[Scene], list[str]]:
    return partial(build, layout=layout)


FAULTS = (
    *(
        Fault(
            f"build {each}, ended",
            "old or new whole, nothing else changed, no traceback, the next sweeps",
            _building(each),
        )
        for each in LAYOUTS
    ),
    Fault(
        "validate, preview, schema read, ended",
        "file and log unchanged, page and manifest old or new, nothing left over",
        read,
    ),
    Fault(
        "personas, ended beside others",
        "library whole, each number once, export old or new",
        personas,
    ),
    Fault(
        "cache refresh, ended",
        "pack absent or valid, the next goes on, nothing left over",
        refresh,
    ),
)
