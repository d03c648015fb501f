"""The library: who is in it, who may be, and what was built with them."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import (
    builtin,
    checks,
    handles,
    library,
    records,
    storage,
)
from pytest_imessage_foundry.personas.library import Build

ANA = Persona(
    id="ana",
    name="Ana Díaz",
    identifier="+12125550190",
    other_identifiers=("ana.diaz@example.com",),
    topics_of_interest=("chess", "rain"),
    personality="Calm; says 'no' often.",
)
BEN = Persona(id="ben", name="Ben Low", identifier="+12125550191")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "foundry.db"


@pytest.fixture
def opened(path):
    """Open the library with a clock that goes on by a minute at each look."""
    minutes = count()

    def clock():
        return f"2025-03-01T10:{next(minutes):02}:00Z"

    return lambda **more: library.opened(path, clock=clock, **more)


def test_what_was_added_comes_back_in_order(opened):
    with opened() as kept:
        kept.add(BEN)
        kept.add(ANA)

    with opened() as kept:
        people = kept.personas()

    assert [each.id for each in people] == ["ben", "ana"]
    assert people[1] == replace(
        ANA, created_at="2025-03-01T10:01:00Z", updated_at="2025-03-01T10:01:00Z"
    )


def test_order_survives_a_removal(opened):
    with opened() as kept:
        kept.add_all([ANA, BEN])
        kept.remove("ben")
        kept.add(BEN)
        kept.remove("ana")
        kept.add(ANA)
        assert [each.id for each in kept.personas()] == ["ben", "ana"]


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_nobody_else_may_look(opened, path, tmp_path):
    tmp_path.chmod(0o755)
    with opened():
        pass
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_a_folder_that_is_there_keeps_its_rights(path):
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)
    with library.opened(path):
        pass
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


@pytest.fixture
def disk_of(monkeypatch):
    """Let no library grow beyond so many pages."""
    connect = storage._connect

    def disk_of(pages):
        def small(*arguments):
            connection = connect(*arguments)
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

        monkeypatch.setattr(storage, "_connect", small)

    return disk_of


def pages_of_an_empty_one(path):
    with library.opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA page_count").fetchone()[0]


LONG = replace(BEN, personality="ü" * 2000, writing_style="ü" * 2000)


@pytest.mark.parametrize("what_fits", ["nothing", "the tables"])
@pytest.mark.parametrize("has_folder", [False, True], ids=["new folder", "its folder"])
def test_a_full_disk_leaves_no_library(path, tmp_path, disk_of, what_fits, has_folder):
    if has_folder:
        path.parent.mkdir()
    tables = pages_of_an_empty_one(tmp_path / "other.db")
    disk_of(1 if what_fits == "nothing" else tables)

    refused = pytest.raises(FoundryError, match="the disk is full")
    with refused, library.opened(path) as kept:
        kept.add(LONG)

    assert path.parent.exists() is has_folder
    assert not [*path.parent.glob("*")]


def test_a_full_disk_leaves_a_library_that_was_there(path, disk_of):
    disk_of(pages_of_an_empty_one(path))
    before = path.read_bytes()

    refused = pytest.raises(FoundryError, match="the disk is full")
    with refused, library.opened(path) as kept:
        kept.add(LONG)

    assert path.read_bytes() == before


def test_who_was_added_meanwhile_stays(path):
    """By the one who opened it, or by another process."""

    def add_and_fail(add):
        with library.opened(path) as kept:
            add(kept)
            raise KeyboardInterrupt

    def elsewhere(_):
        with library.opened(path) as other:
            other.add(BEN)

    for add, who in ((lambda kept: kept.add(ANA), "ana"), (elsewhere, "ben")):
        with pytest.raises(KeyboardInterrupt):
            add_and_fail(add)
        with library.opened(path) as kept:
            assert [each.id for each in kept.personas()] == [who]
        path.unlink()


def test_a_library_that_another_process_writes_to_stays(path):
    with ExitStack() as later:

        def fail_beside_a_writer():
            with library.opened(path):
                other = later.enter_context(closing(sqlite3.connect(path)))
                other.execute("UPDATE personas SET name = name")
                other.execute("PRAGMA user_version = 2")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail_beside_a_writer()
        assert path.exists()


def test_unknown_id_lists_the_candidates(opened, path):
    with opened() as kept:
        with pytest.raises(FoundryError, match="add somebody first"):
            kept.get("ana")
        kept.add_all([BEN, ANA])
        for look in (kept.get, kept.remove, kept.define_self):
            with pytest.raises(FoundryError) as caught:
                look("anna")
    assert str(caught.value) == (
        "the library has no persona 'anna': did you mean 'ana'?\n"
        f"looked among the 2 in {path}\n"
        "choose from ben, ana"
    )


@pytest.mark.parametrize(
    ("persona", "why"),
    [
        (replace(BEN, id="ana"), "there is a persona 'ana' already"),
        (replace(BEN, identifier=ANA.identifier), r"\+12125550190 of persona 'ben'"),
        (
            replace(BEN, other_identifiers=("Ana.Diaz@example.com",)),
            "ana.diaz@example.com of persona 'ben' is taken",
        ),
    ],
)
def test_id_and_addresses_are_taken_once(opened, persona, why):
    with opened() as kept:
        kept.add(ANA)
        with pytest.raises(FoundryError, match=why):
            kept.add(persona)
        assert [each.id for each in kept.personas()] == ["ana"]


def test_all_or_nobody(opened):
    with opened() as kept:
        with pytest.raises(FoundryError, match="already"):
            kept.add_all([ANA, BEN, ANA])
        assert kept.personas() == ()
        assert [each.id for each in kept.add_all([ANA, BEN])] == ["ana", "ben"]


def test_update_keeps_the_day_of_creation(opened):
    with opened() as kept:
        kept.add(ANA)
        kept.add(BEN)
        kept.update(replace(ANA, name="Ana Díaz Ruiz", created_at="1999"))
        ana = kept.get("ana")
        assert ana.name == "Ana Díaz Ruiz"
        assert ana.created_at == "2025-03-01T10:00:00Z"
        assert ana.updated_at == "2025-03-01T10:02:00Z"
        with pytest.raises(FoundryError, match="is taken"):
            kept.update(replace(ANA, identifier=BEN.identifier))
        with pytest.raises(FoundryError, match="no persona 'zed'"):
            kept.update(replace(ANA, id="zed"))
        assert kept.get("ana") == ana


def test_one_owner(opened):
    with opened() as kept:
        assert kept.owner() is None
        kept.add_all([replace(ANA, is_self=True), BEN])
        assert kept.owner() == kept.get("ana")
        assert kept.define_self("ben").is_self
        assert [each.id for each in kept.personas() if each.is_self] == ["ben"]
        assert kept.define_self("ben").id == "ben"
        for change in (kept.update, kept.add):
            who = replace(ANA, is_self=True)
            if change == kept.add:
                who = replace(who, id="cy", identifier="+12125550192")
                who = replace(who, other_identifiers=())
            with pytest.raises(FoundryError, match="cannot own the phone too"):
                change(who)
        with pytest.raises(FoundryError, match="no persona"):
            kept.define_self("nobody")
        assert kept.owner().id == "ben"
        kept.update(replace(kept.get("ben"), is_self=False))
        assert kept.owner() is None


def test_adopted_people_get_what_is_free(opened):
    with opened() as kept:
        kept.add(ANA)
        other = kept.adopt(ANA)
        assert other.id == "ana-2"
        assert handles.country_of(other.identifier) == "US"
        assert kept.adopt(BEN).identifier == BEN.identifier
        third = kept.adopt(replace(ANA, other_identifiers=()))
        assert third.id == "ana-3"
        taken = [each.identifier for each in kept.personas()]
        assert len(set(taken)) == 4


def test_suggested_numbers_are_free_beside_the_built_in_people(opened):
    theirs = {address for each in builtin.load() for address in each.addresses}
    with opened() as kept:
        for number in range(60):
            address = kept.census().free_address("DE")
            assert address not in theirs
            assert handles.country_of(address) == "DE"
            kept.add(Persona(id=f"p-{number}", name="P", identifier=address))
        assert handles.is_reserved(kept.census().free_address("JP"))


def test_history(opened):
    first = Build(
        output_path="/a/chat.db",
        macos_version="tahoe",
        persona_ids=("ana", "ben"),
        message_count=7,
    )
    second = replace(first, id="given", created_at="2020-01-01T00:00:00Z")
    with opened() as kept:
        assert kept.history() == ()
        kept.record(first)
        kept.record(second)
        newest, oldest = kept.history()
    assert newest == second
    assert oldest == replace(first, id=oldest.id, created_at="2025-03-01T10:00:00Z")
    assert len(oldest.id) == 36


def test_texts_are_no_sql(opened):
    bobby = replace(
        ANA,
        name="Robert'); DROP TABLE personas; --",
        topics_of_interest=('"]', "'", "%s", ":id", "?"),
    )
    with opened() as kept:
        kept.add(bobby)
        kept.update(bobby)
        assert kept.get("ana").name == bobby.name
        assert kept.get("ana").topics_of_interest == bobby.topics_of_interest
        with pytest.raises(FoundryError, match="no persona"):
            kept.remove("x' OR '1' = '1")
        assert len(kept.personas()) == 1


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    personality=st.text(max_size=40),
    name=st.text(max_size=20),
    topics=st.lists(st.text(max_size=9), max_size=3).map(tuple),
)
def test_what_is_kept_is_what_was_given(personality, name, topics):
    persona = checks.tidied(
        replace(ANA, personality=personality, name=name, topics_of_interest=topics)
    )
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "foundry.db", Path(folder) / "out.json"
        with library.opened(path) as kept:
            if checks.problems(persona):
                with pytest.raises(FoundryError, match="does not hold"):
                    kept.add(persona)
                return
            kept.add(persona)
            kept.export_to(out)
        assert library.people(["ana"], path) == (persona,)
        with library.opened(Path(folder) / "other.db") as other:
            other.add_all(records.read(out))
        assert library.people(["ana"], other.path) == (persona,)


# --- files ------------------------------------------------------------------


def test_out_and_in_again(opened, tmp_path):
    out = tmp_path / "people.json"
    with opened() as kept:
        kept.add_all([ANA, replace(BEN, is_self=True)])
        assert kept.export_to(out) == 2
        before = kept.personas()
    assert "created_at" not in out.read_text(encoding="utf-8")
    assert "Díaz" in out.read_text(encoding="utf-8")
    with library.opened(tmp_path / "other.db", clock=lambda: "now") as other:
        got = other.add_all(records.read(out))
        assert got == other.personas()
    assert got == tuple(
        replace(each, created_at="now", updated_at="now") for each in before
    )


def test_export_of_some(opened, tmp_path):
    out = tmp_path / "new" / "people.json"
    with opened() as kept:
        kept.add_all([ANA, BEN])
        with pytest.raises(FoundryError, match="no persona 'zed'"):
            kept.export_to(out, ["ben", "zed"])
        assert not out.exists()
        assert kept.export_to(out, ["ben"]) == 1
    assert [each["id"] for each in json.loads(out.read_text())] == ["ben"]


def test_export_replaces_nothing_unasked(opened, path, tmp_path):
    out = tmp_path / "people.json"
    out.write_text("mine")
    with opened() as kept:
        with pytest.raises(FoundryError, match="is there already"):
            kept.export_to(out)
        assert out.read_text() == "mine"
        assert kept.export_to(out, force=True) == 0
        assert json.loads(out.read_text()) == []
        with pytest.raises(FoundryError, match="take the place of a file that is"):
            kept.export_to(path, force=True)
        with pytest.raises(FoundryError, match="is a folder"):
            kept.export_to(tmp_path, force=True)
        with pytest.raises(FoundryError, match="could not be written: Not a dir"):
            kept.export_to(out / "below.json")
        assert kept.personas() == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "EOF"),
        ("{}", "the whole: .*array"),
        ("[1]", r"\[0\]: "),
        ("[" * 50_000, "recursion"),
        ('[{"id": "a"}]', r"\[0\].name"),
        ('[{"id": "a", "name": "A", "identifier": "x", "age": 3}]', "age: Unexpected"),
        ('[{"id": "a", "name": 1, "identifier": "x"}]', r"\[0\].name: .*string"),
        ('[{"id": "a", "name": "A", "identifier": "x", "is_self": 1}]', "boolean"),
        ('[{"id": "a", "name": "A", "identifier": "x", "emoji_usage": "no"}]', "none"),
        ('[{"id": "a", "name": "A", "identifier": "+12125551234"}]', "somebody's"),
        ("[" + "{}," * 9 + "{}]", "and [0-9]+ more"),
    ],
)
def test_files_that_do_not_hold(opened, tmp_path, text, why):
    file = tmp_path / "in.json"
    file.write_text(text)
    with opened() as kept:
        with pytest.raises(FoundryError, match=why):
            kept.add_all(records.read(file))
        assert kept.personas() == ()


def test_files_out_of_reach_or_too_large(opened, tmp_path):
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (4 << 20) + b"[]")
    with opened() as kept:
        with pytest.raises(FoundryError, match="larger than 4 MiB"):
            kept.add_all(records.read(large))
        with pytest.raises(FoundryError, match="No such file"):
            kept.add_all(records.read(tmp_path / "no.json"))


def test_a_file_with_a_byte_order_mark(opened, tmp_path):
    file = tmp_path / "in.json"
    fields = {"id": "ben", "name": "Ben Low", "identifier": "+12125550191"}
    file.write_text(json.dumps([fields]), encoding="utf-8-sig")
    with opened() as kept:
        assert [each.id for each in kept.add_all(records.read(file))] == ["ben"]


# --- for a build ------------------------------------------------------------


def test_a_build_gets_people_without_dates(opened, path):
    with opened() as kept:
        kept.add_all([ANA, BEN])
        kept.update(ANA)
    assert library.people(["ben", "ana"], path) == (BEN, ANA)


def test_a_build_gets_nobody_real(opened, path):
    import sqlite3
    from contextlib import closing

    with opened() as kept:
        kept.add(BEN)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE personas SET identifier = '+12125551234'")
    with pytest.raises(FoundryError, match="somebody's"):
        library.people(["ben"], path)


def test_reading_makes_no_library(path):
    with pytest.raises(FoundryError, match="there is no persona library"):
        library.people(["ben"], path)
    assert not path.parent.exists()


def test_nobody_takes_what_is_free_while_it_is_chosen(opened, path):
    def make(census):
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("DELETE FROM personas")
        return replace(BEN, id=census.free_id("ana"))

    with opened() as kept:
        kept.add(ANA)
        assert kept.add_made(make).id == "ana-2"
        assert [each.id for each in kept.personas()] == ["ana", "ana-2"]


def test_readonly_changes_nothing(opened, path):
    with opened() as kept:
        kept.add(BEN)
    with (
        opened(readonly=True) as kept,
        pytest.raises(FoundryError, match="it is read-only"),
    ):
        kept.add(ANA)
