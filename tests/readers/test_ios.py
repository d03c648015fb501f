"""An iPhone's tree and backups, as tools for them read these.

imessage-exporter's reading of a backup must be that of the same messages in a macOS
home, which `test_readers` holds against the truth. MVT and iphone-backup-decrypt are
held against the files themselves. iLEAPP is on no package index: the patterns by which
it looks for files, and the queries with which it opens them, stand here as facts.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from pytest_imessage_foundry import foundry, layouts
from pytest_imessage_foundry.attachments.folders import SENT_FOLDER
from pytest_imessage_foundry.db.addressbook import has_name
from pytest_imessage_foundry.models.message_files import files_of as files_of_message
from pytest_imessage_foundry.spec import Spec

from .absent import needed
from .exporter import (
    Export,
    imessage_exporter_diagnostics,
    imessage_exporter_txt,
)
from .running import UnreadableError, run, scratch_home

pytestmark = pytest.mark.readers

CASES = [
    (release, scenario)
    for release in ("sonoma", "sequoia", "tahoe")
    for scenario in ("kinds", "default")
]
# scripts/artifacts/sms.py and addressBook.py of iLEAPP, as of July 2026. It matches
# them, with fnmatch, against "root/" and the path in a tree, and against
# "/private/var/mobile/" or the domain's own root and the path in a backup.
ILEAPP = (
    "*/Library/SMS/sms.db*",
    "*/Library/SMS/Attachments/*",
    "*/mobile/Library/AddressBook/AddressBook*.sqlitedb*",
)
SMS = "Library/SMS/sms.db"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Every layout of an order, built when it is asked for."""
    made = {}

    def build(release, scenario, layout, password=None):
        key = (release, scenario, layout, password)
        if key not in made:
            order = foundry.Order(Spec(release=release, scenario=scenario))
            path = tmp_path_factory.mktemp("ios") / "phone"
            layouts.build(order, path, layout, backup_password=password)
            made[key] = (order, path)
        return made[key]

    return build


DEVICE = "/var/mobile/"


def files_of(order):
    return [
        file
        for chat in foundry.truth_of(order)
        for message in chat.messages
        for file in files_of_message(message)
    ]


# --- imessage-exporter --------------------------------------------------------


@pytest.mark.parametrize("password", [None, "secret"], ids=["plain", "encrypted"])
@pytest.mark.parametrize(("release", "scenario"), CASES)
def test_exporter_reads_what_it_reads_in_a_home(built, release, scenario, password):
    needed("imessage-exporter", "imessage-exporter")
    order, path = built(release, scenario, "ios-backup", password)
    _, home = built(release, scenario, "home")
    how = Export(backup=path, password=password)

    backup = imessage_exporter_txt(path, how)
    mac = imessage_exporter_txt(layouts.database_in(home, "home"), Export(home=home))

    assert len(mac.messages) > 100
    places = _hashed(home)
    expected = [_moved(each, places, path) for each in mac.messages]
    assert list(backup.messages) == expected
    assert backup.complaints == mac.complaints
    names = {each.name for each in order.scenario.personas if not each.is_self}
    assert names & {each.sender for each in backup.messages}


def _hashed(home):
    """Paths in a home -> where a backup has the same file."""
    root = home / "Library/Messages"
    with closing(sqlite3.connect(home / "Library/Messages/chat.db")) as connection:
        query = "SELECT filename FROM attachment WHERE filename IS NOT NULL"
        names = [name for (name,) in connection.execute(query)]
    # It leaves out two characters, of ~/ and of the path of another device alike.
    short = [name.replace("/Messages/", "/SMS/", 1)[2:] for name in names]
    digests = [
        hashlib.sha1(f"MediaDomain-{name}".encode()).hexdigest() for name in short
    ]
    return {
        # A path of another device is absolute and stays what it is.
        str(root / name.removeprefix("~/Library/Messages/")): f"{digest[:2]}/{digest}"
        for name, digest in zip(names, digests, strict=True)
    }


def _moved(message, places, path):
    """The message with attachments where a backup has them."""

    def place(name):
        if name is None:
            return None
        # Behind a sticker's file it says where it is from.
        file, space, source = name.partition(" (")
        return f"{path}/{places[file]}{space}{source}"

    files = message.attachments
    if (message.text or "").startswith(DEVICE):
        # In a home such a path leads nowhere and is shown as it is.
        file, _, text = message.text.partition("\n")
        files, message = (file,), replace(message, text=text or None)
    return replace(
        message,
        attachments=tuple(place(each) for each in files),
        tapbacks=tuple(
            replace(each, path=place(each.path)) for each in message.tapbacks
        ),
        replies=tuple(_moved(each, places, path) for each in message.replies),
    )


@pytest.mark.parametrize(("release", "scenario"), CASES)
def test_exporter_finds_all_that_is_not_missing(built, release, scenario):
    needed("imessage-exporter", "imessage-exporter")
    order, path = built(release, scenario, "ios-backup")

    found = imessage_exporter_diagnostics(path, Export(backup=path))

    query = "SELECT guid FROM attachment"
    with closing(sqlite3.connect(path / layouts.backup.DATABASE)) as connection:
        guids = {guid for (guid,) in connection.execute(query)}
    sent = [each for each in files_of(order) if each.guid in guids]
    told = found["Attachment"]
    assert told["Total attachments"].split()[0] == str(len(guids))
    # A backup keeps the files of a folder; nothing in it stands for the folder itself.
    gone = {
        each.guid
        for each in sent
        if each.state != "present" or each.stub == SENT_FOLDER
    }
    missing = told.get("Missing files", "0").split()[0]
    assert missing == str(len(gone))
    assert (scenario == "kinds") <= bool(gone)


def test_exporter_refuses_another_password(built):
    needed("imessage-exporter", "imessage-exporter")
    _, path = built("tahoe", "kinds", "ios-backup", "secret")
    how = Export(backup=path, password="wrong")
    with pytest.raises(UnreadableError, match="password was incorrect"):
        imessage_exporter_txt(path, how)


# --- MVT ----------------------------------------------------------------------


def check(verb, path, out):
    """What a `mvt-ios` command finds, by module."""
    mvt = needed("mvt", "mvt-ios")
    quiet = ("--disable-update-check", "--disable-indicator-update-check")
    with scratch_home() as home:
        said, _ = run(home, mvt, *quiet, verb, "--output", out, path)
    assert not re.search("Traceback|Error in running|CRITICAL +\\[", said), said[-2000:]
    return {
        name: json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("sms", "sms_attachments", "contacts")
    }


@pytest.mark.parametrize("layout", ["ios", "ios-backup"])
@pytest.mark.parametrize(("release", "scenario"), CASES)
def test_mvt_finds_messages(built, tmp_path, release, scenario, layout):
    order, path = built(release, scenario, layout)
    verb = "check-fs" if layout == "ios" else "check-backup"

    found = check(verb, path, tmp_path)

    with closing(sqlite3.connect(layouts.database_in(path, layout))) as connection:
        # Its own join leaves out what the owner wrote in groups.
        query = "SELECT guid FROM message JOIN handle h ON h.ROWID = handle_id"
        expected = {guid for (guid,) in connection.execute(query)}
        names = "SELECT filename FROM attachment WHERE filename IS NOT NULL"
        files = {name for (name,) in connection.execute(names)}
    assert len(expected) > 100
    assert {each["guid"] for each in found["sms"]} == expected
    assert {each["filename"] for each in found["sms_attachments"]} - {"NULL"} == files
    known = {
        address
        for persona in filter(has_name, order.scenario.personas)
        for address in persona.addresses
        if not address.startswith("urn:")
    }
    assert {each["value"] for each in found["contacts"]} == known


def test_mvt_reads_the_lists(built, tmp_path):
    _, path = built("tahoe", "default", "ios-backup")
    check("check-backup", path, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    files = {each["file_id"]: each for each in manifest if each["flags"] == 1}
    assert all(
        (path / name[:2] / name).stat().st_size == each["size"]
        for name, each in files.items()
    )
    info = json.loads((tmp_path / "backup_info.json").read_text())
    assert info["Product Version"] == "26.5.2"


def test_mvt_opens_an_encrypted_one(built, tmp_path):
    mvt = needed("mvt", "mvt-ios")
    _, plain = built("tahoe", "default", "ios-backup")
    _, path = built("tahoe", "default", "ios-backup", "secret")
    with scratch_home() as home:
        options = ("--password", "secret", "--destination", tmp_path / "open")
        run(home, mvt, "--disable-update-check", "decrypt-backup", *options, path)
    for file in plain.glob("??/*"):
        if not file.name.endswith(("-shm", "-wal")):
            opened = tmp_path / "open" / file.relative_to(plain)
            assert opened.read_bytes() == file.read_bytes()


# --- iphone-backup-decrypt ----------------------------------------------------

OPEN = """
import sys
from iphone_backup_decrypt import EncryptedBackup
backup = EncryptedBackup(backup_directory=sys.argv[1], passphrase=sys.argv[2])
for path in sys.argv[4:]:
    backup.extract_file(
        relative_path=path, output_filename=f"{sys.argv[3]}/{path.replace('/', '_')}"
    )
"""


def test_iphone_backup_decrypt(built, tmp_path):
    python = needed("iphone-backup-decrypt", "python")
    order, path = built("tahoe", "kinds", "ios-backup", "secret")
    _, plain = built("tahoe", "kinds", "ios-backup")
    media = f"Library/SMS/Attachments/{files_of(order)[0].path}"
    asked = {
        SMS: "HomeDomain",
        "Library/AddressBook/AddressBook.sqlitedb": "HomeDomain",
        media: "MediaDomain",
    }
    with scratch_home() as home:
        run(home, python, "-c", OPEN, path, "secret", tmp_path, *asked)
        for name, domain in asked.items():
            place = plain / layouts.backup.manifest.place_of(domain, name)
            opened = tmp_path / name.replace("/", "_")
            assert opened.read_bytes() == place.read_bytes()
        with pytest.raises(UnreadableError, match="incorrect passphrase"):
            run(home, python, "-c", OPEN, path, "wrong", tmp_path, SMS)


# --- iLEAPP -------------------------------------------------------------------


def test_ileapps_patterns_in_a_tree(built):
    _, path = built("tahoe", "default", "ios")
    names = [f"root/{each.relative_to(path)}" for each in path.rglob("*")]
    found = {pattern: fnmatch.filter(names, pattern) for pattern in ILEAPP}
    assert all(found.values())
    assert f"root/private/var/mobile/{SMS}" in found[ILEAPP[0]]
    assert len(found[ILEAPP[2]]) == 2


def test_ileapps_patterns_in_a_backup(built):
    _, path = built("tahoe", "default", "ios-backup")
    with closing(sqlite3.connect(path / "Manifest.db")) as connection:
        query = "SELECT fileID, relativePath FROM Files WHERE flags = 1"
        listed = {
            f"/private/var/mobile/{name}": file_id
            for file_id, name in connection.execute(query)
        }
    for pattern in ILEAPP:
        names = fnmatch.filter(listed, pattern)
        assert names
        for name in names:
            assert (path / listed[name][:2] / listed[name]).is_file()
