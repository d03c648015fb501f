"""Each faulty reader passes a first test and fails on a phone that was lived in."""

from __future__ import annotations

import re

import pytest

from .fault import FAULTS, differing
from .files_read import (
    ALONE,
    LIVED_IN,
    NAMES,
    RELEASES,
    TIDY,
    ReadFile,
)
from .page import PAGE, page
from .truths import QUESTIONS

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Name and release → the file, built when it is first asked for."""
    built: dict[tuple[str, str], ReadFile] = {}

    def of(name: str, release: str) -> ReadFile:
        if (name, release) not in built:
            folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
            built[name, release] = ReadFile(name, release, folder)
        return built[name, release]

    return of


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", NAMES)
def test_the_correct_reader_is_right(files, name, release):
    file = files(name, release)
    misread = {asked: file.misread(asked) for asked in QUESTIONS}
    assert not {asked: wrong for asked, wrong in misread.items() if wrong}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_passes_a_first_test(files, name):
    shown = {r: files(TIDY, r).shown[name][:3] for r in RELEASES}
    assert any(shown.values()) == FAULTS[name].even_tidy, shown


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught(files, name):
    catching = LIVED_IN or ALONE
    assert any(files(each, r).shown[name] for each in catching for r in RELEASES)


def test_there_are_many_and_each_is_told_in_full():
    assert len(FAULTS) >= 24
    for fault in FAULTS.values():
        assert fault.asks in QUESTIONS
        for told in (fault.wrong, fault.right):
            assert re.fullmatch(r"[A-Z“a-z`_0-9].*\.", told), told
        for each in fault.report.split(", "):
            assert re.fullmatch(r"([\w-]+/[\w-]+ )?(#|PR )\d+", each), each
    assert {fault.asks for fault in FAULTS.values()} == set(QUESTIONS)


@pytest.mark.parametrize(
    ("truth", "answer", "wrong"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"a": 1}, ["b"]),
        ({"a": 1}, {"a": 2, "c": 3}, ["a", "c"]),
        (["a", "b"], ["b", "a"], []),
        (["a"], ["a", "a"], ["a"]),
        ({"a"}, {"b"}, ["a", "b"]),
        (3, 3, []),
        (3, 4, [3]),
    ],
)
def test_what_an_answer_is_wrong_about(truth, answer, wrong):
    assert sorted(differing(truth, answer)) == wrong


def test_the_page_is_up_to_date(files):
    assert PAGE.read_text(encoding="utf-8") == page(files), (
        "run `python -m tests.faulty_readers.page`"
    )
