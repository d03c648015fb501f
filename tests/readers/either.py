"""Where a file leaves two right answers, that of a reader; else the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import Link, Tapback

from .expected import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from .worlds import Fact

# What stands in the text of a line that Fitness left, for whoever received it.
RECEIVER = "$(kIMTranscriptPluginBreadcrumbTextReceiverIdentifier)"
# Attributes that stand for several things that Messages finds; what it was exactly is
# in an archive beside them.
FAMILIES = {"date": "calendar", "time": "calendar"} | dict.fromkeys(
    ("email", "flight", "shipment", "unit"), "found"
)


def either(aspect: str, fact: Fact, true: Any, said: Any) -> Any:
    allow = ALLOWED.get(aspect)
    return true if allow is None else allow(fact, true, said)


def _chat(fact: Fact, true: Any, said: Any) -> Any:
    second = fact.message.traits.also_in
    return said if second and said == second else true


def _names(fact: Fact, true: Any, said: Any) -> Any:
    """A file's name is its transfer_name, or what its path ends in."""
    if len(said) != len(true):
        return true
    other: dict[str, set[str | None]] = {}
    for file in fact.message.attachments:
        if "transfer_name" in file.blank:
            other[file.name] = {None}
        elif file.device_path:
            other[file.name] = {file.device_path.rpartition("/")[2]}
    pairs = zip(true, said, strict=True)
    return tuple(s if s in other.get(t, ()) else t for t, s in pairs)


def _guids(fact: Fact, true: Any, said: Any) -> Any:
    """A body names a file that has no row yet."""
    every = tuple(file.guid for file in fact.message.attachments)
    return said if said == every else true


def _reaction(fact: Fact, true: Any, said: Any) -> Any:
    """Where no part is named it is the first one, or none."""
    bare = isinstance(fact.tapback or fact.drawn, Tapback) and (
        fact.tapback or fact.drawn
    )
    if bare and bare.is_bare and said and said[2] is None:
        return (*true[:2], None, *true[3:])
    return true


def _lines(fact: Fact, true: Any, said: Any) -> Any:
    """The receiver of such a line is the owner, who is You."""
    return true.replace(RECEIVER, "You") if RECEIVER not in said else true


def _detected(fact: Fact, true: Any, said: Any) -> Any:
    coarse: tuple[Mark, ...] = tuple(
        (FAMILIES.get(kind, kind), text, value) for kind, text, value in true
    )
    return said if said == coarse else true


def _problems(fact: Fact, true: Any, said: Any) -> Any:
    """That a file is not there is right where its row is still to come."""
    awaited = any(file.state == "awaited" for file in fact.message.attachments)
    missing = all("ttachment" in each for each in said)
    return said if awaited and missing else true


def _link(fact: Fact, true: Any, said: Any) -> Any:
    """Of a preview without a payload the text alone has the address."""
    balloon = fact.message.balloon
    unloaded = isinstance(balloon, Link) and not balloon.has_payload
    return said if unloaded else true


ALLOWED: dict[str, Callable[[Fact, Any, Any], Any]] = {
    "chat": _chat,
    "names": _names,
    "every_name": _names,
    "guids": _guids,
    "reaction": _reaction,
    "lines": _lines,
    "detected": _detected,
    "problems": _problems,
    "link": _link,
}
