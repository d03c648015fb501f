"""Nothing heavy is imported where no fixture of ours is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_imessage_foundry.db.schema import ALL

HEAVY = (
    "pydantic",
    "faker",
    "openai",
    "anyio",
    "diskcache",
    "phonenumbers",
    "sqlite3",
)
WATCH = """
import atexit, sys

@atexit.register
def tell():
    heavy = {heavy!r}
    with open({path!r}, "w") as file:
        file.write(" ".join(name for name in heavy if name in sys.modules))
"""
# Plugins that bring such modules themselves must not hide what we do.
ALONE = ["-p", "pytest_imessage_foundry", "-p", "no:randomly"]


@pytest.mark.parametrize("arguments", [["--collect-only"], [], ["--fixtures"]])
def test_modules(tmp_path, monkeypatch, arguments):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_nothing.py").write_text("def test_it(): pass\n")
    seen = tmp_path / "seen"
    (tmp_path / "conftest.py").write_text(WATCH.format(heavy=HEAVY, path=str(seen)))

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *ALONE, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "imessage: versions=" in done.stdout
    assert seen.read_text() == ""


def test_the_package_itself():
    code = (
        "import sys, pytest_imessage_foundry\n"
        f"print([n for n in {(*HEAVY, 'pytest')} if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["pytest_imessage_foundry", "imessage_foundry"])
def test_switched_off(fresh_run, pytester, name):
    pytester.makepyfile("def test_it(chat_db): pass")

    result = fresh_run("-p", f"no:{name}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'chat_db' not found*"])


@pytest.mark.parametrize("without", ["cacheprovider", "terminal", "xdist"])
def test_without_other_plugins(plain_run, pytester, without):
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def test_it(chat_db): assert chat_db.path.exists()
        """
    )

    assert plain_run("-p", f"no:{without}").ret == 0


def test_autoload_off(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def test_it(chat_db): assert chat_db.path.exists()
        """
    )

    result = pytester.runpytest_subprocess("-p", "pytest_imessage_foundry")

    result.assert_outcomes(passed=len(ALL))


def test_beside_every_other_plugin(pytester, monkeypatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="empty")
        def test_it(chat_db, request):
            for name in ("faker", "randomly", "xdist", "anyio", "hypothesispytest"):
                assert request.config.pluginmanager.hasplugin(name)
        """
    )

    # A process that deals out the tests and one that runs them: both load them all.
    result = pytester.runpytest_subprocess("-n1", "--imessage-version=tahoe")

    result.assert_outcomes(passed=1)
