"""A failing test: what is said, what is kept, and that it can be repeated."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.conftest import ALONE

FAILS = """
    import pytest

    @pytest.mark.imessage(scenario="small", seed=3)
    def test_fails(chat_db):
        print("first text:", chat_db.messages[0].text)
        assert chat_db.version == "windows"

    @pytest.mark.imessage(scenario="small")
    def test_passes(chat_db):
        assert chat_db.path.exists()
"""


def test_section_and_kept_file(run_everywhere, pytester):
    pytester.makepyfile(FAILS)

    result = run_everywhere("--imessage-version=tahoe", "--imessage-preview")

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*iMessage chat.db*",
            "release=tahoe scenario=small seed=3 source=auto",
            "kept: *chat.db",
            "reproduce: pytest *",
            "preview: *chat.html",
        ]
    )
    kept = Path(re.search(r"kept: (.*)", result.stdout.str()).group(1))
    assert kept.exists()
    others = list(pytester.path.parent.rglob("*test_passes*/chat.db"))
    assert others == []


def test_the_command_reproduces_it(plain_run, pytester):
    pytester.makepyfile(FAILS)
    first = plain_run("--imessage-version=all", "--imessage-seed=9").stdout.str()

    command = re.findall(r"reproduce: (.*)", first)[0]
    again = plain_run(*shlex.split(command)[1:])

    again.assert_outcomes(failed=1)
    said = re.findall(r"first text: .*", first)
    assert re.findall(r"first text: .*", again.stdout.str())[0] == said[0]


def test_missing_cached_conversation(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="sms-only", versions="tahoe", source="cache")
        def test_it(chat_db): pass
        """
    )

    result = plain_run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*no conversation for *key *", "*looked in: *", "*cache refresh --missing*"]
    )


def test_preview_beside_the_kept_file(run, pytester):
    pytester.makepyfile(FAILS)

    result = run("--imessage-version=tahoe", "--imessage-preview")

    page = Path(re.search(r"preview: (.*)", result.stdout.str()).group(1))
    assert page.with_suffix(".db").exists()
    drawn = page.read_text(encoding="utf-8")
    assert drawn.startswith("<!")
    assert "Times: America/New_York." in drawn
    assert "Linda Carver" in drawn
    facts = re.search(r'id="index">(.*?)</script>', drawn).group(1)
    assert "assert" in json.loads(facts)["failure"]


def test_by_hand_is_kept_too(plain_run, pytester):
    pytester.makepyfile(
        """
        def test_it(chat_db_builder):
            chat = chat_db_builder.direct(chat_db_builder.person("Alex"))
            chat.receive("Hello")
            chat_db_builder.build()
            assert False
        """
    )

    result = plain_run("--imessage-version=tahoe")

    result.assert_outcomes(failed=1)
    kept = Path(re.search(r"kept: (.*)", result.stdout.str()).group(1))
    assert kept.exists()
    result.stdout.fnmatch_lines(["release=tahoe by hand seed=0"])
    result.stdout.no_fnmatch_line("*scenario=*")


def test_a_shared_file_is_kept_and_shown_too(run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="small")
        @pytest.mark.parametrize("number", range(2))
        def test_shared(chat_db_readonly, number):
            assert False

        def test_case(imessage_case):
            assert not imessage_case.name
        """
    )

    which = "test_shared or tahoe-reply] or tahoe-subject]"
    result = run("--imessage-version=tahoe", "--imessage-preview", "-k", which)

    assert result.parseoutcomes()["failed"] == 4
    said = result.stdout.str()
    kept = re.findall(r"^kept: (.*)", said, re.MULTILINE)
    pages = re.findall(r"^preview: (.*)", said, re.MULTILINE)
    assert len(kept) == len(pages) == 4
    assert all(Path(each).exists() for each in (*kept, *pages))
    for page in pages:
        drawn = Path(page).read_text(encoding="utf-8")
        facts = re.search(r'id="index">(.*?)</script>', drawn).group(1)
        # Several tests share the page: it tells of the failure of none.
        assert not json.loads(facts).get("failure")


def test_what_is_not_there_is_not_called_kept(run, pytester):
    pytester.makepyfile(
        """
        import pytest

        def test_before_build(chat_db_builder):
            chat_db_builder.person("Alex")
            assert False

        @pytest.mark.imessage(scenario="empty")
        def test_removed(chat_db):
            chat_db.path.unlink()
            assert False
        """
    )

    result = run("--imessage-version=tahoe", "--imessage-preview")

    result.assert_outcomes(failed=2)
    said = result.stdout.str()
    assert re.findall(r"^nothing kept: (build\(\)|the file)", said, re.M) != []
    assert said.count("nothing kept: build() was not reached, or wrote no file") == 1
    assert said.count("nothing kept: the file is no longer where") == 1
    assert not re.search(r"^kept: |preview", said, re.MULTILINE)


def test_two_databases_of_a_test_say_which_is_which(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def test_it(chat_db, chat_db_builder, chat_db_readonly):
            assert False
        """
    )

    result = plain_run("--imessage-version=tahoe")

    result.stdout.fnmatch_lines(
        [
            "chat_db:",
            "release=tahoe scenario=empty seed=0 source=auto",
            "kept: *-test_it*chat.db",
            "chat_db_builder:",
            "release=tahoe by hand seed=0",
            "nothing kept: build() was not reached, or wrote no file here",
            "chat_db_readonly:",
            "release=tahoe scenario=empty seed=0 source=auto",
            "kept: *-readonly/chat.db",
            "reproduce: pytest *",
        ],
        consecutive=True,
    )
    assert result.stdout.str().count("reproduce: ") == 1


@pytest.mark.parametrize(
    ("setting", "is_kept"),
    [
        ("tmp_path_retention_policy=none", False),
        ("tmp_path_retention_count=0", False),
        ("tmp_path_retention_policy=failed", True),
        ("tmp_path_retention_policy=all", True),
    ],
)
def test_kept_is_said_of_what_is_kept(
    pytester, monkeypatch, templates, setting, is_kept
):
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(pytester.path))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(FAILS)

    # By itself: pytester's own way to run it would name the folder to keep.
    asked = [*ALONE, f"-ocache_dir={templates}", "-pno:xdist", f"-o{setting}"]
    started = (sys.executable, "-m", "pytest", "--imessage-version=tahoe")
    said = pytester.run(*started, *asked).stdout.str()

    assert (re.search(r"^kept: ", said, re.MULTILINE) is not None) is is_kept
    assert (f"not kept: {setting}" in said) is not is_kept
    copies = list(pytester.path.rglob("*-test_fails*/chat.db"))
    assert (len(copies) == 1) is is_kept


def test_the_command_works_from_where_pytest_was_started(plain_run, pytester):
    inner = pytester.mkdir("inner")
    (inner / "other.ini").write_text("[pytest]\n")
    path = pytester.makepyfile(FAILS)
    path.rename(inner / path.name)

    first = plain_run("-c", "inner/other.ini", "inner", "--imessage-version=tahoe")
    command = re.findall(r"reproduce: (.*)", first.stdout.str())[0]

    plain_run(*shlex.split(command)[1:]).assert_outcomes(failed=1)


def test_the_command_names_the_settings_file_that_was_given(plain_run, pytester):
    # Without it pytest would not take the function for a test.
    (pytester.path / "own.ini").write_text("[pytest]\npython_functions = check_*\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def check_it(chat_db):
            assert False
        """
    )

    first = plain_run("-c", "own.ini", "--imessage-version=tahoe")
    command = re.findall(r"reproduce: (.*)", first.stdout.str())[0]

    first.assert_outcomes(failed=1)
    plain_run(*shlex.split(command)[1:]).assert_outcomes(failed=1)


def test_verbose_runs_say_what_databases_were_made_from(pytester, plain_run):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="small")
        @pytest.mark.parametrize("number", range(2))
        def test_it(chat_db, number):
            pass
        """
    )

    told = plain_run("-v", "--imessage-version=tahoe")
    untold = plain_run("--imessage-version=tahoe")

    told.stdout.fnmatch_lines(
        ["imessage: release=tahoe scenario=small * conversations=2 cache+* 2 test(s)"]
    )
    untold.stdout.no_fnmatch_line("*conversations=*")


ERRORS = """
    import pytest

    pytestmark = pytest.mark.imessage(scenario="small", versions="tahoe")

    def test_compare(chat_db):
        chat_db.compare(None)

    def test_live(chat_db):
        with chat_db.live() as phone:
            phone.receive("Nobody at all", "hi")

    def test_condition(chat_db):
        with chat_db.condition("none such"):
            pass

    def test_by_hand(chat_db_builder):
        helper(chat_db_builder.direct(chat_db_builder.person("Alex")))

    def helper(chat):
        chat.send("x").tapback("adored")
"""


def test_errors_of_ours_show_the_line_of_the_user(run, pytester):
    path = pytester.makepyfile(ERRORS)

    result = run()

    assert result.parseoutcomes()["failed"] == 4
    shown = re.findall(r"^(\S+\.py):\d+: ?", result.stdout.str(), re.MULTILINE)
    # Each test's own lines: the last has two.
    assert [Path(each).name for each in shown] == [path.name] * 5
    result.stdout.re_match_lines([r"E +\S+\.FoundryError: the answer is no list of .*"])


def test_a_whole_traceback_has_all_lines(plain_run, pytester):
    pytester.makepyfile(ERRORS)

    result = plain_run("--full-trace", "-k", "live")

    result.stdout.fnmatch_lines(["*live_truth.py:*: FoundryError"])


def test_an_error_of_ours_is_one_without_a_terminal_too(plain_run, pytester):
    # Another plugin may need the terminal's, and would fail first.
    pytester.makepyfile(ERRORS)

    result = plain_run("-p", "no:terminal", "-k", "live", "--junit-xml=told.xml")

    assert result.ret == 1
    told = (pytester.path / "told.xml").read_text(encoding="utf-8")
    assert 'failures="1"' in told
    assert "FoundryError" in told
    assert "live_truth.py" not in told


def test_errors_of_ours_in_unittest_classes_show_the_line_of_the_user(
    plain_run, pytester
):
    path = pytester.makepyfile(
        """
        import unittest
        import pytest

        @pytest.mark.imessage(scenario="small")
        class TestOurs(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def with_db(self, chat_db):
                self.db = chat_db

            def test_live(self):
                with self.db.live() as phone:
                    phone.receive("Nobody at all", "hi")
        """
    )

    result = plain_run()

    result.assert_outcomes(failed=1)
    shown = re.findall(r"^(\S+\.py):\d+: ?", result.stdout.str(), re.MULTILINE)
    assert [Path(each).name for each in shown] == [path.name]
