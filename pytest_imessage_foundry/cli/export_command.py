"""`imessage-foundry export`: write a whole set of databases with their truths."""

from __future__ import annotations

import hashlib
import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import database_set, outputs, subcommands
from pytest_imessage_foundry.errors import FoundryError, counted
from pytest_imessage_foundry.replaceable import (
    COMPANIONS,
    already_there,
    check_apart,
)
from pytest_imessage_foundry.terminal import escaped

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from pytest_imessage_foundry.cli.database_set import Member

MANIFEST = Path("manifest.json")
_CHUNK = 1 << 20


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add `export`."""
    export = subcommands.add(
        commands,
        "export",
        "write a set of databases with their truths, to keep or cache",
        more="A folder for each release and scenario, and a manifest with the SHA-256 "
        "of each file. The same options give the same bytes.",
        examples=(
            "export fixtures --macos tahoe --scenario kinds",
            "export fixtures --macos all --scenario kinds,default --force",
        ),
    )
    export.add_argument(
        "folder", type=outputs.path, metavar="DIR", help="the set's folder"
    )
    database_set.add_options(export)
    export.add_argument(
        "--force", action="store_true", help="replace the set that is there"
    )
    export.add_argument("--json", action="store_true", help="print the manifest")
    export.set_defaults(run=run)


def run(given: Namespace) -> int:
    """Build the set, whole or not at all."""
    from pytest_imessage_foundry.atomic_folders import replacing_folder

    def check() -> None:
        _refuse_other_things(given.folder, force=given.force)

    check_apart((), database_set.files_read(given), folders=[given.folder])
    check()
    database_set.members(given, Path())  # complains before anything is built
    with replacing_folder(
        given.folder, last=MANIFEST, swaps=True, check=check
    ) as draft:
        manifest = _manifest(given, draft)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (draft / MANIFEST).write_text(text, encoding="utf-8")
    if given.json:
        print(json.dumps(manifest))
    else:
        databases = manifest["databases"]
        count = counted(len(databases), "database")
        truths = "its truth" if len(databases) == 1 else "their truths"
        print(f"wrote {escaped(str(given.folder))}: {count} with {truths}")
    return 0


def _refuse_other_things(folder: Path, *, force: bool) -> None:
    """Replace nothing but a set, and that by --force alone."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / MANIFEST).is_file():
        raise FoundryError(
            f"{folder} is there already and is no set of databases\n"
            f"looked for: {folder / MANIFEST}; it was left as it is\n"
            "name another folder, or remove what is there"
        )
    if foreign := _foreign(folder):
        raise FoundryError(
            f"{folder} holds what is not of the set\n"
            f"looked at its manifest, which does not list {foreign[0]}\n"
            "move that elsewhere, or name another folder"
        )
    if not force:
        raise already_there(folder, "name another folder, or replace it with --force")


def _foreign(folder: Path) -> list[str]:
    """Return the files in the folder of a set that its manifest does not list."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = [each["files"] for each in manifest["databases"]]
        listed = {each["path"] for several in files for each in several}
    except (OSError, ValueError, LookupError, TypeError):
        listed = set()
    # Whoever reads a database may leave SQLite's own files beside it.
    listed |= {f"{each}{ending}" for each in listed for ending in COMPANIONS}
    found = sorted(
        each.relative_to(folder).as_posix()
        for each in folder.rglob("*")
        if each.is_symlink() or not each.is_dir()
    )
    return [each for each in found if each not in (MANIFEST.name, *listed)]


def _manifest(given: Namespace, draft: Path) -> dict[str, Any]:
    """Build the databases, and return what the set consists of."""
    from pytest_imessage_foundry import __version__
    from pytest_imessage_foundry.scorecard.readings import VERSION

    return {
        "made_by": f"pytest-imessage-foundry {__version__}",
        "readings_version": VERSION,
        "databases": [
            _entry(each, draft) for each in database_set.members(given, draft)
        ],
    }


def _entry(member: Member, draft: Path) -> dict[str, Any]:
    built = member.build(with_truth=True)
    files = sorted(each for each in member.place.rglob("*") if each.is_file())
    return {
        "release": member.release,
        "scenario": member.scenario,
        "seed": member.seed,
        "layout": member.layout,
        "database": built.path.relative_to(draft).as_posix(),
        "truth": (member.place / database_set.TRUTH).relative_to(draft).as_posix(),
        "files": [
            {
                "path": each.relative_to(draft).as_posix(),
                "bytes": each.stat().st_size,
                "sha256": _sha256(each),
            }
            for each in files
        ],
    }


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
