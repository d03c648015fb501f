"""docs/lived-in.md says what the scenario is, and what the exporter makes of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry import foundry

from . import life_page
from .absent import needed

# Label → how many rows cause it, in SQL of our own.
COUNTED = {
    "Total handles": "handle",
    "Distinct person_centric_id values": (
        "(SELECT DISTINCT person_centric_id FROM handle "
        "WHERE person_centric_id IS NOT NULL)"
    ),
    "Handles merged into another handle": (
        "handle AS h WHERE EXISTS (SELECT 1 FROM handle AS o WHERE "
        "o.person_centric_id = h.person_centric_id AND o.ROWID < h.ROWID)"
    ),
    "Participants with more than one handle": (
        "(SELECT 1 FROM handle WHERE person_centric_id IS NOT NULL "
        "GROUP BY person_centric_id HAVING count(*) > 1)"
    ),
    "Total messages": "message",
    "Messages not associated with a chat": (
        "message WHERE ROWID NOT IN (SELECT message_id FROM chat_message_join)"
    ),
    "Recoverable messages": "chat_recoverable_message_join",
    "Total attachments": "attachment",
    "No path provided": "attachment WHERE filename IS NULL",
    "Total chats": "chat",
}


@pytest.fixture(scope="module")
def page():
    return life_page.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", [life_page.people, life_page.states])
def test_its_tables_are_up_to_date(page, part):
    assert life_page.block(page, part.__name__) == part(), (
        "run `python -m tests.readers.life_page`"
    )


def test_files_are_missing_for_one_of_two_reasons(page):
    said = life_page.counts(life_page.block(page, "diagnostics"))
    assert said["Missing files"] == said["No path provided"] + said["No file located"]


@pytest.mark.sweep
def test_its_diagnostics_are_those_of_the_rows(page, tmp_path):
    path = tmp_path / "chat.db"
    foundry.forge(foundry.Order(life_page.SPEC), path, attachments=False)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        found = {
            label: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
            for label, rows in COUNTED.items()
        }
    said = life_page.counts(life_page.block(page, "diagnostics"))
    assert {label: said[label] for label in COUNTED} == found, (
        "run `python -m tests.readers.life_page`"
    )


def test_each_line_is_explained(page):
    lines = set(life_page.labels(life_page.block(page, "diagnostics")))
    told = [row.split(" | ")[0].strip("| ") for row in page.splitlines()]
    assert len(lines) > 15
    assert lines <= set(told)


@pytest.mark.readers
def test_its_diagnostics_are_what_the_exporter_says(page):
    needed("imessage-exporter", "imessage-exporter")
    written = life_page.of_rows(life_page.block(page, "diagnostics"))
    assert life_page.of_rows(life_page.diagnostics()) == written
