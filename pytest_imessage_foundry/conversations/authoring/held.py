"""Refuse what a release cannot hold of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_imessage_foundry.conversations.authoring import coherence, storable
from pytest_imessage_foundry.conversations.authoring.words import unknown
from pytest_imessage_foundry.db.rows import blanks
from pytest_imessage_foundry.db.rows.columns import FILTER_SUB_ACTIONS
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models import (
    DetectedPart,
    FilterCategory,
    Message,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.conversations.authoring.author import Author


def check(phone: Author, message: Message) -> None:
    """Refuse kinds of message that the release, or nobody, knows."""
    blanks.check(message.traits, message.date)
    storable.check(message)
    runs = [r for p in message.parts if isinstance(p, TextPart) for r in p.runs]
    for run in runs:
        if run.detected is not None:
            _check_pieces(run.text, run.detected.parts)
    if any(run.effect for run in runs):
        phone.require("text_effects", "a text effect")
    if any(r.bold or r.italic or r.underline or r.strikethrough for r in runs):
        phone.require("text_styles", "styled text")
    if any(file.genmoji is not None for file in message.attachments):
        phone.require("genmoji", "a genmoji")
    if message.balloon is not None and message.balloon.kind == "poll":
        phone.require("polls", "a poll")
    if message.balloon is not None and message.balloon.kind == "chatbot":
        phone.require("rcs", "cards of a business over RCS")
    if message.traits.schedule is not None:
        phone.require("send_later", "a Send Later message")
    if "body" in message.traits.blank:
        phone.require("any_guids", "the ghost of a failed send")
    if "service" in message.traits.blank:
        # Since 26 a trigger notes the service of what joins a chat, and takes no NULL.
        phone.require_before("chat_service", "a message without a service")
    if message.traits.translation is not None:
        phone.require("translation", "a message translation")
    if message.traits.filtered is not None:
        phone.require("filter_actions", "a message in a filter's category")
        _check_category(message, message.traits.filtered)
    if message.service == "RCS":
        phone.require("rcs", "an RCS message")
    if message.service == "iMessageLite":
        phone.require("satellite", "a satellite message")
    coherence.check(message)


def _check_pieces(text: str, pieces: Iterable[DetectedPart]) -> None:
    """What a detector took apart stands in its text, piece after piece."""
    at = 0
    for piece in pieces:
        at = text.find(piece.text, at)
        if at < 0:
            raise FoundryError(
                f"{piece.text!r} is no piece of {text!r}\n"
                "looked behind the pieces that come before it\n"
                "name the pieces as the text has them, in its order"
            )
        at += len(piece.text)
        _check_pieces(piece.text, piece.parts)


def _check_category(message: Message, category: FilterCategory) -> None:
    """Only what was said has a category, and sub-actions belong to two actions."""
    if message.event is not None and message.event.kind != "audio-kept":
        raise FoundryError(
            "a row that announces something has no filter category\n"
            f"looked at message {message.guid}, which is {message.event.kind!r}\n"
            "give the category to a message"
        )
    known = [sub for action, sub in FILTER_SUB_ACTIONS if action == category.action]
    if category.sub_action not in ("none", *known):
        raise unknown(
            f"sub-action of {category.action!r}",
            category.sub_action,
            ("none", *known),
        )
