"""What each reader says of a row, in the words of `expected`.

One function a reader, from its `Seen` to {aspect: value}; an aspect that is not
in it is one that the reader has no notion of, or none for this kind of row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import Poll

from .expected import (
    expected,
    is_placeholder,
    plain,
)
from .flat import beneath
from .running import iso
from .seen import ME

if TYPE_CHECKING:
    from datetime import datetime

    from .seen import Reading, Seen
    from .worlds import Fact, World
EPOCH = 978_307_200
MISSING = re.compile(r"Missing attachment \(\d+\)")
STYLES = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough"}
# associated_message_type → name, as imessage-chatdb hands it out.
TYPES = dict(
    enumerate(
        ("loved", "liked", "disliked", "laughed", "emphasized", "questioned"), 2000
    )
)
IMBRIDGE = {
    **{"love": "loved", "like": "liked", "dislike": "disliked", "laugh": "laughed"},
    **{"emphasize": "emphasized", "question": "questioned"},
    **{"sticker_tapback": "sticker", "sticker": "placed"},
}
EVENTS = {"photo_changed": "photo-set", "photo_removed": "photo-removed"}

Told = dict[str, Any]


def since_2001(date: datetime | None) -> int | None:
    return None if date is None else int(date.timestamp()) - EPOCH


def common(seen: Seen, fact: Fact) -> Told:
    return {
        "listed": True,
        "sender": fact.world.person(seen.sender) or "",
        "date": since_2001(seen.date),
    }


def imbridge(seen: Seen, fact: Fact) -> Told:
    told = common(seen, fact) | {"service": seen.service}
    if not fact.is_in_recently_deleted:
        told["chat"] = seen.chat
    more, person = seen.more, fact.world.person
    if seen.reaction is not None:
        kind = IMBRIDGE.get(seen.reaction.kind, seen.reaction.kind)
        told["reaction"] = (kind, seen.reaction.target, _part(seen, fact), False)
        told["reaction"] = (*told["reaction"][:3], seen.reaction.removed)
    if fact.drawn is not None:
        if more["vote"]:
            told["vote"] = tuple(sorted(more["vote"]["options"]))
        if more["poll"] and more["poll"]["options"]:
            told["choice"] = more["poll"]["options"][-1]["text"]
        return told
    if seen.reaction is None:
        told["reaction"] = None
    event = more["event"]
    if fact.message.event is not None:
        kind = event and EVENTS.get(event["kind"], event["kind"])
        acted = kind in ("added", "removed")
        who = person(event["person"]) or ME if event and acted else None
        return told | {"event": (kind, who, event and event["name"])}
    files = more["attachments"]
    link, tally = more["link"], more["tally"]
    told |= {
        "read": since_2001(seen.read),
        "text": plain(seen.text),
        "is_reply": seen.is_reply,
        "reply_to": seen.reply_to,
        "unsent": seen.unsent,
        "edited": since_2001(seen.edited),
        "names": tuple(each["name"] for each in files),
        "disk": tuple(beneath(path) for path in more["on_disk"]),
        "transcript": seen.transcript or "",
        "mentions": tuple(person(who) for who in seen.mentions),
        "scheduled": _iso(more["scheduled_for"]),
        "played": _iso(more["played_at"]),
        "delivered": _iso(more["delivered_at"]),
    }
    if not fact.message.is_unsent:
        told["edit_count"] = more["edit_count"]
    if more["scheduled_for"] is None:
        told["status"] = more["status"]
    if fact.message.balloon is None:
        # Of a preview it knows the pictures and hides them.
        told["has_files"] = bool(files)
    else:
        # Whether an app's picture is a file of the message is not ours to say.
        del told["names"], told["disk"]
    if not is_placeholder(fact.message):
        told["link"] = _linked(link, fact)
    if isinstance(fact.message.balloon, Poll):
        told["poll"] = _tally(tally or {"options": (), "choices": {}}, fact)
    return told


def _part(seen: Seen, fact: Fact) -> int | None:
    """It says part 0 where the target is a balloon, which has no parts."""
    if fact.drawn is not None and fact.message.balloon is not None:
        return None
    return seen.reaction.part if seen.reaction else None


def _tally(
    tally: dict[str, Any], fact: Fact
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Its choices are {voter: options}; JSON spells the owner "null"."""
    person = fact.world.person
    names = {
        voter: ME if voter == "null" else person(voter) for voter in tally["choices"]
    }
    return tuple(
        (
            option["text"],
            tuple(
                sorted(
                    names[voter] or voter
                    for voter, picks in tally["choices"].items()
                    if option["id"] in picks
                )
            ),
        )
        for option in tally["options"]
    )


def _iso(stamp: str | None) -> int | None:
    return since_2001(iso(stamp))


def _linked(link: Any, fact: Fact) -> tuple[str, ...]:
    if not link:
        return ()
    shown = f"{link['url']}\n{link['title']}"
    return tuple(text for text in expected(fact)["link"] if text in shown)


def chatdb(seen: Seen, fact: Fact) -> Told:
    told = common(seen, fact) | {"chat": seen.chat, "service": seen.service}
    if seen.reaction is not None and seen.reaction.kind not in ("2", "3", "4000"):
        kind = int(seen.reaction.kind)
        name = "placed" if kind == 1000 else TYPES.get(2000 + kind % 1000)
        if kind % 1000 == 6:
            name = fact.tapback.emoji if fact.tapback else fact.drawn.emoji
        name = "sticker" if kind % 1000 == 7 else name
        told["reaction"] = (
            name,
            seen.reaction.target,
            seen.reaction.part,
            seen.reaction.removed,
        )
    if fact.drawn is not None:
        return told
    if seen.reaction is None:
        told["reaction"] = None
    message = fact.message
    kinds = {"attachment": "file", "text": "text", "unknown": "unknown"}
    files = seen.more["attachments"]
    told |= {
        "read": since_2001(seen.read),
        "text": plain(seen.text),
        "is_reply": seen.is_reply,
        "reply_to": seen.reply_to,
        "changed": since_2001(seen.edited),
        "has_files": seen.has_attachments,
        "mentions": tuple(fact.world.person(who) for who in seen.mentions),
    }
    if message.event is not None:
        return told
    told["names"] = tuple(e["name"] for e in files if _in_body(e, message))
    told["files"] = tuple(
        beneath(e["filename"]) if e["filename"] else None
        for e in files
        if _in_body(e, message)
    )
    if not is_placeholder(message):
        told["link"] = _linked(seen.more["link"], fact)
    if message.balloon is None and message.storage != "text":
        told["left"] = tuple(kinds[part.kind] for part in seen.parts)
    return told


def _in_body(file: dict[str, Any], message: Any) -> bool:
    return any(file["guid"] == each.guid for each in message.attachments)


def wrapped(seen: Seen, fact: Fact) -> Told:
    told = common(seen, fact) | {"service": seen.service}
    if fact.drawn is not None:
        return told
    told |= {
        "chat": seen.chat,
        "text": plain(seen.text),
        "has_files": seen.has_attachments,
        "tapbacks": tuple(
            sorted(
                (IMBRIDGE.get(t.kind, t.kind), fact.world.person(t.sender) or "")
                for t in seen.tapbacks
            )
        ),
    }
    return told


def reader(seen: Seen, fact: Fact) -> Told:
    told = common(seen, fact) | {"service": seen.service}
    if fact.drawn is not None:
        return told
    return told | {"has_files": seen.has_attachments, "text": plain(seen.text)}


def imessagedb(seen: Seen, fact: Fact) -> Told:
    told = common(seen, fact) | {"chat": seen.chat}
    if fact.drawn is not None:
        return told
    lost = [f.name for f in fact.message.attachments if f.state == "not-downloaded"]
    files = [path.strip().rpartition("/")[2] for path in seen.attachments]
    # It says "Missing attachment (19)" of a file that has no path.
    named = [lost.pop(0) if lost and MISSING.fullmatch(f) else f for f in files]
    return told | {
        "text": plain(seen.text),
        "is_reply": seen.is_reply,
        "every_name": tuple(named),
    }


def smsdb(seen: Seen, fact: Fact) -> Told:
    service = None if seen.service == "None" else seen.service
    told = common(seen, fact) | {"service": service}
    if fact.drawn is not None:
        return told
    return told | {
        "text": plain(seen.text),
        "read": since_2001(seen.read),
        "edits": seen.edits,
        "changed": since_2001(seen.edited),
        "unsent": seen.unsent,
    }


def chats(reading: Reading, world: World) -> dict[str, Told]:
    """Chat GUID → what the reader says of the chat itself."""
    return {guid: _chat(chat, world) for guid, chat in reading.chats.items()}


def _chat(chat: dict[str, Any], world: World) -> Told:
    told: Told = {}
    if "participants" in chat:
        people = (world.person(who) or who for who in chat["participants"])
        told["participants"] = tuple(sorted(people))
    if "is_group" in chat:
        told["is_group"] = chat["is_group"]
    if "name" in chat or "display_name" in chat:
        told["name"] = chat.get("name", chat.get("display_name")) or None
    return told
