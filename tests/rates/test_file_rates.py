"""Each state of a lived-in phone moves its own rate, and old files are measured too."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from pytest_imessage_foundry import ChatDBBuilder
from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.measures import Measure
from pytest_imessage_foundry.models import Link
from pytest_imessage_foundry.rates.file_rates import FileRates, rates_of
from pytest_imessage_foundry.rates.published import NOTHING, Published

RELEASES = ("sonoma", "tahoe", "golden-gate")
START = "2025-10-06T15:00:00Z"


class Phone(ChatDBBuilder):
    """A phone with two chats, and people for more."""

    def __init__(self, release: str) -> None:
        super().__init__(release, start=START)
        self.ana = self.person("Ana Diaz")
        self.ben = self.person("Ben Wood", addresses=["phone", "email"])
        self.chat = self.direct(self.ana)
        self.club = self.group(self.ana, self.ben, name="Book club")
        self.first = self.chat.receive("Hello")
        self.chat.send("Hello yourself")
        self.club.receive("Chapter three", sender=self.ana)


State = Callable[[Phone], object]
STATES: dict[str, State] = {
    "rows in no chat": lambda p: p.chat.receive("Lost", chatless=True),
    "own one-to-one rows without a handle": lambda p: p.chat.send(
        "From my Mac", from_other_device=True
    ),
    "received rows without a handle": lambda p: p.chat.receive(
        "From nobody", nameless=True, chatless=True
    ),
    "rows in two chats": lambda p: p.chat.receive("Twice", also_in=p.direct(p.ben)),
    "received and unread": lambda p: p.chat.receive("News", date_read=0),
    "text NULL beside a body": lambda p: p.chat.receive("Body", storage="archive"),
    "of own rows": lambda p: p.chat.send("Body", storage="archive"),
    "of received rows": lambda p: p.chat.receive("Body", storage="archive"),
    "bodies whose root is immutable": lambda p: p.chat.receive("Fixed", immutable=True),
    "own rows with an error": lambda p: p.chat.send(
        "Not sent", error=22, date_read=0, date_delivered=0
    ),
    "delivered quietly": lambda p: p.chat.send("Psst", delivered_quietly=True),
    "dates in seconds": lambda p: p.chat.receive(
        "2016", at="2016-01-01T00:00:10Z", in_seconds=("date",)
    ),
    "dates of reading in seconds": lambda p: p.chat.receive(
        "Read", in_seconds=("date_read",)
    ),
    "accounts without an address": lambda p: p.chat.receive("Mine", blank=("E:",)),
    "part_count NULL": lambda p: p.chat.receive("None", blank=("part_count",)),
    "events": lambda p: p.club.rename("Film club"),
    "tapbacks among rows": lambda p: p.first.tapback("loved"),
    "messages with a tapback": lambda p: p.first.tapback("loved"),
    "taken back": lambda p: p.first.tapback("loved").remove_tapback(),
    "that name a bare GUID": lambda p: p.first.tapback("loved", is_bare=True),
    "reactions as text": lambda p: p.first.react_in_text("liked"),
    "inline replies": lambda p: p.chat.send("Yes", reply_to=p.first),
    "edited": lambda p: p.chat.send("Teh").edit("The"),
    "unsent": lambda p: p.chat.send("Oops").unsend(),
    "with an attachment": lambda p: p.chat.send(p.file("photo")),
    "over SMS": lambda p: p.direct(p.ana, service="SMS").receive("No data"),
    "chats of a filter tier": lambda p: p.chat.set(filtered="junk"),
    "junk (2)": lambda p: p.chat.set(filtered="junk"),
    "unknown senders (1)": lambda p: p.chat.set(filtered="unknown"),
    "chats that Messages hides": lambda p: p.chat.set(is_blocked=True),
    "archived chats": lambda p: p.chat.set(is_archived=True),
    "muted chats": lambda p: p.chat.set(mutes=True),
    "groups": lambda p: p.group(p.ana, p.ben, p.person("Kim Poe")).send("Hi"),
    "without a name": lambda p: p.group(p.ana, p.ben, p.person("Kim Poe")).send("Hi"),
    "that somebody left or was taken out of": lambda p: p.club.left(p.ben),
    "chats without a message": lambda p: p.chat.formerly("RCS"),
    "identifiers of several chats": lambda p: p.chat.formerly("RCS"),
    "one-to-one chats with the account's own address": lambda p: p.note_to_self(
        address=p.owner.addresses[1]
    ).send("Milk"),
    "handles without a country": lambda p: p.direct(
        p.person("Ola Berg", country="")
    ).receive("Where from?"),
    "attachments without a path": lambda p: p.chat.receive(
        p.file("photo", state="not-downloaded")
    ),
    "attachments with a path of another device": lambda p: p.chat.receive(
        p.file("photo", device_path="/var/mobile/Library/SMS/Attachments/a/x.heic")
    ),
    "rows dated six hours before one below them": lambda p: p.chat.receive(
        "Old", at="2025-10-01T12:00:00Z", rowid_after=p.first
    ),
    "ROWIDs without a row": lambda p: (
        p.chat.receive("Gone").delete(permanent=True),
        p.chat.receive("Stays"),
    ),
}
# The rates that a plain phone has rows of; the others begin at none.
THERE_BEFORE = {"groups": 1}
# What some releases have in another way.
ELSEWHERE = {
    ("sonoma", "chats without a message"): lambda p: p.chat.formerly("SMS"),
    ("sonoma", "identifiers of several chats"): lambda p: p.chat.formerly("SMS"),
}


def measured(phone: ChatDBBuilder, folder: Path) -> FileRates:
    return rates_of(phone.build(folder / "chat.db").path)


@pytest.fixture(scope="module", params=RELEASES)
def release(request):
    return request.param


@cache
def _plain(release):
    with tempfile.TemporaryDirectory() as folder:
        return measured(Phone(release), Path(folder))


@pytest.fixture
def before(release):
    """The rates of a plain phone, measured once for each release."""
    return _plain(release)


def each_state():
    """Yield each state with a release, and in the sweep with each of them."""
    for number, release in enumerate(RELEASES):
        for place, name in enumerate(STATES):
            is_usual = place % len(RELEASES) == number or (release, name) in ELSEWHERE
            marks = () if is_usual else pytest.mark.sweep
            yield pytest.param(name, release, marks=marks)


@pytest.mark.parametrize(("name", "release"), [*each_state()], indirect=["release"])
def test_a_state_moves_its_rate(name, release, before, tmp_path):
    phone = Phone(release)
    ELSEWHERE.get((release, name), STATES[name])(phone)

    after = measured(phone, tmp_path)

    assert before[name].part == THERE_BEFORE.get(name, 0)
    assert after[name].part == before[name].part + 1


def test_the_same_person_under_two_addresses(release, before, tmp_path):
    phone = Phone(release)
    phone.direct(phone.ben).receive("From my phone")
    phone.direct(phone.ben, address=phone.ben.addresses[1]).receive("From my desk")

    name = "handles of a person who has several"
    assert before[name].part == 0
    assert measured(phone, tmp_path)[name].part == 2


def test_links_without_payload(release, tmp_path):
    phone = Phone(release)
    url = "https://example.com/a"
    phone.chat.send(url, balloon=Link(url=url, title="A"))
    found = measured(phone, tmp_path)
    assert (found["links"].part, found["without their payload"].part) == (1, 0)


def test_a_changed_number(release, tmp_path):
    phone = Phone(release)
    phone.club.number_changed(phone.ben, "+12125550177")
    assert measured(phone, tmp_path)["changed numbers"].part == 1


def test_twins(release, tmp_path):
    phone = Phone(release)
    date = phone.first.message.date
    phone.chat.receive("Hello", at=date, arrived=date + 60 * 10**9)
    found = measured(phone, tmp_path)
    name = "rows of a chat within 2 ms of the one before"
    assert (found[name].part, found["and the same twice"].part) == (1, 1)


def test_rows_of_one_moment_that_are_no_twins(tmp_path):
    phone = Phone("tahoe")
    phone.chat.receive("Another", at=phone.first.message.date)
    found = measured(phone, tmp_path)
    name = "rows of a chat within 2 ms of the one before"
    assert (found[name].part, found["and the same twice"].part) == (1, 0)


def test_a_row_that_came_a_little_late_is_not_backdated(tmp_path):
    phone = Phone("tahoe")
    date = phone.first.message.date - 5 * 3_600 * 10**9
    phone.chat.receive("From the train", at=date, rowid_after=phone.first)
    name = "rows dated six hours before one below them"
    assert measured(phone, tmp_path)[name].part == 0


def test_a_filtered_sender(tmp_path):
    phone = Phone("tahoe")
    shop = phone.person("Example Shop", address="61000", real=True)
    phone.direct(shop, service="SMS", filtered="promotion").receive("Sale", date_read=0)

    found = measured(phone, tmp_path)

    assert found["categories of SMS (3 and up)"].part == 1
    assert found["handles with a filter's suffix"].part == 1
    hidden = found["in chats that Messages hides"]
    assert (hidden.part, hidden.whole, hidden.is_met) == (1, 1, True)


def test_days_silences_and_sizes(tmp_path):
    phone = ChatDBBuilder("tahoe", start="2024-12-30T10:00:00Z")
    people = [phone.person(f"Person {n}") for n in range(4)]
    chats = [phone.direct(each) for each in people]
    for day, chat in (("2024-12-30", 0), ("2024-12-31", 0), ("2025-01-10", 1)):
        chats[chat].receive("Hi", at=f"{day}T10:00:00Z")
    for number in range(6):
        chats[2].send(f"{number}", at=f"2025-01-12T10:0{number}:00Z", storage="archive")
    chats[3].receive("Hi", at="2025-01-12T11:00:00Z", storage="text")

    found = measured(phone, tmp_path)

    days = found["days with a message"]
    assert (days.part, days.whole) == (4, 14)
    assert found["longest silence"].value == 9
    assert found["longest silence"].shown == "9 d"
    assert found["messages in the largest chat"].counted == "60.0 % (6 of 10)"
    assert found["messages in the two largest chats"].part == 8
    assert found["median size of a chat"].value == 1.5
    years = [(y.year, y.messages, y.bodies, y.without_text) for y in found.years]
    assert years == [(2024, 2, 2, 0), (2025, 8, 7, 6)]
    assert found.years[1].services == {"iMessage": 8, "SMS": 0, "RCS": 0}


def test_the_newest_row_is_not_the_last(tmp_path):
    phone = Phone("tahoe")
    newest = phone.chat.receive("Today")
    for number in range(3):
        phone.chat.receive(
            f"{number}", at=f"2025-10-0{number + 1}T09:00:00Z", rowid_after=newest
        )
    found = measured(phone, tmp_path)
    assert found["rows above that of the newest message"].part == 3


def test_files_that_are_not_there(tmp_path):
    phone = Phone("tahoe")
    phone.chat.send(phone.file("photo"))
    phone.chat.receive(phone.file("photo", state="not-downloaded"))
    database = phone.build(tmp_path / "chat.db")
    name = "attachments without their file"
    assert rates_of(database.path)[name].counted == "50.0 % (1 of 2)"

    stored = next(each for each in (tmp_path / "Attachments").rglob("*.*"))
    stored.unlink()
    assert rates_of(database.path)[name].part == 2

    shutil.rmtree(tmp_path / "Attachments")
    assert rates_of(database.path)[name].value is None


# --- goals ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "goal"),
    [
        (Published(), (None, None)),
        (Published("one", ((1, 10),)), (0.05, 0.2)),
        (Published("one", ((9, 10),)), (0.45, 1.0)),
        (Published("three", ((3, 10), (1, 10), (2, 10))), (0.1, 0.3)),
        (Published("stated", least=0.1), (0.1, None)),
    ],
)
def test_goals_follow_from_figures(published, goal):
    assert published.goal == goal


def test_goals_have_sources(before):
    for measures in before.sections.values():
        for each in measures:
            has_goal = each.least is not None or each.most is not None
            assert each.source
            assert not (has_goal and each.source == NOTHING)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0 %"), (0.00001, "0.001 %"), (0.0026, "0.3 %"), (1.0, "100.0 %")],
)
def test_rare_shares_are_not_shown_as_none(value, shown):
    assert Measure("rare", value).shown == shown


# --- files of every kind --------------------------------------------------------------


@pytest.fixture
def old_file(tmp_path):
    """A file as OS X 10.11 wrote it: dates in seconds, columns that came later."""
    path = tmp_path / "chat.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT,
              guid TEXT UNIQUE NOT NULL, text TEXT, handle_id INTEGER DEFAULT 0,
              attributedBody BLOB, service TEXT, service_center TEXT, account TEXT,
              error INTEGER DEFAULT 0, date INTEGER, date_read INTEGER,
              is_from_me INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0,
              cache_roomnames TEXT, item_type INTEGER DEFAULT 0);
            CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER,
              chat_identifier TEXT, service_name TEXT, display_name TEXT);
            CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, country TEXT,
              service TEXT);
            CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
            INSERT INTO chat VALUES (1, 'iMessage;-;+15550100', 45, '+15550100',
              'iMessage', NULL);
            INSERT INTO handle VALUES (1, '+15550100', NULL, 'iMessage');
            INSERT INTO message (guid, text, handle_id, service, date, is_read, error)
              VALUES ('A', 'Hi', 1, 'iMessage', 470000000, 1, 0),
                     ('B', 'Ho', 1, 'SMS', 470086400, 0, 22);
            INSERT INTO chat_message_join VALUES (1, 1);
            """
        )
    return path


def test_an_old_file_is_named_and_measured(old_file, capsys):
    found = rates_of(old_file)

    assert found.is_older
    assert found["dates in seconds"].counted == "100.0 % (2 of 2)"
    assert found["rows in no chat"].counted == "50.0 % (1 of 2)"
    assert found["edited"].value is None
    assert found["handles of a person who has several"].value is None
    assert found["handles without a country"].part == 1
    assert [year.year for year in found.years] == [2015]
    assert found["days with a message"].part == 2

    assert main(["stats", str(old_file)]) == 0
    second = capsys.readouterr().out.splitlines()[1]
    assert second == "older than macOS 14: what it has is measured"


@pytest.mark.parametrize("table", ["chat", "chat_message_join", "attachment", "handle"])
def test_a_file_without_a_table(table, tmp_path):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
    found = rates_of(path)
    assert found.messages == 3
    assert found["received and unread"].value == (0 if "chat" not in table else None)


def test_odd_values_end_nothing(tmp_path):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(
            "DROP TRIGGER IF EXISTS update_message_date_after_update_on_message"
        )
        connection.execute("UPDATE message SET date = 'soon' WHERE ROWID = 1")
        connection.execute(
            "UPDATE message SET date = 9e18, text = x'ff' WHERE ROWID = 2"
        )
        connection.execute("UPDATE message SET date = NULL WHERE ROWID = 3")
        connection.commit()
    assert rates_of(path).messages == 3


@pytest.mark.parametrize("date", ["soon", b"\xff", 9e18, 2**63 - 1, None])
def test_odd_dates_of_a_join_end_nothing(date, tmp_path):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    with closing(sqlite3.connect(path)) as connection:
        odd = "UPDATE chat_message_join SET message_date = ? WHERE message_id = 2"
        connection.execute(odd, (date,))
        connection.commit()
    assert rates_of(path).messages == 3


def test_no_table_of_messages(tmp_path, capsys):
    path = tmp_path / "notes.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE note (text)")
        connection.commit()
    assert main(["stats", str(path)]) == 2
    assert "no message table" in capsys.readouterr().err


def test_a_log_is_read_and_nothing_is_left(tmp_path):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT INTO message (guid, date) VALUES ('NEW', 1)")
        writer.commit()
        there = {each.name: each.read_bytes() for each in tmp_path.glob("chat.db*")}
        assert rates_of(path).messages == 4
        after = {each.name: each.read_bytes() for each in tmp_path.glob("chat.db*")}
        assert after == there


def test_a_locked_file_is_told_as_such(tmp_path, capsys):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE")
        writer.execute("BEGIN EXCLUSIVE")
        done = subprocess.run(
            [sys.executable, "-m", "pytest_imessage_foundry.cli", "stats", str(path)],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 2
    assert "lock" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_says_the_same(tmp_path, capsys):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    assert main(["stats", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["messages"] == 3
    assert not said["older_than_macos_14"]
    assert {each["section"] for each in said["measures"]} >= {"messages", "chats"}
    names = [each["name"] for each in said["measures"]]
    assert len(names) == len(set(names))
    assert said["years"][0]["year"] == 2025


def test_a_page_of_the_file(tmp_path, capsys):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    page = tmp_path / "page.html"
    assert main(["stats", str(path), "--page", str(page)]) == 0
    assert "<svg" in page.read_text(encoding="utf-8")


def test_a_file_is_not_a_scenario(tmp_path, capsys):
    path = Phone("tahoe").build(tmp_path / "chat.db").path
    assert main(["stats", str(path), "--seed", "3", "--scenario", "family"]) == 2
    assert "without --scenario, --seed" in capsys.readouterr().err
