"""The documentation says what the code does: its examples run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_imessage_foundry.db import schema

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Pages whose examples are tests of a reader.
TRIED = ("quickstart", "tutorial", "howto", "hypothesis")
BLOCKS = [
    block
    for text in (README, *((ROOT / f"docs/{name}.md").read_text() for name in TRIED))
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
]
READER = """
import sqlite3
from contextlib import closing
from types import SimpleNamespace


class my_reader:
    @staticmethod
    def _rows(path, sql, *values):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    @classmethod
    def read(cls, path):
        from small_reader import read
        return read(path)

    @classmethod
    def tapbacks(cls, path, guid):
        sql = "SELECT 1 FROM message WHERE associated_message_type = 2000 AND "
        return cls._rows(path, sql + "associated_message_guid LIKE '%' || ?", guid)

import pytest
"""


@pytest.fixture
def example(pytester, plain_run):
    """Run an example as it stands in the documentation, and return what came of it."""
    reader = (ROOT / "docs/examples/small_reader.py").read_text(encoding="utf-8")

    def go(block, *arguments):
        pytester.makepyfile(small_reader=reader)
        # "..." stands for what the reader of the README expects of their own tool.
        pytester.makepyfile(READER + block.replace("== ...", "!= []"))
        return plain_run("--imessage-version=tahoe", *arguments).parseoutcomes()

    return go


def _name(block):
    return block.split("(")[0][-20:]


@pytest.mark.parametrize("block", BLOCKS, ids=_name)
def test_readme_examples_run(example, block):
    # The reader is right: more drawn databases show nothing of the example.
    few = block.replace("@settings(", "@settings(max_examples=10, ")
    # A test with `imessage_case` runs once for each case: here for those of a word.
    chosen = ("-k", "tapback") if "imessage_case" in block else ()

    done = example(few, *chosen)

    assert set(done) - {"deselected"} == {"passed"}
    assert done["passed"] >= block.count("def test_") > 0


@pytest.mark.sweep
@pytest.mark.parametrize(
    "block",
    [each for each in BLOCKS if "imessage_case" in each or "@settings" in each],
    ids=_name,
)
def test_readme_examples_run_with_all_that_they_go_through(example, block):
    done = example(block)

    assert set(done) == {"passed"}
    assert done["passed"] >= block.count("def test_") > 0


# The oldest, and the one whose database the examples of the pages share.
@pytest.mark.parametrize(
    "releases",
    [f"{schema.ALL[0]},tahoe", pytest.param("all", marks=pytest.mark.sweep)],
)
def test_the_examples_pass(plain_run, monkeypatch, releases):
    monkeypatch.chdir(ROOT)
    chosen = ("-c", "docs/examples/pytest.ini", f"--imessage-version={releases}")

    result = plain_run(*chosen, "docs/examples")

    assert result.ret == 0, result.stdout.str()


def test_readme_names_every_option_and_fixture(plain_run):
    shown = plain_run("--help").stdout.str() + plain_run("--fixtures").stdout.str()
    options = set(re.findall(r"--imessage-\w+", shown))
    settings = set(re.findall(r"^  (imessage_\w+) \(", shown, re.MULTILINE))
    fixtures = set(
        re.findall(r"^(\w+)(?: \[.*\])? -- .*imessage_foundry", shown, re.MULTILINE)
    )

    assert len(options) >= 4
    assert len(settings) >= 4
    assert len(fixtures) == 8
    for name in options | settings | fixtures:
        assert name in README, name


def test_the_first_test_stands_within_25_lines():
    assert "def test_my_reader(chat_db):" in README.splitlines()[:25]


def test_readme_says_what_ci_runs():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \w+ \| (3\.\d+) \| ([\d.]+) \|", README, re.MULTILINE)
    runs = re.findall(r"suite_on (3\.\d+) ([\w.]+)", script)
    assert [python for python, _ in rows] == [python for python, _ in runs]
    assert [pytest for _, pytest in rows[1:]] == [pytest for _, pytest in runs[1:]]
    assert runs[0][1] == "lowest"


def test_readme_names_every_release():
    named = re.search(r"Releases, oldest first: `([^`]*)`", README)
    assert named is not None
    assert tuple(named[1].split()) == schema.RELEASES
    assert f"once per macOS release: {', '.join(schema.ALL)}\n" in README
    assert f"`all` ({', '.join(schema.ALL)})" in README


def test_the_page_of_releases_names_every_release():
    page = (ROOT / "docs/releases.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|", page, re.MULTILINE)
    assert tuple(rows) == schema.RELEASES
    assert f"as it is today: {', '.join(f'`{each}`' for each in schema.ALL)}." in page


def test_every_link_of_the_docs_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_all_is_said_in_the_changelog():
    from pytest_imessage_foundry.cli import parser

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for command in parser()._subparsers._group_actions[0].choices:
        assert f"`{command}" in changelog, command


def test_the_json_schema_is_valid_json(capsys):
    from pytest_imessage_foundry.chatdb.truth import json_schema

    assert json.loads(json.dumps(json_schema()))["title"] == "Document"
