"""What is built here has nothing unusual but what its scenario or its case states."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.spec import Spec

# Scenario → (check, what its reason says) of each unusual finding that it states.
STATED: dict[str, tuple[tuple[str, str], ...]] = {}
BUILDS = [
    *((release, "kinds", "fresh") for release in schema.RELEASES),
    *((release, "small", "fresh") for release in schema.RELEASES),
    *((release, "kinds", "migrated") for release in schema.ALL),
    *(("tahoe", name, "fresh") for name in ("default", "international", "empty")),
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


def test_each_statement_is_of_a_scenario_that_is_built():
    assert set(STATED) <= {scenario for _, scenario, _ in BUILDS}
