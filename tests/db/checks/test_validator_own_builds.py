"""What is built here has nothing unusual but what its scenario or its case states."""

from __future__ import annotations

from itertools import product

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.spec import Spec

pytestmark = pytest.mark.sweep

# Scenario → (check, what its reason says) of each unusual finding that it states.
STATED: dict[str, tuple[tuple[str, str], ...]] = {
    "kinds": (
        ("required-values", "service is NULL"),
        ("required-values", "part_count is NULL"),
        ("required-values", "transfer_name is NULL"),
        ("dates", "counts seconds, not nanoseconds"),
        ("message-values", "has no address after it"),
        ("membership", "it is in 2 chats"),
        ("senders", "is not in its chat"),  # who left speaks in the other chat
        ("chats", "does not begin with any, as on this release"),
        ("bodies", "it has neither text nor attributedBody"),
        ("bodies", "a run has no part number"),
        ("body-attachments", "stands on text, not on U+FFFC"),
        ("body-attachments", "of its body is of no attachment"),
        ("associations", "points with a bare guid"),
        ("associations", "it names no message (type 3, guid NULL)"),
        ("app-messages", "has no payload_data"),
    ),
    "default": (
        ("membership", "it is in 2 chats"),
        ("chats", "does not begin with any, as on this release"),
    ),
    "lived-in": (
        ("required-values", "service is NULL"),
        ("required-values", "part_count is NULL"),
        ("required-values", "transfer_name is NULL"),
        ("dates", "counts seconds, not nanoseconds"),
        ("message-values", "has no address after it"),
        ("membership", "it is in 2 chats"),
        ("chats", "does not begin with any, as on this release"),
        ("bodies", "it has neither text nor attributedBody"),
        ("bodies", "a run has no part number"),
        ("body-attachments", "stands on text, not on U+FFFC"),
        ("associations", "points with a bare guid"),
        ("associations", "it names no message (type 3, guid NULL)"),
        ("app-messages", "has no payload_data"),
    ),
}
BUILDS = [
    *((release, "kinds", "fresh") for release in schema.RELEASES),
    *((release, "small", "fresh") for release in schema.RELEASES),
    *((release, "kinds", "migrated") for release in schema.ALL),
    *((release, "default", "fresh") for release in schema.RELEASES),
    *((release, "lived-in", "migrated") for release in ("sonoma", "sequoia", "tahoe")),
    ("golden-gate", "lived-in", "fresh"),
    *(("tahoe", name, "fresh") for name in ("tidy", "international", "empty")),
    *(("sonoma", name, "fresh") for name in ("sms-only", "family", "work")),
]


@pytest.mark.parametrize(("release", "scenario", "layout"), BUILDS)
def test_a_build_has_nothing_unusual_but_what_it_states(
    tmp_path, release, scenario, layout
):
    path = tmp_path / "chat.db"
    forge(Order(Spec(release=release, scenario=scenario, layout=layout)), path)
    report = validate(path)
    stated = STATED.get(scenario, ())
    odd = [
        str(each)
        for each in report.findings
        if each.severity == "error"
        or (
            each.severity == "unusual"
            and not any(c == each.check and r in each.reason for c, r in stated)
        )
    ]
    assert odd == []
    assert report.strict_exit_code == (1 if report.unusual else 0)
    assert bool(report.unusual) == bool(stated)


@pytest.mark.parametrize("scenario", STATED)
def test_each_statement_is_true_of_some_release(tmp_path, scenario):
    """Else the list would forgive what nobody means to have."""
    missing = {*STATED[scenario]}
    # Some of it few files have.
    for seed, release in product(range(20), ("sonoma", "tahoe")):
        path = tmp_path / f"{release}-{seed}.db"
        forge(Order(Spec(release=release, scenario=scenario, seed=seed)), path)
        found = validate(path).findings
        missing -= {
            (check, reason)
            for check, reason in missing
            if any(f.check == check and reason in f.reason for f in found)
        }
        if not missing:
            return
    raise AssertionError(f"none of them has {missing}")
