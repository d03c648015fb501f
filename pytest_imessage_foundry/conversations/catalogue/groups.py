"""Cases of rows that announce changes: members, names, photos, locations, calls."""

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
    from pytest_imessage_foundry.models import Persona


@cache
def _crowd(phone: CasePhone) -> Chat:
    """Return a group for one case only, so that no other case sees its changes."""
    lee, ivy = phone.author.person("Lee Fox"), phone.author.person("Ivy Moss")
    return phone.author.group(phone.alex, phone.sam, lee, ivy, name="Crowd")


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


# Each case changes the group as the case before left it.
_enter("group-added", "the owner adds somebody", "added", who="kim")
_enter("group-removed", "the owner removes somebody", "removed", who="kim")
_enter("group-added-by-other", "somebody adds somebody", "added", by="alex", who="kim")
_enter("group-removed-by-other", "removed by another", "removed", by="alex", who="kim")


# The members after all cases: Ivy Moss was removed, Kim Poe came back.
_STAYED = ("Alex Doe", "Kim Poe", "Lee Fox", "Sam Roe")


@case("group-left", "somebody leaves", "§14")
def _left(phone: CasePhone) -> tuple[Draft, Reading]:
    ivy = _crowd(phone).people[-1]
    draft = _crowd(phone).left(ivy)
    return draft, {"text": "", "event": "left", "members": [*_STAYED]}


@case("group-members", "who is in a group is who stayed", "§12")
def _members(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _crowd(phone).receive("Who is still here?", sender=phone.sam)
    return draft, {"text": "Who is still here?", "members": [*_STAYED]}


@cache
def _choir(phone: CasePhone) -> tuple[Chat, Persona]:
    """Return a group with a person of two numbers, from which the owner is removed."""
    nora = phone.author.person("Nora Bell", addresses=["phone", "phone"])
    return phone.author.group(phone.alex, nora, name="Choir"), nora


@case("group-number-changed", "somebody has a new number: a pair of rows", "§14")
def _number(phone: CasePhone) -> tuple[Draft, Reading]:
    choir, nora = _choir(phone)
    old, new = nora.addresses
    draft = choir.number_changed(nora, new)
    return draft, {
        "text": "",
        "event": "number-changed",
        "was": old,
        "who": "Nora Bell",
        "copies": 0,
    }


@case("group-number-changed-synced", "the pair three times, as synced", "§14")
def _synced_number(phone: CasePhone) -> tuple[Draft, Reading]:
    choir, nora = _choir(phone)
    new, old = nora.addresses
    draft = choir.number_changed(nora, new, copies=2)
    return draft, {"event": "number-changed", "was": old, "copies": 2}


@case("group-number-changed-alone", "the new number in one row", "§14")
def _number_alone(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _crowd(phone).event("number-changed", by=phone.alex, who=phone.alex)
    return draft, {"event": "number-changed", "was": None, "who": "Alex Doe"}


@case("group-renamed-synced", "a name three times, as synced", "§14")
def _synced_name(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _choir(phone)[0].rename("The choir", by=phone.alex, copies=2)
    return draft, {"event": "renamed", "title": "The choir", "copies": 2}


@case("group-owner-removed", "the owner is taken out", "§14")
def _owner_removed(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _choir(phone)[0].removed("me", by=phone.alex)
    return draft, {"text": "", "event": "removed", "who": "me"}


@case("group-owner-added-again", "the owner is back", "§14")
def _owner_back(phone: CasePhone) -> tuple[Draft, Reading]:
    draft = _choir(phone)[0].added("me", by=phone.alex)
    return draft, {"text": "", "event": "added", "who": "me", "in_chat": True}


@case("group-owner-left", "the owner leaves, and the chat is closed", "§12")
def _owner_left(phone: CasePhone) -> tuple[Draft, Reading]:
    band = phone.author.group(phone.alex, phone.sam, name="Band")
    band.receive("Rehearsal is off", sender=phone.sam)
    return band.left(), {"text": "", "event": "left", "in_chat": False}


@case("group-came-back", "somebody who left is added again and speaks", "§14")
def _came_back(phone: CasePhone) -> tuple[Draft, Reading]:
    crowd = _crowd(phone)
    crowd.added(phone.kim, by=phone.sam)
    draft = crowd.receive("Thanks for having me back", sender=phone.kim)
    return draft, {"text": "Thanks for having me back", "in_chat": True}


_enter("group-renamed", "the owner gives a name", "renamed", title="Crowd of five")
_enter(
    "group-renamed-by-other",
    "another gives a name",
    "renamed",
    by="sam",
    title="Crowd 🎈",
)
_enter("group-name-removed", "the name is taken away", "renamed", by="sam", title=None)
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
