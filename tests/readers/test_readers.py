"""Tools that others wrote read our files and get the meaning that our truth states.

Needs the readers (`python tests/readers/install.py`); without them the tests are
skipped, or fail where they are required: CI=true or IMESSAGE_READERS=required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.scorecard import score_text, shown_kinds

from .absent import absent
from .trials import READERS, RELEASES, SCENARIOS, faults_of, missing_readers, run_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_imessage_foundry.scorecard.scores import Scorecard

    from .trials import Trial

    Trials = Callable[[str], dict[str, Trial]]

pytestmark = pytest.mark.readers

# Kinds that no reader of these has a notion of.
UNTOLD = {"empty-chat", "flagged", "part-deleted"}
# Those of other releases than are read here.
LATER = {"filtered"}
# How many single statements of a reader are right on tahoe at least, by scenario. Who
# says less than it did is not read any more as it was.
LEAST = {
    "imessage-exporter txt": (6_790, 35_060, 35_000),
    "imessage-exporter html": (8_680, 45_760, 45_640),
    "pytypedstream": (2_500, 13_820, 12_900),
    "imbridge": (8_910, 41_940, 42_680),
    "imessage-chatdb": (7_560, 35_470, 35_600),
    "imessage-wrapped": (4_770, 21_560, 21_930),
    "imessage-reader": (2_840, 13_410, 11_760),
    "imessagedb": (3_560, 16_560, 16_700),
    "parse-smsdb": (4_420, 20_070, 17_890),
    "imessage-database": (11_430, 55_580, 56_010),
    "imessage-kit": (8_260, 39_450, 39_710),
    "parseaple-typedstream": (2_490, 13_820, 12_900),
    "imessage-conversation-analyzer": (2_990, 13_280, 13_010),
    "mvt": (3_300, 14_460, 12_950),
}


@pytest.fixture(scope="session")
def _readers() -> None:
    missing = missing_readers()
    if not missing:
        return
    said = (
        f"readers not installed: {', '.join(missing)}\n"
        "run `python tests/readers/install.py` (some need cargo, npm or Python 3.12)"
    )
    absent(said)


@pytest.fixture(scope="session")
def trials(_readers: None, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """Every reader's card on every release of a scenario, made once."""
    folder = tmp_path_factory.mktemp("readers")
    known: dict[str, dict[str, Trial]] = {}

    def of(scenario: str) -> dict[str, Trial]:
        if scenario not in known:
            known[scenario] = run_all(folder, scenario)
        return known[scenario]

    return of


def together(trials: Trials, reader: str) -> list[Scorecard]:
    return [
        trial.cards[reader]
        for scenario in SCENARIOS
        for trial in trials(scenario).values()
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_gets_the_meaning(
    trials: Trials, reader: str, release: str, scenario: str
):
    """Nothing is wrong but what is known, and that on every row that it names."""
    score_text.require(trials(scenario)[release].cards[reader])


@pytest.mark.parametrize("reader", READERS)
def test_it_says_as_much_as_it_did(trials: Trials, reader: str):
    told = [trials(each)["tahoe"].cards[reader].statements for each in SCENARIOS]
    assert [said >= least for said, least in zip(told, LEAST[reader], strict=True)] == [
        True,
        True,
        True,
    ], told


@pytest.mark.parametrize(
    ("reader", "number"),
    [(reader, n) for reader in READERS for n in range(len(faults_of(reader)))],
)
def test_each_known_fault_still_shows(trials: Trials, reader: str, number: int):
    fault = faults_of(reader)[number]
    shown = sum(card.shown[fault] for card in together(trials, reader))
    assert shown, f"{reader} does no longer {fault.why!r}: take the entry out"
    assert fault.rule


def test_kinds_that_no_reader_has_a_notion_of(trials: Trials):
    verdicts: dict[str, set[str]] = {}
    for reader in READERS:
        for card in together(trials, reader):
            for name, tally in card.in_order():
                verdicts.setdefault(name, set()).add(tally.verdict)
    untold = {name for name, found in verdicts.items() if found == {"cannot"}}
    assert untold == UNTOLD
    assert set(verdicts) - {"not-in-file"} == set(shown_kinds.kinds()) - LATER


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("release", RELEASES)
def test_diagnostics_find_nothing_that_the_truth_has_not(
    trials: Trials, release: str, scenario: str
):
    """`imessage-exporter -d` counts what is in the file."""
    trial = trials(scenario)[release]
    assert trial.diagnosed == trial.true_counts
