"""The digest of a database's content: the same for other pages, another for others."""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.db import content_digest
from pytest_imessage_foundry.errors import UnreadableFileError

ROWS = """
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, value);
CREATE TABLE w (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE INDEX i ON t (value);
CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END;
INSERT INTO t (value) VALUES (1), ('text'), (x'00ff'), (NULL), (1.5), ('é');
INSERT INTO w VALUES ('b', 1), ('a', 2);
"""
OTHER_LIBRARY = """
import sys
if sys.argv[2] == "other":
    import pysqlite3, pysqlite3.dbapi2
    sys.modules["sqlite3"], sys.modules["sqlite3.dbapi2"] = pysqlite3, pysqlite3.dbapi2
import sqlite3
from pathlib import Path
from pytest_imessage_foundry.db import content_digest
from pytest_imessage_foundry.foundry import Order, forge
from pytest_imessage_foundry.spec import Spec

print(sqlite3.sqlite_version)
for each in sys.argv[3:]:
    path = Path(sys.argv[1]) / each
    release, layout = each.split("-")
    forge(Order(Spec(release=release, layout=layout, scenario="small")), path)
    print(each, content_digest.of_file(path))
"""


def made(path, script=ROWS, more=""):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script + more)
    return content_digest.of_file(path)


@pytest.mark.parametrize(
    "more",
    [
        "PRAGMA page_size = 8192; VACUUM;",
        "ANALYZE;",
        "CREATE TABLE x (a); DROP TABLE x;",
        "PRAGMA journal_mode = WAL;",
        "UPDATE t SET value = 1 WHERE id = 1;",
    ],
)
def test_other_pages_are_the_same_content(tmp_path, more):
    assert made(tmp_path / "one.db") == made(tmp_path / "other.db", more=more)


@pytest.mark.parametrize(
    "more",
    [
        "UPDATE t SET value = '1' WHERE id = 1;",
        "UPDATE t SET value = 1.0 WHERE id = 1;",
        "UPDATE t SET value = CAST('text' AS BLOB) WHERE id = 2;",
        "UPDATE t SET value = '' WHERE id = 4;",
        "UPDATE t SET value = CAST(x'ff' AS TEXT) WHERE id = 2;",
        "UPDATE t SET id = 9 WHERE id = 6;",
        "UPDATE w SET value = 3 WHERE key = 'a';",
        "DELETE FROM t WHERE id = 6;",
        "UPDATE sqlite_sequence SET seq = 99;",
        "DROP INDEX i;",
        "DROP TRIGGER g;",
        "CREATE VIEW v AS SELECT 1;",
        "CREATE TABLE x (a);",
        "ALTER TABLE w ADD COLUMN more;",
    ],
)
def test_other_content_has_another_digest(tmp_path, more):
    assert made(tmp_path / "one.db") != made(tmp_path / "other.db", more=more)


def test_texts_that_are_not_utf_8_are_told_apart(tmp_path):
    change = "UPDATE t SET value = CAST(x'{}' AS TEXT) WHERE id = 2;"
    digests = {
        made(tmp_path / f"{raw}.db", more=change.format(raw)) for raw in ("ff", "fe")
    }
    assert len(digests) == 2


def test_the_bytes_that_are_digested_are_the_same_on_every_python():
    row = (1, -(2**40), 2**63 - 1, 1.5, "a", "é", b"x", None)
    assert marshal.dumps([row], content_digest._FORMAT).hex() == (
        "5b0100000028080000006901000000"
        "6cfdffffff0000000000046c05000000ff7fff7fff7fff7f0700"
        "67000000000000f83f7501000000617502000000c3a97301000000784e"
    )


def test_the_file_stays_as_it_is(tmp_path):
    path = tmp_path / "chat.db"
    made(path, more="PRAGMA journal_mode = WAL;")
    before = hashlib.sha256(path.read_bytes()).digest()
    content_digest.of_file(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert [each.name for each in tmp_path.iterdir()] == ["chat.db"]


def test_what_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "chat.db"
    filler = "INSERT INTO w SELECT hex(randomblob(900)), 1 FROM sqlite_master;"
    made(path, more=filler * 40)
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xee" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError):
        content_digest.of_file(path)


def test_the_report_of_a_database_has_it(tmp_path):
    phone = ChatDBBuilder(path=tmp_path / "chat.db")
    phone.direct(phone.person("Alex Doe")).receive("Hello")
    db = phone.build()
    assert db.report().content == db.digest() == content_digest.of_file(db.path)
    before = db.digest()
    with db.live() as alive:
        alive.receive(db.conversations[0], "More")
    assert db.report().content == db.digest() != before


LAYOUTS = ("sonoma-fresh", "tahoe-fresh", "tahoe-migrated")


def forged(folder, library, *layouts):
    """Build databases in a process that has another SQLite: its version, and of each
    the digest and the file's bytes."""
    command = [sys.executable, "-c", OTHER_LIBRARY, str(folder), library, *layouts]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    version, *lines = done.stdout.splitlines()
    digests = dict(line.split() for line in lines)
    read = {each: (folder / each).read_bytes() for each in layouts}
    return version, {each: (digests[each], read[each]) for each in layouts}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """What this Python's SQLite makes of all layouts, in one process."""
    return forged(tmp_path_factory.mktemp("own"), "own", *LAYOUTS)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """What another SQLite makes of them."""
    return forged(tmp_path_factory.mktemp("other"), "other", *LAYOUTS)


@pytest.mark.skipif(
    importlib.util.find_spec("pysqlite3") is None, reason="there is one SQLite here"
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_sqlite_gives_the_same_content(own, other, layout):
    (version, built), (other_version, others) = own, other
    if version == other_version:
        pytest.skip(f"both are SQLite {version}")
    assert built[layout][0] == others[layout][0]


def test_one_sqlite_gives_the_same_bytes(own, tmp_path):
    version, built = own
    again = forged(tmp_path, "own", "tahoe-fresh")
    assert again == (version, {"tahoe-fresh": built["tahoe-fresh"]})
