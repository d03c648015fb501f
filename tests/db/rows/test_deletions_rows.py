"""Recently Deleted, and gone for good (SEMANTICS §17)."""

from __future__ import annotations

import pytest
import typedstream
from writing import write

from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.models import CloudRecord


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


@pytest.fixture
def group(phone):
    return phone.group(phone.person("Alex Doe"), phone.person("Sam Roe"))


def test_recently_deleted(phone, group, tmp_path):
    draft = group.send("Hi", phone.file("photo")).delete()
    kept = group.send("Ho")
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert row["text"] == "Hi\ufffc"
    assert row["cache_roomnames"] is None  # the trigger on the join that went
    joined = file.rows("SELECT message_id FROM chat_message_join")
    assert joined == [{"message_id": file.message(kept)["ROWID"]}]
    assert file.row("SELECT * FROM chat_recoverable_message_join") == {
        "chat_id": 1,
        "message_id": row["ROWID"],
        "delete_date": draft.message.traits.deleted.date,
        "ck_sync_state": 0,
    }
    assert draft.message.traits.deleted.date > draft.message.date
    assert file.rows("SELECT * FROM recoverable_message_part") == []
    assert len(file.rows("SELECT * FROM message_attachment_join")) == 1
    if "index_state" in row:
        assert row["index_state"] == 0
        assert file.row("SELECT * FROM index_state_metrics")["donated_count"] == 1


def test_an_event_recently_deleted_is_still_not_searched(tmp_path):
    phone = Author()
    group = phone.group(phone.person("Alex Doe"))
    draft = group.rename("New").delete()
    assert write(phone, tmp_path).message(draft)["index_state"] == 2


def test_a_part_recently_deleted(phone, group, tmp_path):
    draft = group.send("Keep", "drop 🎈").delete(parts=(1,))
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert file.rows("SELECT * FROM chat_recoverable_message_join") == []
    part = file.row("SELECT * FROM recoverable_message_part")
    assert (part["message_id"], part["part_index"]) == (row["ROWID"], 1)
    assert part["delete_date"] == draft.message.traits.deleted.date
    root = typedstream.unarchive_from_data(part["part_text"])
    assert root.contents[0].values[0].value == "drop 🎈"
    assert len(file.rows("SELECT * FROM chat_message_join")) == 1


def test_deleted_for_good(phone, group, tmp_path):
    sam = group.people[1]
    draft = group.send("Hi").tapback("loved", by=sam).delete(permanent=True)
    draft.trait(cloud=CloudRecord(record_id="ab", change_tag="t"))
    later = group.send("Ho")
    file = write(phone, tmp_path)
    guid = draft.message.guid
    # Neither the message nor what reacted to it is left.
    assert [row["guid"] for row in file.rows("SELECT * FROM message")] == [
        later.message.guid
    ]
    assert file.counts.messages == 1
    assert file.row("SELECT guid FROM deleted_messages") == {"guid": guid}
    assert file.row("SELECT guid, recordID FROM sync_deleted_messages") == {
        "guid": guid,
        "recordID": "ab",
    }
    # The next message still names it (§1).
    assert file.message(later)["reply_to_guid"] == guid


def test_in_no_chat(phone, group, tmp_path):
    draft = group.send("Hi").trait(chatless=True)
    file = write(phone, tmp_path)
    assert file.message(draft)["cache_roomnames"] is None
    assert file.rows("SELECT * FROM chat_message_join") == []
