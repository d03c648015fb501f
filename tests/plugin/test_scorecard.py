"""In a test: `chat_db.compare`, `describe`, and a test of each case."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.spec import Spec

READER = """
import sqlite3
from contextlib import closing
from dataclasses import dataclass

@dataclass
class Row:
    guid: str
    kind: str
    from_me: bool

def read(path, mine=1):
    query = "SELECT guid, is_from_me, associated_message_type, item_type FROM message"
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        for guid, from_me, points, item in connection.execute(query):
            kind = "event" if item else "message"
            if 2000 <= points < 4000:
                kind = "tapback"
            if points == 1000:
                kind = "sticker"
            if points == 4000 or (points == 2):
                kind = "vote" if points == 4000 else "choice"
            yield Row(guid, kind, from_me == mine)
"""


@pytest.fixture
def small(pytester):
    pytester.makepyfile(reader=READER)
    pytester.makepyfile(
        """
        import pytest
        from reader import read
        pytestmark = pytest.mark.imessage(scenario="small", versions="tahoe")

        def test_right(chat_db):
            chat_db.compare(read(chat_db.path))
            assert chat_db.score(read(chat_db.path)).ok

        def test_wrong(chat_db):
            chat_db.compare(read(chat_db.path, mine=0))

        def test_no_answer(chat_db):
            chat_db.compare(7)

        def test_describe(chat_db):
            message = next(m for m in chat_db.messages if m.tapbacks)
            said = chat_db.describe(message.guid)
            assert said.startswith(f"message {message.guid}, row ")
            assert "reacted-to" in said.splitlines()[1]
            assert "attributedBody = <" in said
            assert chat_db.describe(chat_db.conversations[0].guid)
            with pytest.raises(Exception, match="no row has the GUID 'x'"):
                chat_db.describe("x")
        """
    )


def test_compare_fails_with_what_is_wrong_by_kind(plain_run, small):
    result = plain_run("-rA")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.re_match_lines(
        [
            r"E +.*MisreadError: \d+ kinds: .* wrong; .*",
            r"E +text: \d+ rows wrong",
            r"E +is_from_me tells whose a row is; .* \(SEMANTICS.md §1\)",
            r"E +from_me: said (true, true is false|false, true is true)",
            r"E +in row \d+, [0-9A-F-]{36}, tahoe small",
            r"E +its columns: is_from_me = \d, handle_id = \d",
            r"E +… and \d+ more with a wrong from_me",
        ]
    )
    result.stdout.fnmatch_lines(["*the answer is no list of readings*"])
    # The user's line, and nothing of ours.
    result.stdout.no_fnmatch_line("*handle.py:*MisreadError*")


def test_the_truth_follows_what_is_written(plain_run, pytester):
    pytester.makepyfile(reader=READER)
    pytester.makepyfile(
        """
        import pytest
        from reader import read

        @pytest.mark.imessage(scenario="small", versions="tahoe")
        def test_live(chat_db):
            with chat_db.live() as phone:
                message = phone.receive(chat_db.conversations[0], "On my way")
                phone.tapback(message, "liked")
                phone.unsend(message)
            answer = [vars(each) for each in read(chat_db.path)]
            chat_db.compare(answer)
            assert "unsent" in chat_db.describe(message.guid)
        """
    )
    plain_run().assert_outcomes(passed=1)


@pytest.fixture
def cases(pytester):
    pytester.makepyfile(reader=READER)
    pytester.makepyfile(
        """
        import pytest
        from reader import read

        def test_kind(imessage_case, imessage_version):
            assert imessage_case.db.version == imessage_version
            assert imessage_case.readings
            answer = list(read(imessage_case.path))
            if "edit" in imessage_case.readings[0]["shows"]:
                answer = [vars(e) | {"edit_count": 1} for e in answer]
            imessage_case.compare(answer)
        """
    )


def test_one_test_for_each_case_and_release(plain_run, cases):
    result = plain_run("--imessage-version=sonoma,tahoe", "--collect-only", "-q")
    names = [line for line in result.outlines if "::" in line]
    every = [
        name
        for release in ("sonoma", "tahoe")
        for name in catalogue.cases(
            Spec(release=release, scenario="kinds"), schema.get(release)
        )
    ]
    assert len(names) == len(every) > 600
    for name in ("sonoma-tapback-loved-removed", "tahoe-poll-votes"):
        assert f"test_one_test_for_each_case_and_release.py::test_kind[{name}]" in names


def test_each_case_is_judged_alone(plain_run, cases):
    result = plain_run("--imessage-version=tahoe", "-k", "edit or text-received")
    outcomes = result.parseoutcomes()
    others = outcomes.pop("deselected")
    assert outcomes == {"failed": 2, "passed": 8}
    assert others > 300
    result.stdout.re_match_lines([r"E +edit_count: said 1, true is 5"])


KNOWN = """
[[fault]]
case = "edit-five-times"
field = "edit_count"
why = "it counts one"

[[fault]]
kind = "subject"
why = "sometimes"
"""


@pytest.mark.parametrize("how", ["option", "ini", "mark"])
def test_known_faults_are_expected_to_fail(plain_run, cases, pytester, how):
    (pytester.path / "known.toml").write_text(KNOWN)
    options = ["--imessage-version=tahoe", "-k", "edit-five or subject or -received"]
    if how == "option":
        options.append("--imessage-known=known.toml")
    elif how == "ini":
        pytester.makeini("[pytest]\nimessage_known = known.toml")
    else:
        (file,) = pytester.path.glob("test_*.py")
        mark = "\npytestmark = pytest.mark.imessage(known='known.toml')\n"
        file.write_text(file.read_text() + mark)
    result = plain_run(*options)
    outcomes = result.parseoutcomes()
    assert outcomes["xfailed"] == 1
    assert outcomes["xpassed"] == 1  # of a kind, it need not show in each case


def test_a_known_fault_of_a_case_that_does_not_show_fails(plain_run, cases, pytester):
    (pytester.path / "known.toml").write_text(KNOWN.replace("edit-five-times", "reply"))
    result = plain_run(
        "--imessage-version=tahoe", "--imessage-known=known.toml", "-k", "tahoe-reply]"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "[[]XPASS(strict)[]] known.toml, entry 1: case reply is right now; "
            "take it out (or name the cases that are still wrong: `case` takes a list)"
            ": it counts one"
        ]
    )


def test_a_known_fault_of_a_kind_that_does_not_show_is_named(run, cases, pytester):
    (pytester.path / "known.toml").write_text(KNOWN)
    (file,) = pytester.path.glob("test_*.py")
    mark = "\npytestmark = pytest.mark.imessage(known='known.toml')\n"
    file.write_text(file.read_text() + mark)
    result = run("--imessage-version=tahoe", "-rX", "-k", "subject")
    result.assert_outcomes(xpassed=1)
    (told,) = [each for each in result.outlines if each.startswith("XPASS")]
    told = told.partition(" - ")[2]
    assert told.startswith("known.toml, entry 2: case subject is right now; others ")
    assert told.endswith(": sometimes")


def test_a_test_of_others_that_passes_unexpectedly_is_left_as_it_is(
    plain_run, pytester
):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.xfail(strict=True, reason="of another day")
        def test_plain(): pass

        @pytest.mark.xfail(strict=True, reason="of another day")
        def test_case(imessage_case): pass
        """
    )
    result = plain_run("--imessage-version=tahoe", "-k", "test_plain or tahoe-reply]")
    result.assert_outcomes(failed=2)
    lines = [each for each in result.outlines if each.startswith("[XPASS")]
    assert lines == ["[XPASS(strict)] of another day"] * 2


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "there is no file of known faults"), ("[[fault]]", "give `why`")],
)
def test_a_file_of_known_faults_that_cannot_be_read(
    plain_run, cases, pytester, text, told
):
    if text is not None:
        (pytester.path / "known.toml").write_text(text)
    result = plain_run("--imessage-known=known.toml")
    assert result.ret == 2 if text else 4
    assert told in result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "there is no file 'known.toml'"), ("[[fault]]", "give `why`")],
)
def test_a_bad_file_of_the_mark_fails_its_tests_alone(plain_run, pytester, text, told):
    if text is not None:
        (pytester.path / "known.toml").write_text(text)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(versions="tahoe", known="known.toml")
        def test_case(imessage_case): pass

        def test_other(): pass
        """
    )
    result = plain_run("-k", "test_other or tahoe-reply]")
    result.assert_outcomes(errors=1, passed=1)
    assert told in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()


OWNER = """
[[fault]]
field = "from_me"
why = "it takes the owner for others"

[[fault]]
case = "edit-five-times"
why = "no such case in this database"

[[fault]]
kind = "poll"
why = "no poll in this database"

[[fault]]
ends = "KeyError"
where = "ROWID = 1"
why = "no run that could end"
"""


@pytest.fixture
def marked(pytester):
    """Tests in a folder of their own, with a file of known faults beside them."""
    inner = pytester.mkdir("inner")
    (inner / "known.toml").write_text(OWNER)
    (pytester.path / "none.json").write_text(
        '[{"kind": "text", "field": "text", "why": "no text is wrong"}]'
    )
    pytester.makepyfile(reader=READER)
    path = pytester.makepyfile(
        """
        from pathlib import Path
        import pytest
        from reader import read

        marked = pytest.mark.imessage(
            scenario="small", versions="tahoe", known="known.toml"
        )

        @marked
        @pytest.mark.parametrize("name", ["chat_db", "chat_db_readonly"])
        def test_mark(request, name):
            db = request.getfixturevalue(name)
            db.compare(read(db.path, mine=0))
            assert db.score(read(db.path, mine=0)).ok

        @marked
        @pytest.mark.parametrize("name", ["messages_home", "ios_backup"])
        def test_places(request, name):
            db = request.getfixturevalue(name).chat_db
            db.compare(read(db.path, mine=0))

        @marked
        def test_by_hand(chat_db_builder):
            chat_db_builder.direct(chat_db_builder.person("Alex")).receive("Hello")
            db = chat_db_builder.build()
            db.compare(read(db.path, mine=0))

        @marked
        @pytest.mark.parametrize("known", ["none.json", Path("none.json")])
        def test_the_argument_wins(chat_db, known):
            with pytest.raises(AssertionError, match="text: no text is wrong"):
                chat_db.compare(read(chat_db.path), known=known)
            with pytest.raises(AssertionError, match="from_me: said"):
                chat_db.compare(read(chat_db.path, mine=0), known=known)

        @marked
        def test_that_does_not_show(chat_db):
            with pytest.raises(AssertionError, match="does not show") as caught:
                chat_db.compare(read(chat_db.path))
            # What cannot show in this database is not asked for.
            assert str(caught.value).count("does not show:") == 1

        @pytest.mark.imessage(scenario="small", versions="tahoe")
        def test_shared_files_expect_nothing_else(chat_db_readonly):
            with pytest.raises(AssertionError, match="from_me: said"):
                chat_db_readonly.compare(read(chat_db_readonly.path, mine=0))
        """
    )
    for each in (path, pytester.path / "reader.py"):
        each.rename(inner / each.name)


def test_the_mark_names_known_faults_for_compare(plain_run, marked):
    result = plain_run("inner", "-ra")
    result.assert_outcomes(passed=9)


def test_known_takes_a_path_alone(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="small", versions="tahoe")
        def test_list(chat_db):
            chat_db.compare([], known=["edit"])

        @pytest.mark.imessage(scenario="small", versions="tahoe", known="nowhere.toml")
        def test_missing(chat_db):
            chat_db.compare([])
        """
    )
    result = plain_run()
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "E *FoundryError: known= takes the path of a file *, not a list",
            "E *looked at: known=[[]'edit'[]]",
            "E *write the faults into a TOML or JSON file, *",
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(
        [
            "there is no file 'nowhere.toml' (known of the mark imessage)",
            "looked for: *nowhere.toml",
        ]
    )
    result.stdout.no_fnmatch_line("*TypeError*")


def test_messages_home_has_its_truth(plain_run, pytester):
    pytester.makepyfile(reader=READER)
    pytester.makepyfile(
        """
        from pathlib import Path
        import pytest
        from reader import read

        @pytest.mark.imessage(scenario="small", versions="tahoe")
        def test_home(messages_home):
            path = messages_home / "Library/Messages/chat.db"
            assert messages_home.chat_db.path == path
            assert isinstance(messages_home, Path)
            messages_home.chat_db.compare(read(path))
        """
    )
    plain_run().assert_outcomes(passed=1)
