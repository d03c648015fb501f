"""Run one test once per selected macOS release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.errors import FoundryError, UnknownReleaseError
from pytest_imessage_foundry.plugin import settings
from pytest_imessage_foundry.plugin.failures import failing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_imessage_foundry.plugin.mark import MarkArguments

NAME = "imessage_version"
CASE = "imessage_case"
FILE = "file"  # in place of a release: that of the file which the mark names
FIXTURES = {
    NAME,
    "chat_db",
    "chat_db_readonly",
    "chat_db_builder",
    "messages_home",
    "ios_backup",
    CASE,
}


def parametrize(metafunc: pytest.Metafunc, selected: Sequence[str]) -> None:
    """Run the test once per selected release if it uses a fixture of ours.

    A mark asks for it even where no fixture shows in the signature: a dynamic
    request can be multiplied in no other way.
    """
    marked = metafunc.definition.get_closest_marker(settings.MARK) is not None
    if not marked and FIXTURES.isdisjoint(metafunc.fixturenames):
        return
    if _parametrizes_itself(metafunc.definition):
        return
    if NAME not in metafunc.fixturenames:
        # A test that overrides chat_db has dropped the name from its closure.
        metafunc.fixturenames.append(NAME)
    try:
        _parametrize(metafunc, selected)
    except FoundryError:
        # An error here would end the whole run. The test fails when it is set up.
        names = (NAME, CASE) if CASE in metafunc.fixturenames else (NAME,)
        metafunc.parametrize(
            argnames=names,
            argvalues=[(selected[-1], "")[: len(names)]],
            ids=[selected[-1]],
            indirect=True,
        )


def _parametrize(metafunc: pytest.Metafunc, selected: Sequence[str]) -> None:
    if arguments_of(metafunc.definition).file is not None:
        # It is of one release, whatever is selected.
        metafunc.parametrize(argnames=NAME, argvalues=[FILE], indirect=True)
        return
    wanted = _wanted(metafunc.definition)
    if CASE not in metafunc.fixturenames:
        metafunc.parametrize(
            argnames=NAME, argvalues=_cases(selected, wanted), indirect=True
        )
        return
    from pytest_imessage_foundry.plugin import cases

    known = arguments_of(metafunc.definition).known
    chosen = [each for each in selected if not wanted or each in wanted]
    cases.parametrize(metafunc, chosen, known)


def arguments_of(node: pytest.Item) -> MarkArguments:
    """Return the arguments of the mark `imessage`; the nearest mark wins.

    Raises:
        FoundryError: the mark was given what it does not take.
    """
    # Not at the top: most runs collect no test of ours.
    from pytest_imessage_foundry.plugin import mark as marks

    merged = marks.MarkArguments()
    for mark in reversed(list(node.iter_markers(settings.MARK))):
        merged = marks.merge(merged, marks.read(mark, node.nodeid))
    return merged


def check_mark(item: pytest.Item) -> None:
    """Fail a test whose mark does not hold, whatever it asks for."""
    if item.get_closest_marker(settings.MARK) is not None:
        with failing():
            _wanted(item)


def version_of(request: pytest.FixtureRequest, selected: Sequence[str]) -> str:
    """Return the release of this run of the test, the newest if none was set."""
    if hasattr(request, "param"):
        version: str = request.param
        return release_of_file(request.node) if version == FILE else version
    wanted = _wanted(request.node)
    allowed = [name for name in selected if wanted is None or name in wanted]
    if not allowed:
        pytest.skip(_not_selected(wanted or (), selected))
    request.node.user_properties.append(("imessage_dynamic", allowed[-1]))
    return allowed[-1]


def file_of(node: pytest.Item) -> Path | None:
    """Return the file that the mark names, beside the test or below the rootdir."""
    name = arguments_of(node).file
    if name is None:
        return None
    places = [node.path.parent / name, node.config.rootpath / name]
    return next((each for each in places if each.exists()), places[0])


def release_of_file(node: pytest.Item) -> str:
    """Return the release that the file of the mark is of."""
    from pytest_imessage_foundry.db import version_detect

    path = file_of(node)
    assert path is not None
    with failing():
        return version_detect.detect_file(path).release


def _parametrizes_itself(definition: pytest.Item) -> bool:
    for mark in definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
        if isinstance(names, str):
            names = [name.strip() for name in names.split(",")]
        if NAME in names:
            return True
    return False


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
