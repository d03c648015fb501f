"""The bag of keys: opened here by another way than it was made."""

from __future__ import annotations

import builtins
import hashlib
import struct

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ios import keybag
from pytest_imessage_foundry.ios.keybag import KeyBag

pytest.importorskip("cryptography")


def tags(blob):
    at = 0
    while at < len(blob):
        name, size = struct.unpack_from(">4sI", blob, at)
        yield name.decode(), blob[at + 8 : at + 8 + size]
        at += 8 + size


def opened(blob, password):
    """Header and class keys, unwrapped as RFC 3394 says."""
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
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    blocks = [wrapped[at : at + 8] for at in range(0, len(wrapped), 8)]
    check, rest = int.from_bytes(blocks[0]), blocks[1:]
    count = len(rest)
    for turn in range(5, -1, -1):
        for at in range(count, 0, -1):
            mixed = (check ^ (count * turn + at)).to_bytes(8) + rest[at - 1]
            cipher = Cipher(algorithms.AES(wrapping), modes.ECB()).decryptor()
            plain = cipher.update(mixed)
            check, rest[at - 1] = int.from_bytes(plain[:8]), plain[8:]
    if check != 0xA6A6A6A6A6A6A6A6:
        raise ValueError("not this key")
    return b"".join(rest)


def test_the_password_opens_it():
    bag = KeyBag("a pass-word ü", 7)
    header, keys = opened(bag.blob, "a pass-word ü".encode())
    assert sorted(keys) == [*range(1, 12)]
    assert len(set(keys.values())) == 11
    assert (len(header["SALT"]), len(header["DPSL"]), len(header["HMCK"])) == (
        20,
        20,
        40,
    )
    assert int.from_bytes(header["TYPE"]) == 1
    wrapped = bag.wrapped(4, b"k" * 32)
    assert struct.unpack_from("<I", wrapped) == (4,)
    assert unwrap(keys[4], wrapped[4:]) == b"k" * 32
    with pytest.raises(ValueError, match="not this key"):
        opened(bag.blob, b"another")


def test_all_of_it_derives_from_the_seed():
    assert KeyBag("secret", 7).blob == KeyBag("secret", 7).blob
    assert KeyBag("secret", 8).blob != KeyBag("secret", 7).blob
    assert KeyBag("others", 7).blob != KeyBag("secret", 7).blob


def test_rounds_are_said_in_it():
    header, _ = opened(KeyBag("secret", 7, rounds=3).blob, b"secret")
    assert int.from_bytes(header["DPIC"]) == int.from_bytes(header["ITER"]) == 3


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, (1 << 20) + 5])
def test_a_file_is_padded(tmp_path, size):
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    plain = bytes(each % 251 for each in range(size))
    (tmp_path / "plain").write_bytes(plain)
    keybag.encrypt(tmp_path / "plain", tmp_path / "hidden", b"k" * 32)

    hidden = (tmp_path / "hidden").read_bytes()
    assert len(hidden) == size - size % 16 + 16
    cipher = Cipher(algorithms.AES(b"k" * 32), modes.CBC(bytes(16))).decryptor()
    unpad = padding.PKCS7(128).unpadder()
    assert unpad.update(cipher.update(hidden)) + unpad.finalize() == plain


def test_no_password_is_none():
    with pytest.raises(FoundryError, match="cannot be empty"):
        KeyBag("", 0)


def test_a_missing_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "cryptography":
            raise ImportError(name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(FoundryError, match=r"pytest-imessage-foundry\[ios\]"):
        KeyBag("secret", 0)
