"""Files of attachments in one file, to keep them and to lay them out from.

A bundle is a line of JSON, each path with its size, and then what the files hold.
Copying it takes as long as one file does, where the tree would take a hundred times
that for its folders.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "attachments.bundle"


def write(files: Mapping[str, bytes], path: Path) -> None:
    """Write a bundle of files, whose names are relative paths."""
    sizes = {name: len(files[name]) for name in sorted(files)}
    head = json.dumps(sizes).encode()
    path.write_bytes(b"".join((head, b"\n", *map(files.__getitem__, sizes))))


def lay_out(bundle: Path, folder: Path) -> list[str]:
    """Write the files of a bundle below `folder`; give the files and folders made,
    relative to it.

    Their times are before those of the bundle, so that whatever is written to one,
    in the same tick of the clock too, gives it another.
    """
    head, _, rest = bundle.read_bytes().partition(b"\n")
    root = f"{folder}{os.sep}"
    os.makedirs(folder, exist_ok=True)
    made: dict[str, None] = {}
    offset = 0
    for name, size in json.loads(head).items():
        _make_folders(os.path.dirname(name), root, made)
        with open(root + name, "xb", buffering=0) as file:
            file.write(rest[offset : offset + size])
        made[name] = None
        offset += size
    moment = bundle.stat().st_mtime_ns - 2 * 10**9  # two seconds are a tick of FAT
    for name in made:
        os.utime(root + name, ns=(moment, moment))
    return [*made]


def _make_folders(name: str, root: str, made: dict[str, None]) -> None:
    if name and name not in made:
        _make_folders(os.path.dirname(name), root, made)
        os.mkdir(root + name)
        made[name] = None
