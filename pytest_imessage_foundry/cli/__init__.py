"""The `imessage-foundry` command: the fixtures' functions, from a shell.

Exit codes: 0 done, 1 findings (an invalid database, a stale cache), 2 the
command could not do what was asked (one message says why), 130 interrupted, 143
ended by SIGTERM, 129 by SIGHUP; each of the last removes what was half done.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_imessage_foundry.cli import output_streams, subcommands
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.termination import as_ctrl_c, forget_interrupt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OK, UNUSABLE, INTERRUPTED = 0, 2, 130
_ENDED = 128  # and the number of the signal, as shells have it
# Each module adds its own subcommands; none imports what it needs before it runs.
_MODULES = (
    "build_command",
    "inspect",
    "check_command",
    "conform_command",
    "export_command",
    "schema_command",
    "stats_command",
    "preview_command",
    "anonymise_command",
    "diagnose_command",
    "cache_command",
    "personas_command",
    "history_command",
    "tui_command",
)
_EXAMPLES = (
    "build out/chat.db --macos tahoe --truth out/truth.json",
    "validate ~/Library/Messages/chat.db",
    "schema diff sequoia tahoe",
    "kinds poll-votes --macos tahoe",
    'personas add --name "Ana Diaz" --country ES',
    "build --help",
)
_NOTES = (
    "an option that is given twice counts as given last, unless its help says to "
    "repeat it; exit codes: 0 done, 1 findings, 2 could not do it, 130 interrupted, "
    "143 ended by SIGTERM, 129 by SIGHUP"
)


@cache
def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, which is made once."""
    top = subcommands.EscapingParser(
        prog="imessage-foundry",
        description="Make and inspect schema-true iMessage chat.db files.",
        epilog=subcommands.after(_EXAMPLES, _NOTES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version")
    # As wide as the longest command is, or argparse would break that one's line.
    commands = top.add_subparsers(dest="command", metavar="COMMAND [OPTIONS]")
    for name in _MODULES:
        import_module(f"{__name__}.{name}").add_commands(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    with output_streams.escaping(), _own_files(), as_ctrl_c() as termination:
        code = _exit_code(arguments)
    if code != INTERRUPTED:
        return code
    forget_interrupt()
    return _ENDED + termination.signal if termination.signal else code


@contextmanager
def _own_files() -> Iterator[None]:
    """Let whoever runs this use what is made, whatever their umask says of that.

    A folder that its owner may not enter can neither be filled nor removed.
    """
    before = os.umask(0)
    os.umask(before & 0o077)
    try:
        yield
    finally:
        os.umask(before)


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        code = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except FoundryError as error:
        _complain(error)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        _complain(_refusal(error))
    except KeyboardInterrupt:
        _complain("interrupted")
        return INTERRUPTED
    return UNUSABLE


def _refusal(error: OSError) -> str:
    if not error.filename and _is_folder_gone():
        return (
            "the current folder is not there any more\n"
            "looked at: the folder that the command was started in\n"
            "change to another one, and run the command again"
        )
    return (
        f"the system refused: {error.strerror or error}\n"
        f"looked at: {error.filename or 'what was to be read or written'}\n"
        "check that it is there, its rights, and the room on the disk"
    )


def _is_folder_gone() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _run(arguments: Sequence[str] | None) -> int:
    top = parser()
    given = top.parse_args(arguments)
    if given.version:
        from pytest_imessage_foundry import __version__

        print(f"imessage-foundry {__version__}")
        return OK
    if given.command is None:
        top.print_help(sys.stderr)
        return UNUSABLE
    code: int = given.run(given)
    return code


def _complain(error: object) -> None:
    from pytest_imessage_foundry.terminal import escaped_lines

    with suppress(OSError):  # the terminal was closed, or the disk is full
        print(f"imessage-foundry: {escaped_lines(error)}", file=sys.stderr)
