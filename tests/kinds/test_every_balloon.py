"""No class of balloon is forgotten: what each one needs, for all members of the union.

What a class of balloon also needs, the type checker says: `payloads` ends in
`assert_never`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
import rowreader
from rowreader import runs_of, unarchive

from pytest_imessage_foundry.models import Balloon, RichLink, balloons

RELEASE = "tahoe"  # the first that has every class
RICH_LINK = "__kIMLinkIsRichLinkAttributeName"


def named(model):
    return model.__name__


def messages_with(kinds, model):
    messages = kinds(RELEASE).messages.values()
    return [message for message in messages if type(message.balloon) is model]


def test_every_class_is_in_the_union():
    declared = {
        each
        for each in vars(balloons).values()
        if isinstance(each, type) and each.__module__ == balloons.__name__
        if "kind" in {field.name for field in fields(each)}
    }
    assert declared == set(get_args(Balloon))


@pytest.mark.parametrize("model", get_args(Balloon), ids=named)
def test_every_class_is_in_the_catalogue(kinds, model):
    assert messages_with(kinds, model), f"the catalogue has no case of {model.__name__}"


@pytest.mark.parametrize("model", get_args(RichLink), ids=named)
def test_the_url_of_a_rich_link_is_marked(kinds, model):
    reader = kinds(RELEASE).reader
    for message in messages_with(kinds, model):
        row = reader.messages[message.guid]
        assert row["balloon_bundle_id"] == "com.apple.messages.URLBalloonProvider"
        ((text, attributes),) = runs_of(row["attributedBody"])
        assert text == message.balloon.url
        assert attributes[rowreader.LINK] == text
        assert attributes[RICH_LINK] == 1


@pytest.mark.parametrize("model", get_args(RichLink), ids=named)
def test_a_rich_link_says_more_than_its_url(kinds, model):
    reader = kinds(RELEASE).reader
    payloads = [
        reader.messages[message.guid]["payload_data"]
        for message in messages_with(kinds, model)
    ]
    said = [unarchive(each)["richLinkMetadata"] for each in payloads if each]
    # A song has its name in what is special about it alone.
    assert any("title" in each or "name" in each["specialization"] for each in said)
