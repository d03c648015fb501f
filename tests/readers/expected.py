"""What is true of a row, aspect by aspect, in the words that all readers share.

An aspect that holds its EMPTY value is not what the row is about; `about()` names
those that a reader must have a notion of to show what the row means.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from pytest_imessage_foundry.models import (
    AppCard,
    Attachment,
    Chatbot,
    Detection,
    DigitalTouch,
    Handwriting,
    Link,
    Message,
    Poll,
    PollChoice,
    PollVote,
    Removal,
    Sticker,
    Tapback,
    TextPart,
)
from pytest_imessage_foundry.models.message_files import own_files

if TYPE_CHECKING:
    from .worlds import Fact

SECOND = 10**9
Mark = tuple[str, str, str | None]
# What a row can be about: (aspect that says so, those of which one must be told). A
# reader that tells none of them has no notion of what the row means.
ALONE = (
    *("subject", "marks", "detected", "mentions", "transcript", "genmoji", "unsent"),
    *("partly_unsent", "effect", "link", "app", "drawing", "poll", "event", "deleted"),
    *("deleted_parts", "scheduled", "translation", "played"),
)
POINTS = (
    ("names", ("names", "every_name", "files", "guids")),
    ("missing", ("missing", "disk")),
    ("tapbacks", ("tapbacks", "reaction")),
    ("reaction", ("reaction",)),
    ("reply_to", ("reply_to", "replies", "is_reply")),
    ("edits", ("edits", "edit_count", "edited", "changed")),
    *((name, (name,)) for name in ALONE),
)
SCHEMES = {"phone": "tel", "email": "mailto"}
DETECTIONS = frozenset(get_args(Detection))
EMPTY = (None, (), "", False, 0, {})
ATTACHED, BALLOON = "\N{OBJECT REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}"


def expected(fact: Fact) -> dict[str, Any]:
    told = _envelope(fact)
    if fact.drawn is not None:
        return told | _pointing(fact)
    message = _in_the_row(fact.message)
    return told | {
        "text": plain(message.text),
        "lines": _lines(message),
        "subject": message.subject,
        "parts": _parts(message),
        "left": tuple(each for each in _parts(message) if each != "unsent"),
        "marks": tuple(m for m in _marks(message) if m[0] not in DETECTIONS),
        "detected": tuple(m for m in _marks(message) if m[0] in DETECTIONS),
        "mentions": tuple(
            fact.world.person(run.mention) for run in _runs(message) if run.mention
        ),
        "names": tuple(file.name for file in _files(message)),
        "every_name": tuple(file.name for file in _all_files(message)),
        "files": tuple(
            _path(file) if file.state != "not-downloaded" else None
            for file in _files(message)
        ),
        "guids": tuple(file.guid for file in _files(message)),
        "disk": tuple(f.path for f in _files(message) if f.state == "present"),
        "missing": tuple(f.name for f in _files(message) if f.state != "present"),
        "has_files": bool(_all_files(message)),
        "transcript": next((f.transcript for f in _files(message) if f.transcript), ""),
        "genmoji": next((what for f in _files(message) if (what := _label(f))), ""),
        "is_reply": message.reply_to is not None,
        "reply_to": message.reply_to.guid if message.reply_to else None,
        "replies": _replies(fact),
        "edits": _versions(message),
        "edit_count": len(message.edits),
        "edited": _edited(message),
        "changed": _changed(message),
        "unsent": message.is_unsent,
        "partly_unsent": not message.is_unsent
        and any(part.kind == "unsent" for part in message.parts),
        "effect": message.effect,
        "tapbacks": _tapbacks(fact),
        "link": _link(message),
        "app": card_lines(message)[:1],
        "app_name": getattr(message.balloon, "app_name", None) or None,
        "drawing": _drawing(message),
        "poll": _poll(fact),
        "event": _event(fact),
        "deleted": fact.is_in_recently_deleted,
        "deleted_parts": getattr(message.traits.deleted, "parts", ()),
        "scheduled": _scheduled(message),
        "status": _status(message),
        "translation": getattr(message.traits.translation, "text", None),
        "played": seconds(getattr(message.traits.audio, "date_played", 0)),
        "delivered": _delivered(message),
        "reaction": ("loved", message.traits.dangling.partition("/")[2], 0, False)
        if message.traits.dangling
        else None,
    }


def about(fact: Fact) -> list[frozenset[str]]:
    """What the row is about: of each set a reader must tell one aspect at least."""
    if fact.drawn is not None:
        return []
    true = expected(fact)
    points = [frozenset(a) for name, a in POINTS if true[name] not in EMPTY]
    if fact.message.service != "iMessage":
        points.append(frozenset(["service"]))
    if true["status"] in ("failed", "sending"):
        points.append(frozenset(["status"]))
    return points


def seconds(date: int) -> int | None:
    """Whole seconds since 2001; None for "never"."""
    return date // SECOND if date else None


def plain(text: str | None) -> str:
    """A text without the marks that stand for files and balloons."""
    return (text or "").replace(ATTACHED, "").replace(BALLOON, "")


def sender(fact: Fact) -> str:
    """A name, "me", or "" for somebody whom the file does not name."""
    return "" if fact.sender == "" else fact.world.person(fact.sender) or "me"


def _in_the_row(message: Message) -> Message:
    """A message without what its row does not hold of it."""
    if "body" in message.traits.blank:
        return replace(message, parts=())
    return message


def _envelope(fact: Fact) -> dict[str, Any]:
    message = fact.message
    nowhere = fact.is_chatless
    # Where only the flags are set (iCloud), the dates are 0.
    flagged = message.traits.delivered_flag_only
    read = 0 if flagged or fact.drawn is not None else message.date_read
    return {
        "listed": not fact.is_gone,
        "chat": None if nowhere else fact.chat.guid,
        "sender": sender(fact),
        "date": fact.date // SECOND,
        "service": None if "service" in message.traits.blank else message.service,
        "read": seconds(read),
        "read_after": (read // SECOND - fact.date // SECOND or None) if read else None,
    }


def _pointing(fact: Fact) -> dict[str, Any]:
    row, target = fact.drawn, fact.message.guid
    if isinstance(row, Tapback):
        part = None if fact.message.balloon else row.part
        return {"reaction": (row.emoji or row.name, target, part, False)}
    if isinstance(row, Removal) and fact.tapback is not None:
        part = None if fact.message.balloon else fact.tapback.part
        name = fact.tapback.emoji or fact.tapback.name
        return {"reaction": (name, target, part, True)}
    if isinstance(row, Sticker):
        return {"reaction": ("placed", target, row.part, False)}
    if isinstance(row, PollVote):
        return {"vote": tuple(sorted(row.options))}
    if isinstance(row, PollChoice):
        return {"choice": row.option.text}
    return {}


def _lines(message: Message) -> str:
    """The texts of the bubbles, one below the other."""
    texts = [part.text for part in message.parts if isinstance(part, TextPart)]
    return "\n".join(plain(text) for text in texts)


def _runs(message: Message) -> list[Any]:
    parts = [part for part in message.parts if isinstance(part, TextPart)]
    return [run for part in parts for run in part.runs]


def _parts(message: Message) -> tuple[str, ...]:
    if message.balloon is not None:
        return ("app",)
    names = {"text": "text", "attachment": "file", "unsent": "unsent"}
    return tuple(names[p.kind] for p in message.parts if p.kind != "text" or p.text)


def _marks(message: Message) -> tuple[Mark, ...]:
    """(style or effect, text, value) of each run, sorted."""
    found: list[Mark] = []
    for run in _runs(message):
        styles = ("bold", "italic", "underline", "strikethrough")
        found += [(each, run.text, None) for each in styles if getattr(run, each)]
        if run.effect:
            found.append((run.effect, run.text, None))
        if run.link and message.balloon is None:
            found.append(("link", run.text, run.link))
        if run.detected:
            found.append((run.detected.kind, run.text, None))
            # These two are links as well (§22).
            if scheme := SCHEMES.get(run.detected.kind):
                found.append(("link", run.text, f"{scheme}:{run.text}"))
    return tuple(sorted(found, key=str))


def _files(message: Message) -> tuple[Attachment, ...]:
    """Those of the body that have a row."""
    return tuple(file for file in message.attachments if file.state != "awaited")


def _path(file: Attachment) -> str | None:
    """Within the folder of Messages, of this device or another one."""
    if file.device_path:
        return file.device_path.partition("/Attachments/")[2]
    return file.path


def _label(file: Attachment) -> str | None:
    """The prompt of a genmoji, or what a sticker shows: one column holds both."""
    return file.genmoji or (file.source.label if file.source else None)


def _all_files(message: Message) -> tuple[Attachment, ...]:
    return tuple(own_files(message))


def _replies(fact: Fact) -> tuple[tuple[int, int, str], ...]:
    """(part, date, sender) of each reply of the thread that starts here."""
    return tuple(
        sorted(
            (
                each.message.reply_to.part if each.message.reply_to else 0,
                each.date // SECOND,
                fact.world.person(each.sender) or "me",
            )
            for each in fact.world.replies.get(fact.guid, ())
        )
    )


def _versions(message: Message) -> tuple[str, ...]:
    """Every version of every edited part, unless it was taken back."""
    versions: list[str] = []
    for number in sorted({edit.part for edit in message.edits}):
        part = message.parts[number]
        if isinstance(part, TextPart):
            before = [e.before.text for e in message.edits if e.part == number]
            versions += [*before, part.text]
    return tuple(versions)


def _edited(message: Message) -> int | None:
    if message.is_unsent or not message.edits:
        return None
    return seconds(max(edit.date for edit in message.edits))


def _changed(message: Message) -> int | None:
    gone = [part.date for part in message.parts if part.kind == "unsent"]
    return seconds(max([edit.date for edit in message.edits] + gone, default=0))


def _tapbacks(fact: Fact) -> tuple[tuple[str, str, int], ...]:
    """(kind, who, part) of those that stand, stickers among them; sorted."""
    message, person = fact.message, fact.world.person
    tapbacks = [each for each in message.tapbacks if each.removed is None]
    found = [(t.emoji or t.name, person(t.sender) or "me", t.part) for t in tapbacks]
    found += [("sticker", person(s.sender) or "me", s.part) for s in message.stickers]
    return tuple(sorted(found))


def _link(message: Message) -> tuple[str, ...]:
    balloon = message.balloon
    if balloon is None or isinstance(
        balloon, (AppCard, Chatbot, Handwriting, DigitalTouch, Poll)
    ):
        return ()
    named = ("title", "name")
    says = next((s for n in named if (s := getattr(balloon, n, None))), "")
    return (balloon.url, says) if says else (balloon.url,)


def is_placeholder(message: Message) -> bool:
    return isinstance(message.balloon, Link) and message.balloon.is_placeholder


def card_lines(message: Message) -> tuple[str, ...]:
    """What a card says; a reader shows one of these at least."""
    card = message.balloon
    if not isinstance(card, AppCard):
        return ()
    return tuple(t for t in (card.ldtext, card.caption, card.image_title) if t)


def _drawing(message: Message) -> str:
    balloon = message.balloon
    if isinstance(balloon, DigitalTouch):
        return f"digital touch {balloon.gesture}"
    return "handwriting" if isinstance(balloon, Handwriting) else ""


def _poll(fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    poll = fact.message.balloon
    if not isinstance(poll, Poll):
        return ()
    options = [*poll.options, *(added.option for added in poll.added)]
    tally, person = poll.tally(), fact.world.person
    return tuple(
        (each.text, tuple(sorted(person(who) or "me" for who in tally[each.id])))
        for each in options
    )


def _event(fact: Fact) -> tuple[str | None, ...]:
    """(kind, whom it happened to, new name)."""
    event = fact.message.event
    if event is None:
        return ()
    happened, who = fact.happened, None
    if happened in ("added", "removed"):
        moved = event.who if event.was is None else event.was
        who = fact.world.person(moved) or "me"
    return (happened, who, event.title or None)


def _scheduled(message: Message) -> int | None:
    schedule = message.traits.schedule
    waits = schedule is not None and schedule.state != 3
    return message.date // SECOND if waits else None


def _status(message: Message) -> str | None:
    """How far an own message got."""
    traits = message.traits
    if message.sender is not None or message.event is not None:
        return None
    if traits.error:
        return "failed"
    if traits.is_sending:
        return "sending"
    if _scheduled(message):
        return "scheduled"
    if traits.delivered_flag_only:
        return "delivered"
    if message.date_read:
        return "read"
    return "delivered" if message.date_delivered else "sent"


def _delivered(message: Message) -> int | None:
    if message.traits.delivered_flag_only:
        return None
    return seconds(message.date_delivered)
