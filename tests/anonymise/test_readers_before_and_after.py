"""Programs of others read a copy as they read the original: the same rows, kinds,
targets, lengths and errors. So does the validator.

Needs the readers (`python tests/readers/install.py`); without them the tests are
skipped, or fail where they are required: CI=true or IMESSAGE_READERS=required.
"""

from __future__ import annotations

import plistlib
import re
import sqlite3
from contextlib import closing, suppress
from itertools import product

import pytest
import reader_outputs
import structures
from originals import without_triggers

from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.anonymise.kept import format_words
from pytest_imessage_foundry.db.validators import validate

pytestmark = pytest.mark.sweep

SCENARIOS = {"kinds": {}, "default": {"messages": 400}, "lived-in": {"messages": 400}}
BLOBS = ("attributedBody", "message_summary_info", "payload_data")
WORD = re.compile(rb"[A-Za-z]{8,}")
# What readers and the format know by these words.
KNOWN = re.compile(
    rb"(?i)example|balloon|provider|message|attachment|library|pluginpayload|http"
)


@pytest.fixture(scope="session")
def pair(built, tmp_path_factory):
    """Give an original with secrets in its texts and archives, and its copy."""
    known = {}

    def of(scenario):
        if scenario not in known:
            folder = tmp_path_factory.mktemp(scenario)
            path = built("tahoe", scenario, **SCENARIOS[scenario])
            path = without_triggers(path, folder / "original.db")
            secrets = planted(path)
            anonymise(path, folder / "copy.db", seed=1)
            known[scenario] = (path, folder / "copy.db", secrets)
        return known[scenario]

    return of


def planted(path):
    """Put a secret in the place of each long word of texts and archives."""
    letters = product("bcdfghjklm", repeat=4)
    given = {}

    def secret(found):
        word = found[0]
        if word.decode().lower() in format_words() or KNOWN.search(word):
            return word
        if word not in given:
            new = f"zyxw{''.join(next(letters))}".encode() + b"q" * (len(word) - 8)
            given[word] = bytes(
                n - 32 if 65 <= o <= 90 else n for n, o in zip(new, word, strict=True)
            )
        return given[word]

    with closing(sqlite3.connect(path)) as connection, connection:
        columns = ", ".join(("text", "subject", *BLOBS))
        query = f"SELECT {columns}, ROWID FROM message"
        for text, subject, *blobs, rowid in connection.execute(query).fetchall():
            new = [
                each and WORD.sub(secret, each.encode()).decode()
                for each in (text, subject)
            ]
            new += [each and with_words(each, secret, given) for each in blobs]
            marks = ", ".join(f"{c} = ?" for c in ("text", "subject", *BLOBS))
            connection.execute(
                f"UPDATE message SET {marks} WHERE ROWID = ?", (*new, rowid)
            )
    return given


def with_words(data, secret, given):
    """Change words in an archive where they stand, so that no length changes."""
    words = {word for word in given if word in data}
    with suppress(Exception):
        words |= {
            found[0]
            for text in plistlib.loads(data).get("$objects", ())
            if isinstance(text, str) and " " in text
            for found in WORD.finditer(text.encode())
        }
    for word in sorted(words, key=len, reverse=True):
        data = re.sub(
            rb"(?<![A-Za-z])%s(?![A-Za-z])" % word, secret(WORD.match(word)), data
        )
    return data


def check_installed(reader):
    if reader not in reader_outputs.missing():
        return
    said = (
        f"{reader} is not installed\nrun `python tests/readers/install.py` "
        "(some need cargo, npm or Python 3.12)"
    )
    reader_outputs.absent(said)


@pytest.mark.readers
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("reader", reader_outputs.OUTPUTS)
def test_a_reader_says_the_same_of_the_copy(pair, reader, scenario):
    check_installed(reader)
    original, copy, secrets = pair(scenario)
    before, after = (reader_outputs.printed(reader, path) for path in (original, copy))
    assert any(secret.decode() in before for secret in secrets.values())
    assert not any(secret.decode() in after for secret in secrets.values())
    followed = structures.followed(before, structures.pairs(original, copy))
    moved = structures.moved(after, -structures.offset(original, copy))
    one, other = structures.structures(followed, moved)
    assert len(one) > 100
    assert other == one


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_validator_finds_the_same(pair, scenario):
    original, copy, _ = pair(scenario)
    assert findings(copy) == findings(original)


def findings(path):
    return sorted(
        (each.check, each.severity, each.table, each.rowid or 0)
        for each in validate(path).findings
    )


def test_the_validator_finds_the_same_in_a_file_with_faults(pair, tmp_path):
    original, _, _ = pair("kinds")
    path = tmp_path / "in.db"
    path.write_bytes(original.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (
            "UPDATE message SET attributedBody = substr(attributedBody, 1, 90)"
            " WHERE ROWID % 7 = 0",
            "UPDATE message SET associated_message_guid = 'p:0/none'"
            " WHERE associated_message_type = 2000",
            "UPDATE message SET cache_has_attachments = 1 WHERE ROWID % 11 = 0",
            "UPDATE message SET date = 5 WHERE ROWID % 13 = 0",
            "DELETE FROM chat_message_join WHERE message_id % 17 = 0",
            "UPDATE message SET handle_id = 999 WHERE ROWID % 19 = 0",
        ):
            connection.execute(statement)
    anonymise(path, tmp_path / "out.db", seed=1)
    assert len(findings(path)) > 50
    assert findings(tmp_path / "out.db") == findings(path)
