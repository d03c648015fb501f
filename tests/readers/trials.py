"""Each reader on each database, once: the scorecards that tests and pages look at."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.scorecard import known_faults
from pytest_imessage_foundry.scorecard.adapters import AdapterRun
from pytest_imessage_foundry.scorecard.reader_runs import ReaderRun
from pytest_imessage_foundry.scorecard.scores import Scorecard
from pytest_imessage_foundry.spec import Spec

from . import diagnostics, install
from .adapt import ADAPTERS
from .running import UnreadableError

if TYPE_CHECKING:
    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault

RELEASES = ("sonoma", "sequoia", "tahoe-26.0", "tahoe")
SCENARIOS = ("kinds", "default", "lived-in")
# Some readers take a minute for what a long life holds.
MESSAGES = {"lived-in": 2_000}
READERS = tuple(ADAPTERS)
KNOWN = Path(__file__).parent / "known"
# A reader's name → the name of its install.
INSTALLS = {name: name.removesuffix(" txt").removesuffix(" html") for name in READERS}
WORKERS = 2


@dataclass
class Trial:
    """What came of one database: a card for each reader.

    Attributes:
        cases: the cases of the catalogue that it holds.
        diagnosed, true_counts: what imessage-exporter counts in it, and what is true.
    """

    release: str
    scenario: str
    cards: dict[str, Scorecard] = field(default_factory=dict)
    cases: frozenset[str] = frozenset()
    diagnosed: dict[str, int] = field(default_factory=dict)
    true_counts: dict[str, int] = field(default_factory=dict)


def faults_of(reader: str) -> tuple[KnownFault, ...]:
    """The entries of a reader's file; two forms of one program have one together."""
    names = dict.fromkeys((INSTALLS[reader], reader.replace(" ", "-")))
    files = [KNOWN / f"{name}.toml" for name in names]
    return tuple(e for file in files if file.exists() for e in known_faults.read(file))


def missing_readers() -> list[str]:
    """The installs that are not there, of those that the readers need."""
    return sorted(set(install.missing()) & set(INSTALLS.values()))


def run_all(folder: Path, scenario: str) -> dict[str, Trial]:
    """Every reader on each release of a scenario, two databases at a time."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=spawned) as pool:
        jobs = [pool.submit(trial, folder, each, scenario) for each in RELEASES]
        return {each.release: each for each in (job.result() for job in jobs)}


def trial(folder: Path, release: str, scenario: str) -> Trial:
    built = _build(folder / f"{scenario}-{release}", release, scenario)
    lines = built.true_lines
    done = Trial(release, scenario)
    done.cases = frozenset(e["case"] for e in lines if "case" in e)
    for reader in READERS:
        done.cards[reader] = card(reader, built)
    done.diagnosed = diagnostics.said(built.path)
    done.true_counts = diagnostics.expected(built)
    return done


def _build(home: Path, release: str, scenario: str) -> ChatDB:
    """A home of its own, with Attachments and an AddressBook."""
    spec = Spec(release=release, scenario=scenario, messages=MESSAGES.get(scenario))
    order = foundry.Order(spec)
    layouts.build(order, home, "home")
    return foundry.ChatDB(layouts.database_in(home, "home"), order)


def card(reader: str, built: ChatDB) -> Scorecard:
    """The scorecard of one reader on one database, as `conform` makes it."""
    home = built.path.parents[2]
    answer = home.with_name(f"{home.name}-{reader.replace(' ', '-')}.jsonl")

    def run() -> AdapterRun:
        try:
            with answer.open("w", encoding="utf-8") as file:
                for line in ADAPTERS[reader](built.path):
                    file.write(json.dumps(line) + "\n")
        except UnreadableError as error:
            return AdapterRun(answer, str(error))
        return AdapterRun(answer, None)

    return ReaderRun(
        run,
        lambda: built.true_lines,
        file=built.path,
        name=f"{built.version} {built.spec.scenario}",
        release=built.version,
        faults=faults_of(reader),
    ).card()
