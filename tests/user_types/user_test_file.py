"""A test file as somebody writes it who checks types strictly.

`# wrong` marks lines that a type checker must refuse.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pytest_imessage_foundry import (
    CaseOnFile,
    ChatDB,
    ChatDBBuilder,
    Conversation,
    FoundryError,
    Link,
    Message,
    MessageReading,
    MessagesHome,
    Persona,
    Run,
    TapbackReading,
)


def longest(messages: list[Message]) -> str:
    return max((message.text for message in messages), key=len)


@pytest.mark.imessage(scenario="default", versions=["tahoe"])
def test_truth(chat_db: ChatDB) -> None:
    first: Conversation = chat_db.conversations[0]
    assert len(first.messages) > 0
    newest: Message = first.messages[-1]
    assert newest.sent_at - first.messages[0].sent_at >= timedelta(0)
    assert longest(list(first.messages[:5]))
    names: list[str] = [persona.name for persona in chat_db.personas]
    assert names
    with chat_db.connect() as connection:
        connection.execute("SELECT count(*) FROM message").fetchone()


def test_readings(chat_db: ChatDB) -> None:
    for reading in chat_db.readings():
        if isinstance(reading, MessageReading):
            text: str = reading.text
            assert text is not None
        elif isinstance(reading, TapbackReading):
            assert reading.tapback == "loved" or not reading.removed


def test_by_hand(chat_db_builder: ChatDBBuilder) -> None:
    alex: Persona = chat_db_builder.person("Alex Doe")
    chat = chat_db_builder.direct(alex, service="iMessage")
    question = chat.receive(
        "Dinner?",
        at=datetime(2025, 10, 6, 15, tzinfo=UTC),
        storage="archive",
        balloon=Link(url="https://example.com/"),
    ).tapback("loved", by=alex)
    chat.send([Run("Sure", bold=True), "!"], reply_to=question, effect="slam")
    chat.send(chat_db_builder.file("photo", state="waiting"), error=22)
    with pytest.raises(FoundryError):
        chat.send("x", storage="archiv")  # wrong
    chat.send("x", colour="red")  # wrong
    chat.send("x", at=1.5)  # wrong
    chat.receive(5)  # wrong
    chat.receive("x", reply_to="abc")  # wrong
    chat.receive("x").edit("y").sticker(scale="big")  # wrong
    chat_db_builder.direct(alex, service="WhatsApp")  # wrong
    chat_db_builder.direct("Alex Doe")  # wrong
    chat_db_builder.file("photo", state="waitin")  # wrong
    chat_db_builder.person("Bo", country=None)  # wrong
    chat.set(filtered="junky")  # wrong
    chat_db_builder.build().conversations[0].messages.append(question)  # wrong


def test_live(chat_db: ChatDB) -> None:
    with chat_db.live(wal="open") as phone:
        message = phone.receive("Alex Doe", "Hello", subject="Hi")
        answer: Message = phone.send("Alex Doe", "Hello!", reply_to=message)
        phone.tapback(answer, "loved", by="Alex Doe")
        phone.send("Alex Doe", "x", storage="archiv")  # wrong
        phone.send("Alex Doe", "x", colour="red")  # wrong
        phone.tapback(answer)  # wrong


def test_places(messages_home: MessagesHome, imessage_case: CaseOnFile) -> None:
    assert messages_home.chat_db.path.exists()
    text: str = imessage_case.reading.get("text", "")
    assert text
    imessage_case.reading["txet"]  # wrong
