"""Faults about which chat a message is in, and which chats there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .correct_reader import DELETED, FROM, IN_CHAT, SAID, SHOWN, Answer, unread
from .fault import faulty

if TYPE_CHECKING:
    from .opened_file import OpenedFile


def _messages_in(file: OpenedFile, chat: int) -> set[str]:
    rows = file.rows(f"SELECT m.guid {IN_CHAT} WHERE {SHOWN} AND c.ROWID = ?", chat)
    return {guid for (guid,) in rows}


@faulty(
    "histories",
    report="nixfred/blip PR 8",
    wrong="A chat is empty, or cannot be sent to: the wrong one of its rows was taken.",
    right="Several rows of `chat` can share one chat_identifier, all but one of them "
    "empty: take all of them, or the one with messages.",
)
def chat_found_by_chat_identifier(file: OpenedFile) -> Answer:
    firsts = "SELECT chat_identifier, min(ROWID) FROM chat GROUP BY chat_identifier"
    chats = dict(file.rows(firsts))
    found = {address: _messages_in(file, chat) for address, chat in chats.items()}
    return {address: said for address, said in found.items() if said}


@faulty(
    "histories",
    report="openclaw/openclaw #83375, anthropics/claude-plugins-official #1037",
    wrong="On macOS 26 no chat is found, and polling fails every time.",
    right="A chat's GUID begins with its service before 26 and with `any` since: read "
    "it, do not make it.",
    even_tidy=True,
)
def guid_of_a_chat_made_up(file: OpenedFile) -> Answer:
    found = defaultdict(set)
    for address, style, service in file.rows(
        "SELECT DISTINCT chat_identifier, style, service_name FROM chat"
    ):
        guid = f"{service};{'+' if style == 43 else '-'};{address}"
        for (rowid,) in file.rows("SELECT ROWID FROM chat WHERE guid = ?", guid):
            found[address] |= _messages_in(file, rowid)
    return {address: said for address, said in found.items() if said}


@faulty(
    "listed",
    report="ReagentX/imessage-exporter #391, #223",
    wrong="Up to one message in fifteen is missing.",
    right="Use LEFT JOIN chat_message_join: some messages are in no chat.",
)
def messages_joined_with_chats(file: OpenedFile) -> Answer:
    rows = file.rows(f"SELECT DISTINCT m.guid {IN_CHAT} WHERE {SHOWN}")
    return sorted(guid for (guid,) in rows)


@faulty(
    "listed",
    report="ReagentX/imessage-exporter PR 208, #223",
    wrong="Some messages are exported and counted twice.",
    right="A message can be in two chats: group by its GUID where chats do not matter.",
)
def message_in_two_chats_counted_twice(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid {FROM} LEFT JOIN chat_message_join AS j "
        f"ON j.message_id = m.ROWID WHERE {SHOWN}"
    )
    return sorted(guid for (guid,) in rows)


@faulty(
    "chats",
    report="ReagentX/imessage-exporter #524",
    wrong="A message is missing in one of its two chats.",
    right="A message can be in two chats: keep a list of them, not one.",
)
def one_chat_for_each_message(file: OpenedFile) -> Answer:
    found: dict[str, set[str]] = {
        guid: set() for (guid,) in file.rows(f"SELECT m.guid {FROM} WHERE {SHOWN}")
    }
    for guid, chat in file.rows(f"SELECT m.guid, c.guid {IN_CHAT} WHERE {SHOWN}"):
        found[guid] = {chat}
    return found


@faulty(
    "listed",
    report="Left-on-Read/leftonread PR 321",
    wrong="A message of a group is counted once for each member.",
    right="chat_handle_join has a row for each member: ask for members apart.",
    even_tidy=True,
)
def members_multiply_messages(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT m.guid {FROM} LEFT JOIN chat_message_join AS j "
        "ON j.message_id = m.ROWID LEFT JOIN chat_handle_join AS p "
        f"ON p.chat_id = j.chat_id WHERE {SHOWN}"
    )
    return sorted(guid for (guid,) in rows)


def _chats_where(file: OpenedFile, condition: str) -> Answer:
    rows = file.rows(f"SELECT DISTINCT c.guid {IN_CHAT} WHERE {SHOWN} AND {condition}")
    return {guid for (guid,) in rows}


@faulty(
    "inbox",
    report="Sentient-OS-Labs/sentient-os PR 102",
    wrong="Adverts and one-time codes stand above friends.",
    right="is_filtered is a category, not a flag: 0 is a known sender, 1 an unknown "
    "one, 2 junk, 3 and up categories of SMS.",
)
def every_chat_listed(file: OpenedFile) -> Answer:
    return _chats_where(file, "1")


@faulty(
    "inbox",
    report="nixfred/blip PR 49",
    wrong="The list and the badge are not those of the phone.",
    right="is_filtered 1 is an unknown sender, which the phone lists apart.",
)
def unknown_senders_listed(file: OpenedFile) -> Answer:
    return _chats_where(file, "c.is_filtered <= 1 AND c.is_blackholed = 0")


@faulty(
    "inbox",
    report="jlui17/Omaimsg #29",
    wrong="Chats open empty.",
    right="List chats that have messages; one row in fifteen has none.",
)
def chats_without_messages_listed(file: OpenedFile) -> Answer:
    rows = file.rows(
        "SELECT guid FROM chat WHERE is_filtered = 0 AND is_blackholed = 0"
    )
    return {guid for (guid,) in rows}


@faulty(
    "badge",
    report="nixfred/blip PR 49",
    wrong="The badge says 3 while the phone says 0.",
    right="Leave filtered and blocked chats out of what is unread.",
)
def badge_counts_hidden_chats(file: OpenedFile) -> Answer:
    return sum(unread(file).values())


@faulty(
    "unread",
    report="mattt/iMCP #154",
    wrong="Own messages that nobody has read yet count as unread.",
    right="is_read of an own row is about the other side: add is_from_me = 0.",
    even_tidy=True,
)
def own_messages_are_unread(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT c.guid, count(*) {IN_CHAT} WHERE m.is_read = 0 AND {SHOWN} "
        "GROUP BY c.guid"
    )
    return dict(rows)


@faulty(
    "unread",
    report="openclaw/imsg PR 237, nixfred/blip PR 14",
    wrong="A chat stays unread for ever, with nothing in it to read.",
    right="Announcements are never marked as read: add item_type = 0.",
)
def announcements_are_unread(file: OpenedFile) -> Answer:
    said = SAID.replace("m.item_type = 0", "1")
    rows = file.rows(
        f"SELECT c.guid, count(*) {IN_CHAT} WHERE m.is_from_me = 0 "
        f"AND m.is_read = 0 AND {said} AND NOT {DELETED} GROUP BY c.guid"
    )
    return dict(rows)


@faulty(
    "services",
    report="BlueBubblesApp/bluebubbles-app #2931",
    wrong="SMS and RCS are shown as iMessage.",
    right="message.service is the message's own; a chat goes on over other services.",
)
def service_taken_from_the_chat(file: OpenedFile) -> Answer:
    of_chats = dict(file.rows(f"SELECT m.guid, c.service_name {IN_CHAT} WHERE {SHOWN}"))
    own = dict(file.rows(f"SELECT m.guid, m.service {FROM} WHERE {SHOWN}"))
    return {guid: of_chats.get(guid, service) for guid, service in own.items()}
