"""A database written by hand, with or without pytest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.models import Scenario
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation


class ChatDBBuilder(Author):
    """An `Author` whose conversations become a chat.db.

    Args:
        release: macOS release by name or number.
        path: where the file goes; by default a new temporary folder.
        further: what `Author` takes: seed, start, layout, schemas, owner.
    """

    def __init__(
        self, release: str = "tahoe", *, path: Path | str | None = None, **further: Any
    ) -> None:
        super().__init__(release, **further)
        self._layout = further.get("layout", "fresh")
        self._path = Path(path) if path is not None else None

    def build(self, path: Path | str | None = None) -> foundry.ChatDB:
        """Write the database, with the attachments beside it."""
        target = Path(path) if path is not None else self._path
        if target is None:
            target = Path(tempfile.mkdtemp(prefix="imessage-")) / foundry.FILE_NAME
        spec = Spec(
            release=self.schema.name,
            scenario="by hand",
            seed=self.seed,
            layout=self._layout,
        )
        scenario = Scenario(
            name="by hand", description="written by hand", personas=tuple(self.people)
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        order = Written(spec, scenario, self.schema, self.conversations())
        foundry.forge(order, target)
        return foundry.ChatDB(target, order)


@dataclass(frozen=True)
class Written:
    """An order whose conversations are there already."""

    spec: Spec
    scenario: Scenario
    schema: Schema
    conversations: list[Conversation]
    fingerprint: str = "by hand"
