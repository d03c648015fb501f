"""Disks that are full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.torture.ended import CHAT, REFRESH, SMALL
from tests.torture.scene import Scene
from tests.torture.table import Fault


def full(scene: Scene) -> list[str]:
    """Write where there is room for a part of it only."""
    with _small_disk(scene) as most:
        return _written(scene, most)


def _written(scene: Scene, most: int | None) -> list[str]:
    found = scene.run("build", "out/chat.db", *SMALL, "--macos", "tahoe").findings(0)
    (scene.work / "two.toml").write_text(CHAT)
    scene.run("personas", "add", "--name", "Ana Diaz")
    scene.before  # noqa: B018
    words = _words(scene)
    if most is None:
        _fill(scene)
    said = scene.run(*words, most=most)
    found += said.findings(0, 2)
    if said.code == 2:
        found += scene.lost() + scene.half(scene.work / "out" / "chat.db")
        new = scene.files().keys() - scene.before.keys()
        # Answers that were paid for, and the library's own journal.
        found += [
            f"left over: {n}" for n in new if not n.startswith(("memo", "filler"))
        ]
    (scene.work / "filler").unlink(missing_ok=True)
    return found + scene.run(*words).findings(0) + scene.left_over()


def _words(scene: Scene) -> tuple[str, ...]:
    size = ("--scenario", "default", "--messages", "1500", "--macos", "tahoe")
    return scene.random.choice(
        (
            ("build", "out/chat.db", *size, "--force", "--truth", "out/truth.json"),
            ("build", "new/phone", *size, "--layout", "home"),
            ("build", "new/phone", *size, "--layout", "ios-backup"),
            ("preview", "out/chat.db", "-o", "page.html", "--force"),
            ("personas", "export", "people.json", "--force"),
            ("personas", "add", "--name", "Ben Low", "--personality", "calm" * 500),
            REFRESH,
        )
    )


def _fill(scene: Scene) -> None:
    """Leave little room on the disk, at random."""
    room = os.statvfs(scene.work)
    keep = int(10 ** scene.random.uniform(2, 6.5))
    size = max(0, room.f_bavail * room.f_frsize - keep)
    with (scene.work / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))


@contextmanager
def _small_disk(scene: Scene) -> Iterator[int | None]:
    """Make `work` a disk of its own; else yield how large a file may get."""
    if not _can_mount(scene.root):
        yield int(10 ** scene.random.uniform(3, 6.3))
        return
    _mount(scene.work, "16m")
    try:
        yield None
    finally:
        subprocess.run(["umount", "-l", scene.work], check=True)


def _mount(place: Path, size: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    subprocess.run(command, check=True, capture_output=True)


@cache
def _can_mount(root: Path) -> bool:
    place = root / "try"
    place.mkdir()
    try:
        _mount(place, "1m")
    except (OSError, subprocess.CalledProcessError):
        return False
    subprocess.run(["umount", place], check=True)
    return True


FAULTS = (
    Fault(
        "disk full, or files limited",
        "a message or done, all of before whole, nothing left over, then it works",
        full,
    ),
)
