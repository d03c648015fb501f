"""Files and truths of phones in use, each made once for a run."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest

from pytest_imessage_foundry.by_hand import Written
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.foundry import Order, forge, truth_of
from pytest_imessage_foundry.garbage import collected_rarely
from pytest_imessage_foundry.spec import Spec

SEEDS = range(5)
MESSAGES = {"lived-in": 2_000, "default": None}
# The seed of each release in `make test`. `make sweeps` takes all others, too.
USUAL = dict(zip(schema.RELEASES, cycle((*SEEDS[1:], SEEDS[0])), strict=False))
EACH = [
    pytest.param(
        release, seed, marks=() if seed == USUAL[release] else pytest.mark.sweep
    )
    for release in schema.RELEASES
    for seed in SEEDS
]
# A life that is long enough to have what is rare: release, seed, and messages.
LONG = ("tahoe", 1, 25_000)


def order(scenario, release, seed, messages=None):
    return _order(scenario, release, seed, messages or MESSAGES.get(scenario))


@cache
def _order(scenario, release, seed, messages):
    return Order(Spec(scenario=scenario, release=release, seed=seed, messages=messages))


def truth(scenario, release, seed, messages=None):
    return _truth(order(scenario, release, seed, messages))


@cache
def _truth(wanted):
    with collected_rarely():
        return truth_of(wanted)


def built(scenario, release, seed, messages=None):
    """The file of a scenario, without those of its attachments."""
    return _built(order(scenario, release, seed, messages))


@cache
def _built(wanted):
    spec = wanted.spec
    name = f"{spec.scenario}-{spec.release}-{spec.seed}-{spec.messages}.db"
    held = wanted
    if spec.scenario == "lived-in":
        # Other tests look at its truth, which is kept: to derive the messages anew
        # takes longer than to write them.
        chats = list(_truth(wanted))
        held = Written(spec, wanted.scenario, wanted.schema, chats)
    path = Path(_folder().name) / name
    forge(held, path, attachments=False)
    return path


@cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="lives-")
