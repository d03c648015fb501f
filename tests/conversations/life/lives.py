"""Files and truths of phones in use, each made once for a run."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from pytest_imessage_foundry.foundry import Order, forge, truth_of
from pytest_imessage_foundry.spec import Spec

SEEDS = range(5)
MESSAGES = {"lived-in": 2_000, "default": None}


@cache
def order(scenario, release, seed, messages=None):
    count = messages or MESSAGES[scenario]
    return Order(Spec(scenario=scenario, release=release, seed=seed, messages=count))


@cache
def truth(scenario, release, seed, messages=None):
    return truth_of(order(scenario, release, seed, messages))


@cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="lives-")


@cache
def built(scenario, release, seed, messages=None):
    """The file of a scenario, without those of its attachments."""
    path = Path(_folder().name) / f"{scenario}-{release}-{seed}-{messages}.db"
    forge(order(scenario, release, seed, messages), path, attachments=False)
    return path
