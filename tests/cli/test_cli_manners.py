"""How the command behaves among others: pipes, rights, helps, starts."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from pytest_imessage_foundry.cli import main, parser

COMMAND = [sys.executable, "-m", "pytest_imessage_foundry.cli"]
SMALL = ["--macos", "tahoe", "--scenario", "small"]
# What no start needs: they cost more than all the rest of it.
HEAVY = (
    *("pydantic", "faker", "phonenumbers", "openai", "anthropic", "anyio", "diskcache"),
    *("textual", "pytest", "sqlite3", "asyncio", "pluggy"),
)


def every_parser(top=None, words=()):
    """Each command and verb with its words."""
    top = parser() if top is None else top
    yield words, top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                yield from every_parser(each, (*words, name))


PARSERS = dict(every_parser())


@pytest.mark.parametrize(
    "words", [*PARSERS], ids=lambda words: " ".join(words) or "top"
)
def test_help_teaches(words, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    each = PARSERS[words]
    text = each.format_help()

    examples = re.findall(r"^  imessage-foundry (.*)$", text, re.MULTILINE)
    assert examples
    assert all(example.startswith(" ".join(words)) for example in examples)
    assert each.description
    assert max(map(len, text.splitlines())) <= 80
    for action in each._actions:
        takes_value = action.option_strings and action.nargs is None
        if takes_value and action.default not in (None, [], ()):
            assert "default: " in action.help, action.dest
        assert action.help or isinstance(action, argparse._SubParsersAction)


def test_examples_of_help_are_of_this_command_line():
    for each in PARSERS.values():
        for line in re.findall(r"^  imessage-foundry (.*)$", each.format_help(), re.M):
            arguments = shlex.split(re.split(" [<>] ", line)[0])
            if "--help" not in arguments:
                assert parser().parse_args(arguments).command == arguments[0]


@pytest.mark.parametrize("arguments", [["--help"], ["detect"], ["schema", "--help"]])
def test_a_start_imports_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from pytest_imessage_foundry.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_without_a_command_the_help_is_no_output(capsys):
    assert main([]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "examples:" in told.err


def test_a_reader_that_goes_is_no_fault():
    with subprocess.Popen(
        [*COMMAND, "schema", "show", "tahoe", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_one_message():
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "kinds", "--macos", "tahoe"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell")
def test_a_closed_output_is_no_fault():
    line = f'"{sys.executable}" -m pytest_imessage_foundry.cli detect >&-'
    done = subprocess.run(["sh", "-c", line], stderr=subprocess.PIPE, text=True)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "FILE/chat.db", *SMALL],
        ["build", "new.db", *SMALL, "--truth", "FILE/truth.json"],
        ["build", "new.db", *SMALL, "--truth", "new.db"],
        ["build", "new.db", *SMALL, "--cache", "none"],
        ["build", "new.db", "--scenario", "none.toml"],
        ["stats", "--scenario", "none.toml"],
        ["preview", "FILE", "-o", "new.html"],
        ["preview", "none.db"],
        ["validate", "FILE"],
        ["cache", "verify", "FILE"],
        ["cache", "show", "none"],
        ["kinds", "none", "--macos", "tahoe"],
        ["kinds", "none", "--scenarios"],
        ["personas", "list", "--library", "FILE"],
        ["personas", "import", "FILE"],
        ["personas", "import", "none.json"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_one_message(
    arguments, tmp_path, monkeypatch, capsys, library_path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text("mine")

    assert main(arguments) == 2

    told = capsys.readouterr()
    assert told.out == ""
    # What happened, where it was looked for, what to do; a file says what is wrong
    # with it in lines of its own.
    lines = told.err.splitlines()
    assert len([line for line in lines if not line.startswith("  ")]) == 3, told.err
    assert lines[0].startswith("imessage-foundry: ")
    assert [each.name for each in tmp_path.iterdir() if each.name != "data"] == ["FILE"]
    assert (tmp_path / "FILE").read_text() == "mine"


def test_names_of_every_sort(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("with space/ünï 📱.db", "-dash.db"):
        assert main(["build", *SMALL, "--json", "--", name]) == 0
        assert json.loads(capsys.readouterr().out)["path"] == name
        assert main(["validate", "--json", "--", name]) == 0
        assert json.loads(capsys.readouterr().out)["valid"]
        assert main(["preview", "--", name]) == 0
        assert capsys.readouterr().out.startswith("wrote ")
    assert {each.name for each in tmp_path.glob("*.html")} == {
        "ünï 📱.html",
        "-dash.html",
    }


@pytest.fixture
def umask():
    """Set the umask; it is set back at the end."""
    before = os.umask(0o022)
    os.umask(before)
    yield os.umask
    os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
@pytest.mark.parametrize("mask", [0o777, 0o117, 0o377])
def test_who_builds_may_use_what_is_built(tmp_path, umask, library_path, mask):
    target = tmp_path / "new" / "chat.db"
    umask(mask)
    assert main(["build", str(target), "--macos", "tahoe", "--scenario", "kinds"]) == 0
    assert main(["personas", "add", "--name", "Zoe"]) == 0
    assert umask(0o022) == mask
    attachments = target.parent / "Attachments"
    for folder in (target.parent, attachments, library_path.parent):
        assert folder.stat().st_mode & 0o700 == 0o700
    for file in (target, next(attachments.rglob("*.*")), library_path):
        assert file.stat().st_mode & 0o600 == 0o600
        assert file.stat().st_mode & mask & 0o077 == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows removes no current folder")
@pytest.mark.parametrize("command", ["cache status", "cache refresh --dry-run"])
def test_a_folder_that_has_gone_is_told(command, tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(command.split()) == 2
    assert capsys.readouterr().err.splitlines() == [
        "imessage-foundry: the current folder is not there any more",
        "looked at: the folder that the command was started in",
        "change to another one, and run the command again",
    ]
