"""Make docs/schema_reference.md: each table and column, where it is, what it means.

    python docs/make_schema_page.py

What the releases declare is read from their schemas. Meanings stand beside those, in
`db/schema/meanings.toml`, each with its source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema.declarations import Column, Table

PAGE = Path(__file__).parent / "schema_reference.md"
MEANINGS = tomllib.loads(
    Path(schema.__file__).with_name("meanings.toml").read_text(encoding="utf-8")
)
HEAD = """# Schema reference

Each table and column of chat.db: in which releases it is, what it means, and how
that is known. The page is made of the schemas and of `meanings.toml` beside them by
`python docs/make_schema_page.py`. How each release is known stands in
[releases.md](releases.md); `imessage-foundry schema show tahoe` prints all of one,
with keys, indexes and triggers.

§ names a section of [the facts of the format](reference/SEMANTICS.md), which has
the sources. H: two independent sources or real rows. M: one source that measured
real data. L: inferred, or sources disagree. S: several reports of users.
*Declared*: the table's own SQL says it. *Not known*: nobody whom we found says what
it means, and so neither do we. "0 on ordinary rows" is all that is known of some.
Files of a Mac that was set up before macOS 12 have a few more columns, `sr_…` (§0);
the layout "migrated" has them.
"""


def releases_with(names: list[str]) -> str:
    """Say which releases have something: all, those from one on, or a list."""
    releases = list(schema.RELEASES)
    if names == releases:
        return "all"
    first = releases.index(names[0])
    if names == releases[first:]:
        return f"from {names[0]}"
    return ", ".join(names)


def tables() -> dict[str, dict[str, Table]]:
    """Give each table of any release, by release."""
    found: dict[str, dict[str, Table]] = {}
    for release in schema.RELEASES:
        for name, table in schema.get(release).tables.items():
            found.setdefault(name, {})[release] = table
    return found


def columns(table: dict[str, Table]) -> dict[str, dict[str, Column]]:
    """Give each column of a table in any release, by release."""
    found: dict[str, dict[str, Column]] = {}
    for release, each in table.items():
        for column in each.columns:
            found.setdefault(column.name, {})[release] = column
    return found


def declared(column: Column) -> list[str] | None:
    """Say what a column's own SQL tells, if its meaning is in it."""
    if column.references is not None:
        return [f"a row of `{column.references.table}`", "declared"]
    if column.primary_key:
        return ["number of the row", "declared"]
    return None


def meaning(table: str, column: Column) -> list[str]:
    """Say what a column means and how that is known."""
    stated = MEANINGS["columns"].get(table, {}).get(column.name)
    return stated or declared(column) or ["not known", "-"]


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *_sections()]) + "\n"


def _sections() -> Iterator[str]:
    for name, table in sorted(tables().items(), key=lambda item: item[0].lower()):
        what, source = MEANINGS["tables"].get(name, ["not known", "-"])
        yield f"## {name}\n"
        yield f"Releases: {releases_with(list(table))}. Meaning: {what} ({source}).\n"
        yield "| column | type | releases | meaning | known from |"
        yield "|---|---|---|---|---|"
        for column, where in columns(table).items():
            newest = list(where.values())[-1]
            types = dict.fromkeys(each.type or "-" for each in where.values())
            what, source = meaning(name, newest)
            cells = (f"`{column}`", ", ".join(types), releases_with(list(where)))
            yield f"| {' | '.join(cells)} | {what.replace('|', '&#124;')} | {source} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
