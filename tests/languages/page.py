"""The command blocks of docs/languages.md."""

from __future__ import annotations

import re

from .toolchains import ROOT

PAGE = (ROOT / "docs/languages.md").read_text(encoding="utf-8")


def lines_of(heading: str) -> list[str]:
    """Return the command lines of the first block below a heading."""
    _, found, below = PAGE.partition(f"# {heading}\n")
    assert found, heading
    block = re.search(r"```console\n(.*?)```", below, re.DOTALL)
    assert block is not None, heading
    return [line.partition("  #")[0].strip() for line in block[1].splitlines()]


(EXPORT,) = lines_of("From nothing to a scorecard")
