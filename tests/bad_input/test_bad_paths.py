"""Paths at which something else stands than a command needs."""

from __future__ import annotations

import os
import socket
from contextlib import closing

import pytest
from tables import cases

MAKERS = {
    "file": lambda path: path.write_text("mine"),
    "folder": lambda path: path.mkdir(),
    "link": lambda path: path.symlink_to("elsewhere"),
    "loop": lambda path: path.symlink_to(path),
    "pipe": os.mkfifo,
    "socket": lambda path: bound(path),
}


def bound(path):
    with closing(socket.socket(socket.AF_UNIX)) as made:
        here = os.open(path.parent, os.O_RDONLY)
        try:  # the name of a socket may have a hundred characters
            made.bind(f"/proc/self/fd/{here}/{path.name}")
        finally:
            os.close(here)


@pytest.mark.parametrize("case", cases("paths"))
def test_path(case, refused, tmp_path):
    for kind, make in MAKERS.items():
        if kind in case:
            path = tmp_path / case[kind]
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path)

    refused(case["given"]).says(case["says"])
