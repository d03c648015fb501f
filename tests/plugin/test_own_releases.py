"""A project that says itself on which releases its tests run."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.db.schema import ALL

TEST = """
    import pytest

    pytestmark = pytest.mark.imessage(scenario="empty")

    def test_it(chat_db, chat_db_readonly, imessage_version):
        assert chat_db.version == chat_db_readonly.version
        assert chat_db.version in ("sonoma", "tahoe")
"""
PARAMS = """
    import pytest

    @pytest.fixture(params=["14.5", "tahoe"])
    def imessage_version(request):
        return request.param
"""
PLAIN = """
    import pytest

    @pytest.fixture
    def imessage_version():
        return "tahoe"
"""
WITH_OURS = """
    import pytest

    @pytest.fixture
    def imessage_version(imessage_version):
        return {"sonoma": "sonoma"}.get(imessage_version, "tahoe")
"""
SESSION = """
    import pytest

    @pytest.fixture(scope="session", params=["tahoe", "sonoma"])
    def imessage_version(request):
        return request.param
"""
GENERATED = """
    def pytest_generate_tests(metafunc):
        if "imessage_version" in metafunc.fixturenames:
            metafunc.parametrize("imessage_version", ["sonoma", "tahoe"])
"""
GENERATED_INDIRECT = """
    def pytest_generate_tests(metafunc):
        if "chat_db" in metafunc.fixturenames:
            metafunc.parametrize("imessage_version", ["sonoma"], indirect=True)
"""
TWO = """
    def pytest_generate_tests(metafunc):
        metafunc.parametrize(
            ("imessage_version", "number"), [("sonoma", 1), ("tahoe", 2)]
        )
"""


@pytest.mark.parametrize(
    ("conftest", "count"),
    [
        (PARAMS, 2),
        (PLAIN, 1),
        pytest.param(
            WITH_OURS,
            len(ALL),
            # Older ones do not say what an overridden fixture asks for.
            marks=pytest.mark.skipif(
                pytest.version_tuple < (9,), reason="needs pytest 9"
            ),
        ),
        (SESSION, 2),
        (GENERATED, 2),
        (GENERATED_INDIRECT, 1),
    ],
    ids=["params", "plain", "with ours", "session", "generated", "indirect"],
)
def test_a_release_of_ones_own(plain_run, pytester, conftest, count):
    pytester.makeconftest(conftest)
    pytester.makepyfile(TEST)

    plain_run().assert_outcomes(passed=count)


def test_a_hook_in_the_test_file(plain_run, pytester):
    pytester.makepyfile(
        TEST.replace("imessage_version)", "imessage_version, number)") + TWO
    )

    plain_run().assert_outcomes(passed=2)


def test_a_hook_that_names_something_else_comes_after_the_release(plain_run, pytester):
    pytester.makepyfile(
        TEST.replace("imessage_version)", "letter)")
        + """
    def pytest_generate_tests(metafunc):
        metafunc.parametrize("letter", ["x", "y"])
    """
    )

    result = plain_run("-v", "--imessage-version=sonoma,tahoe")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*test_it?sonoma-x?*"])


UNITTEST = """
    import unittest

    import pytest

    @pytest.mark.imessage(scenario="empty"{versions})
    class TestOld(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _bring(self, chat_db):
            self.db = chat_db

        def test_it(self):
            self.assertTrue(self.db.path.exists())
"""


def test_a_unittest_class_says_what_to_do(run, pytester):
    pytester.makepyfile(UNITTEST.format(versions=""))

    result = run()

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "imessage: 1 test(s) of unittest classes saw golden-gate alone: such *"
            "cannot be parametrised; start pytest once for each --imessage-version*"
        ]
    )


def test_a_unittest_class_of_one_release(plain_run, pytester):
    pytester.makepyfile(UNITTEST.format(versions=', versions="sonoma"'))

    plain_run().assert_outcomes(passed=1)


def test_a_unittest_class_of_several_releases_is_an_error(plain_run, pytester):
    pytester.makepyfile(UNITTEST.format(versions=', versions="sonoma,tahoe"'))

    result = plain_run()

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*a unittest class runs on one release, not on sonoma, tahoe"]
    )
