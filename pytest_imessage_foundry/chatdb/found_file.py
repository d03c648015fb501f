"""A chat.db that was not built here: one that a project committed, or a real one.

Nobody knows the truth of such a file. It can be read, validated, put into a condition,
and written to by `live()`, which knows no chat but those that it opens itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation, Scenario
    from pytest_imessage_foundry.spec import Spec


@dataclass(frozen=True)
class FoundFile:
    """What stands for an order where there was none: a file and its release.

    Attributes:
        lived: what `live()` wrote.
    """

    path: Path
    spec: Spec
    schema: Schema
    scenario: Scenario
    lived: tuple[Conversation, ...] = ()
    fingerprint: str = "none"

    @property
    def conversations(self) -> NoReturn:
        """Refuse.

        Raises:
            FoundryError: always.
        """
        raise FoundryError(
            "nobody knows the truth of this file: it was not built here\n"
            f"looked at {self.path}\n"
            "hold your reader against what you know of it, or ask for a scenario"
        )
