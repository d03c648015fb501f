"""Templates: built once, kept whole, and never for longer than there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_imessage_foundry import templates
from pytest_imessage_foundry.attachments import bundle
from pytest_imessage_foundry.foundry import Foundry
from pytest_imessage_foundry.spec import Spec
from pytest_imessage_foundry.templates import Kept, Templates

SPEC = Spec(scenario="family", messages=60)


class Builds:
    """Writes small databases and counts them."""

    def __init__(self, size=4096):
        self.size = size
        self.count = 0

    def __call__(self, path):
        self.count += 1
        path.write_bytes(bytes(self.size))
        photo = {"Attachments/9b/11/photo.jpg": b"a photo"}
        bundle.write(photo, path.with_name(bundle.NAME))


@pytest.fixture
def build():
    return Builds()


def run(folder, number, **more):
    """The templates of one run."""
    return Templates(folder / f"run-{number}", Kept(folder / "kept", **more))


def test_kept_for_the_next_run(tmp_path, build):
    for number in range(3):
        path = run(tmp_path, number).get("one", build, lasts=True)
        assert path.stat().st_size == build.size
        folder = tmp_path / f"test-{number}"
        bundle.lay_out(path.with_name(bundle.NAME), folder)
        photo = folder / "Attachments" / "9b" / "11" / "photo.jpg"
        assert photo.read_bytes() == b"a photo"

    assert build.count == 1


def test_only_what_shall_last_is_kept(tmp_path, build):
    for number in range(2):
        run(tmp_path, number).get("one", build, lasts=False)

    assert build.count == 2
    assert not (tmp_path / "kept").exists()


def test_a_run_builds_once(tmp_path, build):
    for _ in range(2):
        Templates(tmp_path / "run").get("one", build, lasts=True)

    assert build.count == 1


def spoil_database(place):
    with (place / "chat.db").open("ab") as file:
        file.write(b"more")


def spoil_database_at_equal_size(place):
    with (place / "chat.db").open("r+b") as file:
        file.seek(100)
        file.write(b"other")


def spoil_attachment_at_equal_size(place):
    whole = (place / bundle.NAME).read_bytes()
    (place / bundle.NAME).write_bytes(whole.replace(b"a photo", b"a phony"))


def remove_attachments(place):
    (place / bundle.NAME).unlink()


def remove_digest(place):
    (place / "digest").unlink()


def remove_database(place):
    (place / "chat.db").unlink()


@pytest.mark.parametrize(
    "spoil",
    [
        *(spoil_database, spoil_database_at_equal_size, remove_database),
        *(spoil_attachment_at_equal_size, remove_attachments, remove_digest),
    ],
)
def test_spoilt_one_is_built_anew(tmp_path, build, spoil):
    run(tmp_path, 0).get("one", build, lasts=True)
    (place,) = (tmp_path / "kept").glob("*/one")
    spoil(place)

    path = run(tmp_path, 1).get("one", build, lasts=True)

    assert build.count == 2
    assert path.stat().st_size == build.size
    run(tmp_path, 2).get("one", build, lasts=True)
    assert build.count == 2


def test_other_code_builds_anew(tmp_path, build, monkeypatch):
    run(tmp_path, 0).get("one", build, lasts=True)
    monkeypatch.setattr(templates, "_stamp", lambda: "of another version")

    run(tmp_path, 1).get("one", build, lasts=True)

    assert build.count == 2


def test_stamp_changes_with_a_source_file(tmp_path, monkeypatch):
    source = tmp_path / "package" / "db" / "rows.py"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(templates, "__file__", str(tmp_path / "package" / "x.py"))
    stamps = set()
    for text in ("one", "other"):
        source.write_text(text)
        os.utime(source, ns=(0, len(text)))
        stamps.add(templates._stamp())

    assert len(stamps) == 2


def age(folder, seconds):
    then = time.time() - seconds
    os.utime(folder, (then, then))


def names(folder):
    return {place.name for place in (folder / "kept").glob("*/*")}


def test_the_least_recently_used_makes_room(tmp_path, build):
    room = 3 * (build.size + 400)
    for number, name in enumerate(("old", "older", "recent")):
        run(tmp_path, number, most=room).get(name, build, lasts=True)
    for name, hours in (("old", 2), ("older", 3)):
        (place,) = (tmp_path / "kept").glob(f"*/{name}")
        age(place, hours * 3600)

    run(tmp_path, 3, most=room).get("new", build, lasts=True)

    assert names(tmp_path) == {"old", "recent", "new"}


def test_use_keeps_a_template_young(tmp_path, build):
    room = 2 * (build.size + 400)
    for number, name in enumerate(("used", "unused")):
        run(tmp_path, number, most=room).get(name, build, lasts=True)
    for name, hours in (("used", 3), ("unused", 2)):
        (place,) = (tmp_path / "kept").glob(f"*/{name}")
        age(place, hours * 3600)

    run(tmp_path, 2, most=room).get("used", build, lasts=True)
    run(tmp_path, 3, most=room).get("new", build, lasts=True)

    assert names(tmp_path) == {"used", "new"}


def test_what_others_may_be_using_stays(tmp_path, build):
    room = build.size + 500
    run(tmp_path, 0, most=room).get("in use", build, lasts=True)

    run(tmp_path, 1, most=room).get("new", build, lasts=True)

    assert names(tmp_path) == {"in use"}


def a_dead_process():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_what_killed_runs_left_goes_with_the_next_build(tmp_path, build):
    run(tmp_path, 0).get("one", build, lasts=True)
    (one,) = (tmp_path / "kept").glob("*/one")
    dead = a_dead_process()
    for name in (f".one.{dead}", f".two.old.{dead}", f".at-it.{os.getppid()}"):
        one.with_name(name).mkdir()
        (one.with_name(name) / "chat.db").write_text("half")
    one.with_name(".two.lock").touch()

    run(tmp_path, 1).get("one", build, lasts=True)
    assert len(names(tmp_path)) == 5  # nothing was built, so nobody looked
    run(tmp_path, 1).get("three", build, lasts=True)

    assert names(tmp_path) == {"one", "three", f".at-it.{os.getppid()}"}


def test_whoever_waits_takes_what_the_other_built(tmp_path, build):
    def get(number):
        return run(tmp_path, number).get("one", slow, lasts=True).read_bytes()

    def slow(path):
        time.sleep(0.2)
        build(path)

    with ThreadPoolExecutor(8) as threads:
        databases = set(threads.map(get, [0, 0, 0, 0, 1, 2, 3, 4]))

    assert databases == {bytes(build.size)}
    assert build.count == 1
    assert names(tmp_path) == {"one"}
    assert {each.name for each in tmp_path.glob("run-*/*")} == {"one"}
    assert {each.name for each in tmp_path.glob("run-*/.*")} == set()


@pytest.mark.parametrize("moment", ["while it is built", "while it is copied"])
def test_clearing_takes_nothing_from_a_run(tmp_path, build, monkeypatch, moment):
    def clear():
        shutil.rmtree(tmp_path / "kept", ignore_errors=True)

    def cleared(path):
        if moment == "while it is built":
            clear()
            path.parent.mkdir(parents=True)
        build(path)

    if moment == "while it is copied":
        run(tmp_path, 0).get("one", build, lasts=True)
        copied = shutil.copyfile

        def copy(source, target, **more):
            copied(source, target, **more)
            clear()

        monkeypatch.setattr(templates.shutil, "copyfile", copy)
    path = run(tmp_path, 1).get("one", cleared, lasts=True)

    assert path.read_bytes() == bytes(build.size)
    assert path.with_name(bundle.NAME).exists()


def test_an_interrupted_build_leaves_nothing(tmp_path):
    def interrupted(path):
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, 0).get("one", interrupted, lasts=True)

    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
    assert names(tmp_path) == set()


def test_a_place_that_cannot_be_written_is_no_error(tmp_path, build):
    (tmp_path / "kept").write_text("a file where a folder should be")

    for number in range(2):
        run(tmp_path, number).get("one", build, lasts=True)

    assert build.count == 2


def test_the_database_is_the_one_that_was_built(tmp_path):
    kept = tmp_path / "kept"
    built, again = (
        maker.hand_out(maker.order(SPEC), lasts=True)
        for maker in (
            Foundry(tmp_path / f"s{n}", tmp_path / f"p{n}", kept) for n in range(2)
        )
    )

    assert again.path.read_bytes() == built.path.read_bytes()
    assert again.conversations == built.conversations
    assert again.report().ok
    of_one, of_other = (
        {p.relative_to(db.attachments): p.read_bytes() for p in files(db.attachments)}
        for db in (built, again)
    )
    assert of_one == of_other
    assert of_one


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
