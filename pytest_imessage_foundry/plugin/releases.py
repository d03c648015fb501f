"""Run one test once per selected macOS release."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_imessage_foundry.errors import FoundryError, UnknownReleaseError
from pytest_imessage_foundry.plugin import settings
from pytest_imessage_foundry.plugin.failures import failing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

    from pytest_imessage_foundry.plugin.mark import MarkArguments
    from pytest_imessage_foundry.scorecard.known_faults import KnownFault

NAME = "imessage_version"
# The name that is parametrised. A project that overrides imessage_version does not use
# it.
RELEASE = "_imessage_release"
CASE = "imessage_case"
SCENARIO_FILES = (".toml", ".json")
_LONGEST = 500  # characters of a path in a complaint
FILE = "file"  # in place of a release: that of the file which the mark names
# Kinds of request that see one release alone, as user_properties name them.
DYNAMIC = "imessage_dynamic"
UNITTEST = "imessage_unittest"
FIXTURES = {
    NAME,
    "chat_db",
    "chat_db_readonly",
    "chat_db_builder",
    "messages_home",
    "ios_backup",
    CASE,
}


def parametrizing(
    metafunc: pytest.Metafunc, selected: Sequence[str]
) -> Generator[None, None, None]:
    """Run the test once per selected release if it uses a fixture of ours, and if
    nobody else says on which releases it runs.

    A mark asks for it even where no fixture shows in the signature: a dynamic
    request can be multiplied in no other way.
    """
    if not _is_ours(metafunc):
        yield
        return
    # Ours comes first in a test's id, and only if no hook of the project names
    # releases itself: what the other hooks ask for waits until all have asked.
    asked: list[tuple[Any, Any]] = []
    metafunc.parametrize = lambda *given, **named: asked.append((given, named))  # type: ignore[method-assign]
    try:
        yield
    finally:
        del metafunc.parametrize
    if not any(NAME in _names(given, named) for given, named in asked):
        _parametrize_or_fail(metafunc, selected)
    for given, named in asked:
        metafunc.parametrize(*given, **named)


def _is_ours(metafunc: pytest.Metafunc) -> bool:
    """Whether a test is to run once per release, as far as its fixtures say so."""
    marked = metafunc.definition.get_closest_marker(settings.MARK) is not None
    if not marked and FIXTURES.isdisjoint(metafunc.fixturenames):
        return False
    # A project's own imessage_version may have parameters, or return one release.
    is_own = RELEASE not in metafunc.fixturenames
    return not (NAME in metafunc.fixturenames and is_own)


def _parametrize_or_fail(metafunc: pytest.Metafunc, selected: Sequence[str]) -> None:
    if RELEASE not in metafunc.fixturenames:
        # A test that overrides chat_db has dropped the name from its closure.
        metafunc.fixturenames.append(RELEASE)
    try:
        _parametrize(metafunc, selected)
    except FoundryError:
        # An error here would end the whole run. The test fails when it is set up.
        names = (RELEASE, CASE) if CASE in metafunc.fixturenames else (RELEASE,)
        metafunc.parametrize(
            argnames=names,
            argvalues=[(selected[-1], "")[: len(names)]],
            ids=[selected[-1]],
            indirect=True,
        )


def _parametrize(metafunc: pytest.Metafunc, selected: Sequence[str]) -> None:
    if arguments_of(metafunc.definition).file is not None:
        # It is of one release, whatever is selected.
        metafunc.parametrize(argnames=RELEASE, argvalues=[FILE], indirect=True)
        return
    wanted = _wanted(metafunc.definition)
    if CASE not in metafunc.fixturenames:
        metafunc.parametrize(
            argnames=RELEASE, argvalues=_cases(selected, wanted), indirect=True
        )
        return
    from pytest_imessage_foundry.plugin import cases

    chosen = [each for each in selected if not wanted or each in wanted]
    try:
        of_mark = faults_of_mark(metafunc.definition)
    except FoundryError:
        of_mark = ()  # The tests fail when they are set up.
    cases.parametrize(metafunc, chosen, of_mark)


def is_overridden(node: pytest.Item, name: str) -> bool:
    """Whether a test's project has a fixture of its own in place of one of ours."""
    fixtures = node.config.pluginmanager.get_plugin("funcmanage")
    if fixtures is None:
        return True
    # pytest 8.0 asks for the id of the test, later ones for the test.
    asked = node if pytest.version_tuple >= (8, 1) else node.nodeid
    return len(fixtures.getfixturedefs(name, asked) or ()) != 1


def arguments_of(node: pytest.Item) -> MarkArguments:
    """Return the arguments of the mark `imessage`; the nearest mark wins.

    Raises:
        FoundryError: the mark was given what it does not take.
    """
    return _merged(node, node.iter_markers(settings.MARK))


def own_arguments_of(node: pytest.Item) -> MarkArguments:
    """Return the arguments of the test's own mark, without those of its class and
    module."""
    own = (each for each in node.own_markers if each.name == settings.MARK)
    return _merged(node, own)


def _merged(node: pytest.Item, nearest_first: Iterable[pytest.Mark]) -> MarkArguments:
    # Not at the top: most runs collect no test of ours.
    from pytest_imessage_foundry.plugin import mark as marks

    merged = marks.MarkArguments()
    for mark in reversed(list(nearest_first)):
        merged = marks.merge(merged, marks.read(mark, node.nodeid))
    return merged


def check_mark(item: pytest.Item) -> None:
    """Fail a test whose mark does not hold, whatever it asks for."""
    if item.get_closest_marker(settings.MARK) is not None:
        with failing():
            _wanted(item)


def version_of(
    request: pytest.FixtureRequest, selected: Sequence[str], given: str
) -> str:
    """Return the release of this run of the test, the newest if none was `given`."""
    version: str = getattr(request, "param", given)
    if version:
        return release_of_file(request.node) if version == FILE else version
    wanted = _wanted(request.node)
    allowed = [name for name in selected if wanted is None or name in wanted]
    if not allowed:
        pytest.skip(_not_selected(wanted or (), selected))
    kind = DYNAMIC
    if _is_unittest(request):
        kind = UNITTEST
        if len(wanted or ()) > 1:
            _refuse_several(request, allowed)
    request.node.user_properties.append((kind, allowed[-1]))
    return allowed[-1]


def _is_unittest(request: pytest.FixtureRequest) -> bool:
    # A project with such a class has imported its module. Importing it here would slow
    # every start.
    unittest = sys.modules.get("unittest")
    if unittest is None or request.cls is None:
        return False
    return issubclass(request.cls, unittest.TestCase)


def _refuse_several(request: pytest.FixtureRequest, allowed: Sequence[str]) -> None:
    with failing():
        raise FoundryError(
            f"a unittest class runs on one release, not on {', '.join(allowed)}\n"
            f"looked at: the mark of {request.node.nodeid}\n"
            "name one release in the mark, write a plain function or class, or start "
            "pytest once for each --imessage-version"
        )


def file_of(node: pytest.Item) -> Path | None:
    """Return the chat.db that the mark names, if it names one."""
    return _named(node, "file", arguments_of(node).file)


def known_of(node: pytest.Item) -> Path | None:
    """Return the file of known faults that the mark names, if it names one."""
    return _named(node, "known", arguments_of(node).known)


def faults_of_mark(node: pytest.Item) -> tuple[KnownFault, ...] | None:
    """Return the known faults that the mark names, None if it names no file.

    Raises:
        FoundryError: the file is not there, or does not hold.
    """
    from pytest_imessage_foundry.scorecard import known_faults

    path = known_of(node)
    return None if path is None else known_faults.read(path)


def scenario_file_of(node: pytest.Item) -> Path | None:
    """Return the scenario file that the mark names, None if it names none."""
    name = arguments_of(node).scenario or ""
    return _named(node, "scenario", name if name.endswith(SCENARIO_FILES) else None)


def _named(node: pytest.Item, argument: str, name: str | None) -> Path | None:
    """Return the file that an argument of the mark names, beside the test or below the
    rootdir.

    Raises:
        FoundryError: it is in neither.
    """
    if name is None:
        return None
    places = dict.fromkeys([node.path.parent / name, node.config.rootpath / name])
    for each in places:
        # Of a name that is too long Path.exists() raises.
        if os.path.exists(each):
            return each
    # Not at the top: most runs collect no test of ours.
    from pytest_imessage_foundry.terminal import escaped, shown

    looked_for = ", ".join(escaped(str(each), _LONGEST) for each in places)
    raise FoundryError(
        f"there is no file {shown(name)} ({argument} of the mark imessage)\n"
        f"looked for: {looked_for}\n"
        "name one from the test's folder or from the rootdir"
    )


def release_of_file(node: pytest.Item) -> str:
    """Return the release that the file of the mark is of."""
    from pytest_imessage_foundry.db import version_detect

    with failing():
        path = file_of(node)
        assert path is not None
        return version_detect.detect_file(path).release


def _names(given: tuple[Any, ...], named: dict[str, Any]) -> list[str]:
    """Return the names that a call of parametrize() gives values to."""
    names = given[0] if given else named.get("argnames", ())
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",")]
    return list(names)


def _wanted(node: pytest.Item) -> tuple[str, ...] | None:
    """Return the releases that the test's mark names, None if it names none."""
    from pytest_imessage_foundry.plugin import mark as marks

    versions = arguments_of(node).versions
    try:
        return versions and settings.resolve(versions, node.config)
    except UnknownReleaseError as error:
        raise marks.refusal(str(error), node.nodeid) from None


def _cases(
    selected: Sequence[str], wanted: tuple[str, ...] | None
) -> tuple[object, ...]:
    if wanted is None:
        return tuple(selected)
    chosen = tuple(name for name in selected if name in wanted)
    if chosen:
        return chosen
    reason = _not_selected(wanted, selected)
    return (pytest.param(wanted[-1], marks=pytest.mark.skip(reason=reason)),)


def _not_selected(wanted: Sequence[str], selected: Sequence[str]) -> str:
    return (
        f"the mark wants {', '.join(wanted)}, but only {', '.join(selected)} "
        "is selected (--imessage-version)"
    )
