"""Ways to spoil a file, each of which a fuzz run makes again from its number."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

from originals import query

WORDS = ("Zanzibarik", "Quodlibetum", "Grossvaterchen")
NUMBERS = (4915190817263, 15190817263)
# Columns that files of older systems lack.
LATER = (
    "thread_originator_guid",
    "thread_originator_part",
    "syndication_ranges",
    "part_count",
    "date_retracted",
    "date_edited",
    "was_detonated",
    "is_stewie",
    "is_kt_verified",
    "schedule_type",
    "synced_syndication_ranges",
    "was_delivered_quietly",
    "did_notify_recipient",
    "is_corrupt",
    "reply_to_guid",
    "sort_id",
    "is_spam",
    "has_unseen_mention",
)


def told(path):
    """Those of the secrets that stand in a file."""
    data = path.read_bytes().lower()
    words = [w.lower().encode(code) for w in WORDS for code in CODES]
    words += [str(number).encode() for number in NUMBERS]
    # SQLite has integers of six bytes.
    return [each for each in words if each in data] + [
        number for number in NUMBERS if number.to_bytes(6, "big") in data
    ]


CODES = ("utf-8", "utf-16-le", "utf-16-be")


def odd_value(random):
    """A value of some type; most hold a secret."""
    word, number = random.choice(WORDS), random.choice(NUMBERS)
    return random.choice(
        (
            *(None, "", b"", 0, -1, 2**63 - 1, -(2**63), 1e300, float("inf"), -0.0),
            *(word, word.encode(), word.encode("utf-16-be"), f"call {number}"),
            *(
                word * random.randrange(1, 400),
                b"\x04\x0bstreamtyped\x81" + b"\xff" * 9,
            ),
            *(b"bplist00" + random.randbytes(60), b'{"a": "%s"}' % word.encode()),
            *(f"https://{word}.org/{number}?a={word}", f"\ud83d{word}"),
            *(f"{word}@{word}.org", f"+{number}", f"p:0/{word}", f"{word}.heic"),
        )
    )


def tables_of(path):
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL"
    return [name for (name,) in query(path, sql) if not name.startswith("sqlite_")]


def values(path, random):
    """Values of other types and texts that are no UTF-8, wherever they go."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for _ in range(25):
            table = random.choice(tables_of(path))
            info = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            name = random.choice(info)[1]
            value, cast = odd_value(random), "?"
            if isinstance(value, str):
                with suppress(UnicodeEncodeError):
                    value.encode()
                value = value.encode("utf-8", "surrogatepass")
                if random.random() < 0.3:
                    value += random.choice((b"\xff\xfe", b"\xc3", b"\xed\xa0\x80"))
                cast = "CAST(? AS TEXT)"
            with suppress(sqlite3.IntegrityError, OverflowError):
                rows = connection.execute(f'SELECT rowid FROM "{table}"').fetchall()
                for (rowid,) in random.sample(rows, min(len(rows), 2)):
                    connection.execute(
                        f'UPDATE "{table}" SET "{name}" = {cast} WHERE rowid = ?',
                        (value, rowid),
                    )


def archives(path, random):
    """Archives that are cut short, or whose bytes are others."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for column in ("attributedBody", "message_summary_info", "payload_data"):
            select = f"SELECT ROWID, {column} FROM message WHERE {column} NOT NULL"
            for rowid, data in connection.execute(select).fetchall():
                new = bytearray(data)
                for _ in range(random.randrange(3)):
                    new[random.randrange(len(new))] = random.randrange(256)
                if random.random() < 0.3:
                    del new[random.randrange(len(new)) :]
                if random.random() < 0.2:
                    new += random.choice(WORDS).encode()
                update = f"UPDATE message SET {column} = ? WHERE ROWID = ?"
                connection.execute(update, (bytes(new), rowid))


def pages(path, random):
    """Other bytes anywhere in the file."""
    data = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 5, 60))):
        data[random.randrange(len(data))] = random.randrange(256)
    path.write_bytes(data)


def cut(path, random):
    """A file that ends too early."""
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(len(data))])


def holes(path, random):
    """Pages of zeros, or of another page's content."""
    data = bytearray(path.read_bytes())
    count = len(data) // 4096
    for _ in range(random.randrange(1, 4)):
        to, of = random.randrange(1, count), random.randrange(1, count)
        new = random.choice((bytes(4096), data[of * 4096 : (of + 1) * 4096]))
        data[to * 4096 : (to + 1) * 4096] = new
    path.write_bytes(data)


def foreign(path, random):
    """Tables, columns, views, indexes and triggers that no list knows."""
    word = random.choice(WORDS)
    statements = [
        f"CREATE TABLE own (id INTEGER PRIMARY KEY, told TEXT DEFAULT '{word}')",
        f"INSERT INTO own (told) VALUES ('{word}'), ({NUMBERS[0]})",
        "CREATE TABLE bare (told TEXT PRIMARY KEY, n) WITHOUT ROWID",
        f"INSERT INTO bare VALUES ('{word}', {NUMBERS[0]})",
        f"CREATE VIEW seen AS SELECT *, '{word}' FROM message",
        f"CREATE INDEX lower_text ON message (lower(text)) WHERE text != '{word}'",
        "ALTER TABLE message ADD COLUMN long INTEGER AS (length(text))",
        f"ALTER TABLE message ADD COLUMN mood TEXT DEFAULT '{word}'",
        "CREATE TRIGGER noting AFTER UPDATE ON message BEGIN"
        f" INSERT INTO own (told) VALUES ('{word}'); END",
        "CREATE VIRTUAL TABLE words USING fts5(told)",
        f"INSERT INTO words VALUES ('{word} {word}')",
        f"CREATE TABLE typed (a '{word}', b \"{word} {word}\")",
        "ALTER TABLE kvtable ADD COLUMN mood",
        f"INSERT INTO kvtable (key, value, mood) VALUES ('{word}', 1, '{word}')",
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in random.sample(statements, 9):
            with suppress(sqlite3.OperationalError, sqlite3.IntegrityError):
                connection.execute(statement)


def older(path, random):
    """A file that lacks columns, tables and indexes."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for kind in ("trigger", "index", "view"):
            sql = "SELECT name FROM sqlite_master WHERE type = ? AND sql NOT NULL"
            for (name,) in connection.execute(sql, (kind,)).fetchall():
                connection.execute(f'DROP {kind} "{name}"')
        for name in random.sample(LATER, 12):
            with suppress(sqlite3.OperationalError):
                connection.execute(f"ALTER TABLE message DROP COLUMN {name}")
        for name in random.sample(tables_of(path), 3):
            connection.execute(f'DROP TABLE "{name}"')


def huge(path, random):
    """Values of some megabytes."""
    word = random.choice(WORDS)
    many = random.choice((word * 60_000, word.encode() * 60_000, f"{word} " * 60_000))
    column = random.choice(("text", "attributedBody", "payload_data", "subject"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE message SET {column} = ? WHERE ROWID = 3", (many,))


def coded(path, random):
    """The same rows in a file that is coded in UTF-16, with bytes left over."""
    with closing(sqlite3.connect(path)) as connection:
        lines = [*connection.iterdump()]
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        code = random.choice(("UTF-16le", "UTF-16be"))
        connection.execute(f"PRAGMA encoding = '{code}'").close()
        connection.execute("PRAGMA writable_schema = ON").close()
        for line in lines:
            with suppress(sqlite3.Error):
                connection.execute(line).close()


KINDS = (
    *(values, archives, pages, cut, holes, foreign, older, huge, coded),
    # Together, as they come.
    lambda path, random: (values(path, random), foreign(path, random)),
    lambda path, random: (foreign(path, random), pages(path, random)),
)
