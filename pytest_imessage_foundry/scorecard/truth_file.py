"""Read the readings of a truth file, one after another."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.scorecard.readings import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How `chatdb.truth.write` begins and ends the list: a reading stands on each line
# between the two.
_BEGINS, _ENDS = ' "readings": [\n', " ],\n"
_MOST_HEAD = 64 << 20


@dataclass(frozen=True, slots=True)
class TruthFile:
    """A truth file: what was built, and the readings, to be walked once."""

    release: str
    scenario: str
    readings: Iterator[dict[str, Any]]

    @property
    def name(self) -> str:
        return f"{self.release} {self.scenario}"


@contextmanager
def opened(path: Path) -> Iterator[TruthFile]:
    """Yield a truth file as `build --truth` wrote it, or as another tool laid it out.

    Raises:
        FoundryError: it cannot be read, or holds no readings.
    """
    try:
        with path.open(encoding="utf-8") as file:
            yield _read(file, path)
    except OSError as error:
        why = error.strerror or str(error)
        raise _refusal(path, f"it cannot be read: {why}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _refusal(path, str(error)) from None


def _read(file: IO[str], path: Path) -> TruthFile:
    head: list[str] = []
    size = 0
    for line in file:
        if line == _BEGINS:
            said = json.loads("".join(head).rstrip().removesuffix(",") + "}")
            return _file(said, _streamed(file), path)
        head.append(line)
        size += len(line)
        if size > _MOST_HEAD:
            break
    _refuse_answer(head, path)
    # Another tool has laid it out anew: it is read whole.
    file.seek(0)
    document = json.load(file)
    if not isinstance(document, dict) or "readings" not in document:
        raise _refusal(path, "there are no readings in it")
    return _file(document, iter(document["readings"]), path)


def _refuse_answer(lines: list[str], path: Path) -> None:
    """Refuse lines that are each an object with a GUID: what a reader answered."""
    try:
        first = json.loads(lines[0]) if lines else None
    except json.JSONDecodeError:
        return
    if isinstance(first, dict) and "guid" in first and "readings" not in first:
        raise FoundryError(
            "this is an answer and no truth: its first line is a reading\n"
            f"looked in: {path}\n"
            "name the truth first: imessage-foundry check TRUTH ANSWER"
        )


def _streamed(file: IO[str]) -> Iterator[dict[str, Any]]:
    for line in file:
        if line == _ENDS:
            return
        yield json.loads(line.rstrip().removesuffix(","))
    raise json.JSONDecodeError("the list of readings does not end", "", 0)


def _file(said: Any, readings: Iterator[Any], path: Path) -> TruthFile:
    version = said.get("readings_version")
    if version != VERSION:
        raise _refusal(path, f"its readings are of version {version}, not {VERSION}")
    if not {"release", "scenario"} <= said.keys():
        raise _refusal(path, "it does not say its release and scenario")
    return TruthFile(str(said["release"]), str(said["scenario"]), readings)


def _refusal(path: Path, why: str) -> FoundryError:
    return FoundryError(
        f"the truth cannot be read\nlooked in: {path}\n  {why}\n"
        "write it anew: imessage-foundry build chat.db --truth truth.json"
    )
