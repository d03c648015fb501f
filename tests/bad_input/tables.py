"""The bad inputs as data: one TOML file for each area, and how many each holds."""

from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "robustness.md"
BEGIN, END = "<!-- bad input -->\n", "<!-- end of bad input -->\n"
# What the areas are called where they are counted.
AREAS = {
    "command_line": "command line",
    "paths": "paths",
    "environment": "environment",
    "pytest_options": "pytest's options and ini settings",
    "marks": "mark",
    "hooks": "hooks",
    "scenario_files": "scenario files",
    "packs": "packs",
    "people": "files of people",
    "manifests": "manifests of schemas",
    "databases": "databases",
    "encodings": "encodings of the output",
}


@cache
def table(area: str) -> dict[str, Any]:
    """All that a file says: the cases, and what they are changes of. Nobody changes
    it."""
    return tomllib.loads((HERE / f"{area}.toml").read_text("utf-8"))


def cases(area: str) -> list[Any]:
    """The cases of an area, as parameters with ids."""
    found = table(area)["case"]
    if isinstance(found, dict):  # what was given, and what is said of it
        found = [{"given": key, "says": says} for key, says in found.items()]
    return [pytest.param(each, id=f"{n}-{_id(each)}") for n, each in enumerate(found)]


def count() -> dict[str, int]:
    """How many cases each area has."""
    return {name: len(cases(area)) for area, name in AREAS.items()}


def listing() -> str:
    """The count of each area as a table of Markdown."""
    counted = count()
    rows = [f"| {name} | {number} |" for name, number in counted.items()]
    total = f"| **all** | **{sum(counted.values())}** |"
    return "\n".join(["| area | cases |", "|---|---|", *rows, total, ""])


def page() -> str:
    """The documentation's page with the counts of today."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{listing()}{END}{rest.partition(END)[2]}"


def written(folder: Path, area: str, case: dict[str, Any], whole: Any = None) -> Path:
    """Write the file of a case: its own text, or a change of the whole one."""
    found = table(area)
    path = folder / case.get("file", found["file"])
    if "bytes" in case:
        path.write_bytes(bytes.fromhex(case["bytes"]))
    elif "text" in case:
        path.write_text(case["text"] * case.get("times", 1), encoding="utf-8")
    else:
        path.write_text(
            json.dumps(changed(whole or found["whole"], case)), encoding="utf-8"
        )
    return path


def changed(whole: Any, case: dict[str, Any]) -> Any:
    """A copy of data with one value replaced, or dropped, at a place like "a.0.b"."""
    data = deepcopy(whole)
    *steps, last = [int(s) if s.isdigit() else s for s in case["at"].split(".")]
    inner = data
    for step in steps:
        inner = inner[step]
    if case.get("drop"):
        del inner[last]
    else:
        inner[last] = case["value"]
    return data


def _id(case: dict[str, Any]) -> str:
    if "value" in case or "drop" in case:
        what = "gone" if case.get("drop") else json.dumps(case["value"])
        text = f"{case['at']}={what}"
    else:
        texts = (case.get(each) for each in ("given", "text", "sql", "ini"))
        text = next((each for each in texts if each), "bytes")
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text)[:48]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
