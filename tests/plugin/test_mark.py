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


@pytest.mark.parametrize("argument", ["scenario", "file", "known"])
def test_a_file_that_is_nowhere_is_refused_with_every_place(
    plain_run, pytester, argument
):
    folder = pytester.mkdir("inner")
    pytester.makeini("[pytest]")
    path = pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.imessage({argument}="data/none.toml", versions="tahoe")
        def test_it(chat_db): pass
        """
    )
    path.rename(folder / path.name)

    result = plain_run("inner")

    result.assert_outcomes(errors=1)
    said = result.stdout.str()
    assert f"there is no file 'data/none.toml' ({argument} of the mark" in said
    for place in (folder, pytester.path):
        assert str(place / "data" / "none.toml") in said


@pytest.mark.parametrize(
    ("argument", "fixture", "taker"),
    [
        ("backup_password='secret'", "chat_db", "ios_backup or layout=ios-backup"),
        ("backup_password='secret'", "messages_home", "ios_backup"),
        ("start='2019-03-04'", "chat_db", "chat_db_builder"),
        ("start='2019-03-04'", "ios_backup", "chat_db_builder"),
        ("file='test_it.py'", "chat_db_builder", "chat_db"),
        ("file='test_it.py'", "chat_db_readonly", "chat_db"),
    ],
)
def test_what_has_no_effect_is_refused(plain_run, pytester, argument, fixture, taker):
    forged = pytester.path / "test_it.py"
    forged.write_text(
        f"import pytest\n\n@pytest.mark.imessage({argument}, scenario='empty')\n"
        f"def test_it({fixture}): pass\n"
    )
    if argument.startswith("file"):
        pytester.makeconftest(
            "import pytest\n\n@pytest.fixture\ndef imessage_version(): return 'tahoe'\n"
        )

    result = plain_run("--imessage-version=tahoe")

    result.assert_outcomes(errors=1)
    name = argument.partition("=")[0]
    result.stdout.fnmatch_lines(
        [
            f"*{name} of the mark imessage has no effect on {fixture}*",
            f"*it is for {taker}*",
            f"*leave {name} out*",
        ]
    )


def test_what_a_module_says_may_be_for_some_of_its_tests(plain_run, pytester):
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.imessage(start="2019-03-04", scenario="empty")

        def test_it(chat_db): pass
        """
    )

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)
