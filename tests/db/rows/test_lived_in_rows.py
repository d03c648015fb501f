"""States of a phone that was lived in, by hand: what they make, what is refused."""

from __future__ import annotations

import pytest
from writing import write

from pytest_imessage_foundry.chatdb import truth
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.conversations.authoring.text_reactions import (
    languages,
    words,
)
from pytest_imessage_foundry.db import schema
from pytest_imessage_foundry.db.rows import blanks
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError

UNIFIED = {name: "any_guids" in schema.get(name).features for name in schema.RELEASES}


@pytest.fixture(params=schema.RELEASES)
def phone(request):
    return Author(request.param)


@pytest.fixture
def is_new(phone):
    return UNIFIED[phone.schema.name]


# --- one person, several addresses ------------------------------------------------


def test_addresses_of_nobody(phone):
    eve = phone.person("Eve", addresses=["phone", "email", "+12125550188"])
    ben = phone.person("Ben", addresses=["email", "phone"])
    every = (*eve.addresses, *ben.addresses)
    assert len(set(every)) == 5
    assert ["@" in each for each in every] == [False, True, False, True, False]
    assert eve.addresses[2] == "+12125550188"
    with pytest.raises(FoundryError, match="both an address and addresses"):
        phone.person("Eve", address="a@example.com", addresses=["phone"])
    with pytest.raises(FoundryError, match=r"does not have the address b@example\.com"):
        phone.direct(eve, address="b@example.com")


def test_one_person(phone, is_new, tmp_path):
    eve = phone.person("Eve", addresses=["phone", "email"])
    ann = phone.person("Ann")
    phone.direct(eve).receive("blue")
    phone.direct(eve, service="SMS").receive("green")
    phone.direct(eve, address=eve.addresses[1]).receive("mail")
    phone.direct(ann).receive("alone")
    file = write(phone, tmp_path)
    handles = file.rows("SELECT id, service, person_centric_id AS who FROM handle")
    hers = {row["who"] for row in handles if row["id"] in eve.addresses}
    assert len(handles) == 4
    assert len(hers) == 1
    assert None not in hers
    assert [row["who"] for row in handles if row["id"] == ann.identifier] == [None]
    groups = file.rows("SELECT group_id FROM chat ORDER BY ROWID")
    ids = [row["group_id"] for row in groups]
    assert len(ids) == (3 if is_new else 4)
    assert len(set(ids[:-1])) == 1
    assert ids[-1] != ids[0]


def test_one_person_of_two_services(phone, tmp_path):
    ann = phone.person("Ann", country="")
    phone.direct(ann).send("blue")
    phone.direct(ann, service="SMS").receive("green")
    rows = write(phone, tmp_path).rows("SELECT * FROM handle")
    assert len({row["person_centric_id"] for row in rows}) == 1
    assert [row["country"] for row in rows] == [None, None]


# --- in no chat, one or two -------------------------------------------------------


def joins(file, draft):
    return file.rows(
        "SELECT j.*, m.date, c.guid FROM chat_message_join j "
        "JOIN message m ON m.ROWID = j.message_id JOIN chat c ON c.ROWID = j.chat_id "
        "WHERE m.guid = ? ORDER BY c.ROWID",
        draft.message.guid,
    )


def test_in_two_chats(phone, tmp_path):
    ben = phone.person("Ben", addresses=["phone", "email"])
    one, two = phone.direct(ben), phone.direct(ben, address=ben.addresses[1])
    draft = one.receive("x", also_in=two)
    found = joins(write(phone, tmp_path), draft)
    assert [row["guid"] for row in found] == [one.guid, two.guid]
    assert {row["message_date"] for row in found} == {draft.message.date}


def test_resent_as_sms(phone, is_new, tmp_path):
    chat = phone.direct(phone.person("Uma"))
    draft = chat.send("x")
    if is_new:
        with pytest.raises(FoundryError, match="share a chat"):
            draft.resent_as_sms()
        return
    draft.resent_as_sms()
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert (row["service"], row["was_downgraded"]) == ("SMS", 1)
    assert [each["guid"][:3] for each in joins(file, draft)] == ["iMe", "SMS"]


def test_what_no_chat_can_hold(phone):
    alex = phone.person("Alex")
    chat, group = phone.direct(alex), phone.group(alex)
    with pytest.raises(FoundryError, match="cannot stand twice in one chat"):
        chat.send("x", also_in=chat)
    for one, other in ((chat, group), (group, chat)):
        with pytest.raises(FoundryError, match="only one-to-one chats share"):
            one.send("x", also_in=other)
    assert chat.drafts == group.drafts == []


def test_nobody_and_no_chat(phone, tmp_path):
    chat = phone.direct(phone.person("Alex"))
    draft = chat.receive("x", nameless=True, chatless=True)
    file = write(phone, tmp_path)
    assert file.message(draft)["handle_id"] == 0
    assert joins(file, draft) == []


# --- several rows of one chat -------------------------------------------------------


def test_former_rows(phone, is_new, tmp_path):
    group = phone.group(phone.person("Alex"), name="Then").formerly("RCS")
    group.rename("Now")
    group.send("x")
    phone.direct(phone.person("Sam")).formerly("SMS").send("y")
    file = write(phone, tmp_path)
    chats = file.rows("SELECT * FROM chat ORDER BY ROWID")
    now = "any" if is_new else "iMessage"
    assert [row["guid"].split(";")[0] for row in chats] == ["RCS", now, "SMS", now]
    assert [row["display_name"] for row in chats] == ["Then", "Now", "", ""]
    assert chats[0]["chat_identifier"] == chats[1]["chat_identifier"]
    held = file.rows("SELECT DISTINCT chat_id FROM chat_message_join ORDER BY chat_id")
    assert [row["chat_id"] for row in held] == [2, 4]
    if "chat_lookup" in phone.schema.features:
        lookups = file.rows("SELECT domain, chat, priority FROM chat_lookup")
        assert [tuple(row.values()) for row in lookups] == [
            ("iMessageGroupID", 2, 1),
            ("RCSConversationID", 1, 0),
        ]


def test_a_former_row_is_no_other_chat(phone, is_new):
    alex = phone.person("Alex")
    chat = phone.direct(alex).formerly("RCS")
    with pytest.raises(FoundryError, match="there is a chat RCS;-;"):
        chat.formerly("RCS")
    if not is_new:
        phone.direct(alex, service="SMS")
        with pytest.raises(FoundryError, match="there is a chat SMS;-;"):
            chat.formerly("SMS")


# --- one's own --------------------------------------------------------------------


def test_own_rows_of_other_devices(phone, tmp_path):
    alex = phone.person("Alex")
    chat, group = phone.direct(alex), phone.group(alex)
    here, there = chat.send("here"), chat.send("there", from_other_device=True)
    file = write(phone, tmp_path)
    assert file.message(here)["handle_id"] > 0
    assert file.message(there)["handle_id"] == 0
    for refused in (
        lambda: group.send("x", from_other_device=True),
        lambda: chat.receive("x", from_other_device=True),
    ):
        with pytest.raises(FoundryError, match="leave from_other_device out"):
            refused()


def test_notes_to_self(phone, is_new, tmp_path):
    note = phone.note_to_self()
    note.send("by default")
    note.send("alone", twin=False)
    note.send("both", twin=True)
    texts = ["by default", *([] if is_new else ["by default"]), "alone", "both", "both"]
    assert [message.text for message in note.conversation().messages] == texts
    file = write(phone, tmp_path)
    rows = file.rows("SELECT is_from_me, handle_id, account FROM message ORDER BY date")
    assert [row["is_from_me"] for row in rows][-3:] == [1, 1, 0]
    assert {file.handle(row["handle_id"])[0] for row in rows} == {
        phone.owner.identifier
    }
    # The account may be an e-mail address where the chat is a number (§26.12).
    assert {row["account"][:2] for row in rows} == {"E:"}
    with pytest.raises(FoundryError, match="only a note to self comes back"):
        phone.direct(phone.person("Alex")).send("x", twin=True)


# --- ROWIDs -------------------------------------------------------------------------


def test_rowids_that_are_not_time(phone, tmp_path):
    chat = phone.direct(phone.person("Noa"))
    first = chat.receive("1")
    newest = chat.receive("2")
    old = chat.receive("0", at="2020-01-01", rowid_after=newest)
    late = chat.receive("late", at="2021-01-01", arrived="2025-12-24")
    gone = chat.receive("gone", at="2025-12-01").delete(permanent=True)
    last = chat.receive("last", at="2025-12-25")
    file = write(phone, tmp_path)
    rowids = [file.message(d)["ROWID"] for d in (first, newest, old, late, last)]
    assert rowids == [1, 2, 3, 5, 6]
    assert gone.message.traits.deleted.permanent
    assert [m.text for m in chat.conversation().messages][:2] == ["0", "late"]


def test_a_tapback_that_was_taken_back_leaves_a_gap(phone, tmp_path):
    chat = phone.direct(phone.person("Noa"))
    draft = chat.send("x").tapback("loved").remove_tapback()
    kept = chat.send("y").tapback("loved").remove_tapback(keeps_added=True)
    file = write(phone, tmp_path)
    rowids = file.rows("SELECT ROWID FROM message ORDER BY ROWID")
    assert [row["ROWID"] for row in rowids] == [1, 3, 4, 5, 6]
    added = draft.message.tapbacks[0].guid
    assert file.rows("SELECT guid FROM deleted_messages") == [{"guid": added}]
    assert file.rows("SELECT guid FROM sync_deleted_messages") == [{"guid": added}]
    assert [row["reply_to_guid"] for row in file.pointing(draft)] == [added]
    assert [row["reply_to_guid"] for row in file.pointing(kept)] == [None, None]
    assert file.counts.messages == 5


def test_a_changed_tapback_leaves_a_gap_and_no_removal(phone, tmp_path):
    chat = phone.direct(phone.person("Noa"))
    draft = chat.send("x").tapback("loved").tapback("liked")
    file = write(phone, tmp_path)
    rowids = file.rows("SELECT ROWID FROM message ORDER BY ROWID")
    assert [row["ROWID"] for row in rowids] == [1, 3]
    (tapback,) = draft.message.tapbacks
    (row,) = file.pointing(draft)
    assert (row["guid"], row["associated_message_type"]) == (tapback.guid, 2001)
    gone = tapback.replaced[0].guid
    assert file.rows("SELECT guid FROM deleted_messages") == [{"guid": gone}]
    assert file.counts.messages == 2


# --- what is left empty -------------------------------------------------------------


def test_a_row_without_text_and_body_says_nothing(tmp_path):
    phone = Author("tahoe")
    chat = phone.direct(phone.person("Alex"))
    ghost = chat.send("Tried again later", blank=("body",))
    (row,) = write(phone, tmp_path).rows("SELECT text, attributedBody FROM message")
    assert (row["text"], row["attributedBody"]) == (None, None)
    assert truth.plain(ghost.message)["text"] == ""
    assert truth.plain(chat.receive("x", nameless=True).message)["sender"] == ""


def test_every_blank_has_its_column(phone, tmp_path):
    chat = phone.direct(phone.person("Alex"))
    words = set(blanks.MESSAGE)
    if "chat_service" in phone.schema.features:
        with pytest.raises(UnsupportedError, match="message without a service"):
            chat.receive("x", blank=("service",))
        words.remove("service")
    else:
        with pytest.raises(UnsupportedError, match="ghost of a failed send"):
            chat.send("x", blank=("body",))
        words.remove("body")
    drafts = {word: chat.receive("x", blank=(word,)) for word in sorted(words)}
    files = {
        word: phone.file("photo", blank=(word,)) for word in sorted(blanks.ATTACHMENT)
    }
    for each in files.values():
        chat.receive(each)
    file = write(phone, tmp_path)
    for word, draft in drafts.items():
        row = file.message(draft)
        held = blanks.MESSAGE[word]
        assert {column: row[column] for column in held} == held
    for word, each in files.items():
        row = file.row("SELECT * FROM attachment WHERE guid = ?", each.guid)
        held = blanks.ATTACHMENT[word]
        # Not every release has each column.
        assert {column: row.get(column) for column in held} == held


def test_dates_in_seconds(phone, tmp_path):
    chat = phone.direct(phone.person("Alex"))
    draft = chat.receive("x", at="2016-01-01", in_seconds=("date", "date_read"))
    file = write(phone, tmp_path)
    row = file.message(draft)
    assert row["date"] * 10**9 == draft.message.date
    assert row["date_read"] == row["date"] + 20
    assert [each["message_date"] for each in joins(file, draft)] == [row["date"]]


@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"blank": ("guid",)}, "choose from service, part_count"),
        ({"in_seconds": ("date_edited",)}, "choose from service|choose from date"),
        ({"in_seconds": ("date",)}, "older than macOS 10.13"),
    ],
)
def test_what_no_file_was_seen_to_leave_empty(phone, facts, match):
    chat = phone.direct(phone.person("Alex"))
    with pytest.raises(FoundryError, match=match):
        chat.receive("x", **facts)
    assert chat.drafts == []


# --- filters, files, reactions in text ----------------------------------------------


def test_tiers_that_nobody_knows(phone):
    alex = phone.person("Alex")
    for refused in (
        lambda: phone.direct(alex, filtered="spam"),
        lambda: phone.direct(alex).set(filtered="spam"),
    ):
        with pytest.raises(FoundryError, match="unknown filtered 'spam'"):
            refused()


def test_reactions_in_text(phone, tmp_path):
    chat = phone.direct(phone.person("Alex"), service="SMS")
    said = chat.send("Hi")
    mine = chat.receive("Ho").react_in_text("laughed")
    theirs = said.react_in_text("loved")
    assert mine.message.text == "Laughed at \u201cHo\u201d"
    assert mine.message.sender is None
    assert theirs.message.sender == chat.founders[0]
    row = write(phone, tmp_path).message(theirs)
    assert (row["associated_message_type"], row["associated_message_guid"]) == (0, None)
    for asked, match in (
        ({"language": "xx"}, "unknown language of reactions 'xx'"),
        ({"name": "lvoed"}, "unknown reaction in 'en' 'lvoed'"),
        ({"name": "emoji"}, "unknown reaction in 'en' 'emoji'"),
        (
            {"language": "fr-short", "removed": True},
            "unknown reaction in 'fr-short' 'laughed'",
        ),
    ):
        with pytest.raises(FoundryError, match=match):
            said.react_in_text(**{"name": "laughed"} | asked)


def test_every_language_has_words_for_every_reaction(phone):
    said = phone.direct(phone.person("Alex"), service="SMS").send("{Hi} 100 %")
    kinds = ("loved", "liked", "disliked", "laughed", "emphasized", "questioned", "👀")
    every = set()
    for language, told in languages().items():
        for removed in (False, True):
            known = told["removed" if removed else "added"]
            for kind in kinds if len(known) == len(kinds) else ():
                text = words(said.message, kind, language=language, removed=removed)
                assert "{Hi} 100 %" in text
                assert ("👀" in text) == (kind == "👀")
                every.add((language, text))
    assert len(every) == 2 * len(kinds) * len(languages()) - len(kinds)


def test_pictures_have_a_name_in_two_languages(phone):
    chat = phone.direct(phone.person("Alex"), service="SMS")
    photo = chat.send(phone.file("photo"))
    text = photo.react_in_text("loved", language="es-419").message.text
    assert text == "Le encantó una imagen"
    with pytest.raises(FoundryError, match=r"\(choose from en, es-419\)"):
        photo.react_in_text("loved", language="ja")
