"""Faults about who wrote to whom, and who was in a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .correct_reader import (
    FROM,
    IN_CHAT,
    SHOWN,
    Answer,
    groups,
    handles,
    members,
)
from .fault import faulty

if TYPE_CHECKING:
    from .opened_file import OpenedFile


@faulty(
    "partners",
    report="mattt/iMCP PR 197",
    wrong="What was typed on another device belongs to no conversation.",
    right="Own rows may have handle_id 0: take the partner from the chat "
    "(chat_message_join, then chat_identifier).",
)
def partner_taken_from_handle_id(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(
        f"SELECT m.guid, m.handle_id {IN_CHAT} WHERE {SHOWN} AND c.style = 45"
    )
    return {guid: {known[who]} for guid, who in rows if who in known}


@faulty(
    "senders",
    report="Left-on-Read/leftonread PR 321",
    wrong="Own messages of groups and of other devices are missing.",
    right="Use LEFT JOIN handle: handle_id is 0 where no handle is named.",
    even_tidy=True,
)
def messages_joined_with_handle(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(
        f"SELECT m.guid, m.is_from_me, h.ROWID {FROM} "
        f"JOIN handle AS h ON h.ROWID = m.handle_id WHERE {SHOWN}"
    )
    return {guid: "me" if mine else known[who] for guid, mine, who in rows}


@faulty(
    "senders",
    report="openclaw/openclaw #61543",
    wrong="Own messages are taken for the other's; a bot answers itself.",
    right="is_from_me tells whose a row is; the handle of an own row is the partner's.",
    even_tidy=True,
)
def sender_taken_from_handle_id(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(f"SELECT m.guid, m.handle_id {FROM} WHERE {SHOWN}")
    return {guid: known.get(who, "me") for guid, who in rows}


@faulty(
    "senders",
    report="Sentient-OS-Labs/sentient-os PR 102",
    wrong="One-time codes and adverts come from `56249(smsfp)`, which nobody can dial.",
    right="Before macOS 27 a filter appends `(smsfp)`, `(smsft…)` or `(filtered)`: "
    "cut it off, or use uncanonicalized_id.",
)
def suffix_of_a_filter_left_in_the_address(file: OpenedFile) -> Answer:
    known = dict(file.rows("SELECT ROWID, id FROM handle"))
    rows = file.rows(f"SELECT m.guid, m.is_from_me, m.handle_id {FROM} WHERE {SHOWN}")
    return {guid: "me" if mine else known.get(who, "") for guid, mine, who in rows}


@faulty(
    "people",
    report="BlueBubblesApp/bluebubbles-server #659",
    wrong="Somebody who writes from a number and an e-mail address is two people.",
    right="Handles with one person_centric_id are one person's.",
)
def one_person_for_each_handle(file: OpenedFile) -> Answer:
    return {frozenset({address}) for address in handles(file).values()}


@faulty(
    "members",
    report="matrix-hacks/matrix-puppet-imessage #15",
    wrong="Who left a group is still shown, and is written to.",
    right="chat_handle_join holds the members of now.",
)
def members_are_all_who_ever_wrote(file: OpenedFile) -> Answer:
    known, found = handles(file), members(file)
    for chat, who in file.rows(
        f"SELECT c.guid, m.handle_id {IN_CHAT} WHERE c.style = 43"
    ):
        if chat in found and who in known:
            found[chat].add(known[who])
    return found


@faulty(
    "audiences",
    report="mautrix/imessage PR 103",
    wrong="Who was added yesterday seems to have read what was said last year, and who "
    "left seems never to have been there.",
    right="chat_handle_join holds the members of now: go back through the events "
    "(item_type 1 and 3) for those of then.",
)
def members_of_now_at_all_times(file: OpenedFile) -> Answer:
    now = members(file)
    rows = file.rows(f"SELECT m.guid, c.guid {IN_CHAT} WHERE {SHOWN} AND c.style = 43")
    return {guid: now[chat] for guid, chat in rows}


@faulty(
    "joined",
    report="ReagentX/imessage-exporter PR 683",
    wrong="A new number is announced as a new member, three times after a sync.",
    right="A row (1, 0) whose handle_id is other_handle is a changed number; the row "
    "(1, 1) of the same date names the old one.",
)
def changed_number_told_as_an_addition(file: OpenedFile) -> Answer:
    known = handles(file)
    rows = file.rows(
        f"SELECT c.guid, m.other_handle {IN_CHAT} "
        "WHERE m.item_type = 1 AND m.group_action_type = 0"
    )
    return {(chat, known[who]) for chat, who in rows if who in known}


def _notes(file: OpenedFile, condition: str) -> Answer:
    rows = file.rows(
        f"SELECT m.guid, c.chat_identifier {IN_CHAT} "
        f"WHERE {SHOWN} AND c.style = 45 AND {condition}"
    )
    return sorted(guid for guid, address in rows if address in file.own)


@faulty(
    "notes",
    report="anthropics/claude-plugins-official #1035",
    wrong="What one writes to oneself is never seen.",
    right="From macOS 26 on, and from other devices, a note to self is one sent row.",
)
def notes_are_the_received_rows(file: OpenedFile) -> Answer:
    return _notes(file, "m.is_from_me = 0")


@faulty(
    "notes",
    report="openclaw/openclaw PR 32485",
    wrong="Each note to self is there twice; a bot answers itself for ever.",
    right="Before macOS 26 a note comes back as a received twin: count the sent row.",
)
def notes_come_twice(file: OpenedFile) -> Answer:
    return _notes(file, "1")


@faulty(
    "groups",
    report="photon-hq/imessage-kit PR 43",
    wrong="Groups made on macOS 26 are taken for people.",
    right="style 43 is a group; its identifier is `chat<digits>` or, since 26, 32 "
    "hexadecimal digits.",
)
def groups_begin_with_chat(file: OpenedFile) -> Answer:
    rows = file.rows(
        f"SELECT DISTINCT c.guid {IN_CHAT} "
        f"WHERE {SHOWN} AND c.chat_identifier LIKE 'chat%'"
    )
    return {guid for (guid,) in rows}


@faulty(
    "groups",
    report="CamHenlin/iMessageWebClient #5",
    wrong="Groups that nobody gave a name do not show up.",
    right="style 43 is a group; display_name is empty until somebody sets it.",
)
def groups_are_what_has_a_name(file: OpenedFile) -> Answer:
    named = file.rows("SELECT guid FROM chat WHERE display_name <> ''")
    return groups(file) & {guid for (guid,) in named}
