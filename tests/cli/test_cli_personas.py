"""`imessage-foundry personas`: all by options, nothing asked but at a terminal."""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from pytest_imessage_foundry.cli import parser
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import builtin, checks, handles, library

COMMAND = [sys.executable, "-m", "pytest_imessage_foundry.cli"]


@pytest.fixture(autouse=True)
def path(library_path):
    return library_path


def kept():
    with library.opened() as found:
        return {each.id: each for each in found.personas()}


# --- adding -----------------------------------------------------------------


def test_by_hand(personas):
    added = personas(
        *("add", "--name", "Ana Díaz", "--country", "es", "--topic", "chess"),
        *("--topic", "rain", "--also", "ana.diaz@example.com"),
        *("--frequency", "low", "--emoji", "heavy", "--relationship", "aunt"),
    )
    assert added.code == 0
    ana = kept()["ana-diaz"]
    assert added.out == f"added ana-diaz (Ana Díaz, {ana.identifier})\n"
    assert (ana.locale, ana.time_zone) == ("es_ES", "Europe/Madrid")
    assert ana.topics_of_interest == ("chess", "rain")
    assert ana.communication_frequency == "low"
    assert handles.is_reserved(ana.identifier)


def test_who_will_write_english_for_want_of_scenes_is_said(personas):
    added = personas("add", "--name", "Ake Holm", "--country", "se")
    assert added.code == 0
    assert "note: ake-holm (sv_SE) writes English" in added.err


def test_the_next_of_a_name_gets_an_id_and_a_number_of_its_own(personas):
    for _ in range(3):
        assert personas("add", "--name", "Kim Park").code == 0
    people = kept()
    assert list(people) == ["kim-park", "kim-park-2", "kim-park-3"]
    assert len({each.identifier for each in people.values()}) == 3


def test_from_the_built_in_cast(personas):
    assert personas("add", "--from", "alex").code == 0
    assert personas("add", "aunt", "--from", "mom", "--relationship", "aunt").code == 0
    people = kept()
    assert not people["alex"].is_self
    assert people["aunt"].personality == builtin.by_id()["mom"].personality
    assert people["aunt"].relationship == "aunt"


def test_an_address_says_what_it_is(personas):
    assert personas("add", "a", "--name", "A", "--address", "A@example.org").code == 0
    assert personas("add", "b", "--name", "B", "--address", "212 555 0199").code == 0
    assert personas("add", "c", "--name", "C", "--address", "10455").code == 0
    assert [(e.identifier, e.identifier_type) for e in kept().values()] == [
        ("a@example.org", "email"),
        ("+12125550199", "phone"),
        ("10455", "short-code"),
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "give one of them, as in personas add --name"),
        (["--name", "A", "--address", "+12125551234"], "may be somebody's"),
        (["--name", "A", "--address", "a@gmail.com"], "may be somebody's"),
        (["--name", "A", "--country", "XX"], "no ISO code of a country"),
        (["--name", "A", "--country", "Spain"], "SPAIN"),
        (["--name", "A", "--emoji", "lots"], "'lots' (choose from 'none', 'light', "),
        (["--name", "A", "--time-zone", "Mars"], "no IANA time zone"),
        (["--from", "nobody"], "the built-in cast has no 'nobody'"),
        (["No Slug", "--name", "A"], "'No Slug' is not small letters"),
    ],
)
def test_what_does_not_hold(personas, options, why):
    refused = personas("add", *options)
    assert refused.code == 2
    assert why in refused.err
    assert len(refused.err.splitlines()) >= 3
    assert refused.out == ""
    assert kept() == {}


def test_the_words_of_the_options_are_those_of_the_fields(personas, capsys):
    for verb in ("add", "edit"):
        with pytest.raises(SystemExit):
            parser().parse_args(["personas", verb, "--help"])
        shown = " ".join(capsys.readouterr().out.split())
        for *words, last in checks.WORDS.values():
            assert f"{', '.join(words)} or {last}" in shown


# --- looking ----------------------------------------------------------------


def test_list(personas):
    assert "nobody yet" in personas("list").out
    personas("add", "ben", "--name", "Ben Low")
    personas("add", "ana", "--name", "Ana Díaz")
    personas("self", "ana")
    lines = personas("list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [["ben", "Ben"], ["*", "ana"]]
    people = json.loads(personas("list", "--json").out)
    assert [each["id"] for each in people] == ["ben", "ana"]
    assert [each["is_self"] for each in people] == [False, True]


def test_list_of_the_built_in_cast_opens_no_library(personas, path):
    ids = [each.id for each in builtin.load()]
    assert [
        line.removeprefix("*").split()[0]
        for line in personas("list", "--builtin").out.splitlines()
    ] == ids
    listing = json.loads(personas("list", "--builtin", "--json").out)
    assert [each["id"] for each in listing] == ids
    assert personas("show", "mom", "--builtin").out.startswith("mom: Linda Carver\n")
    assert not path.parent.exists()


def test_show(personas):
    personas("add", "ana", "--name", "Ana Díaz", "--topic", "chess", "--emoji", "none")
    personas("self", "ana")
    shown = personas("show", "ana").out
    assert shown.startswith("ana: Ana Díaz, owner of the phone\n")
    assert "  topics         chess\n" in shown
    found = json.loads(personas("show", "ana", "--json").out)
    assert set(found) == set(Persona.__dataclass_fields__)
    unknown = personas("show", "anna")
    assert unknown.code == 2
    assert "choose from ana" in unknown.err


def test_what_others_wrote_is_no_order_to_the_terminal(personas, run, path):
    personas("add", "ana", "--name", "Ana")
    evil = "\x1b[2J\x9b\u202e"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "UPDATE personas SET name = :evil, identifier = :evil, "
            "relationship = :evil, locale = :evil, country_code = :evil, "
            "topics_of_interest = :topics",
            {"evil": evil, "topics": json.dumps([evil])},
        )
        other.execute(
            "INSERT INTO generation_history "
            "VALUES ('1', :evil, :evil, :people, 1, :evil)",
            {"evil": evil, "people": json.dumps([evil])},
        )
    looks = [
        personas("list"),
        personas("list", "--json"),
        personas("show", "ana"),
        personas("show", "ana", "--json"),
        personas("edit", "ana", "--relationship", "aunt"),
        personas("delete", "ana", "--yes"),
        run("history"),
        run("history", "--json"),
    ]
    for look in looks:
        said = look.out + look.err
        assert said
        assert not set(evil) & set(said) - set("[2J")


# --- changing ---------------------------------------------------------------


def test_edit(personas):
    personas("add", "ana", "--name", "Ana", "--topic", "chess", "--also", "10455")
    before = kept()["ana"]
    assert personas("edit", "ana", "--name", "Ana Ruiz", "--topic", "").code == 0
    after = kept()["ana"]
    assert (after.name, after.topics_of_interest) == ("Ana Ruiz", ())
    assert after.other_identifiers == before.other_identifiers
    assert after.identifier == before.identifier
    assert personas("edit", "ana", "--address", "ana@example.com").code == 0
    assert kept()["ana"].identifier_type == "email"


def test_edits_that_are_refused(personas):
    personas("add", "ana", "--name", "Ana")
    before = kept()
    for options, why in (
        ([], "nothing to change"),
        (["--name", ""], "name: is empty"),
        (["--country", "ZZ"], "no ISO code"),
    ):
        refused = personas("edit", "ana", *options)
        assert refused.code == 2
        assert why in refused.err
    assert personas("edit", "zed", "--name", "Z").code == 2
    assert kept() == before


def test_delete_asks_at_a_terminal_alone(personas, typing, monkeypatch):
    personas("add", "ana", "--name", "Ana")
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    refused = personas("delete", "ana")
    assert refused.code == 2
    assert "pass --yes" in refused.err

    for answer in ("no\n", "n\n", "what?\nno\n", ""):
        typing(answer)
        left = personas("delete", "ana")
        assert left.code == 0
        assert left.out == "nobody was deleted\n"
        assert left.err.count("[yes/no]") == max(answer.count("\n"), 1)
    assert list(kept()) == ["ana"]

    typing("Y\n")
    assert personas("delete", "ana").out.startswith("deleted ana (Ana, ")
    assert kept() == {}


def test_delete_with_yes(personas, monkeypatch):
    personas("add", "ana", "--name", "Ana")
    monkeypatch.setattr(sys, "stdin", None)  # whoever reads it fails
    assert personas("delete", "ana", "--yes").code == 0
    assert personas("delete", "ana", "--yes").code == 2


def test_self(personas):
    nobody = personas("self")
    assert nobody.code == 2
    assert "nobody of the library owns the phone" in nobody.err
    personas("add", "ana", "--name", "Ana")
    personas("add", "ben", "--name", "Ben")
    assert personas("self", "ana").code == 0
    assert personas("self", "ben").out.startswith("the phone is that of ben (Ben, ")
    assert personas("self").out.startswith("the phone is that of ben")
    assert [each.is_self for each in kept().values()] == [False, True]


# --- files ------------------------------------------------------------------


def test_there_and_back(personas, tmp_path, path):
    personas("add", "ana", "--name", "Ana Díaz")
    personas("add", "ben", "--name", "Ben")
    out = tmp_path / "people.json"
    assert personas("export", out).out == f"wrote {out}: 2 personas\n"
    assert personas("export", out).code == 2
    assert personas("export", out, "ben", "--force").out == f"wrote {out}: 1 persona\n"

    other = tmp_path / "other.db"
    assert personas("import", out, "--library", other).code == 0
    assert personas("import", out, "--library", other).code == 2
    with library.opened(other) as found:
        assert [each.id for each in found.personas()] == ["ben"]


def test_import_of_what_list_prints(personas, monkeypatch, tmp_path):
    personas("add", "ana", "--name", "Ana")
    listing = personas("list", "--json").out.encode()
    standard = io.TextIOWrapper(io.BytesIO(listing))
    monkeypatch.setattr(sys, "stdin", standard)
    taken = personas("import", "-", "--library", tmp_path / "other.db")
    assert taken.code == 0
    assert taken.out.startswith("added ana (Ana, ")


def test_import_of_what_does_not_hold(personas, tmp_path):
    file = tmp_path / "in.json"
    people = [{"id": "a", "name": "A", "identifier": "10455", "\x1b[2J": 1}]
    file.write_text(json.dumps(people))
    refused = personas("import", file)
    assert refused.code == 2
    assert "[0].\\x1b[2J: Unexpected field" in refused.err
    assert "\x1b" not in refused.err
    assert kept() == {}


def test_a_library_that_is_none(personas, path):
    path.parent.mkdir()
    path.write_text("something else")
    for verb in (["list"], ["add", "--name", "A"], ["import", os.devnull]):
        assert personas(*verb).code == 2
    assert path.read_text() == "something else"


# --- in a process of its own ------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_ctrl_c_at_a_question(personas, path):
    import pty

    personas("add", "ana", "--name", "Ana")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "personas", "delete", "ana"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        said = b""
        while b"[yes/no] " not in said:
            said += running.stderr.read1()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()
    os.close(ours)
    os.close(theirs)

    assert running.returncode == 130
    assert b"interrupted" in errors
    assert list(kept()) == ["ana"]


def test_additions_in_parallel_take_numbers_of_their_own(path):
    command = [*COMMAND, "personas", "add", "--name", "Ana Diaz"]
    adding = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(6)]
    assert [each.wait() for each in adding] == [0] * 6

    assert sorted(kept()) == ["ana-diaz", *(f"ana-diaz-{n}" for n in range(2, 7))]
    assert len({each.identifier for each in kept().values()}) == 6
