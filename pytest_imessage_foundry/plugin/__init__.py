"""The pytest plugin: hooks and fixtures, one call each.

Only the standard library and pytest are imported here: a run that uses no
fixture of ours must not pay for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.plugin import failure_notes, releases, report, settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from pytest_imessage_foundry.by_hand import ChatDBBuilder
    from pytest_imessage_foundry.chatdb.case_on_file import CaseOnFile
    from pytest_imessage_foundry.foundry import ChatDB, Foundry
    from pytest_imessage_foundry.ios.ios_backup import IOSBackup
    from pytest_imessage_foundry.messages_home import MessagesHome


def pytest_addoption(parser: pytest.Parser) -> None:
    settings.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_imessage_foundry.plugin import project_hooks

    pluginmanager.add_hookspecs(project_hooks)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", settings.MARK_HELP)
    config.stash[settings.SETTINGS] = settings.read(config)


def pytest_report_header(config: pytest.Config) -> str:
    return report.header(config.stash[settings.SETTINGS])


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None, None, None]:
    versions = metafunc.config.stash[settings.SETTINGS].versions
    yield from releases.parametrizing(metafunc, versions)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("parallel_threads", None) is not None:
        from pytest_imessage_foundry.plugin import threads

        threads.mark_unsafe(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    failure_notes.begin(item)
    releases.check_mark(item)


@pytest.hookimpl(specname="pytest_runtest_makereport")
def pytest_cut_traceback(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    # No wrapper: pytest puts the error of a unittest class there in the hook itself,
    # before this one.
    report.cut_traceback(item, call)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    outcome = yield
    report.note_outcome(item, outcome)
    return outcome


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    report.summarise(terminalreporter)


@pytest.fixture(scope="session")
def imessage_foundry(request: pytest.FixtureRequest) -> Foundry:
    """A builder of databases for any Spec, session-scoped, to use with Hypothesis:
    `imessage_foundry.hand_out(imessage_foundry.order(spec))` returns a ChatDB."""
    from pytest_imessage_foundry.plugin import fixtures

    return fixtures.open_foundry(request)


@pytest.fixture
def _imessage_release(request: pytest.FixtureRequest) -> str:
    """The release that a test was parametrised with; '' if it was not."""
    return getattr(request, "param", "")


@pytest.fixture
def imessage_version(request: pytest.FixtureRequest, _imessage_release: str) -> str:
    """The macOS release that this test runs against: 'sonoma', 'sequoia', ..."""
    versions = request.config.stash[settings.SETTINGS].versions
    return releases.version_of(request, versions, _imessage_release)


@pytest.fixture
def chat_db(
    request: pytest.FixtureRequest, imessage_version: str, imessage_foundry: Foundry
) -> Iterator[ChatDB]:
    """A private, writable chat.db of one macOS release, with its truth beside it:
    `assert my_reader(chat_db.path) == expected(chat_db.conversations)`."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.private_copy(request, imessage_foundry, imessage_version)


@pytest.fixture
def chat_db_readonly(
    request: pytest.FixtureRequest, imessage_version: str, imessage_foundry: Foundry
) -> Iterator[ChatDB]:
    """A chat.db that all tests share and none may write to; costs nothing to get,
    whatever its size."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.shared_copy(request, imessage_foundry, imessage_version)


@pytest.fixture
def chat_db_builder(
    request: pytest.FixtureRequest, imessage_version: str, imessage_foundry: Foundry
) -> Iterator[ChatDBBuilder]:
    """A few lines that write any case by hand: people, chats, messages, tapbacks,
    edits; `.build()` gives the ChatDB."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.by_hand(request, imessage_foundry, imessage_version)


@pytest.fixture
def messages_home(
    request: pytest.FixtureRequest,
    imessage_version: str,
    imessage_foundry: Foundry,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MessagesHome]:
    """A home folder with Library/Messages/chat.db, its Attachments and an
    AddressBook, and its truth in `.chat_db`; HOME points at it during the test."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.home(request, imessage_foundry, imessage_version, monkeypatch)


@pytest.fixture
def ios_backup(
    request: pytest.FixtureRequest, imessage_version: str, imessage_foundry: Foundry
) -> Iterator[IOSBackup]:
    """An iPhone's backup as iTunes and Finder make them, path-like, with its truth in
    `.chat_db`; encrypted if the mark has a `backup_password`."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.ios_backup(request, imessage_foundry, imessage_version)


@pytest.fixture
def imessage_case(
    request: pytest.FixtureRequest, imessage_version: str, imessage_foundry: Foundry
) -> Iterator[CaseOnFile]:
    """One case of the catalogue in a shared file: the test runs once for each kind of
    message and release, as `tahoe-tapback-loved-removed`."""
    from pytest_imessage_foundry.plugin import fixtures

    yield from fixtures.case_on_file(request, imessage_foundry, imessage_version)
