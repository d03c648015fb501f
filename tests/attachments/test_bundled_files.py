"""What goes into a bundle is what would stand in folders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_imessage_foundry.attachments import bundle, generator
from pytest_imessage_foundry.attachments.bundled_files import BundledFiles
from pytest_imessage_foundry.attachments.sending import send
from pytest_imessage_foundry.errors import FoundryError

KINDS = ("photo", "voice", "pdf", "live-photo", "folder")
PHOTO = send("photo", "A", 1)


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_files_as_in_a_folder(tmp_path):
    files = BundledFiles()
    folder = generator.Folder(tmp_path / "one" / "Attachments")
    for number, kind in enumerate(KINDS):
        attachment = send(kind, f"guid-{number}", number)
        files.add(attachment)
        folder.add(attachment)
    files.write(tmp_path / bundle.NAME)
    bundle.lay_out(tmp_path / bundle.NAME, tmp_path / "other")
    assert len(files_in(tmp_path / "one")) > len(KINDS)
    assert files_in(tmp_path / "other") == files_in(tmp_path / "one")


@pytest.mark.parametrize(
    "given", [{"path": None}, {"state": "missing"}, {"state": "not-downloaded"}]
)
def test_what_is_not_there_is_not_bundled(tmp_path, given):
    files = BundledFiles()
    files.add(replace(PHOTO, **given))
    files.write(tmp_path / bundle.NAME)
    assert (tmp_path / bundle.NAME).read_bytes() == b"{}\n"


@pytest.mark.parametrize(
    "path", ["../a.jpg", "/etc/a.jpg", "a/../../b.jpg", "..\\a.jpg", ".", "a\0b"]
)
def test_nothing_outside_of_the_folder(path):
    with pytest.raises(FoundryError, match="leaves the attachments folder"):
        BundledFiles().add(replace(PHOTO, path=path))
