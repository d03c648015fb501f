"""A committed chat.db as `chat_db`: `@pytest.mark.imessage(file=...)`, ChatDB.open."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pytest_imessage_foundry import ChatDB
from pytest_imessage_foundry.anonymise import anonymise
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.spec import Spec


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """An anonymised copy, as somebody attaches it to a bug report."""
    folder = tmp_path_factory.mktemp("reported")
    forge(Order(Spec(release="sequoia", scenario="small")), folder / "chat.db")
    anonymise(folder / "chat.db", folder / "issue-243.db", seed="1", stubs=True)
    return folder / "issue-243.db"


@pytest.fixture
def project(pytester, reported):
    folder = pytester.path / "tests" / "data"
    folder.mkdir(parents=True)
    (folder / "issue-243.db").write_bytes(reported.read_bytes())
    return pytester


def test_a_test_gets_a_private_copy(project, run_everywhere):
    project.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.imessage(file="tests/data/issue-243.db")

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(chat_db, imessage_version, turn):
            assert imessage_version == chat_db.version == "sequoia"
            with chat_db.connect() as connection:
                count = connection.execute("SELECT count(*) FROM message")
                assert count.fetchone()[0] > 10
                connection.execute("DELETE FROM message")
            assert not chat_db.report().errors or chat_db.report()

        def test_no_truth(chat_db):
            with pytest.raises(Exception, match="nobody knows the truth"):
                chat_db.messages
        """
    )
    before = (project.path / "tests/data/issue-243.db").read_bytes()

    result = run_everywhere("--imessage-version=tahoe,sonoma")

    result.assert_outcomes(passed=3)
    assert (project.path / "tests/data/issue-243.db").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("'none.db'", "there is no file 'none.db' (file of the mark imessage)"),
        ("'conftest.py'", "not"),
        ("''", "must be the path of a chat.db"),
        ("7", "must be the path of a chat.db"),
    ],
)
def test_a_file_that_is_none_fails_its_test(pytester, plain_run, file, said):
    pytester.makeconftest("# as long as a header, so that it is read\n" * 5)
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.imessage(file={file})
        def test_it(chat_db):
            pass

        def test_other(chat_db_builder):
            pass
        """
    )

    result = plain_run("--imessage-version=tahoe")

    result.assert_outcomes(errors=1, passed=1)
    assert said in result.stdout.str()


def test_a_failing_test_names_the_file(project, run):
    project.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(file="tests/data/issue-243.db")
        def test_it(chat_db):
            assert False
        """
    )

    said = run("--imessage-version=tahoe").stdout

    said.fnmatch_lines(["release=sequoia file=*/tests/data/issue-243.db"])
    # Nothing of a spec: the file was not built from one.
    said.re_match_lines([r"reproduce: pytest '?test_a_failing\S*::test_it\S*$"])
    said.no_fnmatch_line("*seed=*source=*conversations*")


def test_live_goes_on_with_chats_of_its_own(reported, tmp_path):
    path = tmp_path / "chat.db"
    path.write_bytes(reported.read_bytes())
    db = ChatDB.open(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT count(*), max(ROWID) FROM message"
        count, last = connection.execute(query).fetchone()

    with db.live() as phone:
        chat = phone.direct(phone.person("Zoe Marsh", address="zoe@example.org"))
        message = phone.receive(chat, "On my way")
        phone.tapback(message, "liked")
        phone.send(chat, "See you")
        assert [each.text for each in phone.conversations[0].messages] == [
            "On my way",
            "See you",
        ]

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(query).fetchone() == (count + 3, last + 3)
    assert db.report().ok
    with pytest.raises(FoundryError, match="nobody knows the truth"):
        db.compare([])


def test_live_refuses_what_the_file_has_already(reported, tmp_path):
    path = tmp_path / "chat.db"
    path.write_bytes(reported.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT chat_identifier FROM chat WHERE style = 45"
        (taken,) = connection.execute(query).fetchone()

    with ChatDB.open(path).live() as phone:
        with pytest.raises(FoundryError, match="has such a row already"):
            phone.direct(phone.person("Somebody", address=taken, real=True))
        phone.receive(phone.direct(phone.person("Zoe Marsh")), "Still here")

    assert ChatDB.open(path).report().ok


def test_what_is_in_the_log_is_copied(tmp_path, pytester, plain_run):
    forge(Order(Spec(release="tahoe", scenario="small")), tmp_path / "chat.db")
    with closing(sqlite3.connect(tmp_path / "chat.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE chat SET display_name = 'in the log'")
        connection.commit()
        pytester.makepyfile(
            f"""
            import pytest

            @pytest.mark.imessage(file={str(tmp_path / "chat.db")!r})
            def test_it(chat_db):
                with chat_db.connect() as connection:
                    query = "SELECT DISTINCT display_name FROM chat"
                    assert connection.execute(query).fetchall() == [("in the log",)]
            """
        )

        plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)


@pytest.mark.parametrize("what", ["none.db", "folder"])
def test_what_cannot_be_opened_is_said(tmp_path, what):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FoundryError):
        ChatDB.open(tmp_path / what)
