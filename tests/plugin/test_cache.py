"""A project's own packs, before the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.conversations.packs.store import Cached, Pack, Provenance
from pytest_imessage_foundry.conversations.scenarios import get
from pytest_imessage_foundry.models import Turn

SAYS = """
    import pytest

    @pytest.mark.imessage(scenario="small", versions="tahoe")
    def test_it(chat_db):
        ours = [each for each in chat_db.messages if "our own pack" in each.text]
        print("ours:", len(ours), chat_db.provenance())
"""


def write_pack(path: Path) -> None:
    """A pack that answers what `small` asks of mom."""
    small = get("small")
    mom = next(each for each in small.conversations if each.id == "mom")
    request = store.request_of(mom, small.personas, small.owner.id)
    wrote = Provenance(kind="written", date="2025-01-31", verdict="valid")
    turn = Turn(sender="mom", text="this is from our own pack", opens=True)
    path.parent.mkdir(exist_ok=True)
    store.write(
        path, Pack(name="ours", conversations=(Cached.of(request, wrote, [turn]),))
    )


@pytest.mark.parametrize("named", [False, True], ids=["by default", "by the ini"])
def test_a_projects_packs_come_first(plain_run, pytester, named):
    folder = "talks" if named else "fixtures_cache"
    write_pack(pytester.path / folder / "ours.json")
    pytester.makeini(f"[pytest]\n{f'imessage_cache = {folder}' if named else ''}\n")
    pytester.makepyfile(SAYS)

    result = plain_run("-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*ours: 1 *conversations=2 cache+faker, 1 cache*"])


def test_a_folder_that_is_not_there(plain_run, pytester):
    pytester.makeini("[pytest]\nimessage_cache = nowhere\n")
    pytester.makepyfile(SAYS)

    result = plain_run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*nowhere, which is not there*", "*or a folder*"])
