"""The draft of a project, always saved on disk.

It stands beside the library of personas and survives a crash of the app.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_imessage_foundry import file_locks
from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.errors import FoundryError, UnwritableFileError
from pytest_imessage_foundry.llm import provider_registry
from pytest_imessage_foundry.ui.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import TypeAdapter

FORMAT = 1
MAX_BYTES = 4 << 20


@dataclass(slots=True)
class ProjectDraft:
    """The file of a project, and beside it the packs of texts made for it."""

    folder: Path
    notice: str = field(default="", init=False)

    @property
    def path(self) -> Path:
        return self.folder / "draft.json"

    @property
    def packs(self) -> Path:
        return self.folder / "draft-packs"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other apps from the draft during a block.

        Each of two would write its own project over that of the other.

        Raises:
            FoundryError: another app has it.
        """
        is_held = True
        with ExitStack() as stack:
            with suppress(OSError):  # nobody may write there, as saving will say
                lock = file_locks.held(self.folder / "draft.lock", patience=0)
                is_held = stack.enter_context(lock)
            if not is_held:
                raise FoundryError(
                    "another app is open with this library, and its draft\n"
                    f"looked at: {self.path}\n"
                    "leave that one first, or name another library with --library"
                )
            yield

    def load(self) -> Project | None:
        """Return the saved project, if there is one.

        A file that cannot be read is moved aside, and `notice` says so.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.notice = f"the draft cannot be read: {error.strerror}: {self.path}"
            return None
        try:
            return _project(data)
        except (ValueError, RecursionError):
            aside = self.path.with_suffix(".broken.json")
            with suppress(OSError):
                os.replace(self.path, aside)
            self.notice = f"the draft was broken and is set aside: {aside}"
            return None

    def save(self, project: Project) -> None:
        """Save `project` in one step.

        Raises:
            FoundryError: the disk refuses it.
        """
        # An address may carry a password, which belongs into no file.
        safe = replace(project, base_url=provider_registry.shown_url(project.base_url))
        raw = {"version": FORMAT, "project": asdict(safe)}
        text = json.dumps(raw, ensure_ascii=False, indent=1)
        try:
            with replacing(self.path, makes_folder=True) as beside:
                beside.write_text(text, encoding="utf-8")
        except UnwritableFileError as error:
            raise FoundryError(
                f"the draft cannot be kept: {error.reason}\n"
                f"looked at: {self.path}\n"
                "make room or mend its rights; what you see is not saved"
            ) from None

    def drop(self) -> None:
        """Remove the project and its texts."""
        self.path.unlink(missing_ok=True)
        shutil.rmtree(self.packs, ignore_errors=True)


def _project(data: bytes) -> Project:
    """Return the project in a draft's text; raise ValueError if it is none."""
    raw = json.loads(data)
    if not isinstance(raw, dict) or raw.get("version") != FORMAT:
        raise ValueError("another format")
    return _strict().validate_json(json.dumps(raw.get("project")))


@cache
def _strict() -> TypeAdapter[Project]:
    # Made once: it takes longer to make than a draft takes to read.
    from pydantic import ConfigDict, TypeAdapter, with_config

    strict = with_config(ConfigDict(extra="forbid", strict=True))
    return TypeAdapter(strict(Project))
