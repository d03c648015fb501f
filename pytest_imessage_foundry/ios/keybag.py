"""The keys of an encrypted backup: a bag of class keys that a password opens.

The password makes a key by PBKDF2 twice; that key unwraps the class keys (RFC 3394),
a class key those of its files, and a file's key opens it (AES-256 in CBC mode, no
initialisation vector, PKCS #7 padding). So the code of crabapple and of
iphone-backup-decrypt opens them; the padding shows in the Manifest.db of an encrypted
iOS 14 backup, 16 bytes longer than its pages. Tags and classes of the bag are as in
the one that public tools restore with.

**Every key here derives from the seed**, so that the same order gives the same
bytes. Whoever knows the seed has the keys: they are for tests alone.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from pathlib import Path

# A phone takes 10,000,000 rounds of the first PBKDF2, some seconds for each reader
# of each test; the bag says how many, and readers go by that.
ROUNDS = 10_000
_CLASSES = range(1, 12)
_BY_PASSWORD = 2  # WRAP: with the password's key alone
_VERSION = 4  # "set to four in iOS 12 or later", Apple's Platform Security guide
_BACKUP = 1  # TYPE
_BLOCK = 16
_Tag = tuple[str, int | bytes]
_CHUNK = 1 << 20


def require() -> None:
    """Raises FoundryError: what encrypts is not installed."""
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise FoundryError(
            "an encrypted backup needs the package cryptography\n"
            f"looked for: {error.name}, as this Python imports it\n"
            "install the extra: pip install 'pytest-imessage-foundry[ios]'"
        ) from None


class KeyBag:
    """The class keys of one backup, and the files that they encrypt.

    Raises, when made:
        FoundryError: the password is empty or no text, or cryptography is not
            installed.
    """

    def __init__(self, password: str, seed: int, *, rounds: int = ROUNDS) -> None:
        require()
        if not password:
            raise FoundryError(
                "the password of a backup cannot be empty\n"
                "looked at: the password that was given\n"
                "name one, or leave it out for a backup that is not encrypted"
            )
        try:
            self._password = password.encode()
        except UnicodeEncodeError:
            raise FoundryError(
                "the password of a backup must be text\n"
                "looked at: the password that was given, which holds half of a "
                "surrogate pair, as bytes that are no UTF-8 do\n"
                "name another one"
            ) from None
        self._seed = seed
        self._rounds = rounds

    def drawn(self, name: str, size: int) -> bytes:
        """Bytes that stand for random ones, by what they are for."""
        return Random(f"{self._seed}:backup:{name}").randbytes(size)

    def wrapped(self, protection: int, key: bytes) -> bytes:
        """Return a file's key under the key of its class, behind the class's number."""
        wrapping = self._class_key(protection)
        return struct.pack("<I", protection) + _wrap(wrapping, key)

    @property
    def manifest_key(self) -> bytes:
        """What Manifest.db is encrypted with."""
        return self.drawn("manifest", 32)

    @cached_property
    def blob(self) -> bytes:
        """The bag as Manifest.plist holds it: tags, sizes, values."""
        header: tuple[_Tag, ...] = (
            ("VERS", _VERSION),
            ("TYPE", _BACKUP),
            ("UUID", self.drawn("bag", 16)),
            ("HMCK", bytes(40)),
            ("WRAP", 0),
            ("SALT", self._salt),
            ("ITER", self._rounds),
            ("DPIC", self._rounds),
            ("DPSL", self._first_salt),
        )
        classes = (tag for number in _CLASSES for tag in self._class_tags(number))
        return b"".join(_tag(*each) for each in (*header, *classes))

    def _class_tags(self, number: int) -> tuple[_Tag, ...]:
        return (
            ("UUID", self.drawn(f"uuid {number}", 16)),
            ("CLAS", number),
            ("WRAP", _BY_PASSWORD),
            ("KTYP", 0),
            ("WPKY", _wrap(self._password_key, self._class_key(number))),
        )

    def _class_key(self, number: int) -> bytes:
        return self.drawn(f"class {number}", 32)

    @property
    def _salt(self) -> bytes:
        return self.drawn("salt", 20)

    @property
    def _first_salt(self) -> bytes:
        return self.drawn("first salt", 20)

    @cached_property
    def _password_key(self) -> bytes:
        derive = hashlib.pbkdf2_hmac
        first = derive("sha256", self._password, self._first_salt, self._rounds, 32)
        return derive("sha1", first, self._salt, self._rounds, 32)


def encrypt(source: Path, target: Path, key: bytes) -> None:
    """Write `source`, encrypted, to `target`."""
    encryptor = _encryptor(key)
    with source.open("rb") as plain, target.open("wb") as file:
        size = 0
        while chunk := plain.read(_CHUNK):
            size += len(chunk)
            file.write(encryptor.update(chunk))
        missing = _BLOCK - size % _BLOCK
        file.write(encryptor.update(bytes([missing]) * missing))
        file.write(encryptor.finalize())


def _encryptor(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(bytes(_BLOCK))).encryptor()


def _wrap(wrapping: bytes, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    return aes_key_wrap(wrapping, key)


def _tag(name: str, value: int | bytes) -> bytes:
    data = struct.pack(">I", value) if isinstance(value, int) else value
    return name.encode() + struct.pack(">I", len(data)) + data
