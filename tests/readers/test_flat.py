"""Flat lines are read as what they say, and what is not true in one is found."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from . import flat, install
from .compare import AGREES, CANNOT, compare
from .expected import expected
from .worlds import World

if TYPE_CHECKING:
    from pathlib import Path

    from .worlds import Fact

READER = "imessage-database"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("world")
    return World("tahoe", "kinds", folder)


@pytest.fixture(scope="module")
def lines(world: World) -> list[flat.Line]:
    """What a reader without a fault would print of some things: made of the truth."""
    return [line(fact) for fact in world.facts if expected(fact)["listed"]]


def line(fact: Fact) -> flat.Line:
    true = expected(fact)
    names = ("chat", "date", "service", "reaction", "is_reply", "reply_to", "unsent")
    told = {name: true[name] for name in names if name in true}
    told |= {"guid": fact.guid, "sender": fact.sender}
    if fact.drawn is None:
        told |= {"text": true["text"], "deleted": true["deleted"]}
        told |= {"event": true["event"] or None, "poll": true["poll"]}
        told["mentions"] = list(true["mentions"])
    return told


def judged(lines: list[flat.Line], world: World) -> Any:
    out = "\n".join(json.dumps(each) for each in lines)
    return compare(flat.reading(READER, out, world.db, ()), world)


def changed(lines: list[flat.Line], said: str, **facts: object) -> list[flat.Line]:
    (number,) = (n for n, each in enumerate(lines) if each.get("text") == said)
    return [*lines[:number], lines[number] | facts, *lines[number + 1 :]]


def test_the_truth_agrees_with_itself(world: World, lines: list[flat.Line]):
    done = judged(lines, world)
    assert [str(each) for each in done.differences] == []
    assert done.extra == []
    assert set(done.cases.values()) == {AGREES, CANNOT}
    assert {"event", "reaction", "poll", "mentions"} <= done.told


@pytest.mark.parametrize(
    ("aspect", "value"),
    [
        ("text", "Hi all!"),
        ("sender", None),
        ("chat", "any;-;+15550100"),
        ("date", 1),
        ("service", "SMS"),
        ("is_reply", True),
        ("unsent", True),
        ("deleted", True),
        ("mentions", ["+15550100"]),
        ("event", ["left", None, None]),
        ("reaction", ["loved", "F5E41FC1-1B07-4E97-8609-1262D033D884", 0, False]),
    ],
)
def test_a_wrong_statement_is_found(
    world: World, lines: list[flat.Line], aspect: str, value: object
):
    done = judged(changed(lines, "Hi all", **{aspect: value}), world)
    (finding,) = done.differences
    assert (finding.aspect, finding.fact.case) == (aspect, "group-text")


def test_a_chat_is_named_by_its_rowid_too(world: World, lines: list[flat.Line]):
    guid = next(each["chat"] for each in lines if each.get("text") == "Hi all")
    rowids = {name: rowid for rowid, name in flat._guids(world.db).items()}
    done = judged(changed(lines, "Hi all", chat=rowids[guid]), world)
    assert done.differences == []


def test_a_line_that_is_missing_is_found(world: World, lines: list[flat.Line]):
    done = judged(lines[1:], world)
    assert [each.aspect for each in done.differences] == ["listed"]


def test_a_changed_program_is_installed_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    wanted = install.reader("imessage-kit")
    assert wanted.source is not None
    shutil.copytree(install.HERE / wanted.source, tmp_path / wanted.source)
    monkeypatch.setattr(install, "HERE", tmp_path)
    before = install._stamp(wanted)
    assert install._stamp(wanted) == before
    program = tmp_path / wanted.source / "read.mjs"
    program.write_text(f"{program.read_text('utf-8')}\n", "utf-8")
    assert install._stamp(wanted) != before


@pytest.mark.parametrize("kind", ["npm", "crate"])
def test_manifests_pin_the_versions_of_the_table(kind: str):
    for each in install.READERS:
        if each.kind != kind:
            continue
        folder = install.HERE / str(each.source)
        manifest = "package.json" if kind == "npm" else "Cargo.toml"
        text = (folder / manifest).read_text(encoding="utf-8")
        assert f'"{each.version}"' in text or f'"={each.version}"' in text
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert not [path for path in files if "://" in path.read_text("utf-8")]
