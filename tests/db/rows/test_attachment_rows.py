"""`attachment` and the files it names (SEMANTICS §5)."""

from __future__ import annotations

import plistlib
import re

import pytest
from writing import write

from pytest_imessage_foundry.attachments.generator import KINDS, Folder
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.models import Attribution, StickerSource

ROOT = "~/Library/Messages/Attachments/"
STICKERS = ("sticker", "memoji", "genmoji")
CACHED = re.compile(
    r"~/Library/Messages/StickerCache/(?P<hash>[0-9a-f]{16})-(?P<id>[0-9A-F-]{36})"
    r"/(?P=id)\.heic"
)
PATH = re.compile(r"(?P<hex>[0-9a-f]{2})/(?P<low>\d\d)/(?P<guid>[0-9A-F-]{36})/[^/]+")


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


def test_every_kind(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    kinds = [kind for kind in KINDS if kind not in STICKERS]
    drafts = [chat.receive(phone.file(kind)) for kind in kinds]
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
        there = tmp_path / "files" / path
        there = next(there.iterdir()) if there.is_dir() else there
        assert there.stat().st_size == row["total_bytes"] > 0
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
        assert row["is_sticker"] == 0
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
    chat.send(photo)
    file = write(phone, tmp_path)
    assert file.counts.attachments == 1
    joins = file.rows("SELECT * FROM message_attachment_join")
    assert [join["attachment_id"] for join in joins] == [1, 1]


def test_own_files_are_called_after_their_message_and_their_place(phone, tmp_path):
    chat = phone.direct(phone.person("Alex Doe"))
    sent = chat.send("Look:", phone.file("photo"), phone.file("heic"))
    chat.receive("Here:", phone.file("photo"))
    chat.send(phone.file("photo"))
    rows = write(phone, tmp_path).rows("SELECT * FROM attachment")
    guids = [row["guid"] for row in rows]
    guid = sent.message.guid
    assert guids[:2] == [f"at_1_{guid}", f"at_2_{guid}"]
    assert not any(each.startswith("at_") for each in guids[2:])
    assert all(row["original_guid"] == row["guid"] for row in rows)


def test_a_genmoji_says_where_it_is_from(tmp_path):
    phone = Author("sequoia")
    chat = phone.direct(phone.person("Alex Doe"))
    chat.send(phone.file("genmoji", genmoji="a corgi"))
    row = write(phone, tmp_path).row("SELECT * FROM attachment")
    assert row["emoji_image_short_description"] == "a corgi"
    info = plistlib.loads(row["sticker_user_info"])
    assert info["pid"] == "com.apple.messages.genmoji"
    assert row["emoji_image_content_identifier"] == f"{info['sid']}0"
    assert row["is_sticker"] == 1


@pytest.mark.parametrize("kind", ["sticker", "memoji"])
def test_stickers_lie_in_their_own_folder(phone, tmp_path, kind):
    chat = phone.direct(phone.person("Alex Doe"))
    draft = chat.receive(phone.file(kind))
    row = write(phone, tmp_path).row("SELECT * FROM attachment")
    info = plistlib.loads(row["sticker_user_info"])
    found = CACHED.fullmatch(row["filename"])
    assert (found["id"], found["hash"]) == (info["sid"], info["shash"])
    (attachment,) = draft.message.attachments
    Folder(tmp_path / "Attachments").add(attachment)
    laid = tmp_path / row["filename"].removeprefix("~/Library/Messages/")
    assert laid.stat().st_size == row["total_bytes"]
    assert row["is_sticker"] == 1


def test_an_apps_sticker_is_called_after_its_content_and_its_message(phone, tmp_path):
    source = StickerSource(
        id="289D9E83-33EE-4153-AF13-43DB31792C6F",
        app="com.apple.messages.MSMessageExtensionBalloonPlugin:ABCDE12345:com.example",
        hash="0123456789abcdef",
        label="heart",
    )
    made_by = Attribution(name="Hearts", bundle_id=source.app, adam_id=1)
    image = phone.file("sticker", source=source, attribution=made_by)
    chat = phone.direct(phone.person("Alex Doe"))
    draft = chat.send("Stick it here").sticker(image=image)
    row = write(phone, tmp_path).row("SELECT * FROM attachment")
    (placed,) = draft.message.stickers
    assert row["guid"] == f"at_{source.id}_{placed.guid}"
    assert row["original_guid"] == image.guid
    info = plistlib.loads(row["sticker_user_info"])
    assert {"sid", "pid", "shash", "sxs", "sys", "ssa", "sro", "spw"} == info.keys()
    assert plistlib.loads(row["attribution_info"]) == {
        "name": "Hearts",
        "bundle-id": source.app,
        "adam-id": 1,
    }


def test_the_size_of_a_preview(phone, tmp_path):
    file = phone.file("photo", attribution=Attribution(preview=(320, 240)))
    phone.direct(phone.person("Alex Doe")).receive(file)
    row = write(phone, tmp_path).row("SELECT * FROM attachment")
    assert plistlib.loads(row["attribution_info"]) == {"pgensw": 320, "pgensh": 240}
