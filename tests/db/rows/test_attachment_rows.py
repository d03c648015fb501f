"""`attachment` and the files it names (SEMANTICS §5)."""

from __future__ import annotations

import re

import pytest
from writing import write

from pytest_imessage_foundry.attachments.generator import KINDS, Folder
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema

ROOT = "~/Library/Messages/Attachments/"
PATH = re.compile(r"(?P<hex>[0-9a-f]{2})/(?P<low>\d\d)/(?P<guid>[0-9A-F-]{36})/[^/]+")


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


def test_every_kind(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    drafts = [chat.receive(phone.file(kind)) for kind in KINDS]
    drafts.append(chat.send(phone.file("photo")))
    file = write(phone, tmp_path)
    attachments = [draft.message.attachments[0] for draft in drafts]
    folder = Folder(tmp_path / "files")
    for attachment in attachments:
        folder.add(attachment)
    for draft, attachment in zip(drafts, attachments, strict=True):
        row = file.row("SELECT * FROM attachment WHERE guid = ?", attachment.guid)
        path = row["filename"].removeprefix(ROOT)
        found = PATH.fullmatch(path)
        assert int(found["low"]) == int(found["hex"], 16) & 0xF
        assert found["guid"] == row["guid"] == row["original_guid"]
        assert path.endswith(f"/{row['transfer_name']}")
        assert (tmp_path / "files" / path).stat().st_size == row["total_bytes"] > 0
        assert (row["uti"], row["mime_type"]) == (
            KINDS[attachment.stub].uti,
            KINDS[attachment.stub].mime_type,
        )
        assert row["transfer_state"] == 5
        # Whole seconds, where messages have nanoseconds.
        seconds = draft.message.date // 10**9
        assert row["created_date"] == row["start_date"] == seconds
        assert row["is_outgoing"] == int(draft.message.is_from_me)
        assert row["hide_attachment"] == int(attachment.stub == "link-image")
        assert row["is_sticker"] == int(attachment.stub in ("sticker", "memoji"))
        join = file.row(
            "SELECT message_id FROM message_attachment_join WHERE attachment_id = ?",
            row["ROWID"],
        )
        assert join["message_id"] == file.message(draft)["ROWID"]


def test_not_downloaded_and_missing(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    chat.receive(phone.file("video", state="not-downloaded"))
    chat.receive(phone.file("video", state="missing"))
    waiting, missing = write(phone, tmp_path).rows("SELECT * FROM attachment")
    assert (waiting["filename"], waiting["transfer_state"]) == (None, 0)
    assert waiting["total_bytes"] > 0
    assert missing["filename"].startswith(ROOT)
    assert missing["transfer_state"] == 5


def test_a_file_sent_twice_is_one_row(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    photo = phone.file("photo")
    chat.send(photo)
    chat.send("again", photo)
    file = write(phone, tmp_path)
    assert file.counts.attachments == 1
    joins = file.rows("SELECT * FROM message_attachment_join")
    assert [join["attachment_id"] for join in joins] == [1, 1]


def test_genmoji(tmp_path):
    phone = Author("sequoia")
    chat = phone.direct(phone.person("Alex Doe"))
    chat.send(phone.file("genmoji", genmoji="a corgi"))
    row = write(phone, tmp_path).row("SELECT * FROM attachment")
    assert row["emoji_image_short_description"] == "a corgi"
    assert row["emoji_image_content_identifier"] == row["guid"]
