"""Cases of delivery, services, and what the phone did with a message."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import (
    ChatHistory,
    CloudRecord,
    Schedule,
    Translation,
)
from pytest_imessage_foundry.models.apple_time import DAY, HOUR, SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )


@case("sms", "a text message over SMS", "§15")
def _sms(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.sms.receive("Over SMS"), {"text": "Over SMS", "service": "SMS"}


@case("sms-sent", "an own SMS: no receipts", "§15")
def _sms_sent(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.sms.send("Mine over SMS"), {"text": "Mine over SMS", "service": "SMS"}


@case("rcs", "a message over RCS", "§15", feature="rcs")
def _rcs(phone: CasePhone) -> tuple[Draft, Reading]:
    return phone.rcs.receive("Over RCS"), {"text": "Over RCS", "service": "RCS"}


@case("satellite", "a message over satellite", "§15", feature="satellite")
def _satellite(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.satellite.receive("No network here", service="iMessageLite")
    return draft.trait(off_grid=True), {
        "text": "No network here",
        "service": "iMessageLite",
    }


def _stated(
    phone: CasePhone,
    text: str,
    fields: dict[str, Any],
    traits: dict[str, Any],
    **says: object,
) -> tuple[Draft, Reading]:
    draft = phone.direct.send(text, **fields).trait(**traits)
    schedule = draft.message.traits.schedule
    if schedule is not None and schedule.state != 3:
        # Its date is the planned one, which is after all messages so far.
        draft.set(date=draft.message.date + 2 * DAY)
    return draft, {"text": text, **says}


def _enter(name: str, what: str, section: str, text: str, **how: Any) -> None:
    feature = how.pop("feature", None)
    fields, traits = how.pop("fields", {}), how.pop("traits", {})
    case(name, what, section, feature=feature)(
        partial(_stated, text=text, fields=fields, traits=traits, **how)
    )


_UNSEEN = {"date_read": 0, "date_delivered": 0}
_enter(
    "failed",
    "an own message that could not be sent",
    "§15",
    "Not sent",
    fields=_UNSEEN,
    traits={"error": 22},
    failed=True,
)
_enter(
    "sending",
    "an own message on its way",
    "§1",
    "On its way",
    fields=_UNSEEN,
    traits={"is_sending": True},
    is_sent=False,
)
_enter(
    "delivered",
    "delivered and not read",
    "§1",
    "Delivered, not read",
    fields={"date_read": 0},
    is_read=False,
)
_enter(
    "undelivered",
    "sent and not delivered",
    "§1",
    "Sent, not delivered",
    fields=_UNSEEN,
    is_delivered=False,
)
_enter(
    "delivered-flag-only",
    "flag 1 and date 0, as iCloud leaves it",
    "§1",
    "Synced by iCloud",
    traits={"delivered_flag_only": True},
)
_enter(
    "downgraded",
    "an iMessage that went as SMS",
    "§15",
    "Fell back to SMS",
    fields={"service": "SMS"},
    traits={"downgraded": True},
    service="SMS",
)
_enter(
    "scheduled",
    "planned with Send Later",
    "§16",
    "Happy new year",
    fields=_UNSEEN,
    traits={"schedule": Schedule(state=2)},
    scheduled=True,
    feature="send_later",
)
_enter(
    "scheduled-pending",
    "planned, still going up",
    "§16",
    "Happy Easter",
    fields=_UNSEEN,
    traits={"schedule": Schedule(state=1)},
    scheduled=True,
    feature="send_later",
)
_enter(
    "scheduled-sent",
    "planned and sent since",
    "§16",
    "Happy Halloween",
    traits={"schedule": Schedule(state=3)},
    feature="send_later",
)
_RECORD = CloudRecord(record_id="5f" * 32, change_tag="a1b2")
_enter(
    "icloud",
    "the columns of Messages in iCloud",
    "§1",
    "In the cloud",
    traits={"cloud": _RECORD},
)
_enter(
    "translated",
    "translated on the phone",
    "§8",
    "Good morning",
    traits={"translation": Translation(language="de_DE", text="Guten Morgen")},
    translation="Guten Morgen",
    feature="translation",
)


@case("unread", "received and not read", "§1")
def _unread(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Unread so far", date_read=0)
    return draft, {"text": "Unread so far", "is_read": False}


@case("focus-quiet", "delivered quietly under a Focus", "§1")
def _quiet(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Psst").trait(delivered_quietly=True)
    return draft, {"text": "Psst", "quiet": True}


@case("focus-notified", "delivered quietly, then notified anyway", "§1")
def _notified(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("It is urgent")
    return draft.trait(delivered_quietly=True, notified=True), {"text": "It is urgent"}


@case("junk", "marked as junk", "§12")
def _junk(phone: CasePhone) -> tuple[Draft, Reading]:
    spammer = phone.author.person("Prize Desk", email=True)
    chat = phone.author.direct(spammer, filtered="junk")
    draft = chat.receive("You have won! Reply YES", date_read=0).trait(spam=True)
    return draft, {"text": "You have won! Reply YES", "is_read": False, "tier": 2}


@case("unknown-sender", "a chat in the list of unknown senders", "§12")
def _unknown(phone: CasePhone) -> tuple[Draft, Reading]:
    chat = phone.author.direct(phone.author.person("Unknown Caller"))
    chat.set(filtered="unknown")
    return chat.receive("Is this Robin?"), {"text": "Is this Robin?", "tier": 1}


@case(
    "pending-review",
    "an unknown sender that is screened",
    "§12",
    feature="unknown_senders",
)
def _screened(phone: CasePhone) -> tuple[Draft, Reading]:
    chat = phone.author.direct(phone.author.person("Screened Caller"))
    chat.set(filtered="unknown", is_pending_review=True)
    draft = chat.receive("About your parcel")
    return draft, {"text": "About your parcel", "tier": 1, "screened": True}


@case("short-code", "a code from a short code", "§13")
def _short_code(phone: CasePhone) -> tuple[Draft, Reading]:
    bank = phone.author.person("Example Bank", address="15512")
    draft = phone.author.direct(bank, service="SMS").receive("Your code is 481923")
    return draft, {"text": "Your code is 481923", "service": "SMS"}


@case("background-chat", "a chat that has a background", "§24", feature="backgrounds")
def _background(phone: CasePhone) -> tuple[Draft, Reading]:
    pat = phone.author.person("Pat Hill")
    chat = phone.author.direct(pat)
    chat.set_background(by=pat)
    return chat.receive("Nice colours"), {
        "text": "Nice colours",
        "background": "https://content.example.com/background",
        "background_version": 12,
    }


@case(
    "background-chat-removed",
    "a chat that had a background: the count of changes stays",
    "§24",
    feature="backgrounds",
)
def _plain_again(phone: CasePhone) -> tuple[Draft, Reading]:
    chat = phone.author.direct(phone.author.person("Pam Hill"))
    chat.set_background()
    chat.remove_background()
    return chat.receive("Plain again"), {
        "text": "Plain again",
        "background": None,
        "background_version": 13,
    }


@case("chat-history", "what years leave in the properties of a chat", "§24")
def _history(phone: CasePhone) -> tuple[Draft, Reading]:
    chat = phone.author.direct(phone.author.person("Oda Berg"))
    first = chat.receive("Since the beginning").message
    history = ChatHistory(
        watermark=(7, first.date),
        previous_accounts=(("SMS", phone.author.new_guid()),),
        summary=(first.guid, True),
        last_archived=(first.guid, 9),
        lsmd=first.date,
        responses=6,
        receipts_version=3,
        handshake=1,
        reported_as_spam=True,
    )
    chat.set(history=history, read_receipts=True, version=2)
    return chat.receive("And still here"), {
        "text": "And still here",
        "responses": 6,
        "archived_as": 9,
        "properties_version": 2,
    }


@case("chat-properties", "receipts on, alerts off, archived", "§12")
def _properties(phone: CasePhone) -> tuple[Draft, Reading]:
    chat = phone.author.direct(phone.author.person("Max Lund"))
    chat.set(read_receipts=True, mutes=True, is_archived=True)
    return chat.receive("Old times"), {"text": "Old times"}


@case("recently-deleted", "in Recently Deleted: its join is gone", "§17")
def _deleted(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Delete me").delete()
    return draft, {"text": "Delete me", "deleted": True}


@case("recently-deleted-sent", "an own message in Recently Deleted", "§17")
def _own_deleted(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Delete mine").delete()
    return draft, {"text": "Delete mine", "deleted": True}


@case("recently-deleted-part", "one part in Recently Deleted", "§17")
def _deleted_part(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Keep this", "and that").delete(parts=(1,))
    return draft, {"text": "Keep thisand that", "deleted_parts": [1]}


@case("deleted-for-good", "nothing but its GUID is left", "§17")
def _gone(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Gone").delete(permanent=True)
    return draft, {"text": "Gone", "deleted_for_good": True}


@case("read-late", "read three hours later", "§1")
def _late(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Read this tonight")
    date = draft.message.date
    draft.set(date_delivered=date + SECOND, date_read=date + 3 * HOUR)
    return draft, {"text": "Read this tonight", "is_read": True}
