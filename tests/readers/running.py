"""Run a reader in its own environment, and take its output to pieces."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator


class UnreadableError(Exception):
    """A reader failed, or printed something of a shape not seen before."""


@contextmanager
def scratch_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as home:
        yield Path(home)


def run(
    home: Path, program: Path, *arguments: object, stdin: str = ""
) -> tuple[str, tuple[str, ...]]:
    environment = {
        "HOME": str(home),
        "PATH": os.environ.get("PATH", os.defpath),
        "TZ": "UTC",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    command = [str(program), *map(str, arguments)]
    # Bytes, not text: universal newlines would change a carriage return in a body.
    done = subprocess.run(
        command,
        input=stdin.encode(),
        capture_output=True,
        env=environment,
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    if done.returncode != 0:
        said = (out[-500:] + err[-1500:]).strip()
        raise UnreadableError(f"{program.name}: exit {done.returncode}\n{said}")
    return out, tuple(line for line in err.splitlines() if line.strip())


def tiles(pattern: re.Pattern[str], text: str, who: str) -> Iterator[re.Match[str]]:
    """Matches that cover the text without a gap."""
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None or match.end() == at:
            raise UnreadableError(f"{who}: unknown shape: {text[at : at + 200]!r}")
        yield match
        at = match.end()


def utc(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def unix(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def iso(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None
