"""The axis: --imessage-version, the ini setting, a test's own parametrize."""

from __future__ import annotations

from glob import escape as glob

import pytest

from pytest_imessage_foundry.db.schema import ALL

USES = """
    def test_it(chat_db, request):
        assert request.node.name == f"test_it[{chat_db.version}]"
"""
SMALL = """
    import pytest
    pytestmark = pytest.mark.imessage(scenario="empty")
"""


def passed(result, *names):
    """Names of the cases that passed, as pytest shows them."""
    shown = [line for line in result.outlines if " PASSED" in line or "PASSED " in line]
    return sorted(name for name in names if any(name in line for line in shown))


@pytest.fixture
def uses(pytester):
    return pytester.makepyfile(SMALL + USES)


def test_each_major_release_by_default(run_everywhere, uses):
    result = run_everywhere("-v")

    result.assert_outcomes(passed=len(ALL))
    names = [f"[{name}]" for name in ALL]
    assert passed(result, *names) == sorted(names)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["tahoe"], 1),
        (["sonoma,tahoe"], 2),
        (["sonoma", "tahoe"], 2),
        (["all"], len(ALL)),
        (["26.0"], 1),
        (["TAHOE"], 1),
        (["auto"], 1),
    ],
)
def test_words(plain_run, uses, words, count):
    result = plain_run(*[f"--imessage-version={word}" for word in words])

    result.assert_outcomes(passed=count)


@pytest.mark.parametrize("word", ["", ",", " , "])
def test_no_version_at_all_is_an_error(plain_run, uses, word):
    result = plain_run(f"--imessage-version={word}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: no macOS release to test against", "looked at: --imessage-version*"]
    )


def test_an_empty_one_beside_another_is_none(plain_run, uses):
    plain_run("--imessage-version=,tahoe,").assert_outcomes(passed=1)


def test_an_ini_setting_of_commas_is_an_error(plain_run, uses, pytester):
    pytester.makeini("[pytest]\nimessage_version = ,")
    result = plain_run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["looked at: ini, which is ','"])


@pytest.mark.parametrize("versions", ["[]", "''", "','"])
def test_a_mark_without_a_version_is_an_error(plain_run, pytester, versions):
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.imessage(versions={versions})
        def test_it(chat_db):
            pass
    """)
    result = plain_run()

    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["imessage(versions=*) must be the name of a release*"])
    assert "INTERNALERROR" not in result.stdout.str()


def test_order_is_the_registrys(plain_run, uses):
    result = plain_run("--collect-only", "-q", "--imessage-version=tahoe,sonoma")

    shown = [line.partition("[")[2] for line in result.outlines if "::test_it" in line]
    assert shown == ["sonoma]", "tahoe]"]


def test_unknown_release(run_everywhere, uses):
    result = run_everywhere("--imessage-version=ventura")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*unknown macOS release 'ventura' (choose from sonoma, *tahoe*all)"]
    )


def test_ini_and_command_line_over_it(plain_run, pytester, uses):
    pytester.makeini("[pytest]\nimessage_version = sonoma\nimessage_seed = 5")

    from_ini = plain_run("-v")
    from_both = plain_run("-v", "--imessage-version=tahoe", "--imessage-seed=6")

    from_ini.stdout.fnmatch_lines(
        [
            "imessage: versions=sonoma (ini) source=auto seed=5 (ini)",
            "*test_it?sonoma?*",
        ]
    )
    from_both.stdout.fnmatch_lines(
        [
            "imessage: versions=tahoe (--imessage-version) source=auto "
            "seed=6 (--imessage-seed)",
            "*test_it?tahoe?*",
        ]
    )


def test_bad_seed_in_ini(plain_run, pytester, uses):
    pytester.makeini("[pytest]\nimessage_seed = soon")

    result = plain_run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*seed must be a whole number of 64 bits, not 'soon'", "looked at: ini"]
    )


def test_own_parametrize(run, pytester):
    pytester.makepyfile(
        SMALL
        + """
    @pytest.mark.parametrize("imessage_version", ["sonoma", "tahoe-26.0"])
    def test_it(chat_db, imessage_version):
        assert chat_db.version == imessage_version
    """
    )

    run("-v").assert_outcomes(passed=2)


def test_own_parametrize_by_number(plain_run, pytester):
    pytester.makepyfile(
        SMALL
        + """
    @pytest.mark.parametrize(("imessage_version", "name"), [("14.5", "sonoma")])
    def test_it(chat_db, name):
        assert chat_db.version == name
    """
    )

    plain_run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "given", ["26", "None", "True", "b'tahoe'", "['tahoe']", "('tahoe',)"]
)
def test_own_parametrize_by_what_is_no_text(plain_run, pytester, given):
    pytester.makepyfile(
        SMALL
        + f"""
    @pytest.mark.parametrize("imessage_version", [{given}])
    def test_private(chat_db): pass

    @pytest.mark.parametrize("imessage_version", [{given}])
    def test_shared(chat_db_readonly): pass

    @pytest.mark.parametrize("imessage_version", [{given}])
    def test_by_hand(chat_db_builder): pass
    """
    )

    result = plain_run()

    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            f"{glob(given)} is no macOS release: *",
            "looked for: *",
            "choose from *",
        ]
        * 3
    )
    result.stdout.no_fnmatch_line("*Error*")


def test_an_own_version_that_is_no_text(plain_run, pytester):
    pytester.makepyfile(
        SMALL
        + """
    @pytest.fixture
    def imessage_version():
        return 26

    def test_it(chat_db): pass
    """
    )

    result = plain_run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["26 is no macOS release: *"])


@pytest.mark.parametrize(
    "fixture", ["chat_db", "chat_db_readonly", "chat_db_builder", "messages_home"]
)
def test_a_parameter_for_who_takes_none(plain_run, pytester, fixture):
    pytester.makepyfile(
        SMALL
        + f"""
    @pytest.mark.parametrize("{fixture}", ["tahoe", "rubbish"], indirect=True)
    def test_it({fixture}): pass

    def test_another({fixture}): pass
    """
    )

    result = plain_run("--imessage-version=tahoe")

    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            f"{fixture} takes no parameter: 'tahoe' has no effect",
            "looked at: how *::test_it?tahoe-tahoe? is parametrized",
            "parametrize imessage_version to name releases*",
        ]
    )


def test_a_parameter_for_a_fixture_of_the_projects_own(plain_run, pytester):
    pytester.makepyfile(
        SMALL
        + """
    @pytest.fixture
    def chat_db(chat_db, request):
        return (chat_db.version, request.param)

    @pytest.mark.parametrize("chat_db", ["small"], indirect=True)
    def test_it(chat_db):
        assert chat_db == ("tahoe", "small")
    """
    )

    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)


def test_tests_without_our_fixtures_are_left_alone(plain_run, pytester):
    pytester.makepyfile("def test_it(): pass")

    plain_run().assert_outcomes(passed=1)


def test_the_settings_know_the_registry():
    from pytest_imessage_foundry.plugin import settings

    assert ALL == settings.DEFAULT_VERSIONS
