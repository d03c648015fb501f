from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.attachments import generator
from pytest_imessage_foundry.conversations import scenarios
from pytest_imessage_foundry.conversations.packs import pack_files, store
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import ConversationConfig, Reaction, Turn
from pytest_imessage_foundry.personas import builtin, handles

REPOSITORY = Path(__file__).parents[3]
SHIPPED = pack_files.shipped()
INDEX = store.load_all()
CONVERSATIONS = list(INDEX.by_key.values())
WRITTEN = store.Provenance(kind="written", date="2026-01-31", verdict="valid")


HELLO = (Turn(sender="mom", text="Hello"),)


def a_pack(*, turns=HELLO, theme="tea", name="test"):
    request = store.Request(
        owner="alex", participants=("mom",), locale="en_US", theme=theme, count=40
    )
    return store.Pack(
        name=name, conversations=(store.Cached.of(request, WRITTEN, turns),)
    )


# --- the shipped packs ------------------------------------------------------


def test_enough_to_fill_a_phone():
    assert len(CONVERSATIONS) >= 40
    groups = [each for each in CONVERSATIONS if each.request.chat_type == "group"]
    assert len(groups) >= 5
    languages = {each.request.locale[:2] for each in CONVERSATIONS}
    assert languages >= {"en", "de", "fr", "es", "ja", "ar", "sv"}
    assert languages >= {"pt", "it", "nl", "ko", "zh", "ru", "tr", "he", "hi"}
    assert {each.provenance.kind for each in CONVERSATIONS} == {"written"}
    themes = [each.request.theme for each in CONVERSATIONS]
    assert len(set(themes)) == len(themes)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_rewriting_changes_nothing(path, tmp_path):
    store.write(tmp_path / path.name, store.read(path))
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("cached", CONVERSATIONS, ids=lambda cached: cached.key)
def test_conversation_is_sound(cached):
    people = builtin.by_id()
    members = {cached.request.owner, *cached.request.participants}
    assert members <= people.keys()
    assert people[cached.request.owner].is_self
    turns = cached.turns
    assert 30 <= len(turns) <= 80
    assert turns[0].opens
    assert {turn.sender for turn in turns} == members
    kinds = {turn.attachment for turn in turns if turn.attachment}
    assert kinds <= set(generator.KINDS)
    for turn in turns:
        assert not {each.sender for each in turn.reactions} & {turn.sender}
        assert turn.edited_from != turn.text
        for word in turn.text.split():
            if word.startswith("http"):
                host = word.split("/")[2]
                assert handles.is_reserved(f"somebody@{host}")
            if "@" in word:
                assert handles.is_reserved(word.strip(",.;"))


@pytest.mark.parametrize("cached", CONVERSATIONS, ids=lambda cached: cached.key)
def test_plain_sms_has_no_imessage_extras(cached):
    if cached.request.service == "SMS":
        for turn in cached.turns:
            assert (turn.reactions, turn.effect, turn.edited_from) == ((), None, None)
            assert not turn.is_unsent


@pytest.mark.parametrize("cached", CONVERSATIONS, ids=lambda cached: cached.key)
def test_decomposed_accents_are_meant(cached):
    texts = [turn.text for turn in cached.turns]
    is_decomposed = any(normalize("NFC", text) != text for text in texts)
    assert is_decomposed == ("NFD" in cached.provenance.verdict)


def test_there_are_decomposed_accents():
    verdicts = [each.provenance.verdict for each in CONVERSATIONS]
    assert any("NFD" in verdict for verdict in verdicts)


def test_no_two_alike():
    texts = Counter(
        turn.text for each in CONVERSATIONS for turn in each.turns if turn.text
    )
    total = texts.total()
    assert (total - len(texts)) / total < 0.05
    # Codes of a service that sends nothing else are worded alike on purpose.
    assert [text for text, times in texts.items() if times > 1 and len(text) > 20] == []


def test_reads_like_people():
    walks = [each.turns for each in CONVERSATIONS]
    turns = [turn for walk in walks for turn in walk]
    pairs = [pair for walk in walks for pair in pairwise(walk)]
    same = sum(one.sender == other.sender for one, other in pairs) / len(pairs)
    assert 0.25 <= same <= 0.45
    texts = [turn.text for turn in turns if turn.text]
    assert 28 <= sum(map(len, texts)) / len(texts) <= 60
    assert sum(len(text.split()) == 1 for text in texts) / len(texts) >= 0.1
    assert 0.05 <= sum(bool(turn.reactions) for turn in turns) / len(turns) <= 0.15


def test_the_tidy_scenario_is_mostly_written():
    scenario = scenarios.get("tidy")
    for config in scenario.conversations:
        request = store.request_of(config, scenario.personas)
        found = store.find(INDEX, request)
        assert found is not None, config.id
        assert found.count <= config.message_count_target


# --- keys and the file format -----------------------------------------------


def test_key_is_the_request_and_nothing_else():
    cached = a_pack().conversations[0]
    llm = replace(WRITTEN, kind="llm", model="some-model", date="2027-01-01")
    again = store.Cached.of(cached.request, llm, [Turn(sender="mom", text="Other")])
    assert again.key == cached.key
    assert store.key(replace(cached.request, count=41)) != cached.key
    assert len(cached.key) == 16


def test_a_known_key():
    # A key that moves orphans every project's packs: never change this by chance.
    request = a_pack().conversations[0].request
    assert store.key(request) == "d4ef2992685d2918"


def test_changed_message_is_one_line():
    turns = [Turn(sender="mom", text=f"line {number}") for number in range(9)]
    before = store.dumps(a_pack(turns=turns)).splitlines()
    turns[4] = replace(turns[4], text="changed")
    after = store.dumps(a_pack(turns=turns)).splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if len(set(pair)) > 1]
    assert len(changed) == 1


def test_every_field_survives(tmp_path):
    turns = (
        Turn(sender="mom", text="Hi \U0001f44b\nthere", opens=True, effect="slam"),
        Turn(
            sender="alex",
            text="See https://example.com/x",
            link_title="X",
            replies_to=1,
            edited_from="See",
            reactions=(
                Reaction(sender="mom", name="loved", is_removed=True),
                Reaction(sender="mom", name="emoji", emoji="\U0001f525"),
            ),
        ),
        Turn(sender="mom", attachment="photo", is_unsent=True),
        Turn(sender="mom", text="Tea", event="renamed"),
        Turn(sender="mom", event="added", event_who="alex"),
    )
    path = tmp_path / "a.json"
    store.write(path, a_pack(turns=turns))
    read = store.read(path)
    assert read == a_pack(turns=turns)
    assert read.conversations[0].turns == turns
    assert b"\r" not in path.read_bytes()
    assert path.read_bytes().endswith(b"}\n")


def test_write_is_atomic(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    store.write(path, a_pack())
    before = path.read_bytes()

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        store.write(path, a_pack(theme="coffee"))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.json"]


@pytest.mark.skipif(os.name == "nt", reason="no modes")
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_other_users_may_read_what_is_written(tmp_path, umask):
    path = tmp_path / "a.json"
    before = os.umask(umask)
    try:
        store.write(path, a_pack())
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_empty_pack(tmp_path):
    store.write(tmp_path / "a.json", store.Pack(name="empty"))
    assert store.read(tmp_path / "a.json").conversations == ()


def test_adding_replaces_by_key():
    pack = a_pack()
    newer = a_pack(turns=[Turn(sender="mom", text="New")]).conversations[0]
    assert pack.with_(newer).conversations == (newer,)


# --- hostile packs ----------------------------------------------------------


def _broken(change):
    raw = json.loads(store.dumps(a_pack()))
    change(raw, raw["conversations"][0])
    return json.dumps(raw).encode()


def _turn(**fields):
    def change(_raw, conversation):
        conversation["turns"][0].update(fields)

    return change


HOSTILE = {
    "control": (_broken(_turn(text="\x1b[31mred")), r"turns\[0\]: text: holds U\+001B"),
    "nul": (_broken(_turn(text="\0")), r"U\+0000"),
    "surrogate": (_broken(_turn(text="\ud800")), r"U\+D800"),
    "mark": (_broken(_turn(text="\ufffc")), r"U\+FFFC"),
    "number": (_broken(_turn(text=1)), r"turns\[0\]: text: 1 is not a text"),
    "stranger": (_broken(_turn(sender="eve")), r"'eve' is not one of alex, mom"),
    "listed": (_broken(_turn(sender=["mom"])), "a list is not one of"),
    "path": (_broken(_turn(attachment="../../etc/passwd")), "no name of a kind"),
    "reply": (_broken(_turn(replies_to=5)), "not a number of turns back"),
    "bool": (_broken(_turn(replies_to=True)), "not a number of turns back"),
    "opens": (_broken(_turn(opens=1)), "neither true nor false"),
    "effect": (_broken(_turn(effect="boom")), "effect: 'boom' is not one of"),
    "pause": (_broken(_turn(pause=-5)), "pause: -5 is no number of minutes"),
    "hour": (_broken(_turn(hours=[9])), "hours: is not two hours of a day"),
    "hours": (_broken(_turn(hours=[9, 25])), "hours: is not two hours of a day"),
    "field": (_broken(_turn(date=1)), "unknown field 'date'"),
    "nothing": (_broken(lambda r, c: c.update(turns=[{"sender": "mom"}])), "neither"),
    "no turns": (_broken(lambda r, c: c.update(turns=[])), "turns: is empty"),
    "key": (_broken(lambda r, c: c.update(key="0" * 16)), "is not its request's"),
    "key path": (_broken(lambda r, c: c.update(key="../../../../x")), "16 hex digits"),
    "twice": (
        _broken(lambda r, c: r["conversations"].append(c)),
        r"conversations\[1\].key: \w{16} appears twice",
    ),
    "version": (_broken(lambda r, c: r.update(version=2)), "version: 2 is not 1"),
    "extra": (_broken(lambda r, c: r.update(more=1)), "unknown field 'more'"),
    "missing": (_broken(lambda r, c: c.pop("provenance")), "misses provenance"),
    "count": (
        _broken(lambda r, c: c["request"].update(count=10**7)),
        "up to 1,000,000",
    ),
    "owner": (
        _broken(lambda r, c: c["request"].update(participants=["alex"])),
        "or the owner too",
    ),
    "kind": (_broken(lambda r, c: c["provenance"].update(kind="real")), "not one of"),
    "same key": (b'{"name":"a","name":"b"}', "has the key 'name' twice"),
    "nan": (b'{"name":NaN}', "NaN is not JSON"),
    "syntax": (b'{"name":\n\n}', "line 3, column 1: is not JSON"),
    "utf-8": (b'{"name":\n"\xff"}', "line 2: is not UTF-8"),
    "empty": (b"", "line 1, column 1"),
    "deep": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "long number": (b'{"version":' + b"1" * 5_000 + b"}", "number that is too long"),
    "many": (b"[" + b"{}," * 200_001 + b"{}]", "holds more than 200,000 values"),
    "huge": (b" " * (pack_files.MAX_BYTES + 1), "is larger than 32 MiB"),
    "list": (b"[]", "a list is not an object"),
    "long text": (_broken(_turn(text="x" * 20_001)), "longer than 20,000"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pack_is_refused(name, tmp_path):
    data, place = HOSTILE[name]
    path = tmp_path / "hostile.json"
    path.write_bytes(data)
    with pytest.raises(FoundryError, match=place) as caught:
        store.read(path)
    message = str(caught.value)
    assert message.startswith("pack hostile.json is refused")
    assert message.isprintable() or "\x1b" not in message
    assert len(message) < 2_000


def test_a_million_messages_cost_no_memory(tmp_path):
    """Refused before anything of them is parsed."""
    path = tmp_path / "million.json"
    path.write_bytes(b"[" + b'{"sender":"mom","text":"a"},' * 10**6 + b"{}]")
    tracemalloc.start()
    try:
        with pytest.raises(FoundryError, match="holds more than 200,000 values"):
            store.read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * path.stat().st_size


@pytest.mark.parametrize("missing", ["none.json", "."])
def test_unreadable_file(missing, tmp_path):
    with pytest.raises(FoundryError, match="cannot be read"):
        store.read(tmp_path / missing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=300) | JSON.map(lambda each: json.dumps(each).encode()))
def test_any_bytes_are_a_pack_or_refused(data):
    _accepted_or_refused(data)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(data=st.data())
def test_any_change_is_a_pack_or_refused(data):
    raw = json.loads(store.dumps(a_pack(turns=FULL)))
    spot = raw
    while True:
        places = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        deeper = isinstance(spot[place], dict | list)
        if deeper and data.draw(st.integers(0, 5)):
            spot = spot[place]
            continue
        spot[place] = data.draw(JSON)
        break
    _accepted_or_refused(json.dumps(raw).encode())


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(0, 700), st.binary(min_size=1, max_size=3))
def test_any_bytes_overwritten(start, patch):
    data = store.dumps(a_pack(turns=FULL)).encode()
    _accepted_or_refused(data[:start] + patch + data[start + len(patch) :])


FULL = (
    Turn(sender="mom", text="Hi", opens=True, effect="slam", attachment="photo"),
    Turn(
        sender="alex",
        text="Yes",
        replies_to=1,
        reactions=(Reaction(sender="mom", name="emoji", emoji="\U0001f525"),),
    ),
)


def _accepted_or_refused(data):
    try:
        pack = store._parse(data, Path("fuzz.json"))
    except FoundryError:
        return
    for cached in pack.conversations:
        assert all(isinstance(turn, Turn) for turn in cached.turns)
    again = store._parse(store.dumps(pack).encode(), Path("fuzz.json"))
    assert store.dumps(again) == store.dumps(pack)


# --- where packs are found --------------------------------------------------


def test_own_pack_comes_first(tmp_path):
    shipped = CONVERSATIONS[0]
    own = replace(shipped, lines=({"sender": "alex", "text": "Ours"},))
    store.write(tmp_path / "own.json", store.Pack(name="own", conversations=(own,)))
    index = store.load_all([tmp_path])
    assert index.by_key[shipped.key] == own
    assert len(index.by_key) == len(INDEX.by_key)
    assert pack_files.digest([tmp_path]) != pack_files.digest()
    assert index.places[0] == f"{tmp_path} (1 conversation)"


@pytest.mark.parametrize("paths", [(), (Path("own.json"),)], ids=["shipped", "own"])
def test_a_pack_that_changed_is_read_anew(tmp_path, monkeypatch, paths):
    """Though the same bytes are parsed once in a process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pack_files, "shipped_folder", lambda: tmp_path)
    shipped = CONVERSATIONS[0]
    for text in ("Now", "Later"):
        turns = ({"sender": "alex", "text": text},)
        changed = replace(shipped, lines=turns)
        store.write(
            tmp_path / "own.json", store.Pack(name="o", conversations=(changed,))
        )
        found = store.load_all(paths, shipped=not paths)
        assert found.by_key == {shipped.key: changed}


def test_places_that_are_not_there(tmp_path):
    index = store.load_all([tmp_path / "no"], shipped=False)
    assert index.places == (f"{tmp_path / 'no'} (not there)",)
    assert index.by_key == {}


def test_a_path_twice_is_refused(tmp_path):
    with pytest.raises(FoundryError, match="listed twice"):
        store.load_all([tmp_path, tmp_path / "."])


def test_a_key_in_two_packs_of_a_folder(tmp_path):
    store.write(tmp_path / "a.json", a_pack())
    store.write(tmp_path / "b.json", a_pack())
    with pytest.raises(FoundryError, match=r"b\.json is refused: .* another pack"):
        store.load_all([tmp_path], shipped=False)


def test_read_only_folder(tmp_path):
    folder = tmp_path / "packs"
    folder.mkdir()
    store.write(folder / "a.json", a_pack())
    (folder / "a.json").chmod(stat.S_IRUSR)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert len(store.load_all([folder], shipped=False).by_key) == 1
        assert os.listdir(folder) == ["a.json"]
    finally:
        folder.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("where", ["zip", "wheel"])
def test_installed(where, tmp_path):
    """As a wheel lays it out, in a folder or zipped, far from the repository."""
    package = REPOSITORY / "pytest_imessage_foundry"
    target = tmp_path / ("site.zip" if where == "zip" else "site")
    files = {
        path.relative_to(REPOSITORY): path
        for pattern in ("*.py", "*.json")
        for folder in ("personas", "conversations", "models", "db")
        for path in (*(package / folder).rglob(pattern), *package.glob(pattern))
    }
    for path in SHIPPED:
        files[Path("pytest_imessage_foundry/fixtures_cache") / path.name] = path
    if where == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for name, path in files.items():
                archive.write(path, name)
    else:
        for name, path in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(path.read_bytes())
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from pytest_imessage_foundry.conversations.packs import pack_files, store;"
        "from pytest_imessage_foundry.conversations import scenarios;"
        "assert store.__file__.startswith(sys.argv[1]);"
        "scenarios.get('default');"
        "print(len(store.load_all().by_key), pack_files.digest())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(target)],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == [str(len(INDEX.by_key)), pack_files.digest()]


def test_no_heavy_import():
    code = (
        "import sys; from pytest_imessage_foundry.conversations.packs import store;"
        "store.load_all();"
        "assert not {'pydantic', 'faker', 'importlib.resources'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)


# --- finding ----------------------------------------------------------------


def _config(**fields):
    given = {"id": "mom", "participants": ("mom",), "message_count_target": 500}
    return ConversationConfig(**{**given, **fields})


def _find(config, count=None):
    request = store.request_of(config, builtin.load())
    return store.find(INDEX, request, count)


def test_find_takes_all_that_fit():
    found = _find(_config(message_count_target=5_000))
    fitting = {
        each.key
        for each in CONVERSATIONS
        if each.request.participants == ("mom",) and each.request.service == "iMessage"
    }
    assert len(fitting) > 3
    assert set(found.keys) == fitting
    assert found.count == sum(len(INDEX.by_key[key].lines) for key in found.keys)


def test_a_seed_chooses_among_the_conversations_of_the_same_people():
    request = store.request_of(_config(), builtin.load())
    firsts = {store.find(INDEX, request, 20, seed=seed).keys[0] for seed in range(30)}
    assert len(firsts) > 5
    assert store.find(INDEX, request, 20, seed=3) == store.find(
        INDEX, request, 20, seed=3
    )


def test_own_conversations_come_before_shipped_ones(tmp_path):
    request = store.request_of(_config(theme="a theme of our own"), builtin.load())
    own = store.Cached.of(request, WRITTEN, [Turn(sender="mom", text="Ours")])
    store.write(tmp_path / "x.json", store.Pack(name="x", conversations=(own,)))
    index = store.load_all([tmp_path])
    asked = store.request_of(_config(), builtin.load())
    assert {store.find(index, asked, 20, seed=seed).keys[0] for seed in range(9)} == {
        own.key
    }


def test_find_by_theme():
    found = _find(_config(theme="dad's knee operation"))
    assert [INDEX.by_key[key].request.theme for key in found.keys] == [
        "dad's knee operation"
    ]
    assert _find(_config(theme="a surprise party")) is None


@pytest.mark.parametrize("count", [1, 40, 70])
def test_find_gives_no_more_than_asked(count):
    assert _find(_config(message_count_target=count)).count == count
    assert _find(_config(), count).count == count


def _story(*parts: int) -> list[Turn]:
    """A story of parts of so many turns, a day apart."""
    return [
        Turn(sender="mom", text=f"{part}.{number}", pause=0 if number else 1_440)
        for part, length in enumerate(parts)
        for number in range(length)
    ]


@pytest.mark.parametrize(("count", "told"), [(2, 2), (3, 3), (6, 3), (7, 7), (99, 10)])
def test_a_story_ends_with_a_part_of_it(tmp_path, count, told):
    request = store.request_of(_config(theme="a story"), builtin.load())
    one = store.Cached.of(request, WRITTEN, _story(3, 4, 3))
    store.write(tmp_path / "x.json", store.Pack(name="x", conversations=(one,)))
    index = store.load_all([tmp_path], shipped=False)
    found = store.find(index, request, count, may_break_off=False)
    assert found.count == told
    assert store.find(index, request, count).count == min(count, 10)


@pytest.mark.parametrize(
    "other",
    [{"service": "SMS"}, {"chat_type": "group"}, {"participants": ("mom", "dad")}],
)
def test_find_wants_the_same_chat(other):
    assert _find(_config(**other)) is None


def test_find_prefers_the_exact_request(tmp_path):
    request = store.request_of(_config(), builtin.load())
    exact = store.Cached.of(request, WRITTEN, [Turn(sender="mom", text="Exactly")])
    store.write(tmp_path / "x.json", store.Pack(name="x", conversations=(exact,)))
    found = store.find(store.load_all([tmp_path]), request)
    assert found.keys[0] == exact.key
    assert found.scenes[0] == exact.turns


def test_request_needs_an_owner():
    people = [each for each in builtin.load() if not each.is_self]
    with pytest.raises(FoundryError, match="has no owner of the phone"):
        store.request_of(_config(), people)


def test_digest_follows_the_people():
    mom = builtin.by_id()["mom"]
    changed = replace(mom, personality="another")
    assert store.digest([mom]) == store.digest([mom])
    assert store.digest([mom]) != store.digest([changed])


def test_a_folder_called_shipped_is_checked_as_others_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("shipped").mkdir()
    Path("shipped/own.json").write_text('{"conversations": [], "name": ""}', "utf-8")
    with pytest.raises(FoundryError, match="misses version"):
        store.load_all([Path("shipped")])
