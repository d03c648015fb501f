"""A backup: every file listed, every listed file there, and what the lists say."""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import decrypting
import pytest

from pytest_imessage_foundry import layouts
from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.db import schema, validators
from pytest_imessage_foundry.errors import FoundryError, UnreadableFileError
from pytest_imessage_foundry.ios import backup, device

SMS = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28"
CONTACTS = "31/31bb7ba8914766d4ba40d6dfb6113c8b614be442"
PICTURES = "cd/cd6702cea29fe89cf280a76794405adb17f9a0ee"


@pytest.fixture
def order(tmp_path):
    author = ChatDBBuilder("tahoe", seed=5)
    chat = author.direct(author.person("Alex Doe"))
    chat.receive("Look", author.file("photo"), author.file("pdf"))
    chat.receive(author.file("pdf", state="missing"))
    chat.receive(author.file("video", state="not-downloaded"))
    return author.build(tmp_path / "scratch" / "chat.db")._order


@pytest.fixture
def phone(order, tmp_path):
    layouts.build(order, tmp_path / "phone", "ios-backup")
    return tmp_path / "phone"


def rows(path, query, *values):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def described(blob):
    """An MBFile, with what its fields refer to."""
    objects = plistlib.loads(blob)["$objects"]
    return {
        name: objects[value.data] if isinstance(value, plistlib.UID) else value
        for name, value in objects[1].items()
    }


def entries(folder, flags=1):
    query = "SELECT fileID, domain, relativePath, file FROM Files WHERE flags = ?"
    found = rows(folder / "Manifest.db", query, flags)
    return {
        (domain, path): (name, described(blob)) for name, domain, path, blob in found
    }


def test_known_places(phone):
    for place in (SMS, CONTACTS, PICTURES):
        assert (phone / place).is_file()
    assert layouts.database_in(phone, "ios-backup") == phone / SMS
    assert validators.validate(phone / SMS).ok
    assert rows(phone / SMS, "SELECT count(*) FROM message") == [(3,)]
    assert rows(phone / CONTACTS, "SELECT count(*) FROM ABPerson") == [(2,)]


def test_the_list_is_of_what_is_there(phone):
    listed = entries(phone)
    there = {
        each.relative_to(phone).as_posix()
        for each in phone.rglob("*")
        if each.is_file() and each.parent != phone
    }
    assert there == {f"{name[:2]}/{name}" for name, _ in listed.values()}
    for (domain, path), (name, said) in listed.items():
        assert name == hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
        content = (phone / name[:2] / name).read_bytes()
        assert (said["RelativePath"], said["Size"]) == (path, len(content))
        assert stat.S_ISREG(said["Mode"])
        assert (said["UserID"], said["GroupID"], said["Flags"]) == (501, 501, 0)
        assert said["ProtectionClass"] == 4
        digest = hashlib.sha1(content).digest() if domain == "HomeDomain" else None
        assert said.get("Digest") == digest
        assert "EncryptionKey" not in said


def test_attachments_are_media(phone):
    query = "SELECT filename, created_date, total_bytes FROM attachment"
    present, second, missing, none = rows(phone / SMS, f"{query} ORDER BY ROWID")
    listed = entries(phone)
    media = {path for domain, path in listed if domain == "MediaDomain"}
    assert media == {each[0].removeprefix("~/") for each in (present, second)}
    assert missing[0].startswith("~/Library/SMS/Attachments/")
    assert none[0] is None
    _, said = listed["MediaDomain", present[0].removeprefix("~/")]
    assert said["Birth"] == said["LastModified"] == present[1] + 978_307_200
    assert said["Size"] == present[2]


def test_folders_are_listed_too(phone):
    folders = entries(phone, flags=2)
    assert {path for domain, path in folders if domain == "HomeDomain"} == {
        *("", "Library", "Library/AddressBook", "Library/SMS"),
    }
    for domain, path in [*entries(phone)]:
        above = [each.as_posix() for each in Path(path).parents]
        for each in above:
            assert (domain, "" if each == "." else each) in folders
    # Both domains lie in one folder of the phone.
    for path in ("", "Library", "Library/SMS"):
        home, media = (folders[each, path][1] for each in ("HomeDomain", "MediaDomain"))
        assert home == media
        assert home["Size"] == 0
        assert stat.S_ISDIR(home["Mode"])


def test_the_file_of_the_list(phone):
    path = phone / "Manifest.db"
    assert rows(path, "PRAGMA user_version") == [(2,)]
    assert rows(path, "PRAGMA auto_vacuum") == [(2,)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "SELECT * FROM Properties") == []
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
    assert [each for (each,) in rows(path, query)] == [
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, "
        "relativePath TEXT, flags INTEGER, file BLOB)",
        "CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB)",
        "CREATE INDEX FilesDomainIdx ON Files(domain)",
        "CREATE INDEX FilesRelativePathIdx ON Files(relativePath)",
        "CREATE INDEX FilesFlagsIdx ON Files(flags)",
    ]
    (blob,) = rows(
        path, "SELECT file FROM Files WHERE relativePath = 'Library/SMS/sms.db'"
    )
    archive = plistlib.loads(blob[0])
    assert archive["$archiver"] == "NSKeyedArchiver"
    assert archive["$objects"][-1] == {
        "$classname": "MBFile",
        "$classes": ["MBFile", "NSObject"],
    }


def test_property_lists(phone, order):
    info, listed, status = (
        plistlib.loads((phone / f"{name}.plist").read_bytes())
        for name in ("Info", "Manifest", "Status")
    )
    assert (phone / "Info.plist").read_bytes().startswith(b"<?xml")
    assert (phone / "Status.plist").read_bytes().startswith(b"bplist00")
    lockdown = listed["Lockdown"]
    assert lockdown["ProductVersion"] == info["Product Version"] == "26.5.2"
    assert lockdown["UniqueDeviceID"] == info["Unique Identifier"]
    assert lockdown["UniqueDeviceID"].startswith("00009999-")
    assert info["Phone Number"] == order.scenario.owner.identifier
    assert (listed["IsEncrypted"], "BackupKeyBag" in listed) == (False, False)
    assert status["SnapshotState"] == "finished"
    dates = (info["Last Backup Date"], listed["Date"], status["Date"])
    assert {f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in dates} == {order.spec.now}


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("sonoma", "17.6"),
        ("sequoia-15.2", "18.2"),
        ("sequoia", "18.4"),
        ("tahoe-26.0", "26.0.1"),
        ("golden-gate", "27.0"),
    ],
)
def test_the_system_goes_with_the_release(release, version):
    assert device.ios_version(schema.get(release).macos) == version


def test_a_users_own_schema_has_some_version():
    assert device.ios_version("mine") == device.NEWEST


def files_of(folder):
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


@pytest.mark.parametrize("password", [None, "secret"], ids=["plain", "encrypted"])
def test_the_same_bytes_again(order, tmp_path, password):
    for name in ("one", "two"):
        layouts.build(order, tmp_path / name, "ios-backup", backup_password=password)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    other = replace(order, spec=replace(order.spec, seed=6))
    layouts.build(other, tmp_path / "three", "ios-backup", backup_password=password)
    assert files_of(tmp_path / "one") != files_of(tmp_path / "three")


def test_an_encrypted_one_shows_nothing(order, phone, tmp_path):
    hidden = tmp_path / "hidden"
    layouts.build(order, hidden, "ios-backup", backup_password="secret")
    plain, secret = files_of(phone), files_of(hidden)
    assert plain.keys() == secret.keys()
    for name in plain.keys() - {"Info.plist", "Manifest.plist", "Status.plist"}:
        assert len(secret[name]) == len(plain[name]) // 16 * 16 + 16 or (
            name == "Manifest.db"
        )
        assert plain[name][:16] not in secret[name]
    listed = plistlib.loads(secret["Manifest.plist"])
    assert listed["IsEncrypted"]
    assert len(listed["ManifestKey"]) == 4 + 40


def test_an_encrypted_one_opens_to_the_same_files(order, phone, tmp_path):
    hidden = tmp_path / "hidden"
    layouts.build(order, hidden, "ios-backup", backup_password="secret")
    opened = decrypting.files_of(hidden, "secret")
    assert opened == {
        key: (phone / name[:2] / name).read_bytes()
        for key, (name, _) in entries(phone).items()
    }
    with pytest.raises(ValueError, match="not this key"):
        decrypting.files_of(hidden, "another")


def test_a_password_needs_a_backup(order, tmp_path):
    with pytest.raises(FoundryError, match="only a backup has a password"):
        layouts.build(order, tmp_path / "x", "ios", backup_password="secret")
    assert not (tmp_path / "x").exists()


def test_only_a_backup_is_replaced(order, phone, tmp_path):
    (phone / "3d" / "3d0d7e5fb2ce288813306e4d4636395e047a3d28-wal").touch()
    (phone / "ab").mkdir(exist_ok=True)
    (phone / "ab" / "orphan").touch()
    layouts.build(order, phone, "ios-backup")
    assert not (phone / "ab" / "orphan").exists()

    (phone / "letters.txt").write_text("mine")
    before = files_of(phone)
    with pytest.raises(FoundryError, match="is no backup of a phone"):
        layouts.build(order, phone, "ios-backup")
    assert files_of(phone) == before
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FoundryError, match="is no backup of a phone"):
        backup.check_replaceable(tmp_path / "file")


def test_an_encrypted_one_is_told_from_a_broken_file(order, tmp_path):
    hidden = tmp_path / "hidden"
    layouts.build(order, hidden, "ios-backup", backup_password="secret")
    (database,) = hidden.glob("3d/3d0d7e5f*")
    for path in (hidden, database, hidden / "Manifest.db"):
        with pytest.raises(UnreadableFileError, match="encrypted backup") as caught:
            validators.validate(path)
        assert str(path) in str(caught.value)
    for said in (b"no plist", b"<plist><key>a</key></plist>", b"<date>x</date>"):
        (hidden / "Manifest.plist").write_bytes(said)
        with pytest.raises(UnreadableFileError, match="not a SQLite database\n"):
            validators.validate(database)
