"""The work of each fixture, from a test's setup to its teardown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.foundry import FILE_NAME, ChatDB, Foundry, Materials
from pytest_imessage_foundry.plugin import failure_notes, hook_answers, releases
from pytest_imessage_foundry.plugin.failures import failing
from pytest_imessage_foundry.plugin.settings import SETTINGS, user_schemas
from pytest_imessage_foundry.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.by_hand import ChatDBBuilder
    from pytest_imessage_foundry.chatdb.case_on_file import CaseOnFile
    from pytest_imessage_foundry.db.schema.definition import Schema
    from pytest_imessage_foundry.foundry import Order
    from pytest_imessage_foundry.ios.ios_backup import IOSBackup
    from pytest_imessage_foundry.messages_home import MessagesHome
    from pytest_imessage_foundry.spec import Spec

SHARED = "imessage-foundry"
_RUN = re.compile(r"pytest-\d+")  # how pytest names the folder of a run


def open_foundry(request: pytest.FixtureRequest) -> Foundry:
    """Make the session's foundry; xdist's workers share one folder of templates."""
    config = request.config
    base = _base(request)
    run = base.parent if hasattr(config, "workerinput") else base
    earlier = map(_shared, _earlier(run))
    return Foundry(_shared(run), base / SHARED, _kept(config), earlier)


def _base(request: pytest.FixtureRequest) -> Path:
    """Return the folder of this run."""
    try:
        factory = request.getfixturevalue("tmp_path_factory")
    except pytest.FixtureLookupError:
        factory = None
    with failing():
        if not isinstance(factory, pytest.TempPathFactory):
            raise FoundryError(
                "chat_db needs pytest's plugin tmpdir, whose folders it stands in\n"
                "looked for the fixture tmp_path_factory, which is not there\n"
                "start pytest without `-p no:tmpdir`"
            )
        return factory.getbasetemp()


def _shared(run: Path) -> Path:
    return run / f"{SHARED}-templates"


def _earlier(run: Path) -> list[Path]:
    """Return the folders of the runs before, the newest first: pytest keeps three of
    them beside this one's, unless it was given a place of its own."""
    if not _RUN.fullmatch(run.name):
        return []
    runs = [each for each in run.parent.iterdir() if _RUN.fullmatch(each.name)]
    runs.sort(key=lambda each: int(each.name.partition("-")[2]), reverse=True)
    return [each for each in runs if each != run]


def _kept(config: pytest.Config) -> Path | None:
    """Return the folder in pytest's cache for templates, if there is a cache."""
    cache: pytest.Cache | None = getattr(config, "cache", None)
    try:
        return cache.mkdir(SHARED) if cache is not None else None
    except OSError:  # a rootdir that cannot be written to
        return None


def private_copy(
    request: pytest.FixtureRequest, foundry: Foundry, version: str
) -> Iterator[ChatDB]:
    """Yield a copy for one test: removed when the test passes, kept when it fails."""
    with failing():
        _refuse_idle(request)
        folder = foundry.new_folder(request.node.name)
        own = releases.file_of(request.node)
        handed = _copy_into(folder, request, foundry, version, own)
        handed.known = releases.known_of(request.node)
    failure_notes.note_handed(request, handed, folder, own)
    yield handed
    _clear(request.node, foundry, folder)


def _copy_into(
    folder: Path,
    request: pytest.FixtureRequest,
    foundry: Foundry,
    version: str,
    own: Path | None,
) -> ChatDB:
    mark = releases.arguments_of(request.node)
    if own is not None:
        from pytest_imessage_foundry.chatdb import opened_file

        opened_file.copy(own, folder / FILE_NAME)
        return ChatDB.open(folder / FILE_NAME)
    order = _order(request, foundry, version)
    if mark.place is None:
        return foundry.copy_to(order, folder / FILE_NAME, lasts=True)
    from pytest_imessage_foundry import layouts

    return layouts.hand_out(foundry, order, folder, mark.place, mark.backup_password)


def shared_copy(
    request: pytest.FixtureRequest,
    foundry: Foundry,
    version: str,
    scenario: str | None = None,
) -> Iterator[ChatDB]:
    """Yield the shared read-only copy; fail a test that wrote to it."""
    with failing():
        _refuse_place(request, "chat_db_readonly")
        _refuse_idle(request)
        order = _order(request, foundry, version, scenario)
        known = None if scenario else releases.known_of(request.node)
        handed = foundry.hand_out_readonly(order, lasts=True)
    failure_notes.note_handed(request, handed)
    yield _expecting(handed, known)
    if not foundry.is_untouched(handed):
        foundry.forget_readonly(handed)
        pytest.fail(
            f"chat_db_readonly was written to by {request.node.nodeid}\n"
            f"it is {handed.path}, which other tests share, with its attachments\n"
            "ask for chat_db instead: each test gets a copy of its own",
            pytrace=False,
        )


def _expecting(handed: ChatDB, known: Path | None) -> ChatDB:
    """Return a shared handle as it is, or one of the test's own for the faults that
    this test alone expects."""
    if known is None:
        return handed
    own = copy(handed)
    own.known = known
    return own


def case_on_file(
    request: pytest.FixtureRequest, foundry: Foundry, version: str
) -> Iterator[CaseOnFile]:
    """Yield one case in the shared file of all cases; fail a test that wrote to it."""
    from pytest_imessage_foundry.chatdb.case_on_file import CaseOnFile
    from pytest_imessage_foundry.conversations.scenarios import KINDS

    with failing():
        releases.faults_of_mark(request.node)  # for its errors alone
    for handed in shared_copy(request, foundry, version, scenario=KINDS):
        yield CaseOnFile(handed, request.param)


def by_hand(
    request: pytest.FixtureRequest, foundry: Foundry, version: str
) -> Iterator[ChatDBBuilder]:
    """Yield a builder that writes into a folder of the test."""
    from pytest_imessage_foundry.by_hand import START, ChatDBBuilder

    with failing():
        _refuse_place(request, "chat_db_builder")
        _refuse_idle(request)
        spec = _spec(request, version)
        folder = foundry.new_folder(request.node.name)
        builder = ChatDBBuilder(
            spec.release,
            path=folder / FILE_NAME,
            seed=spec.seed,
            start=releases.arguments_of(request.node).start or START,
            layout=spec.layout,
            schema=_schema(request, spec),
        )
        builder.known = releases.known_of(request.node)
    failure_notes.note_by_hand(request, folder / FILE_NAME, spec)
    yield builder
    _clear(request.node, foundry, folder)


def home(
    request: pytest.FixtureRequest,
    foundry: Foundry,
    version: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MessagesHome]:
    """Yield a home folder with Library/Messages and an AddressBook."""
    from pytest_imessage_foundry import layouts
    from pytest_imessage_foundry.messages_home import MessagesHome

    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # it sets HOME, too: ours comes last
    with failing():
        _refuse_idle(request)
        order = _order(request, foundry, version)
        folder = foundry.new_folder(request.node.name)
        handed = layouts.home(foundry, order, folder)
        handed.known = releases.known_of(request.node)
    failure_notes.note_handed(request, handed, folder)
    for name in ("HOME", "USERPROFILE"):  # Path.home() asks for the second on Windows
        monkeypatch.setenv(name, str(folder))
    yield MessagesHome.around(folder, handed)
    _clear(request.node, foundry, folder)


def ios_backup(
    request: pytest.FixtureRequest, foundry: Foundry, version: str
) -> Iterator[IOSBackup]:
    """Yield a backup in a folder of the test's own."""
    from pytest_imessage_foundry import layouts

    password = releases.arguments_of(request.node).backup_password
    with failing():
        _refuse_idle(request)
        is_home = releases.own_arguments_of(request.node).layout == "home"
        if is_home and "chat_db" not in request.fixturenames:
            raise FoundryError(
                "ios_backup is the backup of a phone, which has no layout 'home'\n"
                "looked at: the mark imessage\n"
                "ask for messages_home or chat_db instead, or leave the layout out"
            )
        order = _order(request, foundry, version)
        folder = foundry.new_folder(request.node.name)
        handed = layouts.phone_backup(foundry, order, folder, password)
        handed.chat_db.known = releases.known_of(request.node)
    failure_notes.note_handed(request, handed.chat_db, folder)
    yield handed
    _clear(request.node, foundry, folder)


def _refuse_place(request: pytest.FixtureRequest, name: str) -> None:
    place = releases.arguments_of(request.node).place
    if place is not None:
        raise FoundryError(
            f"{name} is a file alone, without a layout {place!r}\n"
            "looked at: the mark imessage\n"
            "ask for chat_db instead, or leave the layout out"
        )


# Arguments of the mark that mean something to one fixture, or to one layout, alone.
_TAKERS = {
    "file": ("chat_db",),
    "start": ("chat_db_builder",),
    "backup_password": ("ios_backup", "ios-backup"),
}


def _refuse_idle(request: pytest.FixtureRequest) -> None:
    """Refuse what the test says to no effect: a parameter, or arguments of its own
    mark. The mark of a class or module may be meant for others of its tests."""
    _refuse_parameter(request)
    given = releases.own_arguments_of(request.node)
    layout = releases.arguments_of(request.node).layout
    for argument, takers in _TAKERS.items():
        is_given = getattr(given, argument) is not None
        if is_given and {*request.fixturenames, layout}.isdisjoint(takers):
            raise FoundryError(
                f"{argument} of the mark imessage has no effect on "
                f"{request.fixturename}\n"
                f"looked at: the mark of {request.node.nodeid}; it is for "
                f"{' or layout='.join(takers)}\n"
                f"ask for that, or leave {argument} out"
            )


def _refuse_parameter(request: pytest.FixtureRequest) -> None:
    """Refuse the parameter of a fixture that has none. One that the project has put in
    its place may take it, and pytest hands the same one to both."""
    name = request.fixturename
    is_given = hasattr(request, "param") and name != releases.CASE
    if name is None or not is_given or releases.is_overridden(request.node, name):
        return
    raise FoundryError(
        f"{name} takes no parameter: {shown(request.param)} has no effect\n"
        f"looked at: how {request.node.nodeid} is parametrized\n"
        "parametrize imessage_version to name releases, and use the mark imessage for "
        "the rest"
    )


def _order(
    request: pytest.FixtureRequest,
    foundry: Foundry,
    version: str,
    scenario: str | None = None,
) -> Order:
    from pytest_imessage_foundry.conversations import scenario_files

    spec, materials = _spec(request, version), _materials(request)
    if scenario is not None:
        spec = replace(spec, scenario=scenario, messages=None)
    path = releases.scenario_file_of(request.node) if scenario is None else None
    if path is not None:
        own = scenario_files.read(path, materials.personas)
        spec = replace(spec, scenario=own.name)
        materials = replace(materials, scenarios=(*materials.scenarios, own))
    return foundry.order(spec, materials)


def _spec(request: pytest.FixtureRequest, version: str) -> Spec:
    own = [each.name for each in user_schemas(request.config)]
    release = schema.resolve(version, extra=own)
    settings = request.config.stash[SETTINGS]
    return settings.spec(release, releases.arguments_of(request.node))


def _schema(request: pytest.FixtureRequest, spec: Spec) -> Schema:
    own = {each.name: each for each in user_schemas(request.config)}
    return schema.get(spec.release, layout=spec.layout, extra=own)


def _materials(request: pytest.FixtureRequest) -> Materials:
    """Collect what hooks add, through the test's own conftest files.

    `config.hook` would let a nested conftest's answer reach every test.
    """
    hook = request.node.ihook
    people = hook_answers.personas(hook.pytest_imessage_personas)
    return Materials(
        personas=people,
        scenarios=hook_answers.scenarios(hook.pytest_imessage_scenarios, people),
        schemas=tuple(user_schemas(request.config)),
        packs=request.config.stash[SETTINGS].cache,
        answer=hook_answers.conversation(hook.pytest_imessage_conversation),
    )


def _clear(node: pytest.Item, foundry: Foundry, folder: Path) -> None:
    """Remove a passing test's files: a thousand copies would fill the disk."""
    if not failure_notes.of(node).has_failed:
        foundry.clear(folder)
