"""The plugin's output: header, section on failure, summary line."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.plugin.releases import DYNAMIC, UNITTEST
from pytest_imessage_foundry.plugin.settings import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.plugin.settings import Settings
    from pytest_imessage_foundry.preview import page
    from pytest_imessage_foundry.spec import Spec

TITLE = "iMessage chat.db"
# Strings in user_properties travel from xdist's workers and into JUnit files.
HANDED = "imessage"
_FAILED = pytest.StashKey[bool]()
_NOTES = pytest.StashKey[list[str]]()
_KEPT = pytest.StashKey["Path"]()
_HANDED_DB = pytest.StashKey["ChatDB"]()


def header(settings: Settings) -> str:
    """Return the header line: the settings and where each comes from."""

    def origin(name: str) -> str:
        return f" ({settings.origins[name]})" if name in settings.origins else ""

    return (
        f"imessage: versions={','.join(settings.versions)}{origin('version')} "
        f"source={settings.source}{origin('source')} "
        f"seed={settings.seed}{origin('seed')}"
    )


def note_handed(node: pytest.Item, handed: ChatDB, *, keeps: bool = True) -> None:
    """Record the database that a test got, for the section on failure."""
    node.user_properties.append((HANDED, handed.provenance()))
    node.stash[_HANDED_DB] = handed
    _note(node, handed.path if keeps else None, handed.spec)


def note_folder(node: pytest.Item, folder: Path, spec: Spec) -> None:
    """Record the folder where a test builds by hand."""
    node.user_properties.append((HANDED, f"release={spec.release} by hand"))
    _note(node, folder / "chat.db", spec)


def note_outcome(item: pytest.Item, outcome: pytest.TestReport) -> None:
    """Add our section to a failing test's report."""
    if not outcome.failed:
        return
    item.stash[_FAILED] = True
    notes = item.stash.get(_NOTES, [])
    if notes and outcome.when != "teardown":
        notes = [*notes, *_preview(item, outcome.longreprtext)]
        outcome.sections.append((TITLE, "\n".join(notes)))


def has_failed(node: pytest.Item) -> bool:
    return node.stash.get(_FAILED, False)


def summarise(terminal: pytest.TerminalReporter) -> None:
    """Say when tests saw one release only because they asked dynamically, or cannot
    be parametrised, and with -v what each database was made from."""
    _say_of_unittest(terminal)
    dynamic = _noted(terminal, DYNAMIC)
    if dynamic:
        tests = {test for seen in dynamic.values() for test in seen}
        terminal.write_line(
            f"imessage: {len(tests)} test(s) asked for a chat.db dynamically and saw "
            f"{', '.join(sorted(dynamic))} alone; mark them with "
            "@pytest.mark.imessage to run them on every selected release"
        )
    if terminal.config.getoption("verbose") > 0:
        for provenance, seen in _noted(terminal, HANDED).items():
            terminal.write_line(f"imessage: {provenance}, {len(seen)} test(s)")


def _say_of_unittest(terminal: pytest.TerminalReporter) -> None:
    seen = _noted(terminal, UNITTEST)
    if seen:
        count = len({test for tests in seen.values() for test in tests})
        terminal.write_line(
            f"imessage: {count} test(s) of unittest classes saw {', '.join(seen)} "
            "alone: such classes cannot be parametrised; start pytest once for each "
            "--imessage-version, or write plain functions or classes"
        )


def _noted(terminal: pytest.TerminalReporter, wanted: str) -> dict[str, set[str]]:
    """Return what tests recorded under a name, with the tests."""
    noted: dict[str, set[str]] = {}
    for outcomes in terminal.stats.values():
        for outcome in outcomes:
            for name, value in getattr(outcome, "user_properties", ()):
                if name == wanted:
                    noted.setdefault(str(value), set()).add(outcome.nodeid)
    return noted


def _where(node: pytest.Item) -> str:
    """Return the test's node id relative to where pytest was started.

    A node's id starts at the rootdir, which need not be there.
    """
    config = node.config
    path = os.path.relpath(node.path, config.invocation_params.dir)
    _, separator, name = node.nodeid.partition("::")
    words = [shlex.quote(f"{path}{separator}{name}")]
    if config.option.inifilename:
        words += ["-c", shlex.quote(str(config.option.inifilename))]
    return " ".join(words)


def _preview(item: pytest.Item, failure: str) -> list[str]:
    """Write the preview page beside a failing test's database, if asked for."""
    kept = item.stash.get(_KEPT, None)
    if kept is None or not item.config.stash[SETTINGS].preview:
        return []
    from pytest_imessage_foundry.preview import page

    target = kept.with_suffix(".html")
    try:
        page.write(kept, target, _page_notes(item, failure), force=True)
    except FoundryError as error:
        return [f"no preview: {error}"]
    return [f"preview: {target}"]


def _page_notes(item: pytest.Item, failure: str) -> page.Notes:
    """Return what the page says of a failing test's database."""
    from zoneinfo import ZoneInfo

    from pytest_imessage_foundry.preview.page import Notes

    handed = item.stash.get(_HANDED_DB, None)
    if handed is None:
        return Notes(failure=failure)
    names = {
        address: persona.name
        for persona in handed.personas
        for address in persona.addresses
    }
    cases = [
        {"name": case.name, "message": case.message, "reading": case.reading}
        for case in handed.cases.values()
    ]
    zone = ZoneInfo(handed.owner.time_zone)
    return Notes(names=names, cases=cases, zone=zone, failure=failure)


def _note(node: pytest.Item, path: Path | None, spec: Spec) -> None:
    command = (
        f"pytest {_where(node)} --imessage-version={spec.release} "
        f"--imessage-seed={spec.seed} --imessage-source={spec.source}"
    )
    lines = [
        f"release={spec.release} scenario={spec.scenario} seed={spec.seed} "
        f"source={spec.source}"
    ]
    if path is not None:
        node.stash[_KEPT] = path
        lines.append(f"kept: {path}")
    lines.append(f"reproduce: {command}")
    node.stash.setdefault(_NOTES, []).extend(lines)
