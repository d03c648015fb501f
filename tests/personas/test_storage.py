"""The library's file: where it is, how it grows up, and who else has it open."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pytest_imessage_foundry import foundry, user_folders
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import library, storage
from pytest_imessage_foundry.spec import Spec

BRIEF = """
CREATE TABLE personas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    identifier_type TEXT NOT NULL,
    country_code TEXT DEFAULT 'US',
    personality TEXT,
    writing_style TEXT,
    relationship TEXT,
    communication_frequency TEXT,
    typical_response_time TEXT,
    emoji_usage TEXT,
    vocabulary_level TEXT,
    topics_of_interest TEXT,  -- JSON array
    is_self INTEGER DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE generation_history (
    id TEXT PRIMARY KEY,
    output_path TEXT NOT NULL,
    macos_version TEXT NOT NULL,
    persona_ids TEXT NOT NULL,  -- JSON array
    message_count INTEGER,
    created_at TEXT NOT NULL
);
"""
THEIRS = """
INSERT INTO personas (id, name, identifier, identifier_type, topics_of_interest,
    is_self, created_at, updated_at) VALUES
  ('ana', 'Ana', '+12125550190', 'phone', '["chess"]', 1, '2023', '2024'),
  ('ben', 'Ben', 'ben@example.com', 'email', NULL, 1, '2023', '2024');
INSERT INTO generation_history VALUES ('1', '/a.db', 'sonoma', '["ana"]', 5, '2023');
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "foundry.db"


def made(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    return path


def rows(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def shape(sql):
    return re.sub(r"\s+", " ", re.sub(r"--.*", "", sql))


# --- where ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {}, ".local/share/pytest-imessage-foundry/foundry.db"),
        (
            "linux",
            {"XDG_DATA_HOME": "{}/data"},
            "data/pytest-imessage-foundry/foundry.db",
        ),
        (
            "linux",
            {"XDG_DATA_HOME": "data"},
            ".local/share/pytest-imessage-foundry/foundry.db",
        ),
        (
            "darwin",
            {},
            "Library/Application Support/pytest-imessage-foundry/foundry.db",
        ),
        ("win32", {"LOCALAPPDATA": "{}/App"}, "App/pytest-imessage-foundry/foundry.db"),
        ("linux", {"IMESSAGE_FOUNDRY_DB": "{}/my.db"}, "my.db"),
        ("darwin", {"IMESSAGE_FOUNDRY_DB": "~/my.db"}, "my.db"),
    ],
)
def test_place(monkeypatch, tmp_path, platform, environment, place):
    for name in ("IMESSAGE_FOUNDRY_DB", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(user_folders.sys, "platform", platform)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    assert library.default_path() == tmp_path / place


@pytest.fixture
def nobody(monkeypatch):
    """Run as a user whom the system does not know, without HOME."""
    pwd = pytest.importorskip("pwd")

    def unknown(_):
        raise KeyError("no such user")

    for name in ("getpwuid", "getpwnam"):
        monkeypatch.setattr(pwd, name, unknown)
    for name in ("HOME", "IMESSAGE_FOUNDRY_DB", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("folder", "variable"),
    [(user_folders.data, "XDG_DATA_HOME"), (user_folders.cache, "XDG_CACHE_HOME")],
)
def test_a_home_that_nobody_knows_is_told(
    nobody, folder, variable, monkeypatch, tmp_path
):
    with pytest.raises(FoundryError) as caught:
        folder()
    first, second, third = str(caught.value).splitlines()
    assert first == "the home folder of whoever runs this is not known"
    assert second == f"looked at: HOME, {variable}, and the system's list of users"
    assert third == f"set HOME, or {variable} to the path of a folder"
    monkeypatch.setenv(variable, str(tmp_path))
    assert folder() == tmp_path / "pytest-imessage-foundry"


@pytest.mark.parametrize("command", ["personas list", "history"])
def test_commands_tell_it_too(nobody, command, capsys):
    assert main(command.split()) == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 3
    assert "home folder of whoever runs this is not known" in told


@pytest.mark.parametrize("given", ["~/people.db", "~nobody/people.db"])
def test_a_home_in_the_variable_that_nobody_knows(nobody, given, monkeypatch):
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", given)
    with pytest.raises(FoundryError) as caught:
        library.default_path()
    assert f"looked at: IMESSAGE_FOUNDRY_DB, which is '{given}'" in str(caught.value)


# --- versions ---------------------------------------------------------------


def test_the_tables_are_the_briefs(path):
    with library.opened(path):
        pass
    assert [shape(each) for each in storage.MIGRATIONS[0]] == [
        shape(each).strip().replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
        for each in BRIEF.split(";")[:2]
    ]
    assert rows(path, "PRAGMA user_version") == [(storage.VERSION,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    columns = [
        name for (name,) in rows(path, "SELECT name FROM pragma_table_info('personas')")
    ]
    assert set(columns) == set(Persona.__dataclass_fields__)


@pytest.mark.parametrize("version", [0, 1])
def test_a_file_of_the_first_version_grows_up(path, version):
    made(path, f"{BRIEF}{THEIRS}PRAGMA user_version = {version};")
    with library.opened(path) as kept:
        ana, ben = kept.personas()
        builds = kept.history()
        owner = kept.owner()
    assert ana == Persona(
        id="ana",
        name="Ana",
        identifier="+12125550190",
        topics_of_interest=("chess",),
        is_self=True,
        created_at="2023",
        updated_at="2024",
    )
    assert not ben.is_self
    assert owner == ana
    assert [each.persona_ids for each in builds] == [("ana",)]
    assert rows(path, "PRAGMA user_version") == [(storage.VERSION,)]


def test_a_file_of_the_first_version_is_read_as_it_is(path):
    before = digest(made(path, BRIEF + THEIRS))
    ana, ben = library.people(["ana", "ben"], path)
    assert ana.locale == "en_US"
    assert ben.writing_style == "casual"
    assert digest(path) == before


def test_a_later_version_is_refused(path):
    before = digest(made(path, f"{BRIEF}{THEIRS}PRAGMA user_version = 99;"))
    for readonly in (False, True):
        with (
            pytest.raises(FoundryError) as caught,
            library.opened(path, readonly=readonly),
        ):
            pass
        what, where, remedy = str(caught.value).splitlines()
        assert what == "the persona library is of version 99"
        assert str(path) in where
        assert remedy.startswith("upgrade pytest-imessage-foundry")
    assert digest(path) == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(path, monkeypatch):
    before = digest(made(path, BRIEF + THEIRS))
    broken = (*storage.MIGRATIONS, ("CREATE TABLE more (id)", "no SQL"))
    monkeypatch.setattr(storage, "MIGRATIONS", broken)
    monkeypatch.setattr(storage, "VERSION", len(broken))
    with pytest.raises(FoundryError, match="syntax error"), library.opened(path):
        pass
    assert digest(path) == before


# --- what is no library -----------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"no database at all, " * 60, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_no_database_is_left_alone(path, content):
    path.write_bytes(content)
    with pytest.raises(FoundryError) as caught, library.opened(path):
        pass
    assert len(str(caught.value).splitlines()) == 3
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_library_is_left_alone(path):
    with library.opened(path) as kept:
        kept.add_all(
            Persona(
                id=f"p-{i}",
                name="P",
                identifier=f"p{i}@example.com",
                identifier_type="email",
                personality="x" * 900,
            )
            for i in range(40)
        )
    content = bytearray(path.read_bytes())
    content[4096:40960] = b"\xff" * (40960 - 4096)
    path.write_bytes(content)
    with pytest.raises(FoundryError, match="damaged"), library.opened(path) as kept:
        kept.personas()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE music (id); PRAGMA user_version = 3;",
        "CREATE TABLE personas (id, shoe_size);",
    ],
)
def test_a_database_of_somebody_else_is_left_alone(path, sql):
    before = digest(made(path, sql))
    with (
        pytest.raises(FoundryError, match="not a persona library"),
        library.opened(path),
    ):
        pass
    assert digest(path) == before


def test_nor_is_a_chat_db_one(path):
    foundry.forge(foundry.Order(Spec(scenario="empty")), path)
    before = digest(path)
    with (
        pytest.raises(FoundryError, match="not a persona library"),
        library.opened(path),
    ):
        pass
    assert digest(path) == before


def test_folders_and_places_out_of_reach(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "foundry.db"):
        with (
            pytest.raises(FoundryError, match="persona library cannot be"),
            library.opened(place),
        ):
            pass


@pytest.mark.parametrize(
    "change",
    [
        "topics_of_interest = '[1]'",
        "topics_of_interest = '[\"a\"'",
        "topics_of_interest = x'00'",
        "name = x'ff'",
        "name = CAST(x'ff' AS TEXT)",
        "id = NULL",
    ],
)
def test_rows_that_nobody_here_wrote(path, change):
    made(path, BRIEF + THEIRS)
    made(path, f"UPDATE personas SET {change} WHERE id = 'ana'")
    with library.opened(path) as kept, pytest.raises(FoundryError) as caught:
        kept.personas()
    assert len(str(caught.value).splitlines()) == 3


def test_history_that_nobody_here_wrote(path):
    made(path, BRIEF + THEIRS)
    made(path, "UPDATE generation_history SET persona_ids = 'ana'")
    with library.opened(path) as kept, pytest.raises(FoundryError, match="build '1'"):
        kept.history()


# --- others who have it open ------------------------------------------------

ADD = """
import sys
from pathlib import Path
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import library

folder, number = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for index in range(20):
    for place in sorted(folder.glob("first-*.db")) + [folder / f"new-{index}.db"]:
        with library.opened(place) as kept:
            name = f"p{number}-{index}"
            mail = f"{name}@example.com"
            kept.add(
                Persona(id=name, name=name, identifier=mail, identifier_type="email")
            )
"""


def test_processes_that_make_it_and_add_at_once(tmp_path):
    made(tmp_path / "first-version.db", BRIEF + THEIRS)
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", ADD, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for each in running:  # all have imported what they need
        assert each.stdout.readline() == "ready\n"
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in running:
        _, errors = each.communicate()
        assert (each.returncode, errors) == (0, "")

    with library.opened(tmp_path / "first-version.db") as kept:
        assert len(kept.personas()) == 2 + 4 * 20
    for index in range(20):
        with library.opened(tmp_path / f"new-{index}.db") as kept:
            ids = {each.id for each in kept.personas()}
        assert ids == {f"p{number}-{index}" for number in range(4)}


def test_a_migration_shuts_the_others_out_before_it_looks(path, monkeypatch):
    look, locked = storage._version, []

    def watched(connection, place):
        if connection.in_transaction:
            with closing(sqlite3.connect(path, timeout=0)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    locked.append(str(error))
        return look(connection, place)

    monkeypatch.setattr(storage, "_version", watched)
    with library.opened(path):
        pass
    assert locked == ["database is locked"]


def test_two_who_want_the_same_address(path):
    """The second to come is refused, whoever looked first."""
    ana = Persona(id="ana", name="Ana", identifier="+12125550190")
    with library.opened(path) as one, library.opened(path) as other:
        assert other.census().free_id("ana") == "ana"
        one.add(ana)
        with pytest.raises(FoundryError, match="already"):
            other.add(ana)
        assert other.adopt(ana).id == "ana-2"


def test_one_who_holds_it_for_ever(path, monkeypatch):
    monkeypatch.setattr(storage, "PATIENCE", 0.0)
    with library.opened(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(FoundryError, match="another process holds it"),
            library.opened(path),
        ):
            pass
        other.execute("ROLLBACK")


def test_the_file_is_one(path):
    with library.opened(path):
        pass
    assert [each.name for each in Path(path.parent).iterdir()] == ["foundry.db"]
