"""A database written by hand, with or without pytest."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytest_imessage_foundry import foundry
from pytest_imessage_foundry.conversations.authoring.author import START, Author
from pytest_imessage_foundry.conversations.authoring.edge import checked
from pytest_imessage_foundry.conversations.authoring.words import When, when
from pytest_imessage_foundry.models import Scenario
from pytest_imessage_foundry.spec import Spec

__all__ = ["START", "ChatDBBuilder", "Written", "when"]

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.models import Conversation, Persona


class ChatDBBuilder(Author):
    """An `Author` whose conversations become a chat.db.

    Args:
        release: macOS release by name or number.
        path: where the file goes; by default a new temporary folder.
        seed: what GUIDs and the rhythm derive from.
        start: when the clock begins; what happens moves it on.
        layout: a "fresh" file, or one that was "migrated" from release to release.
        schema: one of your own, in place of a release's.
        owner: whose phone it is.

    Attributes:
        known: the file of known faults that `compare` of what is built takes.

    Times that are not given go on from the last `at`, whether it was before or after
    what was written until then.
    """

    goes_back = True

    @checked
    def __init__(
        self,
        release: str = "tahoe",
        *,
        path: Path | str | None = None,
        seed: int = 0,
        start: When = START,
        layout: Literal["fresh", "migrated"] = "fresh",
        schema: Schema | None = None,
        owner: Persona | None = None,
    ) -> None:
        super().__init__(
            release, seed=seed, start=start, layout=layout, schema=schema, owner=owner
        )
        self._layout = layout
        self._path = Path(path) if path is not None else None
        self.known: Path | None = None

    @checked
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
        handed = foundry.ChatDB(target, order)
        handed.known = self.known
        return handed


@dataclass(frozen=True)
class Written:
    """An order whose conversations are there already."""

    spec: Spec
    scenario: Scenario
    schema: Schema
    conversations: list[Conversation]
    fingerprint: str = "by hand"
