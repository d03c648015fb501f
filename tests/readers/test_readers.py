"""Tools that others wrote read our files and get the meaning that our truth states.

Needs the readers (`python tests/readers/install.py`); without them the tests are
skipped, or fail where they are required: CI=true or IMESSAGE_READERS=required.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from . import diagnostics
from .compare import CANNOT, NOTIONS
from .endings import FATAL
from .faults import FAULTS
from .programs import UnreadableError
from .sessions import export_html, missing_readers, run_all, worlds
from .worlds import RELEASES, SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .sessions import Session
    from .worlds import World

    Runs = Callable[[str, str, str], Session]

pytestmark = pytest.mark.readers

# Cases whose point no reader of these has a notion of.
UNTOLD = {"recently-deleted-part"}


@pytest.fixture(scope="session")
def _readers() -> None:
    absent = missing_readers()
    if not absent:
        return
    said = (
        f"readers not installed: {', '.join(absent)}\n"
        "run `python tests/readers/install.py` (some need cargo, npm or Python 3.12)"
    )
    required = os.environ.get("IMESSAGE_READERS") == "required"
    if required or os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


@pytest.fixture(scope="session")
def runs(_readers: None, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Every reader's run on every release of a scenario, done once."""
    folder = tmp_path_factory.mktemp("readers")
    known: dict[str, dict[tuple[str, str], Session | UnreadableError]] = {}

    def of(scenario: str, reader: str, release: str) -> Session:
        if scenario not in known:
            known[scenario] = run_all(worlds(folder, scenario))
        found = known[scenario][reader, release]
        if isinstance(found, UnreadableError):
            pytest.fail(f"{reader} on {scenario}, {release}: {found}", pytrace=False)
        return found

    return of


@pytest.fixture(scope="session")
def world_of(runs: Runs) -> Callable[[str, str], World]:
    return lambda scenario, release: runs(scenario, "imbridge", release).world


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("reader", NOTIONS)
def test_a_reader_gets_the_meaning(
    runs: Runs, reader: str, release: str, scenario: str
):
    session = runs(scenario, reader, release)
    done = session.comparison
    assert [str(each) for each in done.differences] == []
    assert done.extra == [], "rows that are not in the truth"
    assert done.agreed > 300 or session.refused


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("reader", NOTIONS)
def test_a_fault_shows_wherever_its_entry_says(runs: Runs, reader: str, scenario: str):
    """An entry that names more rows than it shows on hides what is ours to mend."""
    too_wide = [
        f"{each.fault.why}: not on {each}" if each.fault else ""
        for release in RELEASES
        for each in runs(scenario, reader, release).comparison.too_wide
    ]
    assert too_wide == []


@pytest.mark.parametrize(
    ("reader", "number"),
    [(reader, n) for n, fault in enumerate(FAULTS) for reader in fault.readers],
)
def test_each_entry_still_shows(runs: Runs, reader: str, number: int):
    fault = FAULTS[number]
    seen = {
        finding.fact.case
        for release in RELEASES
        for finding in runs("kinds", reader, release).comparison.findings
        if finding.fault is fault
    }
    assert seen, f"{reader} does no longer {fault.why!r}: take the entry out"
    assert set(fault.cases) <= seen


@pytest.mark.parametrize("number", range(len(FATAL)))
def test_each_fatal_entry_still_ends_a_run(
    runs: Runs, world_of: Callable[[str, str], World], number: int
):
    fatal = FATAL[number]
    hit = 0
    for release in RELEASES:
        session = runs("kinds", fatal.reader, release)
        assert [case for each, case in session.survived if each is fatal] == []
        hit += sum(fatal.when(fact) for fact in world_of("kinds", release).facts)
    assert hit


@pytest.mark.parametrize("reader", NOTIONS)
def test_every_case_is_judged(runs: Runs, reader: str):
    for release in RELEASES:
        session = runs("kinds", reader, release)
        cases = {(fact.chapter, fact.case) for fact in session.world.facts}
        assert cases <= set(session.comparison.cases)


def test_cases_that_no_reader_has_a_notion_of(runs: Runs):
    verdicts: dict[str, set[str]] = {}
    for reader in NOTIONS:
        for release in RELEASES:
            found = runs("kinds", reader, release).comparison.cases
            for (_, case), verdict in found.items():
                verdicts.setdefault(case, set()).add(verdict)
    untold = {case for case, found in verdicts.items() if found == {CANNOT}}
    assert untold == UNTOLD


@pytest.mark.parametrize("reader", NOTIONS)
def test_a_notion_that_a_reader_is_said_to_have_is_one(runs: Runs, reader: str):
    told = runs("kinds", reader, "tahoe").comparison.told
    assert told == NOTIONS[reader].aspects


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_the_exporter_complains_of_nothing(
    runs: Runs, form: str, release: str, scenario: str
):
    done = runs(scenario, f"imessage-exporter {form}", release).comparison
    assert done.complaints == ()


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("release", RELEASES)
def test_diagnostics_find_nothing_that_the_truth_has_not(
    world_of: Callable[[str, str], World], release: str, scenario: str
):
    world = world_of(scenario, release)
    assert diagnostics.said(world) == diagnostics.expected(world)


def test_the_default_scenario_as_pages(
    world_of: Callable[[str, str], World], tmp_path: Path
):
    world = world_of("default", "tahoe")
    pages = export_html(world, tmp_path / "pages")
    # One for each group and each person: it puts the chats of one person's addresses
    # together.
    groups = [chat.guid for chat in world.conversations if chat.is_group]
    people = {
        world.person(chat.founders[0])
        for chat in world.conversations
        if not chat.is_group
    }
    found = [page for page in pages if page.stem != "orphaned"]
    assert len(found) == len(groups) + len(people)
