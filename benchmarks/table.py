"""The results as one table, for a terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Results, Series

BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
HEAD = ("what", "median", "spread", "against", "target", "met")


def markdown(results: Results) -> str:
    """One table; a row for each series, a line for each section."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]
    section = ""
    for series in results.series:
        if series.section != section:
            section = series.section
            lines.append(f"| **{section}** " + "| " * (len(HEAD) - 1) + "|")
        lines.append("| " + " | ".join(_cells(series)) + " |")
    return "\n".join(lines)


def within(page: str, shown: str) -> str:
    """`page` with the sections of `shown` in the table between its two marks.

    Sections that were not measured this time stay as they are; the line on the machine
    is that of this time.
    """
    before, _, rest = page.partition(BEGIN)
    known, _, after = rest.partition(END)
    table, _, machine = shown.partition("\n\n")
    lines = [table.split("\n| **")[0]]
    for name, section in (_sections(known) | _sections(table)).items():
        lines.append(f"| **{name}{section}")
    whole = "\n".join(lines) + (f"\n\n{machine}" if machine else "")
    return f"{before}{BEGIN}\n{whole}\n{END}{after}"


def _sections(table: str) -> dict[str, str]:
    """The lines of each section of a table, by what is up to its first asterisk."""
    _, *sections = table.strip().split("\n\n")[0].split("\n| **")
    parts = (each.partition("**") for each in sections)
    return {name: f"{stars}{rest}" for name, stars, rest in parts}


def _cells(series: Series) -> Iterator[str]:
    low, high = series.spread
    yield series.name
    yield f"{_number(series.median)} {series.unit}"
    yield f"{_number(low)} to {_number(high)}"
    yield _against(series)
    yield series.target
    yield {True: "yes", False: "**no**", None: ""}[series.met]


def _against(series: Series) -> str:
    if series.ratio is None:
        return ""
    if "+" in series.target:
        return f"{series.ratio:+.1f} {series.unit}"
    return f"x {series.ratio:.2f}"


def _number(value: float) -> str:
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}"
