"""What is fresh, stale, missing, unused and invalid, and what is asked for."""

from __future__ import annotations

import json
import re

import pytest
from misbehaving import Server

from pytest_imessage_foundry.conversations.packs import store
from pytest_imessage_foundry.llm import conversation_writer, plan, prompts
from pytest_imessage_foundry.llm.base import Context
from pytest_imessage_foundry.models import ConversationConfig, Turn
from pytest_imessage_foundry.personas import builtin

ALEX, MOM = builtin.by_id()["alex"], builtin.by_id()["mom"]


def test_dry_run_needs_nothing(foundry, monkeypatch):
    """No key, no server, no file: it says what it would take."""
    assert foundry("refresh", "--dry-run") == 0
    assert "plan: 2 of 2 conversations" in foundry.output
    assert "3 calls, about" in foundry.output
    assert "nothing was asked, nothing was written" in foundry.output
    assert not foundry.out.exists()
    assert not foundry.memo.exists()


@pytest.mark.usefixtures("unproven")
def test_the_bound_is_kept(foundry, key):
    """No script makes a refresh take more calls than the plan said."""
    foundry("refresh", "--dry-run")
    most = int(re.search(r"at most (\d+) calls", foundry.output)[1])
    assert most == 9
    with Server(*["few", "twice", "length", "stranger"] * 30) as server:
        foundry.refresh(server)
    assert 0 < len(server.bodies) <= most


def test_life_of_a_conversation(foundry, scenario, key, server):
    assert foundry("status", "--check") == 1
    assert "0 fresh, 0 stale, 2 missing" in foundry.output
    assert foundry.refresh(server, "--only", "mom") == 0
    assert foundry("status", "--check") == 1
    assert "1 fresh, 0 stale, 1 missing" in foundry.output
    assert foundry.refresh(server, "--missing") == 0
    assert foundry("status", "--check") == 0
    # Another voice for one of the group: that one is stale, the other is not.
    personas = (
        '[[personas]]\nid = "marcus"\nname = "Marcus Bell"\n'
        'identifier = "+12125550199"\npersonality = "Quite another man."\n'
    )
    head, mark, rest = scenario.read_text().partition("[[conv")
    scenario.write_text(head + personas + mark + rest)
    assert foundry("status", "--check") == 1
    assert "1 fresh, 1 stale, 0 missing" in foundry.output
    assert "its people changed" in foundry.output
    assert foundry.refresh(server, "--missing") == 0
    assert "nothing to do" in foundry.output
    before = foundry.conversations
    assert foundry.refresh(server, "--stale") == 0
    after = foundry.conversations
    assert after[0] == before[0]
    assert after[1]["key"] == before[1]["key"]
    assert after[1]["provenance"]["people"] != before[1]["provenance"]["people"]
    assert foundry("status", "--check") == 0
    # Nobody asks for it any more.
    scenario.write_text(scenario.read_text().replace("a quiz night", "a race"))
    assert foundry("status") == 0
    assert "1 missing, 1 unused" in foundry.output
    # The pack of another scenario is none of this one's concern.
    foundry.pack.rename(foundry.pack.with_name("another.json"))
    scenario.write_text(re.sub('theme = "', 'theme = "quite ', scenario.read_text()))
    assert foundry("status") == 0
    assert "0 fresh, 0 stale, 2 missing, 0 unused" in foundry.output


@pytest.mark.usefixtures("unproven")
def test_prompts_that_changed_make_stale(foundry, key, server):
    assert foundry.refresh(server) == 0
    pack = foundry.pack
    old = '"prompt_version":1,"verdict"'
    pack.write_text(pack.read_text().replace(old, old.replace("1", "0")))
    assert foundry("status", "--check") == 1
    assert foundry.output.count("the prompts changed") == 2


@pytest.mark.usefixtures("unproven")
def test_status_as_json(foundry, key, server):
    foundry.refresh(server, "--only", "pals")
    foundry("status", "--json")
    found = json.loads(foundry.output)
    assert found["fresh"] is False
    states = {each["name"]: each["state"] for each in found["conversations"]}
    assert states == {"mom": "missing", "pals": "fresh"}


def test_invalid_pack_is_left_alone(foundry, key, server):
    foundry.out.mkdir()
    (foundry.out / "bad.json").write_text("<<<<<<< HEAD")
    assert foundry("status", "--check") == 1
    assert "1 invalid" in foundry.output
    assert foundry.refresh(server) == 2
    assert "nothing was asked and nothing written" in foundry.errors
    assert not server.bodies
    assert (foundry.out / "bad.json").read_text() == "<<<<<<< HEAD"


@pytest.mark.usefixtures("unproven")
def test_what_others_put_into_a_pack_stays(foundry, key, server):
    """The pack is read again before it is written."""
    assert foundry.refresh(server, "--only", "mom") == 0
    pack = store.read(foundry.pack)
    request = store.request_of(
        ConversationConfig(id="x", participants=("raj",)), builtin.load()
    )
    turns = [Turn(sender="raj", text="Written by hand")]
    own = store.Cached.of(
        request,
        store.Provenance(kind="written", date="2026-11-22", verdict="valid"),
        turns,
    )
    store.write(foundry.pack, pack.with_(own))
    assert foundry.refresh(server) == 0
    assert len(foundry.conversations) == 3
    assert "Written by hand" in foundry.texts()


@pytest.mark.usefixtures("unproven")
@pytest.mark.parametrize("word", ["mom", "two", "KEY", "START"])
def test_show(word, foundry, key, server):
    foundry.refresh(server)
    known = foundry.conversations[0]["key"]
    word = {"KEY": known, "START": known[:6]}.get(word, word)
    assert foundry("show", word) == 0
    assert known in foundry.output
    assert foundry.texts()[0] in foundry.output


def test_show_of_nothing(foundry):
    assert foundry("show", "nobody") == 2
    assert "nothing cached under 'nobody'" in foundry.errors


REFUSED = {
    ("--only", "nobody"): "no conversation 'nobody'",
    ("--provider", "acme"): "unknown provider 'acme'",
    ("--provider", "no.such:thing"): "cannot be loaded",
    (
        "--provider",
        "builtins:repr",
    ): "provider 'builtins:repr' gave an object",
    (): "there is no key for OpenAI",
    ("--provider", "anthropic"): "there is no key for Anthropic",
    ("--base-url", "http://127.0.0.1:9/v1"): "no model was named",
}


@pytest.mark.parametrize("arguments", REFUSED)
@pytest.mark.parametrize("empty", [True, False])
def test_refused(arguments, empty, foundry, monkeypatch):
    if empty:  # what CI makes of a secret that it may not see
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY"):
            monkeypatch.setenv(name, "")
    if "anthropic" in arguments:
        pytest.importorskip("anthropic")
    assert foundry("refresh", *arguments) == 2
    assert REFUSED[arguments] in foundry.errors
    assert not list(foundry.out.glob("*"))


def test_all_wants_a_scenario(capsys):
    from pytest_imessage_foundry.cli import main

    assert main(["cache", "refresh", "--all"]) == 2
    assert "--all of every scenario" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["--jobs=0", "--jobs=x", "--timeout=0"])
def test_numbers_that_make_no_sense(word, foundry):
    with pytest.raises(SystemExit) as ended:
        foundry("refresh", word)
    assert ended.value.code == 2


@pytest.mark.parametrize("count", [*range(1, 200), 1000, 99_999])
def test_batches(count):
    sizes = conversation_writer.batches(count)
    assert sum(sizes) == count
    assert max(sizes) - min(sizes) <= 1
    assert count < 20 or all(20 <= size <= 50 for size in sizes)


def test_slug_is_a_file_name():
    for name in ("../../etc/passwd", "\x1b[2J", "con|x", "Ünïcödé", "/", "a" * 500):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", plan.slug(name))


def test_prompt_grounds_and_continues():
    config = ConversationConfig(id="mom", participants=("mom",), theme="a walk")
    said = [Turn(sender="mom", text=f"line {n}.") for n in range(40)]
    context = Context(config=config, owner=ALEX, people=(MOM,), key="k")
    text = "\n".join(p.content for p in prompts.batch(context, (ALEX, MOM), said, 25))
    for each in (ALEX, MOM):
        assert each.personality in text
        assert each.writing_style in text
        for address in each.addresses:
            assert address not in text
    assert "a walk" in text
    assert "exactly 25" in text
    shown = re.findall(r"line (\d+)\.", text)
    assert shown == [str(n) for n in range(24, 40)]


def test_prompts_belong_to_a_version():
    """Prompts that say something else are another PROMPT_VERSION."""
    import hashlib

    parts = [prompts._RULES, prompts._BATCH, prompts._PERSON]
    found = hashlib.sha256("".join(parts).encode()).hexdigest()[:8]
    assert {store.PROMPT_VERSION: found} == {1: "98ca7512"}
