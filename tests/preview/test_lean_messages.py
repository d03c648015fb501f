"""What is read and drawn in a quick way is what the general way gives."""

from __future__ import annotations

import json
import plistlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch_phones import START, Scratch
from test_body_pieces import NOTER

from pytest_imessage_foundry.order import Order
from pytest_imessage_foundry.pipeline import forge
from pytest_imessage_foundry.preview import read, reading, render
from pytest_imessage_foundry.preview import reader as reader_module
from pytest_imessage_foundry.preview.body_pieces import pieces
from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.page_data import PageData
from pytest_imessage_foundry.preview.phone import (
    PlainMessage,
    ShownChat,
    ShownMessage,
    ShownPart,
    ShownRun,
)
from pytest_imessage_foundry.preview.pictures import Pictures
from pytest_imessage_foundry.preview.reader import PhoneReader
from pytest_imessage_foundry.preview.tally import Tally
from pytest_imessage_foundry.reading.attributed_strings import Body
from pytest_imessage_foundry.spec import Spec

FEW = (None, 0, 1, -1, 2, 1.5, 0.0, "", "0", "text", b"", b"\xff", 2**62)
DATES = st.sampled_from((0, 1, START, START + 1, -START, 2**62))
SUMMARIES = [
    plistlib.dumps(each, fmt=plistlib.FMT_BINARY)
    for each in ({"ust": True}, {"ust": True, "amc": 1}, {"rp": [0]})
]


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """What most rows have, so that many examples are nearly ordinary."""
    return st.sampled_from((usual,) * 4 * len(others) + others)


USUAL = {
    "attributedBody": mostly(NOTER, NOTER[:-1], None, "text", b""),
    "message_summary_info": mostly(*SUMMARIES, None, b"", "text"),
    "service": mostly("iMessage", "SMS", "iMessageLite", None, b"SMS", 1),
    **dict.fromkeys(("is_sent", "is_delivered", "is_read"), mostly(1, *FEW)),
    **dict.fromkeys(("is_from_me", "handle_id"), mostly(1, *FEW)),
    **dict.fromkeys(("date", "date_read", "date_delivered"), DATES),
    **dict.fromkeys(("guid", "text"), mostly("G1", b"G1", "G2", "", None, 1)),
    "thread_originator_guid": mostly(None, "", "G1", "G2", b"G1"),
    "thread_originator_part": mostly("0:0:5", None, "x", b"0:0:1", 7),
}
RARE_NAMES = sorted(reader_module._RARE)
RARE = st.dictionaries(st.sampled_from(RARE_NAMES), st.sampled_from(FEW), max_size=1)
ROWS = st.lists(st.tuples(st.fixed_dictionaries(USUAL), RARE), min_size=1, max_size=8)
STATED = {"guid", "text", "attributedBody", "handle_id", "is_from_me", "date"}
STATED |= {"service"}
TEXTS = {"subject", "balloon_bundle_id", "expressive_send_style_id"}


def filled(path: Path, rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> Path:
    """A database of these rows, all in its one chat."""
    names = sorted({*USUAL, *RARE_NAMES} - STATED)
    Scratch(path, *[f"{name} TEXT" if name in TEXTS else name for name in names])
    with closing(sqlite3.connect(path)) as connection:
        for number, (usual, rare) in enumerate(rows, 1):
            row = {"ROWID": number, **usual, **rare}
            columns, marks = ", ".join(row), ", ".join("?" * len(row))
            insert = f"INSERT INTO message ({columns}) VALUES ({marks})"
            connection.execute(insert, tuple(row.values()))
            joined = "INSERT INTO chat_message_join VALUES (1, ?)"
            connection.execute(joined, (number,))
        connection.commit()
    return path


@pytest.mark.parametrize("examples", [25, pytest.param(100, marks=pytest.mark.sweep)])
def test_any_row_is_read_as_in_the_general_way(
    tmp_path_factory: pytest.TempPathFactory, examples: int
) -> None:
    @settings(deadline=None, max_examples=examples)
    @given(rows=ROWS)
    def check(
        rows: list[tuple[dict[str, Any], dict[str, Any]]],
    ) -> None:
        path = filled(tmp_path_factory.mktemp("rows") / "chat.db", rows)

        quick = read(path)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(PhoneReader, "_ordinary_message", lambda *_: None)
            assert read(path) == quick

    check()


@pytest.mark.parametrize("scenario", ["kinds", "default", "lived-in"])
def test_a_page_of_plain_messages_is_that_of_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scenario: str
) -> None:
    path = tmp_path / "chat.db"
    forge(Order(Spec(release="tahoe", scenario=scenario, messages=300)), path)
    with reading(path) as phone:
        every = [each for chat in phone.chats for each in phone.lean_messages_in(chat)]
        quick = render(phone)
    plain = [each for each in every if isinstance(each, PlainMessage)]
    assert len(plain) > len(every) / 10
    monkeypatch.setattr(PhoneReader, "_ordinary_message", lambda *_: None)

    with reading(path) as phone:
        assert render(phone) == quick


PLAIN = st.builds(
    PlainMessage,
    id=st.integers(-(2**63), 2**63 - 1),
    guid=st.text(),
    date=DATES,
    sender=st.none() | st.text(),
    service=st.text(),
    text=st.text(st.characters(exclude_categories=()), min_size=1),
    date_delivered=DATES,
    date_read=DATES,
    is_delivered=st.booleans(),
    is_read=st.booleans(),
    is_unread=st.booleans(),
)


def marked(
    message: PlainMessage, number: int, marks: list[str], styles: tuple[str, ...]
) -> ShownMessage:
    """The text of a message as a part of another that has more."""
    run = ShownRun(text=message.text, styles=styles)
    return ShownMessage(
        id=message.id,
        guid=message.guid,
        date=message.date,
        sender=message.sender,
        marks=tuple(marks),
        parts=(ShownPart(number=number, runs=(run,)),),
    )


MARKED = st.builds(
    marked,
    PLAIN,
    st.integers(0, 2),
    st.lists(st.text(), max_size=2),
    st.sampled_from(((), ("bold",))),
)


def as_dictionary(message: ShownMessage, data: PageData) -> dict[str, Any]:
    """What the page says of a message, field by field."""
    stamp = LocalTimes().stamp
    fields = {
        "id": message.id,
        "guid": message.guid,
        "time": stamp(message.date),
        "from": message.sender,
        "service": message.service,
        "parts": [data._part(part) for part in message.parts],
    }
    further = {
        "delivered": stamp(message.date_delivered) or message.is_delivered,
        "read": stamp(message.date_read) or message.is_read,
        "unread": message.is_unread,
    }
    more = {name: value for name, value in further.items() if value}
    return fields | more | data._rare(message)


@pytest.mark.parametrize("examples", [40, pytest.param(100, marks=pytest.mark.sweep)])
def test_messages_are_written_as_json_writes_them(examples: int) -> None:
    @settings(max_examples=examples)
    @given(messages=st.lists(PLAIN | MARKED, max_size=3))
    def check(messages: list[Any]) -> None:
        data = PageData({}, LocalTimes(), Pictures())
        shown = [m.shown() if isinstance(m, PlainMessage) else m for m in messages]
        dictionaries = [as_dictionary(message, data) for message in shown]

        text = f"[{data.messages(messages)}]"

        assert text == json.dumps(dictionaries, separators=(",", ":"))
        assert text == f"[{data.messages(shown)}]"

    check()


CHAT = ShownChat(id=1, guid="", identifier="", participants=("Ann", "Ben"))


@pytest.mark.parametrize("examples", [30, pytest.param(100, marks=pytest.mark.sweep)])
def test_messages_are_counted_together_as_one_by_one(examples: int) -> None:
    @settings(max_examples=examples)
    @given(messages=st.lists(PLAIN, max_size=12), size=st.integers(1, 12))
    def check(messages: list[PlainMessage], size: int) -> None:
        messages.sort(key=lambda message: message.date)
        one, many = Tally(LocalTimes().at), Tally(LocalTimes().at)

        for message in messages:
            one.add(CHAT, [message.shown()])
        for start in range(0, len(messages), size):
            many.add(CHAT, messages[start : start + size])

        assert counted(one) == counted(many)

    check()


def counted(tally: Tally) -> dict[str, Any]:
    return {name: each for name, each in vars(tally).items() if name != "_clock"}


@given(
    text=st.text(st.sampled_from("ab€😀"), min_size=1, max_size=12),
    lengths=st.lists(st.integers(-1, 5), max_size=6),
)
def test_texts_are_cut_by_units(text: str, lengths: list[int]) -> None:
    body = Body(text.encode(), tuple((length, {}) for length in lengths))

    class Said:
        def read(self, data: bytes) -> Body:
            return body

    units = text.encode("utf-16-le")
    cut: list[bytes] = []
    for length in lengths:
        cut.append(units[: 2 * max(length, 0)])
        units = units[2 * max(length, 0) :]
    expected = [each.decode("utf-16-le", "replace") for each in (*cut, units) if each]

    assert [piece.run.text for piece in pieces(b"", Said())] == expected  # type: ignore[arg-type]


BESIDE = {
    "a file": """
        INSERT INTO attachment VALUES (1, 'at', '', 'a.png', 'image/png', 5, 10);
        INSERT INTO message_attachment_join VALUES (3, 1);""",
    "a tapback": """
        INSERT INTO message (ROWID, guid, date, handle_id, service,
            associated_message_guid, associated_message_type)
            VALUES (4, 'G4', 1, 1, 'iMessage', 'p:0/G3', 2000);
        INSERT INTO chat_message_join VALUES (1, 4);""",
    "its deletion": """
        CREATE TABLE chat_recoverable_message_join
            (chat_id INTEGER, message_id INTEGER, delete_date INTEGER);
        INSERT INTO chat_recoverable_message_join VALUES (1, 3, 5000000000000);""",
    "a deleted part": """
        CREATE TABLE recoverable_message_part
            (message_id INTEGER, part_index INTEGER, part_text BLOB,
            delete_date INTEGER);
        INSERT INTO recoverable_message_part VALUES (3, 1, NULL, 5000000000000);""",
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_a_plain_text_has_beside_it_is_read(
    scratch: Callable[..., Scratch], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made = scratch("associated_message_guid TEXT", "associated_message_type INTEGER")
    for _ in range(3):
        made.add(attributedBody=NOTER, service="iMessage")
    with closing(sqlite3.connect(made.path)) as connection:
        connection.executescript(BESIDE[what])
    with reading(made.path) as phone:
        (chat,) = phone.chats
        first, plain, more = phone.lean_messages_in(chat)
    # The first one's form is not known yet.
    kinds = [isinstance(each, PlainMessage) for each in (first, plain, more)]
    assert kinds == [False, True, False]
    quick = read(made.path)
    monkeypatch.setattr(PhoneReader, "_ordinary_message", lambda *_: None)

    assert read(made.path) == quick


def test_progress_tells_of_all_messages(scratch: Callable[..., Scratch]) -> None:
    made = scratch()
    for _ in range(3):
        made.add(text="hello")
    told: list[tuple[int, int]] = []

    read(made.path, lambda done, total: told.append((done, total)))

    assert told == [(3, 3)]
