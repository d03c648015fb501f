"""Cases of a phone used for years: rows in two chats, in none, or out of order."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models.apple_time import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )
    from pytest_imessage_foundry.models import FilterTier, MessageBlank

    Told = tuple[Draft, Reading]

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"

# --- in two chats, or in none ---------------------------------------------------------


@case(
    "resent-as-sms",
    "an iMessage that went as SMS in the end, in both chats",
    "§26.2",
    until="any_guids",
)
def _resent(phone: CasePhone) -> Told:
    chat = phone.author.direct(phone.author.person("Uma Reed"))
    draft = chat.send("Did this get through?").resent_as_sms()
    return draft, {
        "text": "Did this get through?",
        "service": "SMS",
        "in_chats": ["SMS", "iMessage"],
        "downgraded": True,
    }


@case("in-two-chats", "a synced message in the chats of two addresses", "§26.2")
def _two_chats(phone: CasePhone) -> Told:
    ben = phone.author.person("Ben Wood", addresses=["phone", "email"])
    desk = phone.author.direct(ben, address=ben.addresses[1])
    chat = phone.author.direct(ben)
    draft = chat.receive("Which one is this?", also_in=desk)
    return draft, {
        "text": "Which one is this?",
        "in_chats": ["iMessage", "iMessage"],
        "downgraded": False,
    }


@case("no-chat-no-handle", "in no chat, and from nobody known", "§26.8")
def _nameless(phone: CasePhone) -> Told:
    draft = phone.direct.receive("From nobody", nameless=True, chatless=True)
    return draft, {"text": "From nobody", "chatless": True, "in_chats": []}


@case(
    "ghost-of-a-failed-send",
    "what a failed send left behind: no text, no chat",
    "§26.8",
    feature="any_guids",
)
def _ghost(phone: CasePhone) -> Told:
    draft = phone.direct.send(
        "Tried again later",
        error=22,
        chatless=True,
        blank=("body",),
        date_delivered=0,
        date_read=0,
    )
    return draft, {"text": "", "chatless": True, "failed": True}


# --- what filters made of a sender ----------------------------------------------------

_TIERS: dict[FilterTier, tuple[int, str, str]] = {
    "promotion": (3, "(smsfp)", "Sale ends today"),
    "transaction": (4, "(smsft)", "Your parcel is on its way"),
    "finance": (36, "(smsft_fi)", "Card payment: 12.50"),
    "orders": (52, "(smsft_or)", "Order 17 was shipped"),
    "reminders": (68, "(smsft_rm)", "Tomorrow at 9: dentist"),
}


def _tier(phone: CasePhone, tier: FilterTier) -> Told:
    number, suffix, text = _TIERS[tier]
    shop = phone.author.person(f"Example {tier}", address=str(16100 + number))
    draft = phone.author.direct(shop, service="SMS", filtered=tier).receive(text)
    is_merged = "filter_actions" in phone.author.schema.features
    return draft, {
        "text": text,
        "tier": 0 if is_merged else number,
        "suffix": "" if is_merged else suffix,
        "dialled": shop.identifier,
    }


for _each in _TIERS:
    case(f"tier-{_each}", f"a sender filtered as {_each}", "§26.1")(
        partial(_tier, tier=_each)
    )


@case("tier-filtered", "an unknown sender under an address of its own", "§26.1")
def _filtered(phone: CasePhone) -> Told:
    caller = phone.author.person("Filtered Caller")
    chat = phone.author.direct(caller, service="SMS", suffix="(filtered)")
    draft = chat.receive("Hello, who is this?")
    is_merged = "filter_actions" in phone.author.schema.features
    return draft, {
        "text": "Hello, who is this?",
        "tier": 0 if is_merged else 1,
        "suffix": "" if is_merged else "(filtered)",
    }


@case("blocked", "a sender whom the owner has blocked", "§26.1")
def _blocked(phone: CasePhone) -> Told:
    chat = phone.author.direct(phone.author.person("Blocked Caller"))
    draft = chat.set(is_blocked=True).receive("Pick up!", date_read=0)
    return draft, {"text": "Pick up!", "is_read": False, "blocked": True}


# --- several rows of one chat -------------------------------------------------------


@case("chat-rows-direct", "an empty row of the same address", "§26.6")
def _former_direct(phone: CasePhone) -> Told:
    chat = phone.author.direct(phone.author.person("Zoe Park")).formerly("SMS")
    draft = chat.receive("Blue bubbles now")
    return draft, {
        "text": "Blue bubbles now",
        "in_chats": ["iMessage"],
        "chat_rows": ["SMS", "iMessage"],
        "lookups": {},
    }


@case("chat-rows-group", "a group moved over two services", "§26.6, §26.25")
def _former_group(phone: CasePhone) -> Told:
    club = phone.author.group(phone.alex, phone.kim, name="Book club")
    club.formerly("RCS").formerly("SMS")
    draft = club.receive("Chapter three by Friday", sender=phone.kim)
    has_lookup = "chat_lookup" in phone.author.schema.features
    return draft, {
        "text": "Chapter three by Friday",
        "in_chats": ["iMessage"],
        "chat_rows": ["RCS", "SMS", "iMessage"],
        "lookups": {"RCSConversationID": ["RCS", 0], "iMessageGroupID": ["iMessage", 1]}
        if has_lookup
        else {},
    }


@case("group-of-before", "a group made before 26 keeps its identifier", "§12")
def _old_group(phone: CasePhone) -> Told:
    band = phone.author.group(
        phone.alex, phone.sam, name="School band", created="2024-02-01"
    )
    draft = band.receive("Encore?", sender=phone.sam)
    return draft, {"text": "Encore?", "room": "digits"}


@case("group-of-now", "a group made when 26 was there", "§12")
def _new_group(phone: CasePhone) -> Told:
    band = phone.author.group(
        phone.alex, phone.sam, name="Jazz band", created="2025-10-01"
    )
    draft = band.receive("Bis", sender=phone.sam)
    unified = "any_guids" in phone.author.schema.features
    return draft, {"text": "Bis", "room": "hex" if unified else "digits"}


# --- one's own --------------------------------------------------------------------


@case("sent-from-other-device", "an own row without a handle", "§26.7")
def _other_device(phone: CasePhone) -> Told:
    draft = phone.direct.send("Typed on the laptop", from_other_device=True)
    return draft, {"text": "Typed on the laptop", "names_other": False}


@case("sent-from-other-device-sms", "an own SMS without a handle", "§26.7")
def _other_device_sms(phone: CasePhone) -> Told:
    draft = phone.sms.send("Sent by the phone nearby", from_other_device=True)
    return draft, {
        "text": "Sent by the phone nearby",
        "names_other": False,
        "service": "SMS",
    }


@case("sent-from-this-device", "an own row with the other's handle", "§1")
def _this_device(phone: CasePhone) -> Told:
    draft = phone.direct.send("Typed right here")
    return draft, {"text": "Typed right here", "names_other": True}


@case("note-to-self", "to oneself: before 26 it comes back", "§26.12")
def _note(phone: CasePhone) -> Told:
    draft = phone.author.note_to_self().send("Buy milk")
    is_old = "any_guids" not in phone.author.schema.features
    return draft, {"text": "Buy milk", "to_self": True, "comes_back": is_old}


@case("note-to-self-single", "from another device: sent alone", "§26.12")
def _single_note(phone: CasePhone) -> Told:
    chat = phone.author.note_to_self()
    draft = chat.send("Call the bank", twin=False, from_other_device=True)
    return draft, {
        "text": "Call the bank",
        "to_self": True,
        "comes_back": False,
        "names_other": False,
    }


@case("note-to-self-twin", "what comes back of a note to self", "§26.12")
def _twin(phone: CasePhone) -> Told:
    chat = phone.author.note_to_self()
    chat.send("Water the plants", twin=True)
    return chat.drafts[-1], {"text": "Water the plants", "to_self": True}


# --- ROWIDs that are not time ---------------------------------------------------------


@cache
def _cloud(phone: CasePhone) -> Chat:
    return phone.author.direct(phone.author.person("Noa Stern"))


@case("backfilled", "from iCloud: an old date under a high ROWID", "§26.9")
def _backfilled(phone: CasePhone) -> Told:
    chat = _cloud(phone)
    newest = chat.receive("Said today")
    date = newest.message.date - 24 * 365 * HOUR
    draft = chat.receive("Said a year ago", at=date, rowid_after=newest)
    return draft, {"text": "Said a year ago", "arrives_after": "Said today"}


@case("backfilled-twin", "the same once more, from iCloud", "§26.9")
def _backfilled_twin(phone: CasePhone) -> Told:
    chat = _cloud(phone)
    first = chat.receive("Have you seen my keys?")
    date = first.message.date
    draft = chat.receive("Have you seen my keys?", at=date, arrived=date + MINUTE)
    phone.author.tick(date + MINUTE, 0, 0)
    return draft, {"text": "Have you seen my keys?", "twins": 1}


@case("rowid-gap", "after a row that was deleted for good", "§26.9")
def _gap(phone: CasePhone) -> Told:
    chat = _cloud(phone)
    first = chat.receive("Never mind this")
    draft = chat.receive("But this", at=first.message.date + SECOND)
    first.delete(permanent=True)
    return draft, {"text": "But this", "gap": True}


@case("rowid-gap-tapback", "after a tapback that was taken back", "§6")
def _tapback_gap(phone: CasePhone) -> Told:
    chat = _cloud(phone)
    first = chat.send("Love this?")
    date = first.message.date
    first.tapback("loved", at=date + SECOND)
    first.remove_tapback(at=date + 3 * SECOND)
    draft = chat.receive("I did not mean it", at=date + 2 * SECOND)
    return draft, {"text": "I did not mean it", "gap": True}


# --- columns that are empty, and dates in seconds -----------------------------------


def _blank(phone: CasePhone, text: str, word: MessageBlank, **says: object) -> Told:
    draft = phone.direct.receive(text, blank=(word,))
    return draft, {"text": text, **says}


_BLANKS: tuple[tuple[str, str, MessageBlank, dict[str, Any], str | None], ...] = (
    ("blank-service", "no service", "service", {"service": None}, "chat_service"),
    ("blank-part-count", "no part_count", "part_count", {"parts": None}, None),
    ("blank-account", "an account of E: alone", "E:", {"account": "E:"}, None),
    ("blank-account-small", "an account of e: alone", "e:", {"account": "e:"}, None),
)
for _name, _what, _word, _says, _until in _BLANKS:
    case(_name, _what, "§26.15", until=_until)(
        partial(_blank, text=f"A row with {_what}", word=_word, **_says)
    )


@case("file-no-name", "a file without transfer_name", "§26.15")
def _no_name(phone: CasePhone) -> Told:
    file = phone.author.file("photo", blank=("transfer_name",))
    draft = phone.direct.receive(file)
    return draft, {"text": MARK, "attachments": [None], "missing": False}


@case("date-in-seconds", "from before 10.13: a date in seconds", "§26.16")
def _seconds(phone: CasePhone) -> Told:
    draft = phone.direct.receive(
        "Happy new year 2016", at="2016-01-01T00:00:10Z", in_seconds=("date",)
    )
    return draft, {"text": "Happy new year 2016", "sent": "2016-01-01T00:00:10"}


@case("date-read-in-seconds", "read at a date in seconds", "§26.16")
def _read_seconds(phone: CasePhone) -> Told:
    draft = phone.direct.receive(
        "Read, in seconds", at="2025-10-07T08:00:00Z", in_seconds=("date_read",)
    )
    return draft, {
        "text": "Read, in seconds",
        "sent": "2025-10-07T08:00:00",
        "read": "2025-10-07T08:00:20",
    }
