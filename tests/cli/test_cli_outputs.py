"""No command writes over what it reads, nor two files into one, nor into SQLite's."""

from __future__ import annotations

import shutil

import pytest

from pytest_imessage_foundry.cli import main

SCENARIO = """
name = "two"
[[chat]]
with = ["nina"]
messages = [{ from = "nina", text = "Hi" }]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A database, its truth, an answer, names, a library and a scenario file."""
    folder = tmp_path_factory.mktemp("made")
    built = ["build", f"{folder}/a.db", "--macos", "tahoe", "--scenario", "small"]
    assert main([*built, "--truth", f"{folder}/a.json", "--no-attachments"]) == 0
    (folder / "ans.jsonl").write_text('{"guid": "x"}\n', "utf-8")
    (folder / "names.json").write_text("{}", "utf-8")
    (folder / "known.toml").write_text("", "utf-8")
    (folder / "s.toml").write_text(SCENARIO, "utf-8")
    added = ["personas", "add", "--name", "Ana Diaz", "--library", f"{folder}/l.db"]
    assert main(added) == 0
    return folder


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(place):
    return {each: each.read_bytes() for each in place.rglob("*") if each.is_file()}


CHECK = "check a.json ans.jsonl"
READ = "would take the place of a file that is read or written, too"
TWICE = "two files cannot both be"
SQLITES = "no name for a file of its own"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"{CHECK} --junit a.json", READ),
        (f"{CHECK} --html ans.jsonl", READ),
        (f"{CHECK} --html ./ans.jsonl", READ),
        (f"{CHECK} --db a.db --badge a.db", READ),
        (f"{CHECK} --known known.toml --junit known.toml", READ),
        (f"{CHECK} --junit x --html x", TWICE),
        (f"{CHECK} --html names.json", "is no report of an earlier --html"),
        (f"{CHECK} --badge a.db", "is no report of an earlier --badge"),
        (f"{CHECK} --junit a.db-wal", SQLITES),
        ("conform --known known.toml --junit known.toml -- cat {db}", READ),
        ("conform --junit names.json -- cat {db}", "is no report"),
        ("build s.toml --scenario s.toml --force", READ),
        ("build x.db --truth s.toml --scenario s.toml --force", READ),
        ("build l.db --library l.db --force", READ),
        ("build a.db-wal", SQLITES),
        ("stats --scenario s.toml --page s.toml --force", READ),
        ("stats a.db --page a.db-shm", SQLITES),
        ("preview a.db --truth a.json -o a.json --force", READ),
        ("preview a.db --names names.json -o names.json --force", READ),
        ("preview a.db -o a.db-journal", SQLITES),
        ("schema read a.db -o a.db-wal", SQLITES),
        ("anonymise a.db a.db-wal", SQLITES),
        ("personas export a.db-wal --library l.db", SQLITES),
        ("export . --scenario s.toml --force", READ),
        ("conform --keep . --force --scenario s.toml -- cat {db}", READ),
        ("conform --keep k --junit k/j.xml -- cat {db}", READ),
        ("build circle --truth x.json --force", "only a regular file is replaced"),
        ("build x.db --truth circle --force", "only a regular file is replaced"),
        (f"{CHECK} --html circle", "only a regular file is replaced"),
    ],
)
def test_what_would_be_lost_is_refused(place, capsys, command, said):
    (place / "circle").symlink_to("circle")
    before = contents(place)

    assert main(command.split()) == 2
    assert said in capsys.readouterr().err
    assert contents(place) == before


def test_a_set_is_replaced_and_nothing_else_is(place, capsys):
    command = ["export", "set", "--macos", "tahoe", "--scenario", "small", "--force"]
    assert main(command) == 0
    (place / "set/tahoe-small/chat.db-wal").touch()
    assert main(command) == 0
    mine = place / "set/tahoe-small/mine.txt"
    mine.write_text("precious", "utf-8")

    assert main(command) == 2
    assert "does not list tahoe-small/mine.txt" in capsys.readouterr().err
    assert mine.read_text("utf-8") == "precious"


def test_what_conform_kept_stays_where_it_cannot_build(place):
    kept = "conform --keep k --macos tahoe --force --scenario"
    assert main([*kept.split(), "small", "--", "cat", "{db}"]) == 1
    before = contents(place)

    assert main([*kept.split(), "typo", "--", "cat", "{db}"]) == 2
    assert contents(place) == before


def test_a_circle_of_links_beside_an_output_is_nobodys(place):
    # The second has the name of a draft that a killed build left.
    for name in ("one", ".x.db.1.draft"):
        (place / name).symlink_to(name)
    assert main(["build", "x.db", "--macos", "tahoe", "--scenario", "small"]) == 0


@pytest.mark.parametrize("name", ["./-wal", "./-journal"])
def test_a_name_that_is_an_ending_alone_is_a_name(place, name):
    assert main(["build", name, "--macos", "tahoe", "--scenario", "small"]) == 0


WITH_DASH = (
    "build -",
    "build x.db --truth -",
    "build x.db --truth=-",
    "check a.json ans.jsonl --junit -",
    "check a.json ans.jsonl --badge -",
    "check a.json ans.jsonl --html -",
    "conform --keep - -- cat {db}",
    "conform --html - -- cat {db}",
    "export -",
    "schema read a.db -o -",
    "preview a.db -o -",
    "stats a.db --page -",
    "anonymise a.db -",
    "personas export -",
    "personas add --name Ana --library -",
    "cache refresh --dry-run --out -",
    "cache refresh --dry-run --memo -",
)


@pytest.mark.parametrize("command", WITH_DASH)
def test_a_dash_is_no_output(place, capsys, command):
    before = contents(place)

    with pytest.raises(SystemExit) as left:
        main(command.split())

    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "'-' is no file, and standard output is not written to" in said
    assert "'./-' is one of that name" in said
    assert contents(place) == before


def test_a_file_may_be_called_dash(place, capsys):
    assert main(["personas", "export", "./-", "--library", "l.db"]) == 0
    assert "Ana Diaz" in (place / "-").read_text("utf-8")


@pytest.mark.parametrize(
    "command", ["check a.json -", "schema read -", "personas import - --library l.db"]
)
def test_standard_input_may_be_closed(place, monkeypatch, capsys, command):
    monkeypatch.setattr("sys.stdin", None)
    assert main(command.split()) == 2
    assert "looked at standard input, which is closed" in capsys.readouterr().err


def test_a_report_takes_the_place_of_an_earlier_one(place):
    command = [
        *CHECK.split(),
        *["--junit", "j.xml", "--badge", "b.svg", "--html", "h.html"],
    ]
    for empty in ("j.xml", "b.svg", "h.html"):
        (place / empty).touch()
    assert main(command) == 1
    first = contents(place)
    (place / "ans.jsonl").write_text("", "utf-8")

    assert main(command) == 1
    second = contents(place)
    changed = {each.name for each in first if first[each] != second[each]}
    assert changed == {"ans.jsonl", "j.xml", "b.svg", "h.html"}


def test_a_scenario_and_a_file_may_have_one_name(place):
    assert main(["build", "small", "--macos", "tahoe", "--scenario", "small"]) == 0
    assert main(["build", "small", "--scenario", "small", "--force"]) == 0


def test_standard_error_may_be_closed(place, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr", None)

    assert main(["validate", "a.db"]) == 0
    assert main(["build", "x.db", "--macos", "tahoe", "--scenario", "small"]) == 0
    assert (place / "x.db").is_file()


def test_what_conform_cannot_build_leaves_nothing(place, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("pytest_imessage_foundry.chatdb.truth.write", full)
    command = "conform --keep k/kept --macos tahoe --scenario small -- cat {db}"

    assert main(command.split()) == 2
    said = capsys.readouterr().err
    assert "could not be written: No space left on device" in said
    assert "tahoe-small" in said
    assert not (place / "k").exists()
