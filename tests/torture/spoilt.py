"""Files with bytes that nobody wrote there."""

from __future__ import annotations

from random import Random

from tests.torture.ended import CHAT, REFRESH, SMALL, _with_log
from tests.torture.scene import Scene
from tests.torture.table import Fault


def databases(scene: Scene) -> list[str]:
    """Look at a spoilt database, some with a log."""
    if scene.random.random() < 0.5:
        _with_log(scene)
    else:
        scene.run("build", "chat.db", *SMALL)
    names = [each.name for each in scene.work.glob("chat.db*")]
    path = scene.work / scene.random.choice(names)
    path.write_bytes(spoil(path.read_bytes(), scene.random))
    scene.before  # noqa: B018
    found = []
    for verb in (
        ("validate", "chat.db"),
        ("validate", "chat.db", "--json"),
        ("schema", "read", "chat.db"),
        ("detect", "chat.db"),
        ("preview", "chat.db", "-o", "page.html"),
    ):
        found += scene.run(*verb).findings(0, 1, 2)
    return found + scene.lost() + scene.left_over()


def own_files(scene: Scene) -> list[str]:
    """Use a spoilt library, pack, scenario or truth schema."""
    scene.run("personas", "add", "--name", "Ana Diaz")
    (scene.work / "two.toml").write_text(CHAT)
    scene.run(*REFRESH)
    scene.run("personas", "export", "people.json")
    names = ("foundry.db", "two.toml", "packs/two.json", "people.json")
    path = scene.work / scene.random.choice(names)
    path.write_bytes(spoil(path.read_bytes(), scene.random))
    scene.before  # noqa: B018
    found = []
    for verb in (
        ("personas", "list"),
        ("personas", "show", "ana-diaz"),
        ("personas", "import", "people.json"),
        ("cache", "status", "--scenario", "two.toml", "--out", "packs"),
        ("cache", "verify", "packs/two.json"),
        ("build", "chat.db", "--scenario", "two.toml", "--messages", "20"),
    ):
        found += scene.run(*verb).findings(0, 1, 2)
    return found + scene.lost("foundry.db", "chat.db") + scene.left_over()


def spoil(data: bytes, random: Random) -> bytes:
    """Change a few bytes, cut something out or off, or put something in."""
    spoilt = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 30))):
        at = random.randrange(len(spoilt) + 1)
        match random.randrange(5):
            case 0 | 1 if at < len(spoilt):
                spoilt[at] = random.randrange(256)
            case 2:
                spoilt[at : at + 20] = random.randbytes(20)
            case 3:
                del spoilt[at : at + random.choice((1, 100, 10**9))]
            case _:
                spoilt[at:at] = random.randbytes(random.choice((1, 50)))
    return bytes(spoilt)


FAULTS = (
    Fault(
        "databases and logs spoilt",
        "a report or a message, no traceback, file unchanged, nothing beside it",
        databases,
    ),
    Fault(
        "library, packs, scenario spoilt",
        "a message or done, no traceback, files unchanged",
        own_files,
    ),
)
