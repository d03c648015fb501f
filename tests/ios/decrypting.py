"""Open an encrypted backup from its files alone, by code of its own."""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import struct
import tempfile
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CHECK = 0xA6A6A6A6A6A6A6A6


def tags(blob):
    """The tags of a bag of keys, with their values."""
    at = 0
    while at < len(blob):
        name, size = struct.unpack_from(">4sI", blob, at)
        yield name.decode(), blob[at + 8 : at + 8 + size]
        at += 8 + size


def opened(blob, password):
    """The header of a bag, and its class keys."""
    header, classes, current = {}, {}, None
    for name, data in tags(blob):
        if name == "UUID" and "UUID" in header:
            current = {}
        elif current is not None:
            current[name] = data
            if name == "CLAS":
                classes[int.from_bytes(data)] = current
        else:
            header[name] = data
    rounds = int.from_bytes(header["DPIC"])
    first = hashlib.pbkdf2_hmac("sha256", password, header["DPSL"], rounds, 32)
    rounds = int.from_bytes(header["ITER"])
    key = hashlib.pbkdf2_hmac("sha1", first, header["SALT"], rounds, 32)
    keys = {number: unwrap(key, each["WPKY"]) for number, each in classes.items()}
    return header, keys


def unwrap(wrapping, wrapped):
    """A key out of its wrapping, as RFC 3394 says."""
    blocks = [wrapped[at : at + 8] for at in range(0, len(wrapped), 8)]
    check, rest = int.from_bytes(blocks[0]), blocks[1:]
    count = len(rest)
    for turn in range(5, -1, -1):
        for at in range(count, 0, -1):
            mixed = (check ^ (count * turn + at)).to_bytes(8) + rest[at - 1]
            plain = decryptor(wrapping, modes.ECB()).update(mixed)
            check, rest[at - 1] = int.from_bytes(plain[:8]), plain[8:]
    if check != CHECK:
        raise ValueError("not this key")
    return b"".join(rest)


def decryptor(key, mode):
    return Cipher(algorithms.AES(key), mode).decryptor()


def decrypted(data, key):
    plain = decryptor(key, modes.CBC(bytes(16))).update(data)
    assert 1 <= plain[-1] <= 16
    return plain[: -plain[-1]]


def with_class(keys, wrapped):
    """The key behind its class's number."""
    (protection,) = struct.unpack_from("<I", wrapped)
    return unwrap(keys[protection], wrapped[4:])


def files_of(folder, password):
    """Every file of a backup, decrypted, by domain and path."""
    folder = Path(folder)
    listed = plistlib.loads((folder / "Manifest.plist").read_bytes())
    _, keys = opened(listed["BackupKeyBag"], password.encode())
    key = with_class(keys, listed["ManifestKey"])
    found = {}
    for name, domain, path, blob in rows(
        decrypted((folder / "Manifest.db").read_bytes(), key),
        "SELECT fileID, domain, relativePath, file FROM Files WHERE flags = 1",
    ):
        objects = plistlib.loads(blob)["$objects"]
        wrapped = objects[objects[1]["EncryptionKey"].data]["NS.data"]
        hidden = (folder / name[:2] / name).read_bytes()
        found[domain, path] = decrypted(hidden, with_class(keys, wrapped))
    return found


def rows(database, query):
    """What a database of these bytes answers."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "copy.db"
        path.write_bytes(database)
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query).fetchall()


def read_backup(folder, password):
    """The GUIDs of all messages that are no tapbacks, votes or stickers."""
    files = files_of(folder, password)
    query = "SELECT guid FROM message WHERE associated_message_guid IS NULL"
    return {guid for (guid,) in rows(files["HomeDomain", "Library/SMS/sms.db"], query)}
