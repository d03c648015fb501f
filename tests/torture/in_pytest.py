"""Runs of pytest that are ended, cleared under their hands, and spoilt."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.torture.scene import Scene
from tests.torture.table import Fault

TESTS = """
import pytest

pytestmark = pytest.mark.imessage(scenario="small", messages=60)

@pytest.mark.parametrize("number", range(3))
def test_it(chat_db, chat_db_readonly, number):
    assert chat_db.report().ok
    with chat_db.live() as phone:
        phone.receive(phone.conversations[0], "Hello")
    assert chat_db.report().ok
    assert len(chat_db.messages) == len(chat_db_readonly.messages) + 1
    for file in chat_db.attachments.rglob("*.*"):
        file.write_bytes(b"spoilt")
"""
PLUGINS = ("-ppytest_imessage_foundry", "-pxdist.plugin")
CACHE = ".pytest_cache/d/imessage-foundry"
PASSED = "6 passed"


def ended(scene: Scene) -> list[str]:
    """End a run, and let the next one find what it left."""
    (scene.work / "test_it.py").write_text(TESTS)
    workers = scene.random.choice(((), (), ("-n2",)))
    process = _start(scene, "first", *workers)
    how = scene.end(process, 4.0)
    said, _ = process.communicate(timeout=120)
    found = ["INTERNALERROR" for _ in range("INTERNALERROR" in said)]
    if process.returncode not in (0, 2, -how, -signal.SIGTERM):
        found.append(f"exit code {process.returncode}: {said[-2000:]}")
    return found + _passes(scene) + _is_swept(scene)


def together(scene: Scene) -> list[str]:
    """Let runs go beside each other, some of which clear the cache."""
    (scene.work / "test_it.py").write_text(TESTS)
    (scene.work / ".pytest_cache").mkdir()
    runs = []
    for number in range(scene.random.randint(2, 4)):
        how = scene.random.choice(((), ("-n2",), ("--cache-clear",), ()))
        runs.append(_start(scene, f"run-{number}", *how))
    found = []
    for each in runs:
        said, _ = each.communicate(timeout=240)
        if each.returncode or PASSED not in said:
            found.append(f"exit code {each.returncode}: {said[-3000:]}")
    return found + _passes(scene) + _is_swept(scene)


def spoil(scene: Scene) -> list[str]:
    """Change bytes of what is kept between runs."""
    (scene.work / "test_it.py").write_text(TESTS)
    found = _passes(scene)
    kept = [each for each in _kept(scene).rglob("*") if each.is_file()]
    for file in scene.random.sample(kept, scene.random.randint(1, len(kept))):
        data = bytearray(file.read_bytes())
        match scene.random.randrange(4):
            case 0:
                file.unlink()
                continue
            case 1:
                del data[scene.random.randrange(len(data)) :]
            case 2:
                data[scene.random.randrange(len(data))] ^= 0x55
            case _:
                data += b"more"
        file.write_bytes(data)
    return found + _passes(scene)


def _start(scene: Scene, name: str, *arguments: str):
    # Its temporary folders are pytest's affair, so each run has one of its own.
    return scene.python(
        *("-m", "pytest", *PLUGINS, "-Werror", "-q", "-rN"),
        *(f"--basetemp={scene.root / name}", "--imessage-version=sonoma,tahoe"),
        *arguments,
    )


def _passes(scene: Scene) -> list[str]:
    process = _start(scene, f"after-{scene.random.random()}")
    said, _ = process.communicate(timeout=120)
    if process.returncode or PASSED not in said:
        return [f"the next run fails: {said[-3000:]}"]
    return []


def _kept(scene: Scene) -> Path:
    return scene.work / CACHE


def _is_swept(scene: Scene) -> list[str]:
    places = list(_kept(scene).glob("*/*"))
    found = [f"left over: {p.name}" for p in places if p.name.startswith(".")]
    for place in places:
        if place.is_dir():
            found += scene.half(place / "chat.db")
    return found


FAULTS = (
    Fault(
        "pytest, ended",
        "the next run passes, no draft or lock is left over, templates whole",
        ended,
    ),
    Fault(
        "pytest, several at once, --cache-clear",
        "all pass under -Werror, templates whole, nothing left over",
        together,
    ),
    Fault("pytest, kept templates spoilt", "the next run passes", spoil),
)
