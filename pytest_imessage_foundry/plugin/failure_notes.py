"""The facts about one attempt at a test: its databases, and how it ended.

A plugin may run a test again. Each attempt begins without facts.
"""

from __future__ import annotations

import os
import shlex
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.spec import Spec

# Strings in user_properties travel from xdist's workers and into JUnit files.
HANDED = "imessage"
RETENTION = ("tmp_path_retention_policy", "tmp_path_retention_count")


class Note(NamedTuple):
    """One database of an attempt.

    Attributes:
        fixture: which one it is from.
        content: what is in it, in one line.
        path: where it is.
        folder: what is removed or kept with it, if it is the test's own.
        handed: the handle, if the test did not build it by hand.
    """

    fixture: str
    content: str
    reproduce: str
    path: Path
    folder: Path | None
    handed: ChatDB | None

    @property
    def is_there(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()


class Attempt:
    """What is known of an attempt."""

    def __init__(self) -> None:
        self.has_failed = False
        self.notes: list[Note] = []


_ATTEMPT = pytest.StashKey[Attempt]()


def of(node: pytest.Item) -> Attempt:
    """Return what is known of the attempt at a test that is going on."""
    return node.stash.setdefault(_ATTEMPT, Attempt())


def begin(node: pytest.Item) -> None:
    """Forget the last attempt, and remove what it kept. The next attempt decides
    anew."""
    before = node.stash.get(_ATTEMPT, None)
    if before is None:
        return
    for note in before.notes:
        if note.folder is not None:
            shutil.rmtree(note.folder, ignore_errors=True)
    node.user_properties[:] = [
        (name, value) for name, value in node.user_properties if name != HANDED
    ]
    del node.stash[_ATTEMPT]


def note_handed(
    request: pytest.FixtureRequest,
    handed: ChatDB,
    folder: Path | None = None,
    file: Path | None = None,
) -> None:
    """Record the database that a test got, for the section on failure. `folder` is kept
    if the test fails; `file` is what it is a copy of, if it was not built."""
    spec = handed.spec
    request.node.user_properties.append((HANDED, handed.provenance()))
    if file is not None:
        content, options = f"release={spec.release} file={file}", ""
    else:
        content = (
            f"release={spec.release} scenario={spec.scenario} seed={spec.seed} "
            f"source={spec.source}"
        )
        options = _options(spec)
    _note(request, content, options, handed.path, folder, handed)


def note_by_hand(request: pytest.FixtureRequest, path: Path, spec: Spec) -> None:
    """Record where a test builds by hand."""
    content = f"release={spec.release} by hand seed={spec.seed}"
    request.node.user_properties.append((HANDED, content))
    _note(request, content, _options(spec), path, path.parent, None)


def _options(spec: Spec) -> str:
    """Return what makes pytest build the same again."""
    return (
        f" --imessage-version={spec.release} --imessage-seed={spec.seed} "
        f"--imessage-source={spec.source}"
    )


def _note(
    request: pytest.FixtureRequest,
    content: str,
    options: str,
    path: Path,
    folder: Path | None,
    handed: ChatDB | None,
) -> None:
    command = f"pytest {_where(request.node)}{options}"
    name = request.fixturename or ""
    note = Note(name, content, command, path, folder, handed)
    of(request.node).notes.append(note)


def lines(node: pytest.Item) -> list[str]:
    """Return what the section on failure says. It names each of several databases."""
    notes = of(node).notes
    said: list[str] = []
    for note in notes:
        said += [f"{note.fixture}:"] if len(notes) > 1 else []
        said.append(note.content)
        said.append(_kept(note, why_not_kept(node.config)))
    return said + [f"reproduce: {each}" for each in {n.reproduce: 0 for n in notes}]


def _kept(note: Note, why_not: str) -> str:
    """Say where a test's file is, or why there is none."""
    if note.is_there:
        return f"not kept: {why_not}" if why_not else f"kept: {note.path}"
    if note.handed is None:
        return "nothing kept: build() was not reached, or wrote no file here"
    return "nothing kept: the file is no longer where it was handed out"


def why_not_kept(config: pytest.Config) -> str:
    """Return why pytest removes its folders when it ends, '' if it does not.

    The first process gives each worker of xdist its folder, and removes it.
    """
    if config.option.basetemp and not hasattr(config, "workerinput"):
        return ""
    policy, count = (config.getini(name) for name in RETENTION)
    if policy == "none":
        return f"{RETENTION[0]}=none"
    return f"{RETENTION[1]}=0" if str(count) == "0" else ""


def _where(node: pytest.Item) -> str:
    """Return the test's node id relative to where pytest was started.

    A node's id starts at the rootdir, which need not be there.
    """
    config = node.config
    path = os.path.relpath(node.path, config.invocation_params.dir)
    _, separator, name = node.nodeid.partition("::")
    words = [shlex.quote(f"{path}{separator}{name}")]
    if config.option.inifilename:
        words += ["-c", shlex.quote(str(config.option.inifilename))]
    return " ".join(words)
