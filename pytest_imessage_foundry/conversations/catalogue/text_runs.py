"""Cases of attributes on runs of a text: styles, effects, mentions, links."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from pytest_imessage_foundry.conversations.catalogue.case_phone import case
from pytest_imessage_foundry.models import Run, TextEffect

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )

_STYLES = ("bold", "italic", "underline", "strikethrough")
_ALL_STYLES: dict[str, Any] = dict.fromkeys(_STYLES, True)


def _marked(phone: CasePhone, word: str, **marks: Any) -> tuple[Draft, Reading]:
    run = Run(word, **marks)
    draft = phone.direct.send(["A ", run, " word"])
    names = {name: value for name, value in marks.items() if value is not True}
    styles = sorted(name for name, value in marks.items() if value is True)
    reading: Reading = {"text": f"A {word} word", "marked": word}
    return draft, reading | ({"styles": styles} if styles else {}) | names


for _style in _STYLES:
    case(f"style-{_style}", f"a {_style} word", "§4", feature="text_styles")(
        partial(_marked, word=_style, **{_style: _ALL_STYLES[_style]})
    )
case("style-all", "one word in all four styles", "§4", feature="text_styles")(
    partial(_marked, word="loud", **_ALL_STYLES)
)
for _effect in get_args(TextEffect):
    case(
        f"text-effect-{_effect}",
        f"a word that plays {_effect}",
        "§4",
        feature="text_effects",
    )(partial(_marked, word=_effect, effect=_effect))


@case("style-runs", "styled runs with plain ones between", "§4", feature="text_styles")
def _runs(phone: CasePhone) -> tuple[Draft, Reading]:
    one, three = Run("one", bold=True), Run("three", italic=True)
    draft = phone.direct.send([one, " two ", three, " four"])
    return draft, {"text": "one two three four", "marked": "one", "styles": ["bold"]}


@case(
    "style-non-bmp",
    "a style after emoji: ranges are UTF-16",
    "§4",
    feature="text_styles",
)
def _after_emoji(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = phone.direct.send(["🎈🎈 ", Run("party", bold=True)])
    return draft, {"text": "🎈🎈 party", "marked": "party", "styles": ["bold"]}


@case("mention", "somebody is named by @", "§4")
def _mention(phone: CasePhone) -> tuple[Draft, Reading]:
    name = Run("Sam", mention=phone.sam.identifier)
    draft = phone.group.receive([name, " are you in?"], sender=phone.alex)
    return draft, {"text": "Sam are you in?", "mention": "Sam Roe", "marked": "Sam"}


@case("mention-unseen", "the owner is named and has not looked", "§4")
def _mention_of_me(phone: CasePhone) -> tuple[Draft, Reading]:
    name = Run("Robin", mention=phone.author.owner.identifier)
    draft = phone.group.receive([name, " please call"], sender=phone.sam, date_read=0)
    return draft.trait(unseen_mention=True), {
        "text": "Robin please call",
        "mention": "Robin Vale",
        "is_read": False,
    }


@case("link-in-text", "a URL within a text", "§4")
def _link(phone: CasePhone) -> tuple[Draft, Reading]:
    url = "https://example.com/menu?day=sat"
    draft = phone.direct.receive(["The menu: ", Run(url, link=url)])
    return draft, {"text": f"The menu: {url}", "link": url}
