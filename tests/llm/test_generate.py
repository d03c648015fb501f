"""`personas generate`: people by a model that misbehaves, kept when approved."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.llm.base import Provider
from pytest_imessage_foundry.llm.openai_provider import OpenAIProvider
from pytest_imessage_foundry.models import Persona
from pytest_imessage_foundry.personas import handles, library

WISHES = ("--relationship", "cousin", "--country", "de", "--about", "sails")


@pytest.fixture(autouse=True)
def path(tmp_path, monkeypatch):
    place = tmp_path / "data" / "foundry.db"
    monkeypatch.setenv("IMESSAGE_FOUNDRY_DB", str(place))
    return place


@pytest.fixture
def generate(server, key, capsys):
    def generate(*more):
        capsys.readouterr()
        where = ("--base-url", server.url, "--model", "fake-1")
        code = main(["personas", "generate", *where, *WISHES, *map(str, more)])
        out, errors = capsys.readouterr()
        assert key not in out + errors
        return code, out, errors

    return generate


def kept():
    with library.opened() as found:
        return found.personas()


def prompt(body):
    return body["messages"][0]["content"]


def test_unasked_nothing_is_called(generate, server, monkeypatch, path):
    monkeypatch.setattr(sys, "stdin", io.StringIO("keep\n"))
    code, out, errors = generate()
    assert (code, out) == (2, "")
    assert "pass --yes" in errors
    assert server.bodies == []
    assert not path.exists()


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (("--country", "XX"), "country_code"),
        (("--locale", "german"), "locale"),
        (("--time-zone", "Berlin"), "time_zone"),
        (("--relationship", "\x1b[2J"), "relationship"),
    ],
)
def test_nonsense_is_not_paid_for(generate, server, wish, why):
    code, _, errors = generate("--yes", *wish)
    assert code == 2
    assert f"  {why}: " in errors
    assert "\x1b" not in errors
    assert server.bodies == []


def test_a_library_out_of_reach_is_not_paid_for(generate, server, path):
    path.parent.mkdir()
    path.write_text("something else")
    assert generate("--yes")[0] == 2
    assert server.bodies == []


def test_with_yes(generate, server):
    code, out, _ = generate("--yes", "--count", 3)
    assert code == 0
    people = kept()
    assert len(people) == 3
    for each in people:
        assert handles.country_of(each.identifier) == "DE"
        assert (each.locale, each.time_zone) == ("de_DE", "Europe/Berlin")
        assert each.relationship == "cousin"
        assert f"added {each.id} ({each.name}, {each.identifier})\n" in out
    assert len({each.identifier for each in people}) == 3
    first, second, third = map(prompt, server.bodies)
    assert "cousin" in first
    assert "- about: sails" in first
    assert "somebody other than" not in first
    assert people[0].name in second
    assert people[1].name in third


def test_who_cannot_be_kept_is_not_lost(generate, tmp_path, monkeypatch):
    """The library had room when the model was asked, and has none now."""
    refusal = FoundryError("it is full\nlooked at: it\nname another with --library")

    def full(*_):
        raise refusal

    with monkeypatch.context() as patch:
        patch.setattr(library.Library, "adopt", full)
        code, out, errors = generate("--yes", "--count", 3)
    assert code == 2
    assert errors.splitlines()[-1] == (
        "name another with --library; who was made stands above, as `personas import` "
        "takes it"
    )
    file = tmp_path / "people.json"
    file.write_text(out[out.index("[\n") :])
    assert main(["personas", "import", str(file)]) == 0
    assert [each.relationship for each in kept()] == ["cousin"]


def test_again_then_keep(generate, server, typing):
    typing("a\nwhat\nk\n")
    code, out, errors = generate()
    assert code == 0
    assert errors.count("[keep/again/drop]") == 3
    assert len(server.bodies) == 2
    (persona,) = kept()
    assert out.count("  personality    Counts clouds") == 2
    assert f"added {persona.id}" in out


def test_drop(generate, server, typing):
    typing("d\nKEEP\n")
    assert generate("--count", 2)[0] == 0
    assert len(server.bodies) == 2
    assert len(kept()) == 1


def test_nobody_there_any_more(generate, server, typing):
    typing("keep\n")
    code, _, errors = generate("--count", 3)
    assert code == 130
    assert "1 of 3 personas were kept" in errors
    assert len(kept()) == 1


@pytest.mark.parametrize("faults", [["503"], ["fenced"], ["think"], ["bad-person"]])
def test_faults_on_the_way(generate, server, faults):
    server.script[:] = faults
    assert generate("--yes")[0] == 0
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        (["bad-person"] * 3, "no usable persona"),
        (["refusal"] * 3, "the model refused"),
        (["401"], "key"),
        (["ok", "bad-person", "truncated", "empty"], "no usable persona"),
    ],
)
def test_faults_that_end_it(generate, server, faults, why):
    server.script[:] = faults
    code, out, errors = generate("--yes", "--count", 2)
    assert code == 2
    assert why in errors
    assert "\x1b" not in out + errors
    assert len(kept()) == faults.count("ok")


@pytest.mark.parametrize("fault", ["429-long", "quota"])
def test_what_was_paid_and_not_kept_is_not_called_so(generate, server, fault):
    server.script = [fault]
    code, _, errors = generate("--yes")
    assert code == 2
    assert "is kept" not in errors
    assert "asked: " in errors
    assert "1 times" not in errors


def test_wild_words_do_nothing(generate, server, typing, capsys):
    server.script[:] = ["wild-person"]
    typing("keep\n")
    code, out, errors = generate()
    assert code == 0
    (persona,) = kept()
    assert persona.topics_of_interest[-1] == "rain"
    assert "DROP TABLE" in persona.name
    capsys.readouterr()
    assert main(["personas", "show", persona.id]) == 0
    for said in (out, errors, capsys.readouterr().out):
        assert not set("\x1b\x07\x9b\u202e") & set(said)


class Friendly(OpenAIProvider):
    """A provider that has somebody of its own to ask."""

    async def approve_persona(self, persona):
        from dataclasses import replace

        return replace(persona, name="Approved Name")


def test_a_provider_may_have_its_say(generate, typing, monkeypatch):
    monkeypatch.setitem(sys.modules, "friendly", sys.modules[__name__])
    typing("keep\n")
    code, out, _ = generate("--provider", "friendly:Friendly")
    assert code == 0
    assert ": Approved Name\n" in out
    assert [each.name for each in kept()] == ["Approved Name"]


class Twin(Provider):
    """A provider while whose answer somebody else takes the number."""

    def __init__(self, settings):
        self.model = "twin"

    async def generate(self, ask):
        raise NotImplementedError

    async def generate_persona(self, constraints):
        number = handles.phone("DE", int(constraints["index"]))
        with library.opened() as found:
            found.add(Persona(id="ana", name="Ana", identifier=number))
        return Persona(id="ana", name="Ana", identifier=number, country_code="DE")


def test_a_number_that_was_taken_meanwhile(generate, monkeypatch):
    monkeypatch.setitem(sys.modules, "twins", sys.modules[__name__])
    assert generate("--yes", "--provider", "twins:Twin")[0] == 0
    one, other = kept()
    assert (one.id, other.id) == ("ana", "ana-2")
    assert one.identifier != other.identifier


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("moment", ["call", "question"])
def test_ctrl_c(server, key, path, moment):
    import pty

    server.script[:] = ["ok", *(["slow"] if moment == "call" else ["ok"])]
    ours, theirs = pty.openpty()
    arguments = ["--base-url", server.url, "--model", "fake-1", "--count", "2"]
    with subprocess.Popen(
        [
            *(sys.executable, "-W", "error", "-m", "pytest_imessage_foundry.cli"),
            *("personas", "generate", *arguments),
        ],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        wait_for(running.stderr, b"[keep/again/drop] ")
        os.write(ours, b"keep\n")
        if moment == "question":
            wait_for(running.stderr, b"[keep/again/drop] ")
        else:
            while len(server.bodies) < 2:
                time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()
    os.close(ours)
    os.close(theirs)

    assert running.returncode == 130, errors
    assert errors.decode().endswith(
        "imessage-foundry: interrupted; 1 of 2 personas were kept\n"
    )
    assert len(kept()) == 1


def wait_for(stream, text):
    said = b""
    while text not in said:
        part = stream.read1()
        assert part, said
        said += part


def test_what_is_asked_for_is_no_message(generate, server):
    generate("--yes")
    shape = server.bodies[0]["response_format"]["json_schema"]["schema"]
    assert "identifier" not in json.dumps(shape)
