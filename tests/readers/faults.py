"""What real readers get wrong, each with the rule that it breaks.

An entry is as narrow as it can be said: it must hold for every row that it names
and for no other, or the suite fails; and it must show in scenario `kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import symptoms
from .symptoms import When

if TYPE_CHECKING:
    from .worlds import Fact


@dataclass(frozen=True)
class Fault:
    """One thing that a reader gets wrong.

    Attributes:
        when: the rows that it shows on.
        why: what the reader does.
        rule: what it should do, and where that is stated.
        cases: those that stand for it. A fault that shows on rows of every kind is
            counted in these alone, or no other could be seen beside it; the page says
            so, and on how many rows it shows.
    """

    readers: tuple[str, ...]
    aspects: tuple[str, ...]
    when: When
    why: str
    rule: str
    cases: tuple[str, ...] = ()

    def counts(self, fact: Fact) -> bool:
        return not self.cases or fact.case in self.cases


EXPORTER = ("imessage-exporter txt", "imessage-exporter html")

FAULTS: tuple[Fault, ...] = (
    Fault(
        EXPORTER,
        ("read_after",),
        symptoms.own_receipts,
        "takes the time when an own message was delivered for when it was read",
        "date_delivered is delivery, date_read is reading (§1)",
        ("text-sent", "delivered", "read-late"),
    ),
    Fault(
        ("imessage-exporter txt",),
        ("lines",),
        symptoms.ends_in_line_break,
        "drops one line break at the end of a text",
        "a text is what the body says (§2)",
    ),
    Fault(
        ("imessage-exporter txt",),
        ("lines",),
        symptoms.has_carriage_return,
        "drops carriage returns",
        "a text is what the body says (§2)",
    ),
    Fault(
        (*EXPORTER, "imessage-wrapped"),
        ("tapbacks",),
        symptoms.kept_its_added_row,
        "shows a tapback that was taken back, where the row that added it stays",
        "3000 to 3007 take back what the same sender gave; both rows occur (§6)",
    ),
    Fault(
        (*EXPORTER, "imessage-database"),
        ("poll",),
        symptoms.vote_taken_back,
        "still counts a vote that was taken back by an empty one",
        "a vote is the voter's complete choice, none takes it back (§10)",
    ),
    Fault(
        (*EXPORTER, "imessage-database"),
        ("poll",),
        symptoms.voted_after_a_choice_was_added,
        "does not count votes that point at the poll's state after an added choice",
        "a vote points at the newest state (§10; what BBS and imbridge say)",
    ),
    Fault(
        (*EXPORTER, "imessage-database"),
        ("event",),
        symptoms.name_taken_away,
        "shows an empty message where a group's name was taken away",
        "group_title NULL or '' is a name that was cleared (§14)",
    ),
    Fault(
        ("imbridge",),
        ("text",),
        symptoms.white_at_an_end,
        "trims white space at both ends of a text",
        "a text is what the body says (§2)",
    ),
    Fault(
        ("imbridge",),
        ("unsent",),
        symptoms.partly_unsent,
        "calls a message unsent of which one part was taken back",
        "it is when rp names every part (§8)",
    ),
    Fault(
        ("imbridge", "imessage-kit"),
        ("event",),
        symptoms.event("number-changed"),
        "calls a changed number an added person",
        "handle_id = other_handle is a changed number (§14)",
    ),
    Fault(
        ("imbridge",),
        ("event",),
        symptoms.event("background-set", "background-removed"),
        "does not know what happened to a chat's background",
        "(3, 4) sets it and (3, 6) removes it (§20, as imessage-exporter has it)",
    ),
    Fault(
        ("imbridge",),
        ("listed",),
        symptoms.event(
            "audio-kept", "location-started", "location-stopped", "shareplay"
        ),
        "leaves out rows of item types 4, 5 and 6, although asked for events",
        "they are locations, kept audio messages and SharePlay (§14)",
    ),
    Fault(
        ("imessage-chatdb", "imessage-wrapped", "imessage-reader", "imessage-kit"),
        ("has_files",),
        symptoms.unsent_file,
        "says that a message has an attachment whose part was taken back",
        "cache_has_attachments stays 1 then; the joins tell (§1)",
    ),
    Fault(
        (
            "imessage-chatdb",
            "imessage-wrapped",
            "imessagedb",
            "imessage-conversation-analyzer",
        ),
        ("listed",),
        lambda fact: fact.is_chatless,
        "leaves out a message that is in no chat",
        "the row is a message all the same (§19)",
    ),
    Fault(
        ("imessage-wrapped",),
        ("text",),
        symptoms.beyond_wrapped,
        "finds no text where only a mutable archive holds it, and one that begins "
        "with its own length where an immutable one does",
        "NULL text beside a full attributedBody is common (§2)",
    ),
    Fault(
        ("imessage-wrapped",),
        ("tapbacks",),
        symptoms.modern_tapback,
        "knows no emoji tapbacks and no stickers",
        "2006, 2007 and 1000 (§6)",
    ),
    Fault(
        ("imessage-wrapped",),
        ("listed",),
        symptoms.modern_row,
        "lists emoji tapbacks and stickers as messages",
        "2006, 2007 and 1000, and their removal, point at a message (§6)",
    ),
    Fault(
        ("imessage-wrapped",),
        ("listed",),
        lambda fact: symptoms.is_row(fact, "pollvote", "pollchoice"),
        "lists votes and added choices as messages",
        "4000 is a vote and 2 an update of a poll (§10)",
    ),
    Fault(
        ("imessage-reader",),
        ("text",),
        symptoms.file_beside_text,
        'says "no text, but an attachment" of each message with a file',
        "a body may hold text and files (§3)",
    ),
    Fault(
        ("imessage-reader", "parse-smsdb", "mvt"),
        ("listed",),
        symptoms.without_handle,
        "leaves out rows whose handle_id is 0: the owner's in a group",
        "handle_id is 0 on own messages of a group (§1)",
    ),
    Fault(
        ("imessagedb",),
        ("sender",),
        symptoms.has_small_letters,
        "writes an address with capitals (Carol@Example.Com)",
        "an address is shown as handle.id has it (§13)",
    ),
    Fault(
        ("imessagedb",),
        ("text",),
        lambda fact: symptoms.long(fact, 8_192),
        "finds a wrong text in an archive of 8,192 bytes or more",
        "0x81 stands before a length of two bytes, 0x82 before one of four "
        "(TYPEDSTREAM)",
    ),
    Fault(
        ("imessagedb",),
        ("text",),
        lambda fact: symptoms.long(fact, 1) and b"\x86" in fact.message.text.encode(),
        "cuts a text that only the archive holds at a byte 0x86, within an emoji too",
        "a text is as long as the length before it says (TYPEDSTREAM)",
    ),
    Fault(
        ("parse-smsdb",),
        ("text",),
        lambda fact: symptoms.only_in_archive(fact) and not fact.message.edits,
        "shows no text where only the archive holds it",
        "NULL text beside a full attributedBody is common (§2)",
    ),
    Fault(
        ("parse-smsdb",),
        ("text",),
        symptoms.has_carriage_return,
        "drops carriage returns",
        "a text is what the body says (§2)",
    ),
    Fault(
        ("parse-smsdb",),
        ("text", "edits"),
        lambda fact: [edit.part for edit in fact.message.edits].count(0) > 1,
        "takes the second version of an edited text for the last",
        "the last entry of ec is the current text (§8)",
    ),
    Fault(
        ("parse-smsdb",),
        ("edits",),
        lambda fact: any(edit.part for edit in fact.message.edits),
        "knows the history of the first part alone",
        "ec is keyed by part (§8)",
    ),
    Fault(
        ("mvt",),
        ("text",),
        symptoms.only_in_archive,
        "shows no text where only the archive holds it",
        "NULL text beside a full attributedBody is common (§2)",
    ),
    Fault(
        ("imessage-conversation-analyzer",),
        ("listed",),
        symptoms.with_no_person,
        "does not find the conversation of a short code, sought as +155512, nor of "
        "whom no address book has: a business, a sender with a filter's suffix",
        "handle.id need not be what a contact has (§13, §26.1)",
    ),
    Fault(
        ("parseaple-typedstream",),
        ("marks",),
        symptoms.link_on_text,
        "hands out no address for a link: it knows no NSURL",
        "__kIMLinkAttributeName holds an NSURL (TYPEDSTREAM)",
    ),
    Fault(
        ("imessage-database",),
        ("detected",),
        lambda fact: symptoms.detected(fact, "phone", "email"),
        "knows a detected phone number or e-mail address by its link alone",
        "what was found stands in an archive beside the link (§22)",
    ),
    Fault(
        ("imessage-kit",),
        ("event",),
        symptoms.event(
            *("left", "photo-set", "photo-removed"),
            *("background-set", "background-removed"),
        ),
        "says of what happened to a group no more than that something did",
        "group_action_type tells leaving, photos and backgrounds apart (§14)",
    ),
    Fault(
        ("imessage-kit",),
        ("event",),
        symptoms.event(
            "audio-kept", "location-started", "location-stopped", "shareplay"
        ),
        "does not know what rows of item types 4, 5 and 6 are",
        "they are locations, kept audio messages and SharePlay (§14)",
    ),
    Fault(
        ("imessage-kit",),
        ("reaction",),
        lambda fact: symptoms.is_row(fact, "sticker"),
        "takes a sticker that was put on a bubble for a tapback",
        "1000 places a sticker, 2007 is a tapback (§6)",
    ),
    Fault(
        ("imessage-kit",),
        ("status", "scheduled"),
        symptoms.held_by_apple,
        "takes a message that waits at Apple for one that was sent",
        "schedule_state 2 is held until its time, 3 is sent (§16)",
    ),
    Fault(
        (
            *("imessage-kit", "imessage-conversation-analyzer", "imessage-wrapped"),
            *("imessage-reader", "imessagedb"),
        ),
        ("date",),
        lambda fact: symptoms.in_seconds(fact, "date"),
        "takes a date in seconds for one in nanoseconds",
        "dates from before 10.13 are in seconds (§26.16)",
    ),
    Fault(
        ("imessage-kit",),
        ("read",),
        lambda fact: symptoms.in_seconds(fact, "date_read"),
        "takes a date in seconds for one in nanoseconds",
        "dates from before 10.13 are in seconds (§26.16)",
    ),
    Fault(
        ("imessage-kit",),
        ("chat",),
        lambda fact: fact.is_chatless and fact.is_mine,
        "makes a chat with the owner of an own message that is in no chat",
        "destination_caller_id is the owner's own address (§1)",
    ),
    Fault(
        (*EXPORTER, "imessage-database"),
        ("sender",),
        lambda fact: fact.sender == "",
        "takes a message from nobody known for the owner's",
        "is_from_me tells whose it is; handle_id may be 0 on others' too (§26.8)",
    ),
    Fault(
        ("imessage-wrapped",),
        ("service",),
        symptoms.sms_of_other_device,
        "takes a row without a handle for an iMessage",
        "message.service tells it; handle_id may be 0 on own rows (§26.7)",
    ),
    Fault(
        ("imessage-wrapped", "imessage-reader"),
        ("service",),
        lambda fact: "service" in fact.message.traits.blank,
        "takes a row without a service for an iMessage",
        "message.service may be NULL (§26.15)",
    ),
    Fault(
        ("imessage-kit",),
        ("service",),
        lambda fact: fact.message.service == "iMessageLite",
        "knows no satellite messages",
        "they are of service iMessageLite (§15)",
    ),
    Fault(
        EXPORTER,
        ("problems", "parts"),
        lambda fact: symptoms.has_balloon(fact, "chatbot"),
        "cannot format what a business sends over RCS",
        "its cards stand in the body, there is no payload (§23)",
    ),
    Fault(
        ("imbridge",),
        ("transcript",),
        symptoms.spoken_in_body_alone,
        "looks for a transcript with the attachment alone",
        "IMAudioTranscription on the body's run holds it too (§11)",
    ),
    Fault(
        ("imbridge", "imessage-chatdb"),
        ("link",),
        lambda fact: symptoms.has_balloon(fact, "music"),
        "finds no name of a song",
        "it is the name of the specialization; a song has no title (§9)",
    ),
    Fault(
        ("imessage-chatdb",),
        ("left",),
        symptoms.marked_otherwise,
        "takes a file for a text where its run is not one U+FFFC",
        "__kIMFileTransferGUIDAttributeName makes a run a file (§20)",
    ),
    Fault(
        ("imbridge",),
        ("disk",),
        symptoms.folder,
        "says of a folder that was sent along that it is not there",
        "an attachment may be a folder (§26.10)",
    ),
)
