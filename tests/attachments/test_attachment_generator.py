"""Kinds, names, paths, and files laid out on a disk."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_imessage_foundry
from pytest_imessage_foundry.atomic import Created
from pytest_imessage_foundry.attachments.generator import (
    KINDS,
    Folder,
    content,
    file_name,
    folder,
    kind_named,
    relative_path,
    size,
    stub_bytes,
)
from pytest_imessage_foundry.errors import FoundryError

PACKAGE = Path(pytest_imessage_foundry.__file__).parent
STUBS = PACKAGE / "attachments/stubs"
GUID = "1E9D5B3C-7A44-4C0E-9B57-2F1F6A0C8D11"
NAMES = {
    "photo": "IMG_0042.jpeg",
    "heic": "IMG_0042.HEIC",
    "screenshot": "IMG_0042.PNG",
    "gif": "IMG_0042.GIF",
    "video": "IMG_0042.MOV",
    "voice": "Audio Message.caf",
    "music": "New Recording 42.m4a",
    "pdf": "Document 42.pdf",
    "contact": "Jane Doe.vcf",
    "location": "CL.loc.vcf",
    "link-image": r"UUID\.pluginPayloadAttachment",
    "sticker": r"UUID\.heic",
    "memoji": r"UUID\.heic",
    "genmoji": r"UUID\.heic",
    "zip": "Archive 42.zip",
    "text": "Note 42.txt",
    "group-photo": "GroupPhotoImage",
    "live-photo": "IMG_0042.MOV",
    "folder": "Folder 42",
}
UUID4 = r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}"


# --- kinds ------------------------------------------------------------------


def test_each_kind_has_a_stub_and_each_stub_a_kind():
    named = {name for kind in KINDS.values() for name in (kind.stub, kind.others)}
    assert named - {""} == set(os.listdir(STUBS))
    assert all(name == kind.name for name, kind in KINDS.items())


def test_the_package_stays_small():
    sizes = {path.name: path.stat().st_size for path in STUBS.iterdir()}
    assert len(sizes) <= 19
    assert max(sizes[kind.stub] for kind in KINDS.values()) < 4096
    assert sum(sizes.values()) < 64 << 10


@pytest.mark.parametrize(
    ("name", "uti", "mime_type"),
    [
        ("heic", "public.heic", "image/heic"),
        ("photo", "public.jpeg", "image/jpeg"),
        ("video", "com.apple.quicktime-movie", "video/quicktime"),
        ("voice", "com.apple.coreaudio-format", None),
        ("location", "public.vlocation", "text/x-vlocation"),
        ("contact", "public.vcard", "text/vcard"),
        ("link-image", "dyn.age81a5dzq7y066dbtf0g82peqf4hk2pdrb00n5xy", None),
    ],
)
def test_types_are_those_of_real_rows(name, uti, mime_type):
    assert (KINDS[name].uti, KINDS[name].mime_type) == (uti, mime_type)


def test_only_what_can_be_seen_has_a_size():
    for kind in KINDS.values():
        seen = (kind.mime_type or "").startswith(("image/", "video/"))
        assert (kind.width > 0 and kind.height > 0) == (
            seen or kind.name == "link-image"
        )


def test_a_kind_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        KINDS["photo"].uti = "public.png"


@pytest.mark.parametrize(
    "call",
    [
        kind_named,
        stub_bytes,
        content,
        lambda name: content(name, 3),
        lambda name: file_name(name, 1),
        lambda name: Folder(Path("nowhere")).write("a", name, 0),
    ],
)
def test_an_unknown_kind_is_told_the_known_ones_in_order(call):
    with pytest.raises(FoundryError) as raised:
        call("foto")
    assert str(raised.value) == (
        f"unknown attachment kind 'foto' (choose from {', '.join(KINDS)})"
    )
    assert not Path("nowhere").exists()


# --- names ------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_files_are_called_what_a_phone_calls_them(name):
    pattern = NAMES[name]
    if "UUID" in pattern:
        assert re.fullmatch(pattern.replace("UUID", UUID4), file_name(name, 42))
        assert file_name(name, 42) != file_name(name, 43)
    else:
        assert file_name(name, 42) == pattern
    assert file_name(name, 42) == file_name(name, 42)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "0001"), (9999, "9999"), (10_000, "0001"), (10_042, "0043"), (0, "9999")],
)
def test_a_camera_starts_over_after_9999(number, expected):
    assert file_name("heic", number) == f"IMG_{expected}.HEIC"


def test_names_differ_between_kinds_that_share_a_pattern():
    assert file_name("sticker", 1) != file_name("genmoji", 1)


# --- content ----------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_variants_differ_and_stay_the_same_each_time(name):
    several = [content(name, variant) for variant in range(20)]
    assert several[0] == stub_bytes(name) == (STUBS / KINDS[name].stub).read_bytes()
    assert len(set(several)) == 20
    assert several == [content(name, variant) for variant in range(20)]


@pytest.mark.parametrize("name", [each.name for each in KINDS.values() if each.others])
def test_the_others_are_as_long_as_the_stub(name):
    others = (STUBS / KINDS[name].others).read_bytes()
    assert len(others) % len(stub_bytes(name)) == 0


def test_the_package_works_from_a_zip(tmp_path):
    bundle = tmp_path / "bundle.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for path in (
            *sorted(PACKAGE.glob("*.py")),
            *sorted((PACKAGE / "models").glob("*.py")),
            *sorted((PACKAGE / "attachments").rglob("*.*")),
        ):
            archive.write(path, path.relative_to(PACKAGE.parent))
    code = (
        "from pytest_imessage_foundry.attachments import generator as g;"
        "print(g.__file__, sum(len(g.content(kind)) for kind in g.KINDS))"
    )
    # -I keeps the checkout off the path: only the archive can answer.
    script = f"import sys; sys.path.insert(0, {str(bundle)!r}); {code}"
    told = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    where, size = told.rsplit(maxsplit=1)
    assert where.startswith(str(bundle))
    assert int(size) == sum(len(stub_bytes(kind)) for kind in KINDS)


# --- paths ------------------------------------------------------------------


@pytest.mark.parametrize("pair", ["9b/11", "8a/10", "97/07", "11/01"])
def test_the_folders_of_real_rows_obey_the_rule(pair, monkeypatch):
    byte = int(pair[:2], 16)
    monkeypatch.setattr(zlib, "crc32", lambda data: 0xABCD00 | byte)
    assert folder(GUID) == pair


@given(st.text(max_size=60))
def test_the_second_folder_is_the_low_nibble_of_the_first(guid):
    first, second = folder(guid).split("/")
    assert re.fullmatch("[0-9a-f]{2}", first)
    assert second == f"{int(first[1], 16):02}"


def test_attachments_spread_over_all_folders():
    assert len({folder(f"at_0_{number}") for number in range(5000)}) == 256


def test_a_path_is_folders_guid_and_name():
    assert folder(GUID) == folder(GUID)
    assert relative_path(GUID, "IMG_1.HEIC") == f"{folder(GUID)}/{GUID}/IMG_1.HEIC"


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "../b", "a\\b", "a\0b", "/"])
def test_a_path_is_made_of_plain_names_only(bad):
    with pytest.raises(FoundryError, match="cannot be part of an attachment's path"):
        relative_path(GUID, bad)
    with pytest.raises(FoundryError, match="cannot be part of an attachment's path"):
        relative_path(bad, "IMG_1.HEIC")


# --- laying out -------------------------------------------------------------


def lay_out(root: Path, entries: list[tuple[str, str, int]]) -> int:
    """Write files and say how many bytes that took."""
    folder = Folder(root)
    return sum(folder.write(*entry) for entry in entries)


def entries() -> list[tuple[str, str, int]]:
    return [
        (relative_path(f"{GUID}-{number}", file_name(kind, number)), kind, number)
        for number, kind in enumerate(KINDS)
    ]


def test_files_are_written_where_and_as_stated(tmp_path):
    root = tmp_path / "Library/Messages/Attachments"
    written = lay_out(root, entries())
    for relative, kind, variant in entries():
        inside = "Note.txt" if kind == "folder" else ""
        assert (root / relative / inside).read_bytes() == content(kind, variant)
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) == len(KINDS) + 3  # in the bundle of a Live Photo
    assert written == sum(path.stat().st_size for path in files)


def test_a_live_photo_is_a_film_with_a_bundle_beside(tmp_path):
    path = relative_path(GUID, file_name("live-photo", 7))
    lay_out(tmp_path, [(path, "live-photo", 7)])
    film = tmp_path / path
    bundle = film.with_suffix(".pvt")
    names = [each.name for each in sorted(bundle.iterdir())]
    assert names == ["IMG_0007.HEIC", "IMG_0007.MOV", "metadata.plist"]
    assert (bundle / "IMG_0007.MOV").read_bytes() == film.read_bytes()
    assert (bundle / "IMG_0007.HEIC").read_bytes() == content("heic", 7)
    metadata = plistlib.loads((bundle / "metadata.plist").read_bytes())
    assert metadata == {"PFVideoComplementMetadataVersionKey": "1"}


def test_a_folder_holds_a_file(tmp_path):
    path = relative_path(GUID, file_name("folder", 7))
    made = Created()
    Folder(tmp_path / "files", made).write(path, "folder", 7)
    (inside,) = (tmp_path / "files" / path).iterdir()
    assert inside.read_bytes() == content("folder", 7)
    made.take_back()
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_kept_if_it_is_the_same(tmp_path):
    lay_out(tmp_path, entries())
    same, other = (tmp_path / relative for relative, _, _ in entries()[:2])
    os.utime(same, ns=(10**18, 10**18))
    other.write_bytes(b"something else")
    assert lay_out(tmp_path, entries()) == len(content(*entries()[1][1:]))
    assert same.stat().st_mtime_ns == 10**18
    assert other.read_bytes() == content(*entries()[1][1:])


def test_no_entries_no_bytes_no_folder(tmp_path):
    assert lay_out(tmp_path / "Attachments", []) == 0
    assert not (tmp_path / "Attachments").exists()


@pytest.mark.parametrize(
    "relative",
    ["", ".", "..", "../escaped", "aa/../../escaped", "/escaped", "a\0b", "../root"],
)
def test_a_path_that_leaves_the_root_is_refused(tmp_path, relative):
    root = tmp_path / "root"
    with pytest.raises(FoundryError, match="leaves the attachments folder") as raised:
        lay_out(root, [(relative, "text", 0)])
    assert repr(relative) in str(raised.value)
    assert str(root) in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("relative", ["way/out.txt", "out.txt"])
def test_a_link_does_not_lead_out_of_the_root(tmp_path, relative):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    try:
        (root / "way").symlink_to(outside, target_is_directory=True)
        (root / "out.txt").symlink_to(outside / "out.txt")
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(FoundryError, match="leaves the attachments folder"):
        lay_out(root, [(relative, "text", 0)])
    assert list(outside.iterdir()) == []


def test_a_root_may_itself_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    try:
        (tmp_path / "root").symlink_to("real", target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    lay_out(tmp_path / "root", [("aa/10/x/Note 1.txt", "text", 1)])
    assert (tmp_path / "real/aa/10/x/Note 1.txt").read_bytes() == content("text", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_size_is_that_of_the_content(kind: str) -> None:
    for variant in (0, 1, 9, 10, 99, 100, 9_999):
        assert size(kind, variant) == len(content(kind, variant))
