"""Each case of the catalogue can be written out in a file, with the same truth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_imessage_foundry.conversations import catalogue, scenario_files
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.authoring.written_chats import (
    CHAT_VERBS,
    DRAFT_VERBS,
)
from pytest_imessage_foundry.conversations.catalogue.case_phone import CasePhone
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.foundry import Materials, Order
from pytest_imessage_foundry.spec import Spec

from .recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path

# Verbs that no case of the catalogue needs.
ELSEWHERE = {"attach", "download"}


def opened_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the phone of the cases open its chats first, as a file does: one whose first
    message has a file would draw its GUIDs in another order."""
    usual = CasePhone.__init__

    def start(phone: CasePhone, *arguments: Any) -> None:
        usual(phone, *arguments)
        names = ["sms", "shop", "shop_desk", "satellite"]
        names += ["rcs"] if "rcs" in phone.author.schema.features else []
        assert all(getattr(phone, name) for name in names)

    monkeypatch.setattr(CasePhone, "__init__", start)


def usual_or_sweep(release: str) -> Any:
    """Two releases in `make test`, the others in `make sweeps`."""
    marks = () if release in ("sonoma", "tahoe") else pytest.mark.sweep
    return pytest.param(release, marks=marks)


@pytest.fixture(params=[*map(usual_or_sweep, schema.ALL)])
def told(request, tmp_path, monkeypatch) -> tuple[str, Any, Recorder, Path]:
    """The catalogue on a release, and the file that was recorded while it wrote."""
    release = request.param
    recorder = Recorder()
    opened_early(monkeypatch)
    with recorder.watching(monkeypatch):
        wrote = catalogue._written.__wrapped__(0, schema.get(release))
    owner = Author(release).owner
    raw = {
        "name": "written",
        "personas": [
            {
                "id": owner.id,
                "name": owner.name,
                "identifier": owner.identifier,
                "other_identifiers": list(owner.other_identifiers),
                "relationship": owner.relationship,
                "is_self": True,
            }
        ],
        "people": recorder.people,
        "chat": recorder.blocks,
    }
    path = tmp_path / "written.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    return release, wrote, recorder, path


def test_the_file_says_what_the_catalogue_does(told):
    release, wrote, recorder, path = told
    own = scenario_files.read(path)

    order = Order(Spec(release=release, scenario=own.name), Materials(scenarios=(own,)))

    for there, here in zip(wrote.conversations, order.conversations, strict=True):
        for one, other in zip(there.messages, here.messages, strict=True):
            assert other == one
        assert here == there
    assert order.scenario.personas == wrote.people
    if release == "tahoe":
        verbs = {*CHAT_VERBS, *DRAFT_VERBS} - ELSEWHERE
        assert verbs - recorder.used - {"resent_as_sms"} == set()
