"""Files of attachments: no test sees what another did to its own."""

from __future__ import annotations

import os
import shutil

import pytest

from pytest_imessage_foundry.attachments import FOLDERS, bundle
from pytest_imessage_foundry.attachments.own_files import OwnFiles
from pytest_imessage_foundry.foundry import Foundry
from pytest_imessage_foundry.spec import Spec

CONTENT = {
    "Attachments/9b/11/A/photo.jpg": b"a photo",
    "Attachments/9b/11/B/photo.jpg": b"",
    "Attachments/00/00/C/a\nname": b"\n\n",
    "StickerCache/h-1/1.heic": b"a sticker",
}
PHOTO = "Attachments/9b/11/A/photo.jpg"


@pytest.fixture
def source(tmp_path):
    """A bundle of four files."""
    path = tmp_path / bundle.NAME
    bundle.write(CONTENT, path)
    return path


@pytest.fixture
def own(tmp_path):
    return OwnFiles(tmp_path / "back")


def given(own, source, folder):
    folder.mkdir()
    own.give(source, folder)
    return folder


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in FOLDERS
        for path in (folder / name).rglob("*")
        if path.is_file()
    }


def test_what_was_bundled_is_laid_out(own, source, tmp_path):
    assert content(given(own, source, tmp_path / "test")) == CONTENT


def test_untouched_files_go_to_the_next_test(own, source, tmp_path):
    first = given(own, source, tmp_path / "first")
    inode = (first / PHOTO).stat().st_ino
    (first / PHOTO).read_bytes()
    own.take_back(first)
    second = given(own, source, tmp_path / "second")

    assert (second / PHOTO).stat().st_ino == inode
    assert content(second) == CONTENT
    assert content(first) == {}


def test_two_tests_at_once_have_no_file_in_common(own, source, tmp_path):
    folders = [given(own, source, tmp_path / name) for name in ("one", "other")]
    inodes = [(each / name).stat().st_ino for each in folders for name in CONTENT]
    assert len({*inodes}) == len(inodes)


def overwrite(folder):
    (folder / PHOTO).write_bytes(b"A PHOTO")


def overwrite_and_put_the_time_back(folder):
    before = (folder / PHOTO).stat()
    overwrite(folder)
    os.utime(folder / PHOTO, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(folder):
    before = (folder / PHOTO).stat()
    (folder / PHOTO).unlink()
    overwrite(folder)
    os.utime(folder / PHOTO, ns=(before.st_atime_ns, before.st_mtime_ns))


def link(folder):
    os.link(folder / PHOTO, folder.with_name("kept.jpg"))


def lock(folder):
    (folder / PHOTO).chmod(0o400)


def remove(folder):
    (folder / PHOTO).unlink()


def remove_all(folder):
    shutil.rmtree(folder / "Attachments")


def add(folder):
    (folder / "Attachments/9b/11/left-behind.txt").write_text("by a test")


def add_at_the_top(folder):
    (folder / "StickerCache/left-behind.txt").write_text("by a test")


def put_a_link(folder):
    (folder / PHOTO).unlink()
    (folder / PHOTO).symlink_to("elsewhere")


DEEDS = (
    *(overwrite, overwrite_and_put_the_time_back, replace, link, lock),
    *(remove, remove_all, add, add_at_the_top, put_a_link),
)


@pytest.mark.skipif(os.name == "nt", reason="its ctime is another, and its links")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_touched_files_go_to_nobody(own, source, tmp_path, deed):
    first = given(own, source, tmp_path / "first")
    mode = (first / PHOTO).stat().st_mode
    inode = (first / PHOTO).stat().st_ino
    deed(first)
    assert not own.is_untouched(first)
    own.take_back(first)
    second = given(own, source, tmp_path / "second")

    assert content(second) == CONTENT
    assert (second / PHOTO).stat().st_mode == mode
    if deed not in (remove_all, replace, remove, put_a_link):  # whose number is free
        assert (second / PHOTO).stat().st_ino != inode


def test_files_that_wait_may_be_cleared(own, source, tmp_path):
    first = given(own, source, tmp_path / "first")
    own.take_back(first)
    shutil.rmtree(tmp_path / "back")

    assert content(given(own, source, tmp_path / "second")) == CONTENT


def waiting_since_an_earlier_run(own, source, tmp_path):
    """Return the place of files that a test of an earlier run has left untouched."""
    own.take_back(given(own, source, tmp_path / "first"))
    (place,) = (tmp_path / "back").glob("*/*")
    return place


def test_the_next_run_gets_what_waits(own, source, tmp_path):
    place = waiting_since_an_earlier_run(own, source, tmp_path)
    inode = (place / PHOTO).stat().st_ino
    runs = [OwnFiles(tmp_path / name, [tmp_path / "back"]) for name in ("2", "3")]
    second, third = (
        given(run, source, tmp_path / f"test-{number}")
        for number, run in enumerate(runs)
    )

    assert (second / PHOTO).stat().st_ino == inode
    assert (third / PHOTO).stat().st_ino != inode
    assert content(second) == content(third) == CONTENT


def test_a_run_whose_waiting_files_were_taken_goes_on(own, source, tmp_path):
    waiting_since_an_earlier_run(own, source, tmp_path)
    given(OwnFiles(tmp_path / "2", [tmp_path / "back"]), source, tmp_path / "other")

    assert content(given(own, source, tmp_path / "second")) == CONTENT
    own.take_back(tmp_path / "second")
    assert content(given(own, source, tmp_path / "third")) == CONTENT


def test_files_taken_over_go_on_from_test_to_test(own, source, tmp_path):
    place = waiting_since_an_earlier_run(own, source, tmp_path)
    inode = (place / PHOTO).stat().st_ino
    later = OwnFiles(tmp_path / "2", [tmp_path / "back"])
    later.take_back(given(later, source, tmp_path / "second"))
    last = OwnFiles(tmp_path / "3", [tmp_path / "2"])

    assert (given(last, source, tmp_path / "third") / PHOTO).stat().st_ino == inode


@pytest.mark.skipif(os.name == "nt", reason="its ctime is another, and its links")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_what_was_touched_between_two_runs_goes_to_nobody(own, source, tmp_path, deed):
    deed(waiting_since_an_earlier_run(own, source, tmp_path))
    later = OwnFiles(tmp_path / "2", [tmp_path / "back"])

    assert content(given(later, source, tmp_path / "second")) == CONTENT


@pytest.mark.parametrize("written", [None, b"", b'{"Attachments": ['])
def test_files_whose_states_are_not_known_go_to_nobody(own, source, tmp_path, written):
    place = waiting_since_an_earlier_run(own, source, tmp_path)
    inode = (place / PHOTO).stat().st_ino
    (place / "states.json").unlink()
    if written is not None:
        (place / "states.json").write_bytes(written)
    later = OwnFiles(tmp_path / "2", [tmp_path / "back"])

    assert (given(later, source, tmp_path / "2nd") / PHOTO).stat().st_ino != inode


def test_another_content_takes_nothing_over(own, source, tmp_path):
    waiting_since_an_earlier_run(own, source, tmp_path)
    other = tmp_path / "other.bundle"
    bundle.write({PHOTO: b"another photo"}, other)
    later = OwnFiles(tmp_path / "2", [tmp_path / "back"])

    assert content(given(later, other, tmp_path / "2nd")) == {PHOTO: b"another photo"}


def test_a_running_test_keeps_its_files_when_all_that_is_kept_is_cleared(tmp_path):
    maker = Foundry(tmp_path / "shared", tmp_path / "private", tmp_path / "kept")
    order = maker.order(Spec(scenario="kinds"))
    handed = maker.hand_out(order, lasts=True)
    before = content(handed.path.parent)
    shutil.rmtree(tmp_path / "kept")
    shutil.rmtree(tmp_path / "shared")

    assert before
    assert content(handed.path.parent) == before
    assert not any(each.is_symlink() for each in handed.path.parent.rglob("*"))


def test_what_one_test_writes_no_later_one_and_no_later_run_sees(pytester, inner):
    pytester.makepyfile("""
        import pytest

        @pytest.mark.imessage(scenario="kinds", versions=["tahoe"])
        @pytest.mark.parametrize("number", range(3))
        def test_it(chat_db, number):
            files = [p for p in sorted(chat_db.attachments.rglob("*")) if p.is_file()]
            assert files
            for each in files:
                held = each.read_bytes()
                assert held != bytes(len(held))
                each.write_bytes(bytes(len(held)))
    """)
    for _ in range(2):
        inner("-q", process=False).assert_outcomes(passed=3)


def test_a_test_that_writes_to_shared_attachments_fails(pytester, inner):
    pytester.makepyfile("""
        import pytest

        @pytest.mark.imessage(scenario="kinds", versions=["tahoe"])
        @pytest.mark.parametrize("number", range(2))
        def test_it(chat_db_readonly, number):
            files = chat_db_readonly.attachments.rglob("*")
            file = next(path for path in sorted(files) if path.is_file())
            if number == 0:
                file.write_bytes(bytes(file.stat().st_size))
            else:
                assert any(file.read_bytes())
    """)
    result = inner("-q", process=False)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*chat_db_readonly was written to*"])


SAYS_ITS_INODE = """
    import pytest

    @pytest.mark.imessage(scenario="kinds", versions=["tahoe"])
    def test_it(chat_db):
        files = sorted(p for p in chat_db.attachments.rglob("*") if p.is_file())
        print("inode", files[0].stat().st_ino)
"""


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["plain", "xdist"])
def test_a_run_begins_with_what_the_run_before_has_left(
    pytester, inner, monkeypatch, tmp_path, workers
):
    monkeypatch.setenv("PYTEST_DEBUG_TEMPROOT", str(tmp_path))
    pytester.makepyfile(SAYS_ITS_INODE)
    said = []
    for _ in range(2):
        result = inner("-q", "-rP", *workers, process=False)
        result.assert_outcomes(passed=1)
        said += [line for line in result.outlines if line.startswith("inode ")]

    assert len(said) == 2
    assert said[0] == said[1]
