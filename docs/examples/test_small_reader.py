"""The reader's tests: the same file on every macOS release, and its truth."""

from __future__ import annotations

from small_reader import read


def told(chat_db):
    """What the truth says that a reader of texts must find."""
    return {
        message.guid: (message.sender, message.text)
        for message in chat_db.messages
        if message.parts and not message.is_unsent
    }


def test_reads_every_text(chat_db):
    said = {each.guid: (each.sender, each.text) for each in read(chat_db)}
    expected = told(chat_db)

    assert {guid: said.get(guid) for guid in expected} == expected


def test_finds_text_that_only_the_archive_has(chat_db):
    with chat_db.connect() as connection:
        hidden = connection.execute(
            "SELECT guid FROM message WHERE text IS NULL AND attributedBody NOTNULL"
        ).fetchall()
    said = {each.guid: each.text for each in read(chat_db)}
    expected = told(chat_db)

    assert hidden
    assert all(said[guid] for (guid,) in hidden if guid in expected)


def test_a_case_by_hand(chat_db_builder):
    sam = chat_db_builder.person("Sam Roe")
    chat = chat_db_builder.direct(sam)
    chat.receive("x" * 300, storage="archive").tapback("loved")
    chat.send("Sure")

    said = [each.text for each in read(chat_db_builder.build())]

    assert said == ["x" * 300, "Sure"]
