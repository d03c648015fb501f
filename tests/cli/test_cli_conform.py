"""`imessage-foundry conform`: readers that behave, and readers that do not."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from pytest_imessage_foundry.cli import main

SMALL = ("--macos", "tahoe", "--scenario", "small")
GOOD = """
import json, sqlite3, sys
query = "SELECT guid, service FROM message"
for guid, service in sqlite3.connect(sys.argv[1]).execute(query):
    print(json.dumps({"guid": guid, "service": service}))
"""
FOLDER = "__import__('os').path.dirname(sys.argv[1])"


def conform(*options, code=GOOD, where="{db}"):
    command = [sys.executable, "-I", "-S", "-c", code, where]
    return main(["conform", *options, "--", *command])


def test_a_reader_that_is_right_exits_0(capsys):
    options = ("--macos", "sonoma,tahoe", "--scenario", "small,empty")
    assert conform(*options) == 0
    said = capsys.readouterr().out.splitlines()
    names = ["sonoma small", "sonoma empty", "tahoe small", "tahoe empty"]
    assert [line.partition(":")[0] for line in said[:4]] == names
    assert any(line.startswith("sms") for line in said)


def test_one_that_is_wrong_exits_1(capsys):
    code = GOOD.replace('"service": service', '"service": service, "from_me": True')
    assert conform(*SMALL, code=code) == 1
    said = capsys.readouterr().out
    assert "from_me: said true, true is false" in said
    assert "its columns: is_from_me = 0, handle_id = " in said


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A scenario of one chat over SMS: what a reader does is the same with few rows."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.toml"
    path.write_text(
        'name = "tiny"\n[[conversations]]\nid = "mom"\nparticipants = ["mom"]\n'
        'service = "SMS"\nmessage_count_target = 6\n'
    )
    return str(path)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise SystemExit(3)", "it ended with exit code 3"),
        ("import sys; sys.exit('no such table: chat')", "1: no such table: chat"),
        ("import os; os.kill(os.getpid(), 9)", "it was ended by SIGKILL"),
        ("import time; time.sleep(60)", "it did not end within 1 s"),
        ("while True: print('x' * 100_000)", "it wrote more than 1 MiB"),
        ("import sys\nwhile 1: sys.stderr.write('x' * 9999)", "it wrote more than"),
        ("print('rubbish')", "line 1: it is no JSON"),
        ("import os; os.write(1, bytes(range(256)))", "it is no JSON"),
        ("", "the answer is empty"),
        ("import os; os.close(1)", "the answer is empty"),
        (
            "import sys; sys.stderr.write('1 reading\\n2\\n\\n')",
            "the answer is empty; to standard error it wrote: 2",
        ),
        ('print(\'{"guid": "x", "guid": "y"}\')', "has the key 'guid' twice"),
        ('print(\'{"guid": "x", "error": NaN}\')', "line 1: it is no JSON: NaN is"),
        ('print(\'{"guid": "x", "error": 1e999}\')', "is larger than any number"),
        ("import os; os.unlink(sys.argv[1])", "it removed its database, or emptied"),
        ("open(sys.argv[1], 'w').close()", "it removed its database, or emptied it"),
        (
            f"import shutil\nshutil.rmtree({FOLDER})\nprint(7)",
            "it removed its database",
        ),
        (f"import shutil\nshutil.rmtree({FOLDER} + '/..')", "it removed its database"),
        (
            f"import os\nos.unlink({FOLDER} + '/answer.jsonl')",
            "answer goes to, answer.",
        ),
    ],
)
def test_one_that_misbehaves_is_told_and_the_next_one_runs(capsys, tiny, code, told):
    code = f"import sys\nif 'sonoma' in sys.argv[2]:\n exec({code!r})\nelse:{{}}"
    body = GOOD.replace("\n", "\n ").rstrip()
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        code.replace("{}", body),
        "{db}",
        "{release}",
    ]
    options = ("--macos", "sonoma,tahoe", "--scenario", tiny)
    limits = ("--timeout", "1", "--max-output", "1")
    assert main(["conform", *options, *limits, "--", *command]) == 1
    said = capsys.readouterr().out
    assert told in said.splitlines()[0]
    line = said.splitlines()[1]
    assert re.match(r"tahoe tiny: \d+ kinds: 1 right", line), line


@pytest.mark.parametrize(
    "end", ["connection.close()", "import os; sys.stdout.flush(); os._exit(0)"]
)
def test_one_that_writes_to_its_database_is_told_and_judged(capsys, end):
    """Also if what it wrote is still in the -wal."""
    writes = (
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA journal_mode = WAL')\n"
        "connection.execute('CREATE INDEX mine ON message (text)')\n"
    )
    assert conform(*SMALL, code=GOOD + writes + end) == 1
    said = capsys.readouterr().out
    assert said.startswith("tahoe small: it wrote to its database, which a reader")
    assert re.search(r"[1-9]\d+ single statements are right", said)


def test_one_that_spoils_the_rows_of_a_known_fault_is_told(capsys, tmp_path):
    known = tmp_path / "known.toml"
    known.write_text('[[fault]]\nkind = "*"\nwhere = "is_from_me"\nwhy = "x"')
    code = GOOD + "open(sys.argv[1], 'w').write('rubbish' * 99)"
    given = ("--macos", "tahoe", "--scenario", "small,empty", "--known", str(known))
    assert conform(*given, code=code) == 2
    said = capsys.readouterr().out
    for name in ("small", "empty"):
        assert f"tahoe {name}: it spoilt its database" in said


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_one_that_never_answers_cannot_be_judged(capsys, options):
    command = [sys.executable, "nope.py", "{db}"]
    given = ("--macos", "sonoma,tahoe", "--scenario", "small", *options)
    assert main(["conform", *given, "--", *command]) == 2
    said = capsys.readouterr()
    first, second, third = said.err.splitlines()[-3:]
    assert first.endswith("the reader answered for no database: nothing was judged")
    assert second == f"looked at: {' '.join(command)}; what it said stands above"
    assert third.startswith("run the command by hand")
    told = said.out + said.err
    assert told.count("sonoma small: it ended with exit code 2: ") == 1 + bool(options)
    if options:
        assert json.loads(said.out)["ok"] is False
    else:
        assert "nothing was judged" not in said.out  # no table without a number


def test_one_that_answers_for_some_is_judged(capsys):
    code = f"import sys\nif sys.argv[2] == 'tahoe': sys.exit(3)\nexec({GOOD!r})"
    command = [sys.executable, "-I", "-S", "-c", code.strip(), "{db}", "{release}"]
    options = ("--macos", "sonoma,tahoe", "--scenario", "small")
    assert main(["conform", *options, "--", *command]) == 1
    assert "tahoe small: it ended with exit code 3" in capsys.readouterr().out


def test_what_a_reader_leaves_running_is_ended(tmp_path):
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
    )
    started = time.monotonic()
    assert conform(*SMALL, code=code + GOOD) == 0
    assert time.monotonic() - started < 60
    state = tmp_path / f"/proc/{note.read_text()}/stat"
    assert not state.exists() or state.read_text().split()[2] == "Z"


SLEEPS = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
with open(sys.argv[1] + ".pid", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename(sys.argv[1] + ".pid", sys.argv[2])
time.sleep(600)
"""


@pytest.fixture
def sleeping(tmp_path):
    """Start `conform` of a reader that sleeps; return it and who sleeps."""
    (tmp_path / "tmp").mkdir()
    note = tmp_path / "note"
    command = [sys.executable, "-m", "pytest_imessage_foundry.cli", "conform", *SMALL]
    process = subprocess.Popen(
        [*command, "--", sys.executable, "-I", "-S", "-c", SLEEPS, "{db}", str(note)],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not note.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    sleepers = [int(each) for each in note.read_text().split()]
    yield process, sleepers
    process.kill()
    process.wait()
    process.stderr.close()
    for each in sleepers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def is_awake(process):
    """Whether a process runs; one that has ended may wait to be asked about."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text()
        return state.rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="no /proc")
@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGINT"])
def test_a_reader_ends_with_it(sleeping, tmp_path, name):
    process, sleepers = sleeping
    assert all(map(is_awake, sleepers))
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=30)
    assert said == "imessage-foundry: interrupted\n"
    assert not any(map(is_awake, sleepers))
    assert not [*(tmp_path / "tmp").iterdir()]


@pytest.mark.skipif(os.name == "nt", reason="nobody can tell who runs there")
def test_what_a_killed_one_left_goes_with_the_next(sleeping, tmp_path, monkeypatch):
    process, _ = sleeping
    process.kill()
    process.wait()
    assert len([*(tmp_path / "tmp").iterdir()]) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    assert conform(*SMALL) == 0
    assert not [*(tmp_path / "tmp").iterdir()]


def test_what_is_kept(tmp_path, capsys):
    kept = tmp_path / "set"
    assert conform(*SMALL, "--keep", str(kept)) == 0
    place = kept / "tahoe-small"
    answer = place / "answer.jsonl"
    assert main(["check", str(place / "truth.json"), str(answer)]) == 0
    assert conform(*SMALL, "--keep", str(kept)) == 2
    assert "is there already" in capsys.readouterr().err
    assert conform(*SMALL, "--keep", str(kept), "--force") == 0


def test_force_without_a_folder_is_refused(capsys):
    assert conform(*SMALL, "--force") == 2
    said = capsys.readouterr()
    assert "--force replaces what --keep kept" in said.err
    assert not said.out


def test_force_removes_what_a_run_kept_and_nothing_else(tmp_path, capsys):
    kept = tmp_path / "set"
    assert conform(*SMALL, "--keep", str(kept)) == 0
    (kept / "mine").mkdir()
    assert conform(*SMALL, "--keep", str(kept), "--force") == 2
    assert f"{kept / 'mine'} is of no earlier run" in capsys.readouterr().err
    assert (kept / "tahoe-small/truth.json").is_file()


@pytest.mark.parametrize(
    ("layout", "ends"),
    [
        ("home", "Library/Messages/chat.db"),
        ("ios", "private/var/mobile/Library/SMS/sms.db"),
        ("ios-backup", "home"),
    ],
)
def test_layouts(tmp_path, layout, ends):
    note = tmp_path / "note"
    code = (
        "import os, sys\n"
        f"open({str(note)!r}, 'w').write(sys.argv[1] + ' ' + os.environ['HOME'])"
    )
    assert conform(*SMALL, "--layout", layout, code=code) == 1
    path, home = note.read_text().split()
    assert path.endswith(ends)
    assert path.startswith(home)
    assert home != os.environ.get("HOME")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the reader's command names no database"),
        (("--", "cat"), "put {db} where the path"),
        (("--", "no-such-reader", "{db}"), "looked for: no-such-reader"),
        (("--macos", "ventura", "--", "cat", "{db}"), "unknown macOS release"),
        (("--scenario", "x", "--", "cat", "{db}"), "unknown scenario 'x'"),
        (("--scenario", ",", "--", "cat", "{db}"), "there is nothing to build"),
    ],
)
def test_what_cannot_be_done(capsys, arguments, told):
    given = [*SMALL, *arguments] if "--scenario" not in arguments else arguments
    assert main(["conform", *given]) == 2
    assert told in capsys.readouterr().err


def test_json_is_one_document(capsys):
    assert conform(*SMALL, "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["databases"] == ["tahoe small"]
    assert "tahoe small" in said.err
