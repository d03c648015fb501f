"""Open, or copy, a chat.db that was not built here."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDER_NAME
from pytest_imessage_foundry.chatdb.found_file import FoundFile
from pytest_imessage_foundry.db import schema, version_detect
from pytest_imessage_foundry.models import Persona, Scenario
from pytest_imessage_foundry.reading.open_readonly import opened
from pytest_imessage_foundry.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

_LOGS = ("-wal", "-journal")
# An account is written with what it is: "P:" a number, "E:" an e-mail address.
_ACCOUNT = "SELECT account_login FROM chat WHERE account_login LIKE '_:%' LIMIT 1"


def found(path: Path) -> FoundFile:
    """Return what is known of the file at `path`.

    Raises:
        FoundryError: it cannot be read, or is none of Messages.
    """
    release = version_detect.detect_file(path).release
    owner = Persona(id="me", name="me", identifier=_owner_of(path), is_self=True)
    scenario = Scenario(name="none", description="", personas=(owner,))
    spec = Spec(release=release, scenario=scenario.name)
    return FoundFile(path, spec, schema.get(release), scenario)


def copy(source: Path, target: Path) -> None:
    """Copy a file with what its log holds, and the attachments beside it.

    Raises:
        FoundryError: it cannot be read.
    """
    with opened(source):  # refuses what is no database, before anything is copied
        shutil.copyfile(source, target)
        for log in _LOGS:
            beside = source.with_name(source.name + log)
            if beside.is_file():
                shutil.copyfile(beside, target.with_name(target.name + log))
    files = source.with_name(FOLDER_NAME)
    if files.is_dir():
        shutil.copytree(files, target.with_name(FOLDER_NAME))


def _owner_of(path: Path) -> str:
    """Return the owner's address as a chat has it, else one that is nobody's."""
    with opened(path) as source, source.connect() as connection:
        known = connection.execute(_ACCOUNT).fetchone()
    return known[0][2:] if known and known[0][2:] else "me@example.com"
