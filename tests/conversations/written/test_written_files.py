"""Scenario files with chats written out: docs/written-chats.md, and what is refused."""

from __future__ import annotations

import copy
import json
import random
import re
import tomllib
from pathlib import Path

import pytest

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.conversations import scenario_files
from pytest_imessage_foundry.conversations.authoring import stated_values
from pytest_imessage_foundry.conversations.authoring.written_chats import (
    CHAT_VERBS,
    DRAFT_VERBS,
)
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError
from pytest_imessage_foundry.foundry import Materials, Order
from pytest_imessage_foundry.models import Poll
from pytest_imessage_foundry.spec import Spec

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/written-chats.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
TOP = '[[people]]\nid = "ana"\nname = "Ana"\n[[chat]]\nid = "one"\nwith = ["ana"]\n'


def order(tmp_path, text, release="tahoe", name="own.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    own = scenario_files.read(path)
    spec = Spec(release=release, scenario=own.name)
    return Order(spec, Materials(scenarios=(own,)))


def refused(tmp_path, entries, release="tahoe", kind=FoundryError):
    with pytest.raises(kind) as caught:
        order(tmp_path, f"{TOP}messages = [{entries}]\n", release)
    return str(caught.value)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda each: each.split('"')[1])
def test_the_examples_of_the_page_build(tmp_path, block, capsys):
    path = tmp_path / "own.toml"
    path.write_text(block, "utf-8")
    db, truth = str(tmp_path / "chat.db"), str(tmp_path / "truth.json")

    how = ["build", db, "--macos", "tahoe", "--scenario", str(path), "--truth", truth]
    assert main(how) == 0
    assert main(["validate", db]) == 0

    document = json.loads(Path(truth).read_text("utf-8"))
    assert document["scenario"] == block.split('"')[1]
    assert len(document["readings"]) > 4


def test_the_first_example_says_what_the_builder_does(tmp_path):
    """The same lines in Python, with the same seed, give the same truth."""
    written = order(tmp_path, BLOCKS[0])
    phone = ChatDBBuilder(owner=written.scenario.owner)
    dana, omar = phone.person("Dana Ito"), phone.person("Omar Bell", email=True)
    chat = phone.direct(dana)
    question = chat.receive("Movie tonight?").tapback("loved")
    answer = chat.send("Yes! The 8 pm one", reply_to=question, effect="slam")
    answer.edit("Yes! The 9 pm one")
    lake = phone.group(dana, omar, name="Lake house")
    lake.receive("Booked it", phone.file("heic"), sender=omar)
    lake.rename("Lake house 🏡", by=dana)
    options = stated_values.StatedValues(phone).balloon(
        {"kind": "poll", "options": ["Friday", "Saturday"]}
    )
    lake.send(balloon=options).vote("Friday", by=omar)

    assert written.conversations == phone.conversations()
    assert isinstance(written.conversations[1].messages[-1].balloon, Poll)


def test_the_page_names_every_verb_and_balloon():
    for name in (*CHAT_VERBS, *DRAFT_VERBS, *stated_values._CLASSES):
        assert f"`{name}`" in PAGE, name


def test_a_file_of_a_set_is_exported_and_read(tmp_path, capsys):
    path = tmp_path / "own.json"
    raw = {
        "chat": [{"with": ["nina"], "messages": [{"from": "nina", "text": "Only me"}]}]
    }
    path.write_text(json.dumps(raw), "utf-8")

    out = tmp_path / "set"
    how = ["--macos", "sonoma,tahoe", "--scenario", f"{path},empty"]
    assert main(["export", str(out), *how]) == 0

    found = sorted(each.name for each in out.iterdir() if each.is_dir())
    assert found == ["sonoma-empty", "sonoma-own", "tahoe-empty", "tahoe-own"]
    truth = json.loads((out / "tahoe-own/truth.json").read_text("utf-8"))
    assert truth["readings"][0]["text"] == "Only me"


def test_the_mark_takes_it(pytester, plain_run):
    pytester.path.joinpath("own.toml").write_text(
        f'{TOP}messages = [{{ from = "ana", text = "Hi", at = "2025-10-07" }}]\n',
        "utf-8",
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.imessage(scenario="own.toml")
        def test_it(chat_db):
            (message,) = chat_db.messages
            assert message.text == "Hi"
        """
    )
    plain_run("--imessage-version=tahoe").assert_outcomes(passed=1)


def test_it_is_written_back(tmp_path):
    """`dumps` states it whole, with the same truth."""
    first = order(tmp_path, BLOCKS[2])
    text = scenario_files.dumps(scenario_files.read(tmp_path / "own.toml"))

    assert order(tmp_path, text, name="again.json").conversations == first.conversations


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ('{ from = "ann", text = "x" }', "id of a person 'ann' (choose from"),
        ('{ txt = "x" }', "fact of a message 'txt' (choose from id, from, text"),
        ('{ text = "x", effect = "boom" }', "choose from balloons, celebration"),
        ('{ text = "x", error = "22" }', "error: '22' does not fit"),
        ('{ text = "x", at = "noon" }', "'noon' is no time"),
        ('{ text = "x", reply_to = "y" }', "id of a message 'y'"),
        ('{ text = "x", then = [{ tapback = "loathed" }] }', "unknown tapback"),
        ('{ text = "x", then = [{ tapbak = "loved" }] }', "unknown verb 'tapbak'"),
        ('{ text = "x", then = [{ edit = "y", who = "ana" }] }', "fact of edit 'who'"),
        ('{ text = "x", then = [{ tapback = true }] }', "tapback: missing"),
        ('{ balloon = { kind = "lnk" } }', "kind of balloon 'lnk' (choose from link"),
        ('{ balloon = { kind = "link" } }', "a Link lacks url"),
        ('{ parts = [{ file = "foto" }] }', "foto"),
        ("{ parts = [3] }", "no table: 3"),
        ('{ parts = [{ text = "a", mention = "zz" }] }', "cannot have the address zz"),
        (
            '{ parts = [{ text = "a", mention = "+14155552671" }] }',
            "a mention cannot have the address +14155552671",
        ),
        (
            '{ parts = [{ text = "a", mention = "+14155552671" }] }',
            "list the person among [[people]] with real = true",
        ),
        ('{ text = "x", gap = -1 }', "-1 rows cannot have been deleted"),
        ('{ text = "a\\u0000b" }', "holds U+0000, which no message may"),
        (
            '{ now = "2020-01-01T00:00:00Z" }',
            "the clock of the file moves only forward",
        ),
        ('{ now = "2030-01-01", text = "x" }', "now stands alone in its entry"),
        ('{ text = "x", then = [{}] }', "nothing happens: there is no verb"),
        ('{ rename = "x" }', "group"),
        ('{ message = "y", unsend = true }', "id of a message 'y'"),
    ],
)
def test_what_is_refused_names_its_place_and_the_choices(tmp_path, entries, said):
    complaint = refused(tmp_path, f'{{ text = "fine" }}, {entries}')

    assert said in complaint
    place = f"scenario file {tmp_path / 'own.toml'}: chat[0] 'one', messages[1]: "
    assert complaint.startswith(place)


def test_two_messages_have_no_id_in_common(tmp_path):
    entries = '{ id = "a", text = "x" }, { id = "a", text = "y" }'
    assert "two messages have the id 'a'" in refused(tmp_path, entries)


def test_an_id_may_stand_for_a_message_that_changed(tmp_path):
    entries = '{ id = "a", text = "x", then = [{ edit = "y", id = "a" }] }'
    (chat,) = order(tmp_path, TOP + f"messages = [{entries}]\n").conversations
    assert [message.text for message in chat.messages] == ["y"]


def test_what_a_release_cannot_hold_is_unsupported(tmp_path):
    poll = '{ balloon = { kind = "poll", options = ["a", "b"] } }'
    complaint = refused(tmp_path, poll, "sonoma", UnsupportedError)
    assert "use a release that can: tahoe" in complaint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[people]]\nname = "Ana"\n', "nobody writes, since there is no [[chat]]"),
        ('life = "year"\n[[chat]]\nwith = ["nina"]\n', "stands beside life"),
        ('[[chat]]\nwith = ["nina"]\ngroup = "yes"\n', "group: 'yes' does not fit"),
        ('chat = ["x"]\n', "chat[0]"),
        ('[[chat]]\nwith = "nina"\n', "chat[0]"),
        ('[[chat]]\nwith = ["nobody"]\n', "chat[0]: unknown id of a person 'nobody'"),
        ("[[chat]]\nwith = []\n", "chat[0]"),
        ('[[chat]]\nwith = ["nina"]\nservce = "SMS"\n', "fact of direct 'servce'"),
        ('[[chat]]\nwith = ["nina"]\nmessages = "x"\n', "chat[0]"),
        ('[[chat]]\nwith = ["nina"]\nmessages = ["x"]\n', "chat[0], messages[0]"),
        ('[[people]]\nid = "x"\n[[chat]]\nwith = ["x"]\n', "people[0]"),
        ('start = "no"\n[[chat]]\nwith = ["nina"]\n', "start: 'no' is no time"),
    ],
)
def test_files_that_hold_no_chats(tmp_path, text, said):
    with pytest.raises(FoundryError) as caught:
        order(tmp_path, text)
    assert said in str(caught.value)


def places(value, path=()):
    """Every place in a file, each by the steps that lead to it."""
    if path:
        yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in steps:
        if isinstance(each, (dict, list)):
            yield from places(each, (*path, step))
        else:
            yield (*path, step)


def complaint_of(tmp_path, raw):
    try:
        order(tmp_path, json.dumps(raw), name="own.json")
    except FoundryError as error:
        return str(error)
    return ""


def test_whatever_stands_there_is_read_or_refused(tmp_path):
    """A wrong value at each place of the examples: no traceback, whatever it is."""
    wrong = (None, 3, "x", True, [], {}, [3], [[]], {"x": 1}, -1.5)
    picks = random.Random("wrong values")
    refusals = 0
    for block in BLOCKS:
        raw = json.loads(json.dumps(tomllib.loads(block)))
        for path in places({key: raw[key] for key in ("people", "chat") if key in raw}):
            changed = copy.deepcopy(raw)
            at = changed
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = picks.choice(wrong)
            refusals += "own.json" in complaint_of(tmp_path, changed)
    assert refusals > 100
