"""The plugin named on the command line beside its entry point; other plugins."""

from __future__ import annotations

import pytest

TEST = """
    import pytest

    @pytest.mark.imessage(scenario="empty", versions="tahoe")
    def test_it(chat_db):
        assert chat_db.path.exists()
"""


@pytest.mark.parametrize(
    "name", ["pytest_imessage_foundry", "pytest_imessage_foundry.plugin"]
)
def test_by_name_with_autoload_on(fresh_run, pytester, name):
    pytester.makepyfile(TEST)

    fresh_run("-p", name).assert_outcomes(passed=1)


def test_as_a_plugin_of_a_conftest(fresh_run, pytester):
    pytester.makeconftest('pytest_plugins = ["pytest_imessage_foundry.plugin"]')
    pytester.makepyfile(TEST)

    fresh_run().assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_import_modes(plain_run, pytester, mode):
    pytester.makepyfile(TEST)

    plain_run(f"--import-mode={mode}").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "way", [pytest.param("each", marks=pytest.mark.sweep), "loadgroup", "worksteal"]
)
def test_ways_of_xdist(plain_run, pytester, way):
    pytester.makepyfile(TEST)

    done = plain_run("-n2", f"--dist={way}")

    done.assert_outcomes(passed=2 if way == "each" else 1)


def test_without_folders_of_pytest(plain_run, pytester):
    pytester.makepyfile(TEST)

    result = plain_run("-p", "no:tmpdir")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*chat_db needs pytest's plugin tmpdir*"])
