"""A page of benchmarks keeps the sections that a run did not measure."""

from __future__ import annotations

from benchmarks import table

HEAD = "| what | median |\n|---|---|"


def page(*sections: str) -> str:
    body = "\n".join([HEAD, *sections])
    return f"before\n{table.BEGIN}\n{body}\n{table.END}after\n"


def section(name: str, value: str) -> str:
    return f"| **{name}** | |\n| a row | {value} |"


def test_sections_that_were_not_measured_stay() -> None:
    known = page(section("floor", "1"), section("first", "2"))
    shown = "\n".join([HEAD, section("first", "3 **no**"), section("page", "4")])
    assert table.within(known, shown) == page(
        section("floor", "1"), section("first", "3 **no**"), section("page", "4")
    )


def test_a_page_without_a_table_gets_one() -> None:
    empty = f"before\n{table.BEGIN}\n{table.END}after\n"
    assert table.within(empty, f"{HEAD}\n{section('floor', '1')}") == page(
        section("floor", "1")
    )


def test_the_line_on_the_machine_is_the_new_one() -> None:
    known = page(section("floor", "1"), "", "an old machine")
    shown = f"{HEAD}\n{section('first', '2')}\n\na new machine"
    assert table.within(known, shown) == page(
        section("floor", "1"), section("first", "2"), "", "a new machine"
    )
