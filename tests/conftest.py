"""Fixtures that several parts of the suite share."""

from __future__ import annotations

import gc
import io
import os
import pkgutil
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import pytest_imessage_foundry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

pytest_plugins = ["pytester"]

# Plugins of others in a process of its own: they take four times as long to start as
# pytest, this plugin and a small database together. The test of other plugins beside
# this one starts them all.
# pytest-rerunfailures leaves threads behind that wait for workers without a pause: in
# this process, all later tests would run at a fraction of their speed.
ALONE = (
    *("-pno:randomly", "-pno:faker", "-pno:hypothesispytest", "-pno:anyio"),
    *("-pno:rerunfailures", "-pno:run-parallel"),
)
NOBODY = 65534  # the user of that name
LATE = (
    "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.keywrap",
    "cryptography.hazmat.backends.openssl.backend",
)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: for a fifth of their time tests wait for
    processes, pipes, locks and pauses."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave thousands of collected tests out of each collection of garbage, and have
    few of them: what tests keep for each other is looked through each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of pytest for all inner runs, and all workers: what one of them
    built is not built again, as in a user's project."""
    base = tmp_path_factory.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return (base.parent if is_worker else base) / "inner-runs-cache"


@pytest.fixture(scope="session")
def package() -> None:
    """The whole package, loaded before pytester notes which modules there are: those
    that a run in this process were the first to load are forgotten after it, and the
    next run would have other classes under the same names."""
    prefix = f"{pytest_imessage_foundry.__name__}."
    for module in pkgutil.walk_packages(pytest_imessage_foundry.__path__, prefix):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    # What the package imports late. A second copy of it knows no ciphers.
    for name in LATE:
        import_module(name)


@pytest.fixture
def inner(
    package: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Run pytest on pytester's files, in this process or in one of its own."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def go(*arguments: str, process: bool) -> pytest.RunResult:
        if process:
            return pytester.runpytest_subprocess(*ALONE, *arguments)
        named = ["-ppytest_imessage_foundry"]
        if not any("no:xdist" in each for each in arguments):
            named.append("-pxdist")
        before = set(threading.enumerate())
        with monkeypatch.context() as patch:
            # Named, not looked for: pytest would read the files of every plugin that
            # is installed, which takes a quarter of a small run.
            patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            # Of a plugin that is named pytest 8.0 says that it is imported already.
            named.append("-Wignore::pytest.PytestAssertRewriteWarning")
            result = pytester.runpytest_inprocess(*named, *arguments)
        left = set(threading.enumerate()) - before
        assert not left, "an inner run left threads behind, which slow later tests"
        return result

    return go


WITH_XDIST = [pytest.param(how, marks=pytest.mark.sweep) for how in ("-n0", "-n2")]


@pytest.fixture(params=["plain", *WITH_XDIST])
def run(request, inner, templates):
    """Run pytest on pytester's files: without xdist, with it, and in its workers.

    Two workers take as long to start as five runs in this process. What they do as any
    process does is a sweep; `run_everywhere` is for what is theirs.
    """
    return _runner(request.param, inner, templates)


@pytest.fixture(params=["plain", "-n0", "-n2"])
def run_everywhere(request, inner, templates):
    """Run pytest as `run` does, always in workers too: for what they share, what they
    find from where they start, and what they tell the first process."""
    return _runner(request.param, inner, templates)


def _runner(how, inner, templates):
    def go(*arguments):
        way = "-pno:xdist" if how == "plain" else how
        return inner(f"-ocache_dir={templates}", way, *arguments, process=False)

    return go


@pytest.fixture
def plain_run(inner, templates):
    """Run pytest on pytester's files, in this process."""

    def go(*arguments):
        return inner(f"-ocache_dir={templates}", *arguments, process=False)

    return go


@pytest.fixture
def own_cache_run(inner):
    """Run pytest on pytester's files, in this process, with a cache of its own: for
    what is built or kept."""

    def go(*arguments):
        return inner(*arguments, process=False)

    return go


@pytest.fixture
def fresh_run(inner):
    """Run pytest on pytester's files in a process of its own, with a cache of its
    own: for what is imported, or outlives a process."""

    def go(*arguments):
        return inner(*arguments, process=True)

    return go


@pytest.fixture
def as_a_user(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """Run a block as somebody whom permissions bind: not as the superuser."""
    if os.name == "nt":
        pytest.skip("rights of folders are POSIX's")

    @contextmanager
    def acting() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        for each in (tmp_path, *tmp_path.rglob("*")):
            os.chown(each, NOBODY, NOBODY, follow_symlinks=False)
        closed = {
            each: each.stat().st_mode
            for each in tmp_path.parents
            if each.stat().st_mode & 0o55 != 0o55
        }
        for each, mode in closed.items():
            each.chmod(mode | 0o55)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            for each, mode in closed.items():
                each.chmod(mode)

    return acting


@pytest.fixture
def read_only(
    tmp_path: Path, as_a_user: Callable[[], AbstractContextManager[None]]
) -> Iterator[Path]:
    """A folder that nobody may write to, root included."""
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    with as_a_user():
        yield folder


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Terminal:
    """What a command takes for a terminal, and writes to."""
    return Terminal()


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Answer a command's questions at a terminal."""
    return lambda text: monkeypatch.setattr(sys, "stdin", Terminal(text))
