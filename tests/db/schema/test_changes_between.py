"""What makes one schema of another, said in code that does so when it is run."""

from __future__ import annotations

from random import Random

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import changes_between, introspect
from pytest_imessage_foundry.db.schema.declarations import Table
from pytest_imessage_foundry.db.schema.definition import Schema
from pytest_imessage_foundry.errors import FoundryError

EVERY = [
    schema.get(name, layout=layout)
    for name in schema.RELEASES
    for layout in ("fresh", "migrated")
]


def run(code: str) -> Schema:
    made: dict = {}
    exec(code, made)
    return made["RELEASE"]


@pytest.mark.parametrize("old", EVERY, ids=lambda each: f"{each.name}-{each.layout}")
def test_the_code_makes_every_release_of_every_other(old):
    for new in EVERY:
        made = run(changes_between.as_python(old, new))
        left = introspect.differences(made, introspect.structure_of(new))
        assert left == [], new.name
        assert made.features == new.features
        assert (made.name, made.macos) == (new.name, new.macos)


def test_little_is_said_of_a_little_change():
    tahoe = schema.get("tahoe")
    new = tahoe.evolve(
        name="tahoe-26.3",
        title="tahoe-26.3",
        macos="26.3",
        add_columns={"message": "is_new INTEGER DEFAULT 0\nafter text: of_it TEXT"},
        drop_indexes=["handle_idx_id"],
    )
    assert changes_between.as_python(tahoe, new) == (
        "from pytest_imessage_foundry.db import schema\n"
        "\n"
        'RELEASE = schema.get("tahoe").evolve(\n'
        '    name="tahoe-26.3",\n'
        '    title="tahoe-26.3",\n'
        '    macos="26.3",\n'
        "    add_columns={\n"
        '        "message": """\n'
        "            after text: of_it TEXT\n"
        "            is_new INTEGER DEFAULT 0\n"
        '        """,\n'
        "    },\n"
        '    drop_indexes=("handle_idx_id",),\n'
        ")\n"
    )


@pytest.mark.parametrize("seed", range(40))
def test_columns_in_any_order_are_found_again(seed):
    """Some go, some come, some move, wherever they stand."""
    draw = Random(seed)
    kept = schema.get("sonoma").evolve(drop_tables=["kvtable"])

    def with_columns(numbers) -> Schema:
        lines = [f"    c{n} {draw.choice(('TEXT', 'INTEGER'))}" for n in numbers]
        return kept.evolve(name="x", add_tables="\n".join(["kvtable", *lines]))

    old = with_columns(draw.sample(range(9), draw.randint(1, 9)))
    new = with_columns(draw.sample(range(9), draw.randint(1, 9)))
    made = old.evolve(**changes_between.between(old, new))
    assert made.tables["kvtable"].columns == new.tables["kvtable"].columns


def test_what_cannot_be_said_is_named():
    tahoe = schema.get("tahoe")
    statement = "CREATE TABLE odd (a TEXT COLLATE NOCASE)"
    odd = Table("odd", (), verbatim=statement)
    new = tahoe.evolve(name="new")
    object.__setattr__(new, "tables", {**tahoe.tables, "odd": odd})
    with pytest.raises(FoundryError, match="table odd cannot be said in the words"):
        changes_between.as_python(tahoe, new)


def test_tables_of_sqlite_alone_are_no_difference():
    """What is declared otherwise is made, and compared."""
    tahoe = schema.get("tahoe")
    new = tahoe.evolve(name="new")
    object.__setattr__(new, "internal_tables", ())
    assert "internal_tables" not in changes_between.as_python(tahoe, new)


def test_words_that_make_another_schema_are_not_given(monkeypatch):
    monkeypatch.setattr(changes_between, "between", lambda old, new: {})

    with pytest.raises(FoundryError, match="cannot be said in the words of `evolve`"):
        changes_between.as_python(schema.get("sequoia"), schema.get("tahoe"))
