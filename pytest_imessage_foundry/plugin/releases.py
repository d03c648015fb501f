"""Run one test once per selected macOS release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.plugin import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_imessage_foundry.plugin.mark import MarkArguments

NAME = "imessage_version"
CASE = "imessage_case"
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
    arguments = arguments_of(metafunc.definition)
    wanted = arguments.versions
    if CASE in metafunc.fixturenames:
        from pytest_imessage_foundry.plugin import cases

        names = _names(wanted, metafunc.config)
        chosen = [each for each in selected if not names or each in names]
        cases.parametrize(metafunc, chosen, arguments.known)
        return
    metafunc.parametrize(
        argnames=NAME,
        argvalues=_cases(selected, _names(wanted, metafunc.config)),
        indirect=True,
    )


def arguments_of(node: pytest.Item) -> MarkArguments:
    """Return the arguments of the mark `imessage`; the nearest mark wins.

    Raises:
        pytest.UsageError: the mark was given what it does not take.
    """
    # Not at the top: most runs collect no test of ours.
    from pytest_imessage_foundry.plugin import mark as marks

    merged = marks.MarkArguments()
    for mark in reversed(list(node.iter_markers(settings.MARK))):
        try:
            order = marks.imessage(*mark.args, **mark.kwargs)
        except TypeError as error:
            raise pytest.UsageError(f"{node.nodeid}: @pytest.mark.{error}") from None
        merged = marks.merge(merged, order)
    return merged


def version_of(request: pytest.FixtureRequest, selected: Sequence[str]) -> str:
    """Return the release of this run of the test, the newest if none was set."""
    if hasattr(request, "param"):
        version: str = request.param
        return version
    wanted = _names(arguments_of(request.node).versions, request.config)
    allowed = [name for name in selected if wanted is None or name in wanted]
    if not allowed:
        pytest.skip(_not_selected(wanted or (), selected))
    request.node.user_properties.append(("imessage_dynamic", allowed[-1]))
    return allowed[-1]


def _parametrizes_itself(definition: pytest.Item) -> bool:
    for mark in definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", ())
        if isinstance(names, str):
            names = [name.strip() for name in names.split(",")]
        if NAME in names:
            return True
    return False


def _names(
    wanted: tuple[str, ...] | None, config: pytest.Config
) -> tuple[str, ...] | None:
    return None if wanted is None else settings.resolve(wanted, config)


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
