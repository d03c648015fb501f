"""Three fixtures as projects write them by hand, and what replaces them.

Each of them used to be thirty lines of CREATE TABLE and INSERT with the columns
that its reader reads: true to the reader and to nothing else.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from small_reader import body_text, read

from pytest_imessage_foundry.models import Run


def query(db, sql, *values):
    """Rows of a database, read as a tool would that knows nothing of us."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()


def test_search_finds_text_that_is_not_in_the_text_column(chat_db_builder):
    """Was: `INSERT INTO message (text) VALUES ('hello')`, which no Mac writes."""
    chat = chat_db_builder.direct(chat_db_builder.person("Dana Ito"))
    for length in (127, 128, 255, 256, 32_767, 32_768):
        chat.receive("needle ".ljust(length, "."), storage="archive")
    db = chat_db_builder.build()

    bodies = query(db, "SELECT attributedBody FROM message WHERE text IS NULL")

    assert [len(body_text(body)) for (body,) in bodies] == [
        127,
        128,
        255,
        256,
        32_767,
        32_768,
    ]


def test_a_bridge_tells_tapbacks_and_replies_from_messages(chat_db_builder):
    """Was: a message table with associated_message_guid and nothing to point at."""
    chat = chat_db_builder.direct(chat_db_builder.person("Omar Bell"))
    question = chat.receive("Movie tonight?").tapback("liked")
    chat.send("Yes! The 8 pm one", reply_to=question)
    question.remove_tapback()
    db = chat_db_builder.build()

    pointing = query(
        db,
        "SELECT associated_message_type, associated_message_guid FROM message "
        "WHERE associated_message_type != 0",
    )
    replies = query(
        db,
        "SELECT text FROM message WHERE thread_originator_guid = ?",
        question.message.guid,
    )

    # The row that added the tapback is gone, the one that took it back is left.
    assert pointing == [(3001, f"p:0/{question.message.guid}")]
    assert replies == [("Yes! The 8 pm one",)]
    assert [each.text for each in read(db)] == ["Movie tonight?", "Yes! The 8 pm one"]


def test_an_exporter_names_the_group_and_finds_the_photo(chat_db_builder):
    """Was: six tables, three joins, and a file that was never there."""
    ines, jo = (chat_db_builder.person(name) for name in ("Ines Roth", "Jo Park"))
    group = chat_db_builder.group(ines, jo, name="Lake house")
    group.receive("Booked it!", chat_db_builder.file("heic"), sender=ines)
    group.send([Run("So", bold=True), " good"] if _styles(chat_db_builder) else "Good")
    group.rename("Lake house 🏡", by=jo)
    db = chat_db_builder.build()

    ((name, style),) = query(db, "SELECT display_name, style FROM chat")
    ((filename,),) = query(db, "SELECT filename FROM attachment")
    on_disk = db.attachments / filename.removeprefix("~/Library/Messages/Attachments/")

    assert (name, style) == ("Lake house 🏡", 43)
    assert on_disk.read_bytes()[4:8] == b"ftyp"


def _styles(builder):
    return "text_styles" in builder.schema.features
