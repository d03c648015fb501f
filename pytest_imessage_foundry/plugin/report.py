"""The plugin's output: header, section on failure, summary line."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.plugin import failure_notes, releases
from pytest_imessage_foundry.plugin.failure_notes import HANDED
from pytest_imessage_foundry.plugin.releases import DYNAMIC, UNITTEST
from pytest_imessage_foundry.plugin.settings import SETTINGS

if TYPE_CHECKING:
    from pytest_imessage_foundry.foundry import ChatDB
    from pytest_imessage_foundry.plugin.settings import Settings
    from pytest_imessage_foundry.preview import page

TITLE = "iMessage chat.db"


def header(settings: Settings) -> str:
    """Return the header line: the settings and where each comes from."""

    def origin(name: str) -> str:
        return f" ({settings.origins[name]})" if name in settings.origins else ""

    return (
        f"imessage: versions={','.join(settings.versions)}{origin('version')} "
        f"source={settings.source}{origin('source')} "
        f"seed={settings.seed}{origin('seed')}"
    )


def cut_traceback(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Leave our own lines out of the traceback of an error that a user can fix."""
    if call.excinfo is not None and isinstance(call.excinfo.value, FoundryError):
        from pytest_imessage_foundry.plugin import user_lines

        user_lines.cut(item, call.excinfo.tb)
        # Of a unittest class pytest has listed the lines before.
        error = call.excinfo.value
        call.excinfo = pytest.ExceptionInfo.from_exc_info(
            (type(error), error, call.excinfo.tb)
        )


def note_outcome(item: pytest.Item, outcome: pytest.TestReport) -> None:
    """Add our section to a failing test's report, and say of a passing one that was
    expected to fail which entry expects it."""
    if outcome.when == "call" and _is_xpass(outcome):
        from pytest_imessage_foundry.plugin import cases

        with suppress(FoundryError):  # the file went meanwhile
            cases.say_which_is_right(item, outcome, releases.known_of(item))
    if not outcome.failed:
        return
    attempt = failure_notes.of(item)
    attempt.has_failed = True
    if attempt.notes and outcome.when != "teardown":
        lines = failure_notes.lines(item) + _previews(item, outcome.longreprtext)
        outcome.sections.append((TITLE, "\n".join(lines)))


def _is_xpass(outcome: pytest.TestReport) -> bool:
    if outcome.passed:
        return hasattr(outcome, "wasxfail")
    # pytest's own word; such a report is text, and others are objects.
    return isinstance(outcome.longrepr, str) and "XPASS(strict)" in outcome.longrepr


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


def _previews(item: pytest.Item, failure: str) -> list[str]:
    """Write the preview page beside a failing test's databases, if asked for."""
    if not item.config.stash[SETTINGS].preview or failure_notes.why_not_kept(
        item.config
    ):
        return []
    kept = [each for each in failure_notes.of(item).notes if each.is_there]
    return [_preview(each, failure) for each in kept]


def _preview(note: failure_notes.Note, failure: str) -> str:
    """Write the page of one database: with the failure if it is the test's own, else
    once for all tests that share it."""
    from pytest_imessage_foundry.preview import page

    target = note.path.with_suffix(".html")
    if note.folder is None:
        failure = ""
    if note.folder is not None or not target.exists():
        try:
            page.write(note.path, target, _page_notes(note.handed, failure), force=True)
        except FoundryError as error:
            return f"no preview: {error}"
    return f"preview: {target}"


def _page_notes(handed: ChatDB | None, failure: str) -> page.Notes:
    """Return what the page says of a failing test's database."""
    from zoneinfo import ZoneInfo

    from pytest_imessage_foundry.preview.page import Notes

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
