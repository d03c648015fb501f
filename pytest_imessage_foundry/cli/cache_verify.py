"""`imessage-foundry cache verify`: check packs of conversations."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.cli import clock_warnings, pack_options, subcommands
from pytest_imessage_foundry.errors import FoundryError, counted

if TYPE_CHECKING:
    from argparse import _SubParsersAction
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from pytest_imessage_foundry.conversations.packs.store import Cached
    from pytest_imessage_foundry.conversations.turn_clock import LooseTurn


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """Add `verify`."""
    verify = subcommands.add(
        verbs,
        "verify",
        "check packs of conversations",
        more="They are read strictly; exit code 2 names the first that is broken. A "
        "text that speaks of a time, with no anchor that keeps it there, is a warning.",
        examples=(
            "cache verify",
            "cache verify fixtures_cache",
            "cache verify fixtures_cache/*.json --strict --json",
        ),
        notes="exit codes: 0 done, 1 with --strict: there are warnings, 2 a pack is "
        "broken",
    )
    verify.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PACK|FOLDER",
        help=f"default: {pack_options.OUT}, when it is there, and the shipped ones",
    )
    verify.add_argument("--strict", action="store_true", help=clock_warnings.STRICT)
    verify.add_argument("--json", action="store_true", help="report as JSON")
    verify.set_defaults(run=run_verify)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A pack that was read, and what to warn of."""

    path: Path | Traversable
    conversations: tuple[Cached, ...]
    loose: tuple[tuple[Cached, list[LooseTurn]], ...]

    @property
    def turns(self) -> int:
        return sum(len(each.lines) for each in self.conversations)

    def document(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "conversations": len(self.conversations),
            "turns": self.turns,
            "warnings": [
                each
                for cached, loose in self.loose
                for each in clock_warnings.document(cached, loose)
            ],
        }


def run_verify(given: Namespace) -> int:
    """Read every pack and print what each holds."""
    read = [_checked(path) for path in _packs(given.paths)]
    if given.json:
        print(json.dumps([each.document() for each in read], indent=1))
    else:
        for each in read:
            _say(each)
    return 1 if given.strict and any(each.loose for each in read) else 0


def _packs(paths: list[Path]) -> Iterator[Path | Traversable]:
    """Yield each pack of some files and folders once."""
    from pytest_imessage_foundry.conversations.packs import pack_files, store

    own = tuple(paths) or pack_files.project_folders()
    shipped = not paths and not any(map(_is_shipped, own))
    for _, place in pack_files.roots(own, shipped=shipped):
        if isinstance(place, Path) and place.is_dir():
            # Reads all, to find keys that stand in two packs of one folder.
            store.load_all((place,), shipped=False)
        yield from _in(place, is_named=bool(paths))


def _is_shipped(folder: Path) -> bool:
    from pytest_imessage_foundry.conversations.packs import pack_files

    home = pack_files.shipped_folder()
    return isinstance(home, Path) and home.resolve() == folder.resolve()


def _in(place: Path | Traversable, *, is_named: bool) -> list[Path | Traversable]:
    from pytest_imessage_foundry.conversations.packs import pack_files

    if not place.is_dir():
        return [place]  # where it is none, reading it says what it is
    found = pack_files.files(place)
    if is_named and not found:
        raise FoundryError(
            f"there are no packs\nlooked in: {place}\n"
            "name a pack, or a folder of *.json files that `imessage-foundry cache "
            "refresh --out DIR` wrote"
        )
    return found


def _checked(path: Path | Traversable) -> _Checked:
    from pytest_imessage_foundry.conversations import turn_checks
    from pytest_imessage_foundry.conversations.packs import pack_files, store

    found = store.read(path).conversations
    for number, each in enumerate(found):
        for what in turn_checks.unknown_files(each.turns):
            raise pack_files.refusal(path, f"conversations[{number}].turns{what}")
        if what := clock_warnings.unplaced(each):
            raise pack_files.refusal(path, f"conversations[{number}].{what}")
    warned = [(each, clock_warnings.of(each)) for each in found]
    return _Checked(path, found, tuple(pair for pair in warned if pair[1]))


def _say(checked: _Checked) -> None:
    from pytest_imessage_foundry.terminal import escaped

    print(
        f"{escaped(str(checked.path))}: "
        f"{counted(len(checked.conversations), 'conversation')}, "
        f"{counted(checked.turns, 'turn')}"
    )
    for cached, loose in checked.loose:
        for line in clock_warnings.lines(cached, loose):
            print(f"  {line}")
