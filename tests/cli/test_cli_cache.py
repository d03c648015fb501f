"""`imessage-foundry cache verify`, `status` and `show`, on packs of one's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.conversations.packs import pack_files, store
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.models import ConversationConfig, Turn
from pytest_imessage_foundry.personas import builtin

WRITTEN = store.Provenance(kind="written", date="2026-11-22", verdict="valid")
TRIP = """\
name = "trip"
[[conversations]]
id = "hike"
participants = ["nina"]
theme = "a hike"
message_count_target = 60
"""
HIKE = ConversationConfig(
    id="hike", participants=("nina",), theme="a hike", message_count_target=60
)
LOOSE = Turn(sender="nina", text="good morning!\x1b[2J", pause=900)
ANCHORED = replace(LOOSE, text="good morning!", hours=(7, 9))


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def pack(path, *turns, config=HIKE, owner="", request=None):
    """Write a pack with one conversation; return its key."""
    path.parent.mkdir(exist_ok=True)
    request = request or store.request_of(config, builtin.load(), owner)
    cached = store.Cached.of(request, WRITTEN, turns or [Turn(sender="nina", text="x")])
    store.write(path, store.Pack(name=path.stem, conversations=(cached,)))
    return cached.key


# --- verify -----------------------------------------------------------------


@pytest.mark.usefixtures("few_shipped")
def test_verify_takes_the_project_s_own_packs(tmp_path, capsys):
    assert main(["cache", "verify"]) == 0
    shipped = capsys.readouterr().out.splitlines()
    pack(tmp_path / "fixtures_cache" / "trip.json")

    assert main(["cache", "verify"]) == 0

    first, *others = capsys.readouterr().out.splitlines()
    assert first == "fixtures_cache/trip.json: 1 conversation, 1 turn"
    assert others == shipped
    assert len(shipped) == 2


def test_verify_takes_folders_and_files(tmp_path, capsys):
    pack(tmp_path / "packs" / "a.json")
    pack(tmp_path / "b.json")

    assert main(["cache", "verify", "packs", "b.json"]) == 0

    paths = re.findall(r"^(\S+):", capsys.readouterr().out, re.MULTILINE)
    assert paths == ["packs/a.json", "b.json"]


def test_verify_finds_a_key_in_two_packs_of_a_folder(tmp_path, capsys):
    key = pack(tmp_path / "packs" / "a.json")
    pack(tmp_path / "packs" / "b.json")

    assert main(["cache", "verify", "packs"]) == 2

    assert f"{key} is in another pack of this folder too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("empty", "there are no packs"),
        ("nowhere", "pack nowhere is refused: cannot be read"),
        ("nowhere.json", "pack nowhere.json is refused: cannot be read"),
    ],
)
def test_verify_of_nothing(word, said, tmp_path, capsys):
    (tmp_path / "empty").mkdir()

    assert main(["cache", "verify", word]) == 2

    assert said in capsys.readouterr().err


@pytest.mark.sweep
def test_verify_takes_all_that_is_shipped(capsys):
    assert main(["cache", "verify"]) == 0

    assert len(capsys.readouterr().out.splitlines()) == len(pack_files.shipped())


@pytest.mark.usefixtures("few_shipped")
def test_verify_in_a_project_with_an_empty_folder(tmp_path):
    (tmp_path / "fixtures_cache").mkdir()

    assert main(["cache", "verify"]) == 0


def test_verify_warns_of_a_text_without_an_anchor(tmp_path, capsys):
    turns = (ANCHORED, replace(LOOSE, text="it's snowing"))
    key = pack(tmp_path / "trip.json", *turns)

    assert main(["cache", "verify", "trip.json"]) == 0

    said = capsys.readouterr().out
    assert f'warning: {key} turns[1], nina: "it\'s snowing" can come on a ' in said
    assert 'snow: write "when": {"months": [11, 12, 1, 2, 3, 4]} at the turn' in said
    assert said.count("warning:") == 1
    assert main(["cache", "verify", "trip.json", "--strict"]) == 1
    capsys.readouterr()
    assert main(["cache", "verify", "trip.json", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    (warning,) = found["warnings"]
    assert (warning["key"], warning["turn"], warning["says"]) == (key, 1, "snow")
    assert warning["write"] == {"when": {"months": [11, 12, 1, 2, 3, 4]}}


def test_verify_is_content_with_anchors(tmp_path, capsys):
    pack(tmp_path / "trip.json", ANCHORED)

    assert main(["cache", "verify", "trip.json", "--strict"]) == 0

    assert "warning" not in capsys.readouterr().out


def test_verify_knows_no_people_of_a_strange_pack(tmp_path, capsys):
    """Whoever is in no list of people writes in the language of the chat."""
    request = store.Request(
        owner="ada", participants=("zoe",), locale="de_DE", theme=None, count=2
    )
    turns = [Turn(sender="zoe", text="es schneit"), Turn(sender="ada", text="schön")]
    pack(tmp_path / "own.json", *turns, request=request)

    assert main(["cache", "verify", "own.json", "--strict"]) == 1

    assert "Schnee: write" in capsys.readouterr().out


# --- status and show --------------------------------------------------------


def status(capsys, *more):
    main(["cache", "status", *more])
    return capsys.readouterr().out


def test_status_says_when_fresh_is_short(tmp_path, capsys):
    (tmp_path / "trip.toml").write_text(TRIP)
    pack(tmp_path / "fixtures_cache" / "trip.json")

    said = status(capsys, "--scenario", "trip.toml")

    assert "written, 1 turn, shorter than the 60 of its scenario" in said
    assert "1 of the fresh ones are shorter than their scenario" in said
    found = json.loads(status(capsys, "--scenario", "trip.toml", "--json"))
    (entry,) = found["conversations"]
    assert (entry["state"], entry["messages"], entry["cached"]) == ("fresh", 60, 1)


def test_status_of_all_turns_says_nothing_of_short(tmp_path, capsys):
    (tmp_path / "trip.toml").write_text(TRIP)
    turns = [Turn(sender="nina", text=f"line {n}") for n in range(60)]
    pack(tmp_path / "fixtures_cache" / "trip.json", *turns)

    said = status(capsys, "--scenario", "trip.toml")

    assert "written, 60 turns\n" in said
    assert "shorter" not in said


def test_what_a_built_in_scenario_asks_for_is_not_unused(tmp_path, capsys):
    """Though it stands in the pack that the chosen scenario writes into."""
    path = tmp_path / "fixtures_cache" / "trip.json"
    (tmp_path / "trip.toml").write_text(TRIP)
    pack(path)
    built_in = store.load_all().by_key
    family = next(e for e in built_in.values() if e.request.participants == ("mom",))
    store.write(path, store.read(path).with_(family))

    assert "1 fresh, 0 stale, 0 missing, 0 unused" in status(
        capsys, "--scenario", "trip.toml"
    )
    race = replace(HIKE, participants=("nina", "tyler"), chat_type="group")
    pack(tmp_path / "fixtures_cache" / "race.json", config=race)
    assert "unused" not in status(capsys, "--scenario", "trip.toml").replace("0 un", "")
    said = status(capsys)
    assert "unused   nina, tyler " in said
    assert "name a scenario file of your own with --scenario" in said


@pytest.mark.parametrize("word", ["hike", "trip", "nina", "KEY"])
def test_show_finds_ids(word, tmp_path, capsys):
    (tmp_path / "trip.toml").write_text(TRIP)
    key = pack(tmp_path / "fixtures_cache" / "trip.json")
    word = word.replace("KEY", key)

    assert main(["cache", "show", word, "--scenario", "trip.toml"]) == 0

    assert capsys.readouterr().out.startswith(key)


def test_show_of_what_is_asked_for_and_not_cached(tmp_path, capsys):
    own = TRIP.replace('"nina"', '"nina", "tyler"').replace("a hike", "a race")
    (tmp_path / "trip.toml").write_text(
        own.replace("theme", 'chat_type="group"\ntheme')
    )

    assert main(["cache", "show", "hike", "--scenario", "trip.toml"]) == 2

    assert "nothing cached under 'hike', which trip asks for" in capsys.readouterr().err


# --- releases ---------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["build", "stats", "kinds", "validate", "export", "conform"]
)
def test_macos_lists_what_it_accepts(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "500")  # no name is cut at its hyphen
    with pytest.raises(SystemExit):
        main([command, "--help"])

    said = " ".join(capsys.readouterr().out.split())
    part = said.rpartition(" --macos RELEASE")[2].partition(" --")[0]
    assert all(f"{name}," in part for name in schema.RELEASES), part
    assert "a number such as 26.0" in part
    assert ("'all'" in part) is (command in ("build", "export", "conform"))
