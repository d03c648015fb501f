"""The mark: what it takes, what it refuses, how marks add up."""

from __future__ import annotations

import pytest


def test_all_it_takes(run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(
            versions=["sonoma", "tahoe"], scenario="small", seed=7, messages=40,
            source="faker",
        )
        def test_it(chat_db):
            assert (chat_db.seed, chat_db.spec.source) == (7, "faker")
            assert len(chat_db.messages) == 40
        """
    )

    run("--strict-markers").assert_outcomes(passed=2)


def test_the_nearer_mark_wins_word_by_word(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.imessage(scenario="empty", seed=1)

        @pytest.mark.imessage(seed=2, versions="tahoe")
        def test_it(chat_db):
            assert (chat_db.seed, chat_db.spec.scenario) == (2, "empty")
        """
    )

    plain_run().assert_outcomes(passed=1)


def test_a_release_that_is_not_selected_is_one_skip(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(versions=["tahoe-26.0"])
        def test_it(chat_db): pass
        """
    )

    result = plain_run("-rs")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*the mark wants tahoe-26.0, but only sonoma, *"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("scenarios='x'", "imessage() got an unexpected keyword argument 'scenarios'*"),
        ("'tahoe'", "imessage() takes 0 positional arguments*"),
        ("source='web'", "imessage(source='web') must be one of auto, cache, faker"),
        ("messages=-1", "imessage(messages=-1) must be a number from 0 to 10,000,000"),
    ],
)
def test_misspelt(plain_run, pytester, arguments, complaint):
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.imessage({arguments})
        def test_it(chat_db): pass
        """
    )

    result = plain_run()

    assert result.ret != 0
    result.stdout.fnmatch_lines([complaint])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_unknown_scenario(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="nonesuch", versions="tahoe")
        def test_it(chat_db): pass
        """
    )

    result = plain_run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*unknown scenario 'nonesuch'*", "*choose from default*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_markers_help(plain_run):
    plain_run("--markers").stdout.fnmatch_lines(["@pytest.mark.imessage(*scenario=*"])


def test_a_scenario_file_beside_the_test(run, pytester):
    pytester.makefile(
        ".toml",
        weekend="""
        name = "weekend"
        description = "a weekend being planned"
        personas = ["alex", "nina"]

        [[conversations]]
        id = "plan"
        participants = ["nina"]
        message_count_target = 20
        theme = "planning a surprise party"
        """,
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="weekend.toml", versions="tahoe")
        def test_it(chat_db):
            assert len(chat_db.messages) == 20
            assert chat_db.spec.scenario == "weekend"

        @pytest.mark.imessage(scenario="nowhere.toml", versions="tahoe")
        def test_missing(chat_db): pass
        """
    )

    result = run()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*nowhere.toml*"])
