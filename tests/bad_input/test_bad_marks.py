"""What a mark cannot hold fails its test, with one message, and no other test."""

from __future__ import annotations

import pytest
from inner_runs import TELLING, says, told
from tables import cases

CASES = cases("marks")
HEAD = """
import pytest

class Odd:
    def __repr__(self):
        raise RuntimeError("no")

def test_another(): pass

@pytest.mark.imessage(scenario="empty")
def test_good(chat_db): pass
"""
TEST = """
@pytest.mark.imessage({given})
def test_{number}({fixture}): pass
"""
# A mark is refused whatever its test asks for, and if it asks for nothing.
FIXTURES = ("chat_db", "imessage_version", "", "messages_home", "chat_db_builder")


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marks")
    (folder / "conftest.py").write_text(TELLING)
    (folder / "broken.json").write_text('{"nmae": "x"}')
    tests = [
        TEST.format(number=number, given=given, fixture=_fixture(given, number))
        for number, given in enumerate(each.values[0]["given"] for each in CASES)
    ]
    (folder / "test_marks.py").write_text(HEAD + "".join(tests))
    return told(folder)


def _fixture(given, number):
    looked_up = ("scenario", "backup_password", "layout='ios", "file")
    is_looked_up = given.startswith(looked_up)
    return "chat_db" if is_looked_up else FIXTURES[number % len(FIXTURES)]


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(e.values[0] for e in CASES))
)
def test_mark(number, case, ended):
    outcome, when, message = ended[0][f"test_marks.py::test_{number}"]

    assert (outcome, when) == ("failed", "setup")
    says(message, [*case["says"], *_place(case, number)])


def _place(case, number):
    is_of_the_mark = case["says"][0].startswith("imessage(")
    return [f"test_marks.py::test_{number}"] if is_of_the_mark else []


def test_no_other_test_fails(ended):
    for name in ("another", "good"):
        assert ended[0][f"test_marks.py::test_{name}"][0] == "passed"
    assert "INTERNALERROR" not in ended[1]


def test_the_last_lines_name_the_argument(ended):
    summary = ended[1].partition("short test summary info")[2]
    assert "test_0[tahoe] - Failed: imessage(versions=[]) must be" in summary
