"""What a reader is asked, and what is true of a file: from the truth beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models.filters import without_suffix

if TYPE_CHECKING:
    from pytest_imessage_foundry.chatdb.handle import ChatDB
    from pytest_imessage_foundry.models import Conversation, Message

Answer = Any
MARKS = str.maketrans("", "", "\ufffc\ufffd")
SECOND = 10**9


@dataclass(frozen=True)
class Question:
    """Something to ask of a file; `truth` answers it without the file."""

    name: str
    asks: str
    truth: Callable[[ChatDB], Answer]


QUESTIONS: dict[str, Question] = {}


def question(asks: str) -> Callable[[Callable[[ChatDB], Answer]], None]:
    """Note a function as the truth of a question of its name."""

    def note(truth: Callable[[ChatDB], Answer]) -> None:
        QUESTIONS[truth.__name__] = Question(truth.__name__, asks, truth)

    return note


def shown(db: ChatDB) -> Iterator[tuple[Conversation, Message]]:
    """Yield what people said and did not delete, with the chat that it is in."""
    for chat in db.conversations:
        for message in chat.messages:
            deleted = message.traits.deleted
            is_gone = deleted is not None and not deleted.parts
            if message.event is None and not message.traits.dangling and not is_gone:
                yield chat, message


def in_chats(db: ChatDB) -> Iterator[tuple[Conversation, Message]]:
    """Yield what is said in each chat: some in two, some in none."""
    by_guid = {chat.guid: chat for chat in db.conversations}
    for chat, message in shown(db):
        if message.traits.chatless:
            continue
        yield chat, message
        if message.traits.also_in is not None:
            yield by_guid[message.traits.also_in], message


def name_of(sender: str | None) -> str:
    return "me" if sender is None else without_suffix(sender)


# What Messages draws of a URL; its text is the URL.
OF_URLS = ("link", "music", "app-store", "place", "collaboration")


def has_no_app(message: Message) -> bool:
    return message.balloon is None or message.balloon.kind in OF_URLS


@question("what does each message say?")
def texts(db: ChatDB) -> Answer:
    said = {
        message.guid: message.text.translate(MARKS)
        for _, message in shown(db)
        if has_no_app(message) and "body" not in message.traits.blank
    }
    return {guid: text for guid, text in said.items() if text}


@question("who wrote each message?")
def senders(db: ChatDB) -> Answer:
    return {message.guid: name_of(message.sender) for _, message in shown(db)}


@question("with whom was each one-to-one message exchanged?")
def partners(db: ChatDB) -> Answer:
    found = defaultdict(set)
    for chat, message in in_chats(db):
        if not chat.is_group:
            found[message.guid].add(without_suffix(chat.identifier))
    return found


@question("which addresses are the same person's?")
def people(db: ChatDB) -> Answer:
    with db.connect() as connection:
        rows = connection.execute("SELECT id FROM handle").fetchall()
    used = {without_suffix(address) for (address,) in rows}
    owners = {
        address: persona.id for persona in db.personas for address in persona.addresses
    }
    persons = defaultdict(set)
    for address in used:
        persons[owners.get(address, address)].add(address)
    return {frozenset(each) for each in persons.values()}


@question("what did the owner write to themselves?")
def notes(db: ChatDB) -> Answer:
    return sorted(
        message.guid
        for chat, message in in_chats(db)
        if not chat.is_group
        and chat.identifier in db.owner.addresses
        and message.is_from_me
    )


@question("which chats is each message in?")
def chats(db: ChatDB) -> Answer:
    found: dict[str, set[str]] = {message.guid: set() for _, message in shown(db)}
    for chat, message in in_chats(db):
        found[message.guid].add(chat.guid)
    return found


@question("what was said under one address or in one group?")
def histories(db: ChatDB) -> Answer:
    found = defaultdict(set)
    for chat, message in in_chats(db):
        found[chat.identifier].add(message.guid)
    return found


@question("which chats are groups?")
def groups(db: ChatDB) -> Answer:
    return {chat.guid for chat, _ in in_chats(db) if chat.is_group}


def present(chat: Conversation) -> set[str]:
    return {without_suffix(each) for each in chat.participants}


@question("who is in each group now?")
def members(db: ChatDB) -> Answer:
    there = QUESTIONS["groups"].truth(db)
    return {c.guid: present(c) for c in db.conversations if c.guid in there}


@question("who could see each message of a group?")
def audiences(db: ChatDB) -> Answer:
    rolls = {chat.guid: chat.members for chat in db.conversations if chat.is_group}
    return {
        message.guid: {
            without_suffix(each.address)
            for each in rolls[chat.guid]
            if each.address is not None and each.covers(message.date)
        }
        for chat, message in in_chats(db)
        if chat.is_group
    }


@question("who was added to a group?")
def joined(db: ChatDB) -> Answer:
    return {
        (chat.guid, without_suffix(message.event.who))
        for chat in db.conversations
        for message in chat.messages
        if message.event is not None
        and message.event.kind == "added"
        and message.event.who is not None
    }


@question("which chats does Messages list among known senders?")
def inbox(db: ChatDB) -> Answer:
    return {
        chat.guid
        for chat, _ in in_chats(db)
        if chat.properties.filtered == "known" and not chat.properties.is_blocked
    }


@question("which messages are there, each once?")
def listed(db: ChatDB) -> Answer:
    return sorted(message.guid for _, message in shown(db))


@question("when was each message written?")
def times(db: ChatDB) -> Answer:
    return {message.guid: message.date // SECOND for _, message in shown(db)}


@question("when was the newest message written?")
def newest(db: ChatDB) -> Answer:
    return max((message.date // SECOND for _, message in shown(db)), default=None)


@question("in which order do the messages of a chat come?")
def order(db: ChatDB) -> Answer:
    found = defaultdict(list)
    for chat, message in in_chats(db):
        found[chat.guid].append(message.date // SECOND)
    return {chat: sorted(dates) for chat, dates in found.items()}


def is_unread(message: Message) -> bool:
    return not message.is_from_me and not message.date_read


@question("how many messages of each chat are unread?")
def unread(db: ChatDB) -> Answer:
    found: dict[str, int] = defaultdict(int)
    for chat, message in in_chats(db):
        if is_unread(message):
            found[chat.guid] += 1
    return found


@question("how many unread messages does the phone's badge count?")
def badge(db: ChatDB) -> Answer:
    there = QUESTIONS["inbox"].truth(db)
    counts = QUESTIONS["unread"].truth(db)
    return sum(count for chat, count in counts.items() if chat in there)


@question("which of one's own messages went out?")
def sent(db: ChatDB) -> Answer:
    return {
        message.guid
        for _, message in shown(db)
        if message.is_from_me
        and not message.traits.error
        and not message.traits.is_sending
        and (message.traits.schedule is None or message.traits.schedule.state == 3)
    }


@question("over which service did each message go?")
def services(db: ChatDB) -> Answer:
    return {
        message.guid: None if "service" in message.traits.blank else message.service
        for _, message in shown(db)
    }


@question("what does each inline reply answer?")
def replies(db: ChatDB) -> Answer:
    return {
        message.guid: message.reply_to.guid
        for _, message in shown(db)
        if message.reply_to is not None
    }


@question("which messages were taken back?")
def unsent(db: ChatDB) -> Answer:
    return {message.guid for _, message in shown(db) if message.is_unsent}


@question("which messages were edited?")
def edited(db: ChatDB) -> Answer:
    return {
        message.guid
        for _, message in shown(db)
        if message.edits and not message.is_unsent
    }


@question("which tapbacks does each message have?")
def tapbacks(db: ChatDB) -> Answer:
    found = defaultdict(list)
    for _, message in shown(db):
        for tapback in message.tapbacks:
            if tapback.removed is None:
                name = tapback.emoji or tapback.name
                found[message.guid].append((name_of(tapback.sender), name))
    return {guid: sorted(each) for guid, each in found.items()}


@question("which files came with each message?")
def attachments(db: ChatDB) -> Answer:
    return {
        message.guid: sorted(
            str(None if "transfer_name" in each.blank else each.name)
            for each in message.attachments
            if each.state != "awaited"
        )
        for _, message in shown(db)
        if has_no_app(message)
        and any(each.state != "awaited" for each in message.attachments)
    }


@question("which of these files are on this machine?")
def on_disk(db: ChatDB) -> Answer:
    return {
        message.guid: sorted(
            each.state == "present" and each.device_path is None
            for each in message.attachments
            if each.state != "awaited"
        )
        for _, message in shown(db)
        if has_no_app(message)
        and any(each.state != "awaited" for each in message.attachments)
    }
