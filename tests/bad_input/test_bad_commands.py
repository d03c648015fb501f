"""What is typed, and the files that it names: each refusal says why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tables import cases, written

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.schema import release_file

COMMANDS = {
    "scenario_files": "build x.db --macos tahoe --scenario {}",
    "packs": "cache verify {}",
    "people": "personas import {}",
    "manifests": "build x.db --schema {}",
}


def manifest():
    """The manifest of a release under a name of its own."""
    tahoe = schema.get("tahoe")
    return release_file.as_json(replace(tahoe, name="mine"), tahoe)


@pytest.mark.parametrize("case", cases("command_line"))
def test_command_line(case, refused):
    refused(case["given"]).says(case["says"])


@pytest.mark.parametrize(
    ("area", "case"),
    [
        pytest.param(area, *each.values, id=f"{area}-{each.id}")
        for area in COMMANDS
        for each in cases(area)
    ],
)
def test_file(area, case, refused, tmp_path):
    path = written(tmp_path, area, case, manifest() if area == "manifests" else None)

    place = [] if case.get("elsewhere") else [path.name]
    refused(COMMANDS[area].format(path.name)).says([*place, *case["says"]])


@pytest.mark.parametrize(
    "truth",
    [
        {"personas": 5, "cases": 5, "owner": 5},
        {"personas": [5, {"name": [], "other_identifiers": 5}], "cases": [5]},
        {"owner": {"time_zone": 5}, "cases": [{"name": 1, "message": 2, "reading": 3}]},
    ],
)
def test_a_truth_is_read_as_far_as_it_is_one(truth, ok, tmp_path):
    path, page = tmp_path / "truth.json", tmp_path / "page.html"
    path.write_text(json.dumps(truth))

    assert main(["preview", str(ok), "--truth", str(path), "-o", str(page)]) == 0
    assert page.exists()
