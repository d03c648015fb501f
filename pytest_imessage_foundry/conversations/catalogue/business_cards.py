"""Cards of a business chat: its questions and the customer's answers.

The question and the answer are JSON in `data` beside the card, which itself has only a
title. Keys: eight payloads among the samples of imessage-database 4.3.0, whose texts
are invented. Questions have no app name and `tap-action` 1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_imessage_foundry.models import AppCard

_BUNDLE = "com.apple.icloud.apps.messages.business.extension"
_REQUEST = "example-request"


def form_request(title: str) -> AppCard:
    """Return a card with a form to fill in, whose pages load when it is opened."""
    pages = {"data": {"pages": [], "startPageIdentifier": "page_1"}, "selections": None}
    return _asked(title, "Tap to get started", {"dynamic": pages})


def form_response(answers: Sequence[tuple[str, str]]) -> AppCard:
    """Return a card with a completed form: questions and answers."""
    sections = [
        {"title": "", "subtitle": question, "items": [_answer(number, answer)]}
        for number, (question, answer) in enumerate(answers, 1)
    ]
    filled_in = {"dynamic": {"selections": sections}}
    return _answered("Here's my completed form", filled_in)


def _answer(number: int, answer: str) -> dict[str, str]:
    named = {"identifier": f"input_{number}", "type": "input"}
    return {"value": answer, "title": answer, **named}


def list_picker(title: str, choices: Sequence[str]) -> AppCard:
    """Return a card with a list to choose from."""
    section = _section("Choices", choices)
    picker = {"multipleSelection": False, "sections": [section]}
    return _asked(title, "Tap to choose", {"listPicker": picker})


def list_picker_response(
    title: str, chosen: str, others: Sequence[str] = ()
) -> AppCard:
    """Return a card with a choice from a list; the payload has the whole list."""
    sections = [_section("You Selected", [chosen]), _section("Others", others)]
    told = {
        "receivedMessage": {
            "title": title,
            "subtitle": "Tap to choose",
            "style": "icon",
        },
        "replyMessage": {"title": chosen, "alternateTitle": chosen, "style": "icon"},
        "listPicker": {"sections": sections},
    }
    return _answered(chosen, told)


def _section(title: str, choices: Sequence[str]) -> dict[str, Any]:
    items = [
        {
            "title": choice,
            "subtitle": "",
            "value": choice,
            "order": order,
            "style": "default",
            "identifier": f"LIST_PICKER_RESPONSE&value={choice}",
        }
        for order, choice in enumerate(choices)
    ]
    return {"title": title, "order": 0, "multipleSelection": False, "items": items}


def quick_reply(summary: str, choices: Sequence[str]) -> AppCard:
    """Return a card with buttons under a question."""
    reply = {"items": _buttons(choices), "summaryText": summary}
    return _asked(summary, None, {"quick-reply": reply})


def quick_reply_response(choices: Sequence[str], chosen: str) -> AppCard:
    """Return a card with the button that was pressed."""
    buttons = _buttons(choices)
    place = list(choices).index(chosen)
    reply = {
        "items": buttons,
        "selectedIndex": place,
        "selectedIdentifier": buttons[place]["identifier"],
    }
    return _answered("Replied to a question", {"quick-reply": reply}, mutable=True)


def _buttons(choices: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"identifier": f"QUICK_REPLY_RESPONSE&value={choice}", "title": choice}
        for choice in choices
    ]


def _asked(title: str, subtitle: str | None, told: dict[str, Any]) -> AppCard:
    return AppCard(
        bundle_id=_BUNDLE,
        app_name="",
        url="?",
        ldtext=title,
        caption=title,
        subcaption=subtitle,
        tap_action=1,
        accessibility=" ".join(filter(None, (title, subtitle))),
        data=_json({"mspVersion": "1.0", "requestIdentifier": _REQUEST, **told}),
        mutable=False,
    )


def _answered(said: str, told: dict[str, Any], *, mutable: bool = False) -> AppCard:
    return AppCard(
        bundle_id=_BUNDLE,
        app_name="Business",
        url="?",
        ldtext=said,
        caption=said,
        accessibility=said,
        data=_json({"version": "1", "requestIdentifier": _REQUEST, **told}),
        mutable=mutable,
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
