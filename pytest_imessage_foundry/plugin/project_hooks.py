"""Hooks that a project implements in a conftest.py to add its own content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import (
        ConversationConfig,
        Persona,
        Scenario,
        Turn,
    )


@pytest.hookspec
def pytest_imessage_personas() -> Sequence[Persona]:  # type: ignore[empty-body]
    """Personas that scenarios may name by id, beside the built-in ones.

    Called before a database is built for a test. A persona with the id of a
    built-in one takes its place::

        def pytest_imessage_personas():
            return [Persona(id="ann", name="Ann Lee", identifier="+12125550186")]
    """


@pytest.hookspec
def pytest_imessage_scenarios() -> Sequence[Scenario]:  # type: ignore[empty-body]
    """Scenarios that marks may name, beside the built-in ones.

    Called before a database is built for a test. People are named by the ids of the
    built-in cast and of `pytest_imessage_personas`; who owns the phone is added::

        def pytest_imessage_scenarios():
            weekend = ConversationConfig(
                id="weekend", participants=("nina",), message_count_target=60
            )
            return [
                Scenario(
                    name="two-friends",
                    description="a weekend being planned",
                    personas=("alex", "nina"),
                    conversations=(weekend,),
                )
            ]
    """


@pytest.hookspec
def pytest_imessage_schemas() -> Sequence[Schema | str | Path]:  # type: ignore[empty-body]
    """Releases that `--imessage-version` may name, beside the built-in ones.

    Called when the command line is read. State a release by what it changes::

        def pytest_imessage_schemas():
            return [get("tahoe").evolve(name="tahoe-26.9", ...)]

    or name manifests that `imessage-foundry schema read` wrote, relative to the
    rootdir; so does the ini setting `imessage_schemas`::

        def pytest_imessage_schemas():
            return ["schemas/tahoe-26.3.json"]
    """


@pytest.hookspec(firstresult=True)
def pytest_imessage_conversation(
    config: ConversationConfig, owner: Persona, people: Sequence[Persona], seed: int
) -> Sequence[Turn] | None:
    """Return what is said in one conversation; the first answer that is not None wins.

    Called for each conversation of a scenario before the cache and the fallback
    are asked. Return turns, oldest first, or None to leave it to them::

        def pytest_imessage_conversation(config, owner, people, seed):
            if config.id == "greeting":
                return [Turn(sender=people[0].id, text="Hello")]
    """
