"""The fixtures: asked for in every way that pytest knows."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db.schema import ALL

# Where what is tested is the same on each: the oldest and the newest.
TWO = f"--imessage-version={ALL[0]},{ALL[-1]}"

IN_ORDER = ("-p", "no:randomly", "-p", "no:xdist")

HEAD = """
    import sqlite3, unittest
    import pytest
    pytestmark = pytest.mark.imessage(scenario="small")
"""


def test_private_and_writable(run_everywhere, pytester):
    pytester.makepyfile(
        HEAD
        + """
    @pytest.mark.parametrize("turn", [1, 2])
    def test_delete_all(chat_db, turn):
        with chat_db.connect() as connection:
            before = connection.execute("SELECT count(*) FROM message").fetchone()[0]
            connection.execute("DELETE FROM message")
        with chat_db.connect() as connection:
            after = connection.execute("SELECT count(*) FROM message").fetchone()[0]
        assert (before > 10, after) == (True, 0)
    """
    )

    run_everywhere("--imessage-version=tahoe").assert_outcomes(passed=2)


def test_truth_equals_a_fresh_read(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    def test_it(chat_db):
        with chat_db.connect() as connection:
            guids = {row[0] for row in connection.execute("SELECT guid FROM message")}
        assert {message.guid for message in chat_db.messages} <= guids
        assert len(chat_db.conversations) == 3
        assert chat_db.report().ok
    """
    )

    plain_run().assert_outcomes(passed=len(ALL))


def test_dynamic_requests_see_the_newest_and_the_summary_says_so(
    run_everywhere, pytester
):
    pytester.makepyfile(
        f"""
        import pytest

        def test_it(request):
            assert request.getfixturevalue("chat_db").version == "{ALL[-1]}"
        """
    )

    result = run_everywhere()

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [f"imessage: 1 test(s) asked for a chat.db dynamically and saw {ALL[-1]} al*"]
    )


def test_dynamic_request_with_the_mark_runs_on_each(run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    def test_it(request, imessage_version):
        assert request.getfixturevalue("chat_db").version == imessage_version

    def test_without_naming_it(request):
        assert request.getfixturevalue("chat_db").version
    """
    )

    result = run()

    result.assert_outcomes(passed=2 * len(ALL))
    result.stdout.no_fnmatch_line("*dynamically*")


def test_unittest_class_and_usefixtures(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    class TestOld(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _bring(self, request):
            self.db = request.getfixturevalue("chat_db")

        def test_it(self):
            self.assertTrue(self.db.path.exists())

    @pytest.mark.usefixtures("chat_db")
    def test_used(): pass
    """
    )

    plain_run().assert_outcomes(passed=1 + len(ALL))


def test_overriding_the_fixture_keeps_the_axis(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    @pytest.fixture
    def chat_db(chat_db):
        with chat_db.connect() as connection:
            connection.execute("DELETE FROM message WHERE ROWID > 5")
        return chat_db

    def test_it(chat_db):
        with chat_db.connect() as connection:
            count = connection.execute("SELECT count(*) FROM message").fetchone()[0]
        assert count <= 5
    """
    )

    plain_run().assert_outcomes(passed=len(ALL))


def test_readonly_is_shared_and_guarded(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    paths = set()

    @pytest.mark.parametrize("turn", [1, 2])
    def test_shared(chat_db_readonly, turn):
        paths.add(chat_db_readonly.path)
        assert len(paths) == 1
        with chat_db_readonly.connect() as connection:
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute("DELETE FROM message")
        assert chat_db_readonly.messages

    def test_spoils_it(chat_db_readonly):
        chat_db_readonly.path.chmod(0o644)
        with open(chat_db_readonly.path, "ab") as file:
            file.write(b"x")
    """
    )

    result = plain_run("--imessage-version=tahoe", "-p", "no:xdist")

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        ["*chat_db_readonly was written to by *::test_spoils_it[[]tahoe]"]
    )


WRITES = """
    import contextlib
    left_open = []

    def write(path, journal):
        path.chmod(0o644)
        connection = sqlite3.connect(path)
        left_open.append(connection)
        connection.execute(f"PRAGMA journal_mode = {journal}").fetchall()
        connection.execute("UPDATE message SET text = 'spoilt'")
        connection.commit()

    def texts(path):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return {row[0] for row in connection.execute("SELECT text FROM message")}
"""


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_write_to_readonly_by_a_connection_that_stays_open(
    plain_run, pytester, journal
):
    pytester.makepyfile(
        HEAD
        + WRITES
        + f"""
    def test_before(chat_db_readonly):
        assert "spoilt" not in texts(chat_db_readonly.path)

    def test_spoils_it(chat_db_readonly):
        write(chat_db_readonly.path, {journal!r})
        assert "spoilt" in texts(chat_db_readonly.path)

    def test_after(chat_db_readonly):
        assert "spoilt" not in texts(chat_db_readonly.path)
        assert chat_db_readonly.report().ok

    def test_later_write_of_an_earlier_test(chat_db_readonly):
        left_open[0].execute("UPDATE message SET text = 'more'")
        left_open[0].commit()
        assert texts(chat_db_readonly.path)

    def test_the_end(chat_db_readonly):
        left_open[0].close()
        assert texts(chat_db_readonly.path)
    """
    )

    result = plain_run("--imessage-version=tahoe", *IN_ORDER)

    result.assert_outcomes(passed=5, errors=1)
    result.stdout.fnmatch_lines(["*was written to by *::test_spoils_it[[]tahoe]"])


def test_a_write_between_two_tests_is_nobodys(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + WRITES
        + """
    paths = []

    def test_first(chat_db_readonly):
        paths.append(chat_db_readonly.path)

    def test_writes_without_asking():
        write(paths[0], "wal")

    def test_last(chat_db_readonly):
        assert "spoilt" not in texts(chat_db_readonly.path)
        for each in left_open:
            each.close()
    """
    )

    plain_run("--imessage-version=tahoe", *IN_ORDER).assert_outcomes(passed=3)


def test_readers_that_stay_open_do_not_write(plain_run, pytester):
    pytester.makepyfile(
        HEAD
        + """
    readers = []

    @pytest.mark.parametrize("turn", [1, 2])
    def test_it(chat_db_readonly, turn):
        for path in (chat_db_readonly.path, f"file:{chat_db_readonly}?mode=ro"):
            reader = sqlite3.connect(path, uri=True)
            reader.execute("SELECT * FROM message").fetchone()
            readers.append(reader)
        if turn == 2:
            for reader in readers:
                reader.close()
    """
    )

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=2)


def test_by_hand(run, pytester):
    pytester.makepyfile(
        """
        def test_it(chat_db_builder):
            alex = chat_db_builder.person("Alex Doe")
            sam = chat_db_builder.person("Sam Roe", email=True)
            chat = chat_db_builder.direct(alex)
            question = chat.receive("Dinner at 7?")
            question.tapback("loved")
            answer = chat.send("Sure", reply_to=question, effect="slam")
            answer.edit("Sure, 7:30").unsend()
            db = chat_db_builder.build()

            assert db.report().ok
            assert [m.text for m in db.messages] == ["Dinner at 7?", ""]
            assert "@" in sam.identifier
        """
    )

    run(TWO).assert_outcomes(passed=2)


def test_unsupported_by_hand_names_the_releases_that_can(plain_run, pytester):
    pytester.makepyfile(
        """
        from pytest_imessage_foundry.models import Poll

        def test_it(chat_db_builder):
            chat = chat_db_builder.direct(chat_db_builder.person("Alex"))
            chat.send(balloon=Poll(options=()))
        """
    )

    result = plain_run("--imessage-version=sonoma")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*sonoma cannot hold a poll*", "*tahoe-26.0, tahoe, golden-gate*"]
    )


def test_foundry_for_hypothesis(plain_run, pytester):
    pytester.makepyfile(
        """
        from hypothesis import given, settings, strategies
        from pytest_imessage_foundry import Spec

        @settings(max_examples=3, deadline=None)
        @given(seed=strategies.integers(0, 3))
        def test_it(imessage_foundry, seed):
            order = imessage_foundry.order(Spec(scenario="small", seed=seed))
            assert imessage_foundry.hand_out(order).messages
        """
    )

    plain_run().assert_outcomes(passed=1)


def test_the_scenario_kinds(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="kinds")
        def test_it(chat_db):
            case = chat_db.case("tapback-loved-removed")
            assert case.reading["tapbacks"] == []
            with pytest.raises(Exception, match="no case 'x'"):
                chat_db.case("x")
        """
    )

    plain_run(TWO).assert_outcomes(passed=2)


def test_fixtures_are_documented(plain_run):
    result = plain_run("--fixtures")

    for name in ("chat_db", "chat_db_readonly", "chat_db_builder", "messages_home"):
        result.stdout.fnmatch_lines([f"{name} *"])
    result.stdout.no_fnmatch_line("*no docstring available*imessage*")


def test_a_fixture_of_a_module_reads_a_shared_copy(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        from pytest_imessage_foundry import Spec

        @pytest.fixture(scope="module", params=["sonoma", "tahoe"])
        def shared(request, imessage_foundry):
            spec = Spec(release=request.param, scenario="empty")
            return imessage_foundry.hand_out_readonly(imessage_foundry.order(spec))

        @pytest.mark.imessage(scenario="empty")
        def test_it(shared, chat_db_readonly):
            same = shared.version == chat_db_readonly.version
            assert (shared.path == chat_db_readonly.path) is same
        """
    )

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=2)
