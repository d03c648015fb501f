"""Answers that are wrong on purpose: what is changed, where, and what must be said.

Each is a row of scenario `kinds` on tahoe (or another release), a change of what a
perfect reader says of it, and the kind and field that the scorecard must blame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Line = dict[str, Any]
Change = Callable[[Line], Line | list[Line] | None]


@dataclass(frozen=True)
class Mutation:
    """One wrong answer: `row` is the kind of the reading of `case` that is changed.

    No case, "", means any row that shows the kind that is to be blamed.
    """

    case: str
    row: str
    change: Change
    kind: str
    field: str
    release: str = "tahoe"

    def __str__(self) -> str:
        return f"{self.kind}-{self.field}-{self.case}"


def says(**fields: Any) -> Change:
    return lambda line: line | fields


def shifted(name: str, seconds: int) -> Change:
    def change(line: Line) -> Line:
        moment = datetime.fromisoformat(line[name]) + timedelta(seconds=seconds)
        return line | {name: moment.isoformat()}

    return change


def without_last(name: str) -> Change:
    return lambda line: line | {name: line[name][:-1]}


def within(name: str, /, **fields: Any) -> Change:
    """Change the first object of a list, or the object itself."""

    def change(line: Line) -> Line:
        value = line[name]
        if isinstance(value, list):
            return line | {name: [value[0] | fields, *value[1:]]}
        return line | {name: value | fields}

    return change


def _voters(line: Line) -> Line:
    options = line["balloon"]["options"]
    changed = [{**options[0], "voters": ["+15550100"]}, *options[1:]]
    return line | {"balloon": line["balloon"] | {"options": changed}}


def _cut(line: Line) -> Line:
    return line | {"text": line["text"].encode()[:127].decode(errors="ignore")}


NUMBER, UNSENT, RECEIPTS = "event-number-changed", "unsent", "receipts"
PHOTO, BACKGROUND, LOCATION = "event-photo", "event-background", "event-location"

TABLE = (
    # texts
    Mutation("text-archive-only", "message", says(text=None), "text", "text"),
    Mutation("text-received", "message", says(text="Stored"), "text", "text"),
    Mutation("text-128-bytes", "message", _cut, "text", "text"),
    Mutation("text-received", "message", says(kind="event"), "text", "kind"),
    Mutation("text-received", "message", says(from_me=True), "text", "from_me"),
    Mutation("text-sent", "message", says(from_me=False), "text", "from_me"),
    Mutation("text-sent", "message", says(sender="+15550100"), "text", "sender"),
    Mutation("text-received", "message", says(sender=None), "text", "sender"),
    Mutation("text-received", "message", shifted("date", 3600), "text", "date"),
    Mutation("text-received", "message", says(date_ns="1"), "text", "date_ns"),
    Mutation("text-received", "message", says(date=5), "text", "date"),
    Mutation("text-received", "message", says(chat="any;-;x"), "text", "chat"),
    Mutation("text-received", "message", says(chat=None), "text", "chat"),
    Mutation("text-received", "message", says(chat_rowid=99), "text", "chat_rowid"),
    Mutation("text-received", "message", says(rowid=9_999), "text", "rowid"),
    Mutation("text-received", "message", says(service="SMS"), "text", "service"),
    Mutation("text-received", "message", lambda line: None, "text", "row"),
    Mutation("text-received", "message", lambda line: [line, line], "text", "row"),
    # what stands on a text
    Mutation("subject", "message", says(subject=None), "subject", "subject"),
    Mutation("style-bold", "message", says(styles=[]), "styled", "styles"),
    Mutation(
        "style-bold", "message", within("styles", style="italic"), "styled", "styles"
    ),
    Mutation(
        "mention",
        "message",
        within("mentions", address="+15550100"),
        "mention",
        "mentions",
    ),
    Mutation("mention", "message", says(mentions=[]), "mention", "mentions"),
    Mutation(
        "link-in-text", "message", within("links", url="http://x"), "link", "links"
    ),
    Mutation(
        "detected-money",
        "message",
        within("detected", found="date"),
        "detected",
        "detected",
    ),
    # files
    Mutation("file-photo", "message", says(files=[]), "file", "files"),
    Mutation("file-photo", "message", within("files", name="a.jpeg"), "file", "files"),
    Mutation("file-photo", "message", within("files", bytes=1), "file", "files"),
    Mutation("file-photo", "message", says(has_files=False), "file", "has_files"),
    Mutation("parts-three-photos", "message", without_last("files"), "file", "files"),
    Mutation("parts-three-photos", "message", without_last("parts"), "file", "parts"),
    Mutation(
        "file-missing",
        "message",
        within("files", is_missing=False),
        "missing-file",
        "files",
    ),
    Mutation(
        "file-not-downloaded",
        "message",
        within("files", path="Attachments/x"),
        "missing-file",
        "files",
    ),
    Mutation(
        "audio-unheard",
        "message",
        within("files", transcript=None),
        "transcript",
        "files",
    ),
    Mutation("audio-unheard", "message", says(is_audio=False), "audio", "is_audio"),
    Mutation(
        "audio-heard", "message", shifted("date_played", 60), "audio", "date_played"
    ),
    Mutation("genmoji", "message", within("files", label=None), "genmoji", "files"),
    # reactions
    Mutation("tapback-loved", "tapback", says(tapback="liked"), "tapback", "tapback"),
    Mutation("tapback-loved", "tapback", says(kind="message"), "tapback", "kind"),
    Mutation("tapback-loved", "tapback", says(of="x"), "tapback", "of"),
    Mutation(
        "tapback-loved", "tapback", says(removed=True), "tapback-removed", "removed"
    ),
    Mutation("tapback-loved", "tapback", lambda line: None, "tapback", "row"),
    Mutation("tapback-on-part", "tapback", says(part=0), "tapback", "part"),
    Mutation("tapback-on-balloon", "tapback", says(part=1), "tapback", "part"),
    Mutation("tapback-emoji", "tapback", says(emoji=None), "tapback", "emoji"),
    Mutation("tapback-mine", "tapback", says(from_me=False), "tapback", "from_me"),
    Mutation(
        "tapback-loved-removed",
        "tapback",
        says(removed=False),
        "tapback-removed",
        "removed",
    ),
    Mutation(
        "tapback-loved-both-rows",
        "message",
        says(tapbacks=[{"tapback": "loved"}]),
        "reacted-to",
        "tapbacks",
    ),
    Mutation(
        "tapback-several", "message", without_last("tapbacks"), "reacted-to", "tapbacks"
    ),
    Mutation("sticker-placed", "sticker", says(kind="tapback"), "sticker", "kind"),
    Mutation("sticker-placed", "sticker", says(of="x"), "sticker", "of"),
    Mutation("sticker-placed", "message", says(stickers=[]), "reacted-to", "stickers"),
    # replies, edits, unsends, effects
    Mutation("reply", "message", says(reply_to=None), "reply", "reply_to"),
    Mutation("reply", "message", says(is_reply=False), "reply", "is_reply"),
    Mutation("reply-to-part", "message", says(reply_part=0), "reply", "reply_part"),
    Mutation("text-received", "message", says(is_reply=True), "reply", "is_reply"),
    Mutation("edit-five-times", "message", without_last("edits"), "edit", "edits"),
    Mutation("edit-five-times", "message", says(edit_count=1), "edit", "edit_count"),
    Mutation("edit", "message", shifted("date_edited", -60), "edit", "date_edited"),
    Mutation("edit", "message", within("edits", before="x"), "edit", "edits"),
    Mutation("unsent", "message", says(is_unsent=False), "unsent", "is_unsent"),
    Mutation("unsent", "message", says(unsent_parts=[]), "unsent", "unsent_parts"),
    Mutation(
        "unsent-part", "message", says(is_unsent=True), "part-unsent", "is_unsent"
    ),
    Mutation("effect-slam", "message", says(effect="loud"), "effect", "effect"),
    # balloons
    Mutation("link", "message", says(balloon=None), "link-preview", "balloon"),
    Mutation(
        "link", "message", within("balloon", title="x"), "link-preview", "balloon"
    ),
    Mutation(
        "apple-pay", "message", within("balloon", caption="x"), "app-card", "balloon"
    ),
    Mutation("poll-votes", "message", _voters, "poll", "balloon"),
    Mutation("poll-votes", "vote", without_last("votes"), "vote", "votes"),
    Mutation("poll-votes", "vote", says(of="x"), "vote", "of"),
    Mutation("poll-choice-added", "choice", says(choice="x"), "poll-choice", "choice"),
    Mutation(
        "digital-touch-tap",
        "message",
        within("balloon", gesture="kiss"),
        "digital-touch",
        "balloon",
    ),
    # events and chats
    Mutation("group-added", "event", says(event="removed"), "event-added", "event"),
    Mutation("group-added", "event", says(who=None), "event-added", "who"),
    Mutation("group-renamed", "event", says(title="x"), "event-renamed", "title"),
    Mutation("group-left", "event", says(kind="message"), "event-left", "kind"),
    # states
    Mutation("sms", "message", says(service="iMessage"), "sms", "service"),
    Mutation("rcs", "message", says(service="SMS"), "rcs", "service"),
    Mutation("failed", "message", says(status="sent"), "failed", "status"),
    Mutation("failed", "message", says(error=0), "failed", "error"),
    Mutation("sending", "message", says(status="sent"), "sending", "status"),
    Mutation("scheduled", "message", says(status="sent"), "scheduled", "status"),
    Mutation("read-late", "message", says(is_read=False), "receipts", "is_read"),
    Mutation(
        "read-late", "message", shifted("date_read", -9_000), "receipts", "date_read"
    ),
    Mutation(
        "delivered",
        "message",
        says(date_read="2025-01-01T00:00:00Z"),
        "receipts",
        "date_read",
    ),
    Mutation(
        "recently-deleted",
        "message",
        says(is_deleted=False),
        "recently-deleted",
        "is_deleted",
    ),
    Mutation("recently-deleted", "message", lambda line: None, "text", "row"),
    Mutation(
        "recently-deleted-part",
        "message",
        says(deleted_parts=[]),
        "part-deleted",
        "deleted_parts",
    ),
    Mutation(
        "no-chat-no-handle", "message", says(from_me=True), "nobody-named", "from_me"
    ),
    Mutation("no-chat-no-handle", "message", lambda line: None, "text", "row"),
    Mutation("in-two-chats", "message", says(chat="x"), "two-chats", "chat"),
    Mutation(
        "date-in-seconds",
        "message",
        says(date="2001-01-01T00:00:00Z"),
        "date-in-seconds",
        "date",
    ),
    Mutation(
        "translated", "message", says(translation=None), "translation", "translation"
    ),
    Mutation(
        "downgraded",
        "message",
        says(was_downgraded=False),
        "downgraded",
        "was_downgraded",
    ),
    Mutation(
        "filter-orders",
        "message",
        says(filtered=None),
        "filtered",
        "filtered",
        release="golden-gate",
    ),
    # the rest of balloons, events, states and chats
    Mutation("music", "message", within("balloon", artist="x"), "song", "balloon"),
    Mutation(
        "app-store", "message", within("balloon", name=""), "store-app", "balloon"
    ),
    Mutation("place", "message", within("balloon", address="x"), "place", "balloon"),
    Mutation(
        "collaboration",
        "message",
        within("balloon", title="x"),
        "collaboration",
        "balloon",
    ),
    Mutation("handwriting", "message", says(balloon=None), "handwriting", "balloon"),
    Mutation(
        "rcs-chatbot",
        "message",
        within("balloon", cards=[]),
        "business-cards",
        "balloon",
    ),
    Mutation("group-removed", "event", says(who=None), "event-removed", "who"),
    Mutation("group-number-changed", "event", says(event="added"), NUMBER, "event"),
    Mutation(
        "group-photo-set", "event", says(event="photo-removed"), f"{PHOTO}-set", "event"
    ),
    Mutation(
        "group-photo-removed", "event", says(event=None), f"{PHOTO}-removed", "event"
    ),
    Mutation("background-set", "event", says(event=None), f"{BACKGROUND}-set", "event"),
    Mutation(
        "background-removed",
        "event",
        says(event="left"),
        f"{BACKGROUND}-removed",
        "event",
    ),
    Mutation(
        "location-started",
        "event",
        says(event="location-stopped"),
        f"{LOCATION}-started",
        "event",
    ),
    Mutation(
        "location-stopped-by-other",
        "event",
        says(incoming=False),
        f"{LOCATION}-stopped",
        "incoming",
    ),
    Mutation("shareplay", "event", says(kind="message"), "event-shareplay", "kind"),
    Mutation("audio-kept", "event", says(event=None), "event-audio-kept", "event"),
    Mutation("satellite", "message", says(service=None), "satellite", "service"),
    Mutation(
        "blank-service",
        "message",
        says(service="iMessage"),
        "no-service",
        "service",
        release="sequoia",
    ),
    Mutation(
        "tier-finance",
        "message",
        says(sender="61036(smsft_or)"),
        "filtered-sender",
        "sender",
    ),
    Mutation("no-chat-no-handle", "message", says(chat="x"), "no-chat", "chat"),
    Mutation(
        "sent-from-other-device",
        "message",
        says(from_me=False),
        "other-device",
        "from_me",
    ),
    Mutation("in-two-chats", "message", says(also_in=None), "two-chats", "also_in"),
    Mutation("edit", "message", says(date_changed=None), "edit", "date_changed"),
    Mutation("edit", "message", says(date_edited_ns="0"), "edit", "date_edited_ns"),
    Mutation("unsent", "message", says(date_changed_ns="0"), UNSENT, "date_changed_ns"),
    Mutation(
        "audio-heard", "message", says(date_played_ns="1"), "audio", "date_played_ns"
    ),
    Mutation("read-late", "message", says(date_read_ns="1"), RECEIPTS, "date_read_ns"),
    Mutation(
        "read-late", "message", shifted("date_delivered", 9), RECEIPTS, "date_delivered"
    ),
    Mutation(
        "read-late",
        "message",
        says(date_delivered_ns=None),
        RECEIPTS,
        "date_delivered_ns",
    ),
    *(
        Mutation(case, "message", says(**{field: value}), "flagged", field)
        for case, field, value in (
            ("mention-unseen", "has_unseen_mention", False),
            ("satellite", "is_off_grid", False),
            ("focus-quiet", "was_delivered_quietly", False),
            ("focus-quiet", "is_spam", True),
            ("focus-quiet", "is_critical", True),
            ("focus-quiet", "is_time_sensitive", True),
        )
    ),
    Mutation("", "chat", says(participants=[]), "chat", "participants"),
    Mutation("", "chat", says(identifier="x"), "chat", "identifier"),
    Mutation("", "chat", says(is_archived=True), "chat", "is_archived"),
    Mutation("", "chat", says(is_blocked=True), "chat", "is_blocked"),
    Mutation("", "chat", without_last("participants"), "group", "participants"),
    Mutation("", "chat", says(is_group=False), "group", "is_group"),
    Mutation("", "chat", says(name="x"), "group", "name"),
    Mutation("", "chat", lambda line: None, "group", "row"),
    Mutation("", "chat", says(is_empty=False), "empty-chat", "is_empty"),
)
