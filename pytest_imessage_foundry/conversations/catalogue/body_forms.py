"""Cases of other forms of bodies: numbers, writing directions, file placeholders."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue import app_cards
from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import AppCard, Attribution, Link, Run

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_RECEIVER = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier)"
_DRAWING = (
    "com.apple.messages.MSMessageExtensionBalloonPlugin:0000000000:"
    "com.apple.PaperKit.MessagesDrawingBoard"
)


def _numbered(
    phone: CasePhone, text: str, how: dict[str, Any], **says: object
) -> tuple[Draft, Reading]:
    draft = phone.direct.receive(text, **how)
    return draft, {"text": text, **says}


case("part-number-long", "part numbers of type q", "§25")(
    partial(
        _numbered,
        text="A number of eight bytes",
        how={"part_code": "q", "writing_direction": True},
        part_codes=["q"],
        directions=[-1],
    )
)
case("part-number-long-immutable", "the same in an NSAttributedString", "§25")(
    partial(
        _numbered,
        text="Eight bytes, immutable",
        how={"part_code": "q", "writing_direction": True, "immutable": True},
        part_codes=["q"],
        directions=[-1],
    )
)
case("direction-text", "a writing direction that is a string", "§25")(
    partial(
        _numbered,
        text="A direction in letters",
        how={"direction_text": "-1"},
        part_codes=["i"],
        directions=["-1"],
    )
)


@case("immutable-parts", "two parts of an NSAttributedString", "§25")
def _immutable(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo")
    draft = phone.direct.receive(file, "Look here", immutable=True, part_code="q")
    return draft, {
        "text": f"{MARK}Look here",
        "attachments": [file.name],
        "parts": 2,
        "part_codes": ["q", "q"],
    }


@case("file-on-two-marks", "a file's run that is two units long", "§25")
def _two_marks(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo", mark=MARK * 2)
    draft = phone.direct.receive(file, "after it")
    return draft, {
        "text": f"{MARK * 2}after it",
        "attachments": [file.name],
        "parts": 2,
    }


@case("file-on-text", "a file's run that stands on a text", "§25")
def _on_text(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("pdf", mark="plan.pdf")
    return phone.direct.receive(file), {"text": "plan.pdf", "attachments": [file.name]}


@case("photo-sharing", "a link to shared photos, marked as such", "§25")
def _photos(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://photos.example.com/lake"
    draft = phone.direct.receive([Run(url, link=url, shares_photos=True)])
    return draft, {"text": url, "link": url, "shares_photos": True}


@case("file-preview-size", "the size of a picture's preview, as readers seek it", "§21")
def _preview(phone: CasePhone) -> tuple[Draft, Reading]:
    file = phone.author.file("photo", attribution=Attribution(preview=(320, 240)))
    return phone.direct.receive(file), {
        "text": MARK,
        "attachments": [file.name],
        "preview_size": [320, 240],
    }


@case("drawing-board", "a drawing made in Messages", "§21")
def _drawing(phone: CasePhone) -> tuple[Draft, Reading]:
    made_by = Attribution(name="Drawing", bundle_id=_DRAWING)
    file = phone.author.file(
        "screenshot", name="Drawing.png", attribution=made_by, preview_state=1
    )
    draft = phone.direct.send(file, "My plan")
    return draft, {
        "text": f"{MARK}My plan",
        "attachments": ["Drawing.png"],
        "made_by": "Drawing",
    }


@case("audio-without-user-info", "a transcript that the body alone has", "§11")
def _transcript(phone: CasePhone) -> tuple[Draft, Reading]:
    said = "Nobody else wrote this down"
    file = phone.author.file("voice", transcript=said, blank=("user_info",))
    return phone.direct.receive(file), {
        "text": MARK,
        "attachments": [file.name],
        "body_transcript": said,
        "transcript": None,
    }


# --- apps -----------------------------------------------------------------------------


def _card(
    phone: CasePhone, card: AppCard, text: str, **says: object
) -> tuple[Draft, Reading]:
    draft = phone.direct.receive(balloon=card)
    return draft, {"text": text, "app": card.app_name, **says}


case("find-my-breadcrumb", "a run with a breadcrumb instead of a part number", "§25")(
    partial(
        _card,
        card=app_cards.find_my(40.7812, -73.9665, breadcrumb="Started Sharing"),
        text="",
        says="Started Sharing Location",
        breadcrumb="Started Sharing",
    )
)


@case("game-with-preview", "a turn in a game, with a picture of the board", "§23")
def _game(phone: CasePhone) -> tuple[Draft, Reading]:
    board = phone.author.file("screenshot")
    card = app_cards.game("Dots & Boxes", data="cGxheQ==", preview=board)
    return _card(phone, card, MARK, says="Dots & Boxes", attachments=[board.name])


@case("app-file", "an app's card whose text is its picture alone", "§23")
def _app_file(phone: CasePhone) -> tuple[Draft, Reading]:
    picture = phone.author.file("screenshot")
    card = app_cards.puzzle(picture)
    return _card(phone, card, MARK, says="Level 7", attachments=[picture.name])


case("apple-pay-older", "money sent by an older iOS: another bundle id", "§23")(
    partial(
        _card,
        card=app_cards.older_apple_pay("$12"),
        text="",
        says="Sent $12 with Apple\xa0Pay.",
    )
)


@case("fitness-line", "a line that Fitness left: type 3, the receiver not named", "§23")
def _fitness(phone: CasePhone) -> tuple[Draft, Reading]:
    text = f"{_RECEIVER} completed a workout."
    draft = phone.direct.receive(text, plugin_type=3)
    return draft, {"text": text, "plugin_type": 3}


@case("link-without-payload", "a preview's row whose payload is NULL", "§23")
def _unloaded(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://example.com/never-loaded"
    draft = phone.direct.receive(url, balloon=Link(url=url, has_payload=False))
    return draft, {"text": url, "link": url, "has_payload": False}
