"""The bag of keys: opened here by another way than it was made."""

from __future__ import annotations

import builtins
import struct

import pytest
from decrypting import opened, unwrap

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.ios import keybag
from pytest_imessage_foundry.ios.keybag import KeyBag


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
