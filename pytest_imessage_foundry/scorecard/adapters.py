"""Run a reader's adapter on a database, whatever it does.

An adapter is a command that prints readings. It may hang, flood, crash, leave
processes behind or remove what it was given: each of these is told, and harms nothing
else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.file_state import State, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

DB, HOME, RELEASE = "{db}", "{home}", "{release}"
_PAUSE = 0.02
_LAST = 2_000  # bytes of what it complained of
_SIGNALS = hasattr(os, "killpg")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an adapter may run, and how much it may write."""

    seconds: float = 60.0
    bytes: int = 1 << 30


@dataclass(frozen=True, slots=True)
class AdapterRun:
    """What became of one run.

    Attributes:
        answer: the file of its answer.
        complaint: why there is no answer that could be judged.
        remark: what it did besides answering, and should not have.
        said: the last line that it wrote to standard error.
    """

    answer: Path
    complaint: str | None
    remark: str = ""
    said: str = ""


def run(
    command: Sequence[str],
    *,
    db: Path,
    file: Path,
    home: Path | None,
    release: str,
    answer: Path,
    limits: Limits,
) -> AdapterRun:
    """Run a command whose words may name {db}, {home} and {release}.

    Its standard output goes into the file `answer`. A `home` becomes its HOME. The
    database is `file`, whatever the command is given.

    Raises:
        FoundryError: there is no such command.
    """
    words = {DB: str(db), HOME: str(home or db.parent), RELEASE: release}
    given = [_filled(each, words) for each in command]
    errors = answer.with_suffix(".stderr")
    environment = os.environ | ({"HOME": str(home)} if home else {})
    before = state_of(file)
    # Both stay open: a reader may remove the folder that they stand in.
    with answer.open("wb") as out, errors.open("w+b") as err:
        try:
            process = subprocess.Popen(
                given,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
                start_new_session=_SIGNALS,
            )
        except OSError as error:
            raise FoundryError(
                f"the reader cannot be run: {error.strerror or error}\n"
                f"looked for: {given[0]}\n"
                "name a program with its arguments behind --"
            ) from None
        try:
            overrun = _wait(process, (out, err), limits)
        finally:
            _end(process)
        complaint = (
            _removed(file, before, answer, out) or overrun or _ended(process.returncode)
        )
        said = _said(err)
    if complaint is None:
        return AdapterRun(answer, None, _written(file, before), said)
    return AdapterRun(answer, f"{complaint}: {said}" if said else complaint)


def _removed(file: Path, before: State, answer: Path, out: BinaryIO) -> str | None:
    """Return what a run removed that it was given, if it did."""
    if before[0] is not None and state_of(file)[0] is None:
        return "it removed its database, or emptied it"
    with suppress(OSError):
        if os.path.samestat(os.fstat(out.fileno()), answer.stat()):
            return None
    return f"it removed the file that its answer goes to, {answer.name}"


def _written(file: Path, before: State) -> str:
    if state_of(file) == before:
        return ""
    return "it wrote to its database, which a reader leaves as it is"


def _filled(word: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        word = word.replace(name, value)
    return word


def _wait(
    process: subprocess.Popen[bytes], files: tuple[BinaryIO, ...], limits: Limits
) -> str | None:
    """Wait for the end of a process; return which limit it passed, if it did."""
    until = time.monotonic() + limits.seconds
    while True:
        ended = process.poll() is not None
        if sum(os.fstat(each.fileno()).st_size for each in files) > limits.bytes:
            return f"it wrote more than {limits.bytes >> 20:,} MiB"
        if ended:
            return None
        if time.monotonic() > until:
            return f"it did not end within {limits.seconds:g} s"
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PAUSE)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started."""
    if _SIGNALS:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _ended(code: int) -> str | None:
    if code == 0:
        return None
    if code > 0:
        return f"it ended with exit code {code}"
    with suppress(ValueError):
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it was ended by signal {-code}"


def _said(errors: BinaryIO) -> str:
    """Return the last line that it wrote to standard error."""
    errors.seek(max(0, os.fstat(errors.fileno()).st_size - _LAST))
    lines = errors.read().decode("utf-8", "replace").splitlines()
    last = next((each.strip() for each in reversed(lines) if each.strip()), "")
    return last[:200]
