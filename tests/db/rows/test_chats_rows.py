"""`chat`, `handle` and what joins them (SEMANTICS §12, §13)."""

from __future__ import annotations

import plistlib
import re
from datetime import datetime

import pytest
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.rows.chats import Accounts, ChatContext
from pytest_imessage_foundry.models import ChatHistory, Persona

SINCE_26 = [
    name
    for name in schema.RELEASES
    if int(schema.get(name).macos.partition(".")[0]) >= 26
]
BEFORE_26 = [name for name in schema.RELEASES if name not in SINCE_26]


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


def properties(row):
    return plistlib.loads(row["properties"])


def test_a_one_to_one_chat(phone, tmp_path):
    alex = phone.person("Alex Doe")
    chat = phone.direct(alex)
    chat.send("Hi")
    last = chat.receive("Ho")
    file = write(phone, tmp_path)
    row = file.row("SELECT * FROM chat")
    prefix = "any" if phone.schema.name in SINCE_26 else "iMessage"
    assert row["guid"] == f"{prefix};-;{alex.identifier}"
    assert row["style"] == 45
    assert row["chat_identifier"] == alex.identifier
    assert row["service_name"] == "iMessage"
    assert row["room_name"] is None
    assert row["display_name"] == ""
    assert row["state"] == 3
    assert row["account_login"] == "E:" + phone.owner.other_identifiers[0]
    assert row["last_addressed_handle"] == phone.owner.other_identifiers[0]
    assert row["group_id"]
    assert row["is_filtered"] == row["is_archived"] == 0
    assert row["last_read_message_timestamp"] == last.message.date
    assert properties(row) == {
        "pv": 0,
        "hasResponded": True,
        "shouldForceToSMS": False,
        "lastSeenMessageGuid": last.message.guid,
    }
    (join,) = file.rows("SELECT * FROM chat_handle_join")
    assert file.handle(join["handle_id"]) == (alex.identifier, "iMessage")


def test_a_group(phone, tmp_path):
    people = [phone.person("Alex Doe"), phone.person("Sam Roe", email=True)]
    phone.group(*people, name="Trip").send("Hi")
    file = write(phone, tmp_path)
    row = file.row("SELECT * FROM chat")
    is_new = phone.schema.name in SINCE_26
    pattern = r"any;\+;[0-9a-f]{32}" if is_new else r"iMessage;\+;chat\d+"
    assert re.fullmatch(pattern, row["guid"])
    assert row["style"] == 43
    assert row["chat_identifier"] == row["room_name"] == row["guid"].split(";")[2]
    assert row["display_name"] == "Trip"
    assert row["original_group_id"] == row["group_id"]
    members = file.rows("SELECT handle_id FROM chat_handle_join")
    assert [file.handle(each["handle_id"])[0] for each in members] == [
        person.identifier for person in people
    ]


def test_one_person_over_two_services(phone, tmp_path):
    """Two chats and two handles before 26, one chat and two handles since (§12)."""
    alex = phone.person("Alex Doe")
    first = phone.direct(alex).receive("blue")
    second = phone.direct(alex, service="SMS").receive("green")
    file = write(phone, tmp_path)
    is_new = phone.schema.name in SINCE_26
    guids = [row["guid"] for row in file.rows("SELECT guid FROM chat ORDER BY ROWID")]
    address = alex.identifier
    assert guids == (
        [f"any;-;{address}"]
        if is_new
        else [f"iMessage;-;{address}", f"SMS;-;{address}"]
    )
    rows = [file.message(draft) for draft in (first, second)]
    assert [row["service"] for row in rows] == ["iMessage", "SMS"]
    assert [file.handle(row["handle_id"]) for row in rows] == [
        (address, "iMessage"),
        (address, "SMS"),
    ]
    assert rows[1]["account"] == f"P:{phone.owner.identifier}"
    assert rows[1]["destination_caller_id"] == phone.owner.identifier


def test_handles(phone, tmp_path):
    phone.direct(phone.person("Kim Poe", country="GB")).send("Hi")
    bank = phone.person("Bank", address="15512")
    phone.direct(bank, service="SMS").receive("481923")
    rows = write(phone, tmp_path).rows("SELECT * FROM handle ORDER BY ROWID")
    assert [(r["country"], r["service"], r["uncanonicalized_id"]) for r in rows] == [
        ("gb", "iMessage", None),
        ("us", "SMS", "15512"),
    ]
    assert rows[0]["id"].startswith("+44")


def test_a_handle_of_nobody_known():
    phone = Accounts(Persona(id="me", name="Me", identifier="me@example.com"), 0)
    phone.handle("+12125550101", "iMessage")
    assert [row["country"] for row in phone.handle_rows()] == [None]
    assert phone.login("SMS") == phone.login("iMessage") == "E:me@example.com"


def test_own_rows_without_a_handle_can_be_had():
    author = Author()
    chat = author.direct(author.person("Alex Doe")).conversation()
    place = ChatContext.of(chat, 1, Accounts(author.owner, 0), own_handle=False)
    assert place.handle(None, "iMessage") == place.handle(None, "SMS") == 0


def test_properties(tmp_path):
    phone = Author()
    known, unknown = phone.person("Alex Doe"), phone.person("Nobody")
    phone.direct(known).set(read_receipts=True, mutes=True, is_archived=True, version=2)
    phone.direct(unknown).set(filtered="unknown", is_pending_review=True)
    phone.group(known, unknown).left()
    phone.direct(phone.person("Sam"), service="SMS")
    rows = write(phone, tmp_path).rows("SELECT * FROM chat ORDER BY ROWID")
    assert properties(rows[0]) == {
        "pv": 2,
        "hasResponded": True,
        "EnableReadReceiptForChat": True,
        "ignoreAlertsFlag": True,
        "shouldForceToSMS": False,
    }
    assert rows[0]["is_archived"] == 1
    assert (rows[1]["is_filtered"], rows[1]["is_pending_review"]) == (1, 1)
    assert properties(rows[1])["hasResponded"] is False
    assert [row["state"] for row in rows] == [3, 3, 0, 3]
    assert properties(rows[3])["shouldForceToSMS"] is True
    assert rows[3]["account_login"].startswith("P:+")


def test_a_background_and_what_its_removal_leaves(tmp_path):
    phone = Author()
    alex, sam = phone.person("Alex Doe"), phone.person("Sam Roe")
    given = phone.direct(alex)
    first = given.set_background(by=alex)
    taken = phone.direct(sam)
    taken.set_background()
    taken.remove_background(by=sam)
    rows = write(phone, tmp_path).rows("SELECT * FROM chat ORDER BY ROWID")
    kept = properties(rows[0])
    background = kept["backgroundProperties"]
    assert background.keys() == {
        *("trabar", "trabak", "trabas", "trabaid", "traboid", "trabav", "trabafs"),
        *("trabapv", "trabaCommSafety", "refreshDate"),
    }
    assert background["trabar"].startswith("https://")
    assert background["trabaid"] == kept["backgroundChannelGUID"]
    seconds = first.message.date / 10**9
    found = background["refreshDate"] - datetime(2001, 1, 1)
    assert found.total_seconds() == pytest.approx(seconds)
    left = properties(rows[1])
    assert left["backgroundProperties"] == {"trabav": background["trabav"] + 1}
    assert "backgroundChannelGUID" not in left


def test_what_years_leave_in_the_properties(tmp_path):
    phone = Author()
    chat = phone.direct(phone.person("Alex Doe"))
    said = chat.receive("Hi").message
    history = ChatHistory(
        watermark=(7, said.date),
        previous_accounts=(("SMS", "ACCOUNT"),),
        summary=(said.guid, True),
        last_archived=(said.guid, 9),
        lsmd=said.date,
        responses=6,
        receipts_version=3,
        handshake=1,
        reported_as_spam=True,
    )
    chat.set(history=history)
    found = properties(write(phone, tmp_path).row("SELECT * FROM chat"))
    for name in ("pv", "hasResponded", "shouldForceToSMS", "lastSeenMessageGuid"):
        del found[name]
    lsmd = found.pop("LSMD") - datetime(2001, 1, 1)
    assert lsmd.total_seconds() == pytest.approx(said.date / 10**9)
    assert found == {
        "CKChatWatermarkMessageID": 7,
        "CKChatWatermarkTime": said.date / 10**9,
        "CKChatPreviousAccountsDictionaryKey": {"SMS": "ACCOUNT"},
        "chatSummaryDictionary": {
            "chatSummary": b"",
            "chatSummaryAssociatedMessage": said.guid,
            "chatSummaryConsumed": True,
        },
        "com.apple.iChat.LastArchivedMessageID": [said.guid, 9],
        "numberOfTimesRespondedtoThread": 6,
        "EnableReadReceiptForChatVersionID": 3,
        "messageHandshakeState": 1,
        "hasBeenAutoSpamReported": True,
    }


def test_what_was_last_seen_is_not_what_is_unread(tmp_path):
    phone = Author()
    chat = phone.direct(phone.person("Alex Doe"))
    seen = chat.receive("seen")
    chat.receive("not yet", date_read=0)
    row = write(phone, tmp_path).row("SELECT * FROM chat")
    assert properties(row)["lastSeenMessageGuid"] == seen.message.guid
    assert row["last_read_message_timestamp"] == seen.message.date


@pytest.mark.parametrize("release", SINCE_26)
def test_chat_service_and_chat_lookup(tmp_path, release):
    phone = Author(release)
    alex = phone.person("Alex Doe")
    chat = phone.direct(alex)
    chat.send("blue").tapback("loved")
    chat.send("green", service="SMS")
    group = phone.group(alex, phone.person("Sam Roe"))
    group.send("Hi")
    file = write(phone, tmp_path)
    assert file.rows("SELECT service, chat FROM chat_service ORDER BY rowid") == [
        {"service": "iMessage", "chat": 1},
        {"service": "SMS", "chat": 1},
        {"service": "iMessage", "chat": 2},
    ]
    # Addresses have no row: nobody knows their domain (§12).
    lookup = file.row("SELECT identifier, domain, chat FROM chat_lookup")
    assert lookup == {
        "identifier": group.group_id,
        "domain": "iMessageGroupID",
        "chat": 2,
    }


@pytest.mark.parametrize("release", BEFORE_26)
def test_tables_of_26_are_not_there_before(tmp_path, release):
    phone = Author(release)
    phone.direct(phone.person("Alex Doe")).send("Hi")
    names = write(phone, tmp_path).rows("SELECT name FROM sqlite_master")
    assert not {"chat_service", "chat_lookup"} & {row["name"] for row in names}


def test_the_join_repeats_the_date(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    chat.send("Hi").tapback("loved").sticker()
    chat.receive("Ho")
    joins = write(phone, tmp_path).rows(
        "SELECT m.date, j.message_date FROM message m "
        "LEFT JOIN chat_message_join j ON j.message_id = m.ROWID"
    )
    assert len(joins) == 4
    assert all(row["date"] == row["message_date"] for row in joins)


def test_accounts_derive_from_the_seed(tmp_path):
    accounts = set()
    for number, seed in enumerate((1, 1, 2)):
        phone = Author(seed=seed)
        phone.direct(phone.person("Alex Doe")).send("Hi")
        folder = tmp_path / str(number)
        folder.mkdir()
        row = write(phone, folder).row("SELECT account_guid FROM message")
        accounts.add(row["account_guid"])
    assert len(accounts) == 2
