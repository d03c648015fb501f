"""Cases of replies, edits and unsent messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Link, Run, TextPart
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


@case("reply", "an inline reply", "§7")
def _reply(phone: CasePhone) -> tuple[Draft, Reading]:
    question = phone.direct.receive("Pizza or pasta?")
    draft = phone.direct.send("Pizza", reply_to=question)
    return draft, {"text": "Pizza", "reply_to": "Pizza or pasta?"}


@case("reply-thread", "the third message of a thread names its first", "§7")
def _thread(phone: CasePhone) -> tuple[Draft, Reading]:
    first = phone.group.receive("Who drives?", sender=phone.kim)
    second = phone.group.send("I can", reply_to=first)
    draft = phone.group.receive("Thanks!", sender=phone.sam, reply_to=second)
    return draft, {"text": "Thanks!", "reply_to": "Who drives?"}


@case("reply-to-part", "a reply to the third bubble of a message", "§7")
def _to_part(phone: CasePhone) -> tuple[Draft, Reading]:
    target = phone.direct.receive("Plan A", phone.author.file("photo"), "Plan B")
    draft = phone.direct.send("Plan B it is", reply_to=target.as_target(part=2))
    return draft, {"text": "Plan B it is", "reply_to": "Plan B", "reply_part": 2}


@case("reply-to-file", "a reply to a photo", "§7")
def _to_file(phone: CasePhone) -> tuple[Draft, Reading]:
    target = phone.direct.receive(phone.author.file("photo"))
    draft = phone.direct.send("Where is that?", reply_to=target)
    return draft, {"text": "Where is that?", "reply_to": MARK}


@case("edit", "edited once", "§8", feature="edits")
def _edit(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("See you at 7").edit("See you at 8")
    return draft, {"text": "See you at 8", "history": ["See you at 7"]}


@case("edit-received", "the other side edited", "§8", feature="edits")
def _edit_received(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("teh train is late").edit("the train is late")
    return draft, {"text": "the train is late", "history": ["teh train is late"]}


@case("edit-five-times", "as often as Apple allows", "§8", feature="edits")
def _edits(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Version 0")
    for number in range(1, 6):
        draft.edit(f"Version {number}")
    history = [f"Version {number}" for number in range(5)]
    return draft, {"text": "Version 5", "history": history}


@case("edit-archive-only", "edited, text NULL", "§8", feature="edits")
def _edit_archive(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Draft text", storage="archive").edit("Final text")
    return draft, {"text": "Final text", "history": ["Draft text"]}


@case("edit-to-link", "edited into a link that has a preview", "§8", feature="edits")
def _edit_to_link(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://example.com/tickets"
    draft = phone.direct.send("link follows").edit(TextPart.of(Run(url, link=url)))
    # The preview is a message of its own; the edit names it (`bcg`, §8).
    preview = phone.direct.send(url, balloon=Link(url=url, title="Tickets"))
    edit = replace(draft.message.edits[-1], balloon_guid=preview.message.guid)
    draft.set(edits=(edit,))
    return draft, {"text": url, "history": ["link follows"], "link": url}


@case("edit-with-style", "edited into a styled text", "§8", feature="text_styles")
def _edit_style(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("this matters")
    draft.edit(TextPart.of("this ", Run("matters", bold=True)))
    return draft, {
        "text": "this matters",
        "history": ["this matters"],
        "styles": ["bold"],
        "marked": "matters",
    }


@case("edit-one-part", "the text beside a photo edited", "§8", feature="edits")
def _edit_part(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.send(file, "our hotle").edit("our hotel", part=1)
    return draft, {
        "text": f"{MARK}our hotel",
        "attachments": [file.name],
        "history": ["our hotle"],
    }


@case("unsent", "the whole message taken back", "§8", feature="unsends")
def _unsent(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Wrong chat, sorry").unsend()
    return draft, {"text": "", "unsent": [0]}


@case("unsent-received", "the other side took a message back", "§8", feature="unsends")
def _unsent_received(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.receive("Never mind").unsend()
    return draft, {"text": "", "unsent": [0]}


@case("unsent-part", "one bubble of three taken back", "§8", feature="unsends")
def _unsent_part(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.send("First", file, "third").unsend(1)
    return draft, {"text": "Firstthird", "unsent": [1], "parts": 2}


@case("unsent-all-parts", "a photo and its text taken back", "§8", feature="unsends")
def _unsent_parts(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send(phone.author.file("photo"), "my passport").unsend()
    return draft, {"text": "", "unsent": [0, 1]}


@case("edit-then-unsent", "edited, then taken back", "§8", feature="unsends")
def _edit_unsent(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("I quit").edit("I quit!!").unsend()
    return draft, {"text": "", "unsent": [0]}


@case("edit-with-tapback", "a reaction, then an edit", "§8", feature="edits")
def _edit_tapback(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Dinner at mine").tapback("loved")
    draft.edit("Dinner at mine, 7:30")
    return draft, {
        "text": "Dinner at mine, 7:30",
        "history": ["Dinner at mine"],
        "tapbacks": [["Alex Doe", "loved"]],
    }


@case(
    "unsent-legacy-date",
    "date_retracted filled, as no row seen has it",
    "§8",
    feature="unsends",
)
def _legacy(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send("Taken back, by the old column").unsend()
    date = draft.message.date + 30 * SECOND
    return draft.trait(legacy_date_retracted=date), {"text": "", "unsent": [0]}
