"""Rows that announce: members, names, photos, locations, calls, backgrounds."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.conversations.catalogue.case_phone import case

if TYPE_CHECKING:
    from pytest_imessage_foundry.conversations.authoring.chat import Chat
    from pytest_imessage_foundry.conversations.authoring.draft import Draft
    from pytest_imessage_foundry.conversations.catalogue.case_phone import (
        CasePhone,
        Reading,
    )


@cache
def _crowd(phone: CasePhone) -> Chat:
    """A group of its own, so that what happens to it touches no other case."""
    lee = phone.author.person("Lee Fox")
    return phone.author.group(phone.alex, phone.sam, phone.kim, lee, name="Crowd")


def _announced(phone: CasePhone, kind: Any, **fields: Any) -> tuple[Draft, Reading]:
    by, who = fields.pop("by", None), fields.pop("who", None)
    people = {"alex": phone.alex, "sam": phone.sam, "kim": phone.kim}
    reading: Reading = {"text": "", "event": kind}
    if by is not None:
        fields["by"] = people[by]
    if who is not None:
        fields["who"] = people[who]
        reading["who"] = people[who].name
    if "title" in fields:
        reading["title"] = fields["title"]
    return _crowd(phone).event(kind, **fields), reading


def _enter(name: str, what: str, kind: str, **fields: Any) -> None:
    feature = fields.pop("feature", None)
    case(name, what, "§14", feature=feature)(partial(_announced, kind=kind, **fields))


_enter("group-added", "the owner adds somebody", "added", who="kim")
_enter("group-added-by-other", "somebody adds somebody", "added", by="alex", who="kim")
_enter("group-removed", "the owner removes somebody", "removed", who="kim")
_enter("group-removed-by-other", "removed by another", "removed", by="alex", who="kim")
_enter("group-left", "somebody leaves", "left", by="kim")
_enter("group-renamed", "the owner gives a name", "renamed", title="Crowd of five")
_enter(
    "group-renamed-by-other",
    "another gives a name",
    "renamed",
    by="sam",
    title="Crowd 🎈",
)
_enter("group-name-removed", "the name is taken away", "renamed", by="sam", title=None)
_enter(
    "group-number-changed",
    "somebody has a new number",
    "number-changed",
    by="alex",
    who="alex",
)
_enter("group-photo-removed", "the photo is taken away", "photo-removed", by="alex")
_enter(
    "location-started", "the owner shares a location", "location-started", who="alex"
)
_enter(
    "location-started-by-other",
    "a location is shared with the owner",
    "location-started",
    by="alex",
    incoming=True,
)
_enter("location-stopped", "the owner stops sharing", "location-stopped", who="alex")
_enter(
    "location-stopped-by-other",
    "another stops sharing",
    "location-stopped",
    by="alex",
    incoming=True,
)
_enter("shareplay", "FaceTime or SharePlay", "shareplay", by="alex")
_enter(
    "background-set",
    "the chat gets a background",
    "background-set",
    by="sam",
    feature="backgrounds",
)
_enter(
    "background-removed",
    "the background is taken away",
    "background-removed",
    by="sam",
    feature="backgrounds",
)


@case("group-photo-set", "the group gets a photo", "§14")
def _photo(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _crowd(phone).set_photo(by=phone.sam)
    return draft, {"text": "", "event": "photo-set"}
