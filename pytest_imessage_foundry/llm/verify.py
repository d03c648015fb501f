"""Verify that every release can hold a conversation, before it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.db import schema, validators
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm.exchange import UnansweredError
from pytest_imessage_foundry.models import Scenario
from pytest_imessage_foundry.scratch import scratch_folder
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.packs.store import Cached
    from pytest_imessage_foundry.llm.plan import PlanEntry

_NAME = "proof"


def verify(entry: PlanEntry, cached: Cached) -> str:
    """Build and validate a database of the conversation on every release.

    Return the result as a sentence.

    Raises:
        UnansweredError: the pack does not read back, or a database is not valid.
    """
    with scratch_folder() as folder:
        read_back = _read_back(cached, folder / "pack.json")
        for release in schema.ALL:
            _build(entry, read_back, release, folder / release)
    return f"valid on {', '.join(schema.ALL)}"


def _read_back(cached: Cached, path: Path) -> Cached:
    try:
        store.write(path, store.Pack(name=_NAME, conversations=(cached,)))
        (read,) = store.read(path).conversations
    except FoundryError as error:
        raise _refusal(cached, str(error).splitlines()[0]) from None
    return read


def _build(entry: PlanEntry, cached: Cached, release: str, folder: Path) -> None:
    turns = cached.turns
    config = replace(entry.config, message_count_target=len(turns))
    scenario = Scenario(
        name=_NAME, description="", personas=entry.everybody, conversations=(config,)
    )
    materials = foundry.Materials(scenarios=(scenario,), answer=lambda **_: turns)
    spec = Spec(release=release, scenario=_NAME, source="faker")
    folder.mkdir()
    path = folder / foundry.FILE_NAME
    try:
        foundry.forge(foundry.Order(spec, materials), path, attachments=False)
        report = validators.validate(path, release=release)
    except FoundryError as error:
        raise _refusal(cached, str(error).splitlines()[0]) from error
    if not report.ok:
        worst = next(each for each in report.findings if each.severity == "error")
        raise _refusal(cached, f"{release}: {worst.check}: {worst.reason}")


def _refusal(cached: Cached, why: str) -> UnansweredError:
    return UnansweredError(
        f"the conversation {cached.key} makes no valid database: {why}\n"
        "looked at: a database built from it\n"
        "it was not written; run the command again for another one"
    )
