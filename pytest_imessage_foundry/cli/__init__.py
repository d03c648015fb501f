"""The `imessage-foundry` command: the fixtures' functions, from a shell.

Exit codes: 0 done, 1 findings (an invalid database, a stale cache), 2 the
command could not do what was asked (one message says why), 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_imessage_foundry.errors import FoundryError

if TYPE_CHECKING:
    from collections.abc import Sequence

OK, FINDINGS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
# Each module adds its own subcommands; none imports what it needs before it runs.
_MODULES = ("build", "look", "cache", "personas", "history", "tui")
_EPILOG = """\
examples:
  imessage-foundry build out/chat.db --macos tahoe --truth out/truth.json
  imessage-foundry validate ~/Library/Messages/chat.db
  imessage-foundry schema diff sequoia tahoe
  imessage-foundry kinds --macos tahoe
  imessage-foundry personas add --name "Ana Diaz" --country ES

exit codes: 0 done, 1 findings, 2 could not do it, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="imessage-foundry",
        description="Make and inspect schema-true iMessage chat.db files.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name in _MODULES:
        import_module(f"{__name__}.{name}").add_commands(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    top = parser()
    given = top.parse_args(arguments)
    if given.version:
        from pytest_imessage_foundry import __version__

        print(f"imessage-foundry {__version__}")
        return OK
    if given.command is None:
        top.print_help()
        return UNUSABLE
    try:
        code: int = given.run(given)
        sys.stdout.flush()
        return code
    except FoundryError as error:
        _complain(error)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; that is no fault.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _complain(f"{error.strerror}{place}")
    except KeyboardInterrupt:
        _complain("interrupted, nothing was changed")
        return INTERRUPTED
    return UNUSABLE


def _complain(error: object) -> None:
    from pytest_imessage_foundry.llm.texts import escaped_lines

    print(f"imessage-foundry: {escaped_lines(error)}", file=sys.stderr)
