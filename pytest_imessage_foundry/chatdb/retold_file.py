"""A database that was built here and has been written to since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation, Scenario
    from pytest_imessage_foundry.spec import Spec


@dataclass(frozen=True)
class RetoldFile:
    """What stands for the order of such a database: its truth is what was written."""

    spec: Spec
    scenario: Scenario
    schema: Schema
    conversations: Sequence[Conversation]
    fingerprint: str
