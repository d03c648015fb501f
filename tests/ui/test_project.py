"""What is to be made, without a screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ConversationConfig
from pytest_imessage_foundry.personas import builtin
from pytest_imessage_foundry.ui.project import NAME, Project, moment
from pytest_imessage_foundry.ui.project_draft import ProjectDraft

KNOWN = builtin.by_id()


@pytest.fixture
def family():
    return Project.of(scenarios.get("family"), release="tahoe")


def test_out_of_a_scenario(family):
    scenario = scenarios.get("family")

    assert family.scenario.personas == scenario.personas
    assert family.scenario.conversations == scenario.conversations
    assert family.owner == scenario.owner
    assert family.spec.release == "tahoe"
    family.check()


def test_a_built_in_scenario_is_never_meant():
    assert NAME not in {each.name for each in scenarios.built_in()}


def test_without_somebody_their_chats_end(family):
    left = family.without("mom")

    assert not left.has("mom")
    assert all("mom" not in each.participants for each in left.conversations)
    gone = {each.id for each in family.conversations} - {
        each.id for each in left.conversations
    }
    assert gone == {"mom"}  # groups go on without her
    left.check()


def test_an_owner_talks_to_others(family):
    moved = family.owned_by(KNOWN["nina"])

    assert moved.owner.id == "nina"
    assert [each.id for each in moved.personas if each.is_self] == ["nina"]
    assert not moved.has("alex")
    moved.check()


def test_somebody_changed_stays_who_they_are(family):
    told = family.having(replace(KNOWN["alex"], name="Al", is_self=False))

    assert told.owner.name == "Al"
    assert len(told.personas) == len(family.personas)
    assert Project().having(replace(KNOWN["mom"], is_self=True)).owner is None


def test_ids_are_free(family):
    assert family.free_id("Mom") == "mom-2"
    assert family.free_id("Bo & Cy") == "bo-cy"
    assert family.free_id("🙂") == "chat"


def test_what_keeps_it_from_being_built(family):
    with pytest.raises(FoundryError, match="the phone is nobody's"):
        Project().check()
    stranger = ConversationConfig(id="x", participants=("nobody",))
    with pytest.raises(FoundryError, match="nobody has the id 'nobody'"):
        family.with_conversation(stranger).check()
    twin = replace(KNOWN["tom"], identifier=KNOWN["mom"].identifier)
    with pytest.raises(FoundryError, match="'mom' and 'tom' both have"):
        family.having(twin).check()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("", ""),
        (" 2025-01-31 ", "2025-01-31T00:00:00Z"),
        ("2025-01-31T08:00:00Z", "2025-01-31T08:00:00Z"),
    ],
)
def test_moments(text, time):
    assert moment(text) == time


@pytest.mark.parametrize("text", ["soon", "2025-02-30", "31.1.2025"])
def test_no_moments(text):
    with pytest.raises(FoundryError, match="is no day"):
        moment(text)


def test_the_command_quotes_what_it_must(family, home):
    project = replace(family, output=str(home / "my phone.db"), seed=3)

    assert project.command(has_pack=True) == (
        "imessage-foundry build 'my phone.db' --macos tahoe --scenario "
        "'my phone.scenario.json' --cache 'my phone.pack.json' --seed 3"
    )


# --- the draft --------------------------------------------------------------


def test_a_draft_comes_back(family, tmp_path):
    draft = ProjectDraft(tmp_path / "data")

    assert draft.load() is None
    draft.save(family)
    assert ProjectDraft(tmp_path / "data").load() == family
    draft.drop()
    assert draft.load() is None


def test_a_password_is_not_kept(family, tmp_path):
    draft = ProjectDraft(tmp_path)
    draft.save(replace(family, base_url="http://me:geheim@pc/v1?key=geheim"))

    assert draft.load().base_url == "http://pc/v1"
    assert "geheim" not in draft.path.read_text()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"version": 9, "project": {}}',
        b'{"version": 1, "project": {"seed": "1"}}',
        b'{"version": 1, "project": {"color": "blue"}}',
        b'{"version": 1, "project": {"step": "elsewhere"}}',
        b"[" * 100_000,
    ],
    ids=lambda data: data[:30].decode("ascii", "replace"),
)
def test_a_broken_draft_is_moved_aside(data, tmp_path):
    draft = ProjectDraft(tmp_path)
    draft.path.write_bytes(data)

    assert draft.load() is None
    assert "set aside" in draft.notice
    assert (tmp_path / "draft.broken.json").read_bytes() == data
    assert not draft.path.exists()


def test_a_disk_that_is_full(family, tmp_path, monkeypatch):
    draft = ProjectDraft(tmp_path / "data")
    draft.save(family)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(FoundryError, match="No space left") as raised:
        draft.save(replace(family, seed=9))

    assert str(draft.path) in str(raised.value)
    monkeypatch.undo()
    assert draft.load() == family
    assert [each.name for each in draft.folder.iterdir()] == ["draft.json"]
