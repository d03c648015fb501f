"""Fixture `messages_home`: a HOME in which tools of fixed paths find everything."""

from __future__ import annotations

from pathlib import Path

import pytest

HEAD = """
    import os, sqlite3
    from contextlib import closing
    from pathlib import Path
    import pytest
    pytestmark = pytest.mark.imessage(scenario="kinds", versions="tahoe")

    def rows(path, query):
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query).fetchall()
"""


def test_what_tools_find_in_it(plain_run, pytester, monkeypatch):
    monkeypatch.setenv("HOME", str(pytester.path))
    pytester.makepyfile(
        HEAD
        + """
    def test_home_is_it(messages_home):
        assert Path.home() == messages_home == Path("~").expanduser()
        assert (Path.home() / "Library/Messages/chat.db").is_file()

    def test_home_is_what_it_was():
        assert Path.home() == Path.cwd()

    def test_its_truth_is_that_of_chat_db(messages_home, chat_db):
        path = messages_home / "Library/Messages/chat.db"
        query = "SELECT * FROM message ORDER BY ROWID"
        assert path != chat_db.path
        assert rows(path, query) == rows(chat_db, query)

    def test_every_path_leads_somewhere(messages_home, chat_db):
        path = messages_home / "Library/Messages/chat.db"
        names = dict(rows(path, "SELECT guid, filename FROM attachment"))
        sent = {
            file.guid: file
            for message in chat_db.messages
            for file in message.attachments
            if file.guid in names
        }
        there = {guid for guid in sent if sent[guid].state == "present"}
        assert len(there) > 5
        assert all(Path(names[guid]).expanduser().exists() for guid in there)
        gone = [names[guid] for guid in sent.keys() - there]
        assert gone
        assert not any(name and Path(name).expanduser().exists() for name in gone)

    def test_the_address_book_knows_who_writes(messages_home, chat_db):
        book = messages_home / "Library/Application Support/AddressBook"
        top = book / "AddressBook-v22.abcddb"
        stores = [top, *book.glob("Sources/*/AddressBook-v22.abcddb")]
        assert len(stores) == 2
        for store in stores:
            known = {
                address
                for table, column in (
                    ("ZABCDPHONENUMBER", "ZFULLNUMBER"),
                    ("ZABCDEMAILADDRESS", "ZADDRESS"),
                )
                for (address,) in rows(store, f"SELECT {column} FROM {table}")
            }
            written = {each for who in chat_db.personas for each in who.addresses}
            assert {each for each in written if not each.startswith("urn:")} == known
    """
    )

    plain_run().assert_outcomes(passed=5)


@pytest.mark.parametrize(
    "how",
    [(), pytest.param(("-n2",), marks=pytest.mark.sweep)],
    ids=["plain", "xdist"],
)
def test_each_test_has_its_own(plain_run, pytester, how):
    pytester.makepyfile(
        HEAD
        + """
    @pytest.mark.imessage(scenario="empty")
    @pytest.mark.parametrize("turn", [1, 2])
    def test_it(messages_home, turn):
        path = messages_home / "Library/Messages/chat.db"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM kvtable").fetchone() == (0,)
            connection.execute("INSERT INTO kvtable (key, value) VALUES ('a', 'b')")
            connection.commit()
    """
    )

    plain_run(*how).assert_outcomes(passed=2)


def test_a_failing_tests_home_is_kept_and_named(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    def test_passes(messages_home):
        Path("passed").write_text(str(messages_home))

    def test_fails(messages_home):
        Path("failed").write_text(str(messages_home))
        assert False
    """
    )

    result = plain_run("-k", "passes or fails")

    result.assert_outcomes(passed=1, failed=1)
    kept = (pytester.path / "failed").read_text()
    assert f"{kept}/Library/Messages/chat.db" in result.stdout.str()
    assert Path(kept, "Library/Messages/chat.db").is_file()
    assert not Path((pytester.path / "passed").read_text()).exists()
