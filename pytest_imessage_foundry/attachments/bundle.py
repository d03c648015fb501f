"""Files of attachments in one file, to keep them and to lay them out from.

A bundle is a line of JSON, each path with its size, and then what the files hold.
Copying it takes as long as one file does, where the tree would take a hundred times
that for its folders.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from pytest_imessage_foundry.attachments import FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

NAME = "attachments.bundle"


def gather(folder: Path) -> None:
    """Put the folders of attachments in `folder` into a bundle there."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in FOLDERS
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }
    sizes = {name: len(data) for name, data in files.items()}
    head = json.dumps(sizes).encode()
    (folder / NAME).write_bytes(head + b"\n" + b"".join(files.values()))
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)


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
