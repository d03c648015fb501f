"""What imessage-exporter says of a row, in the words of `expected`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.models import AppCard, DigitalTouch, Handwriting, Poll

from .expected import card_lines, expected, plain
from .observed import STYLES, Told, common, since_2001

if TYPE_CHECKING:
    from .seen import Seen
    from .worlds import Fact

UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
WORDS = {
    **{"Loved": "loved", "Liked": "liked", "Disliked": "disliked"},
    **{"Laughed": "laughed", "Emphasized": "emphasized", "Questioned": "questioned"},
}
EFFECTS = {
    "Invisible Ink": "invisible-ink",
    "Shooting Star": "shooting-star",
    "Sparkles": "celebration",
}
TRANSLATED = "Translated from:"
# Where a sticker is from, behind its file.
SOURCE = re.compile(r" \((?:Genmoji prompt|App): .*\)$")
ABSENT = "Attachment does not exist!"
SAID = (
    ("added", r"added (?P<who>.+) to the conversation\."),
    ("removed", r"removed (?P<who>.+) from the conversation\."),
    ("renamed", r"named the conversation (?P<title>.+)"),
    ("left", r"left the conversation\."),
    ("photo-set", r"changed the group photo\."),
    ("photo-removed", r"removed the group photo\."),
    ("background-set", r"changed the chat background\."),
    ("background-removed", r"removed the chat background\."),
    ("number-changed", r"changed their phone number\."),
    ("audio-kept", r"kept an audio message\."),
    ("shareplay", "SharePlay Message Ended"),
    ("location-started", "Started sharing location!"),
    ("location-stopped", "Stopped sharing location!"),
)


def exporter_txt(seen: Seen, fact: Fact) -> Told:
    told = _exporter(seen, fact)
    message = fact.message
    if told["unsent"] or message.event is not None:
        return told
    lines = (seen.text or "").split("\n") if seen.text is not None else []
    lost = [file for file in message.attachments if file.state == "not-downloaded"]
    named = [file.name for file in lost if file.name in lines]
    lines = [line for line in lines if line not in named]
    # A path of another device is shown as it is.
    foreign = [f.device_path for f in message.attachments if f.device_path in lines]
    lines = [line for line in lines if line not in foreign]
    paths = (*seen.attachments, *filter(None, foreign))
    files = [SOURCE.sub("", path.rpartition("/")[2]) for path in paths]
    told["names"] = (*files, *named)
    if message.balloon is not None:
        _shown(told, fact, seen.text or "")
        return told
    if TRANSLATED in lines:
        at = lines.index(TRANSLATED)
        told["translation"] = "\n".join(lines[:at])
        lines = lines[at + 1 :]
    # An edited part stands as its versions; its last is what the text is now.
    if seen.edits:
        lines.append(seen.edits[-1])
    told["subject"] = message.subject if message.subject in lines[:1] else None
    lines = lines[message.subject in lines[:1] :]
    told["lines"] = plain("\n".join(lines))
    return told


def exporter_html(seen: Seen, fact: Fact) -> Told:
    told = _exporter(seen, fact)
    message = fact.message
    if seen.announcement is not None:
        return told
    if seen.service is not None and fact.is_mine:
        told["service"] = seen.service
    told["subject"] = seen.subject
    if message.event is not None:
        return told
    kinds = [_html_kind(part) for part in seen.parts]
    told["parts"] = tuple(kind for kind in kinds if kind)
    told["tapbacks"] = tuple(
        sorted(
            (WORDS.get(t.kind, t.kind), fact.world.person(t.sender) or "", number)
            for number, part in enumerate(seen.parts)
            for t in part.tapbacks
        )
    )
    told["replies"] = tuple(
        sorted(
            (number, since_2001(r.date) or 0, fact.world.person(r.sender) or "")
            for number, part in enumerate(seen.parts)
            for r in part.replies
        )
    )
    files = [_html_file(part) for part in seen.parts]
    told["names"] = tuple(name for name in files if name and name != ABSENT)
    if message.traits.translation is not None:
        told["translation"] = next(
            (dict(p.app).get("translation") for p in seen.parts if p.app), None
        )
    if message.balloon is not None:
        blob = "\n".join(text for part in seen.parts for _, text in part.app)
        _shown(told, fact, blob)
        if isinstance(message.balloon, Poll):
            told["poll"] = _html_poll(seen, fact)
        return told
    told["lines"] = plain(seen.text)
    told["marks"] = _html_marks(seen, fact)
    told["mentions"] = tuple(fact.world.person(who) for who in seen.mentions)
    return told


def _exporter(seen: Seen, fact: Fact) -> Told:
    whole = (seen.announcement or "").startswith("unsent a message")
    told = common(seen, fact) | {
        "chat": _by_stem(seen.chat, fact),
        "unsent": whole,
        "partly_unsent": seen.unsent and not whole,
    }
    if fact.message.event is not None:
        return told | {"event": _said(seen, fact)}
    if whole:
        return told
    effect = (seen.effect or "").removeprefix("Sent with ")
    return told | {
        "read_after": _span(seen.read_after),
        "is_reply": seen.is_reply,
        "replies": tuple(
            sorted(
                (since_2001(r.date) or 0, fact.world.person(r.sender) or "")
                for r in seen.replies
            )
        ),
        "edits": seen.edits,
        "effect": EFFECTS.get(effect, effect.lower()) or None,
        "tapbacks": tuple(
            sorted(
                (WORDS.get(t.kind, t.kind), fact.world.person(t.sender) or "")
                for t in seen.tapbacks
            )
        ),
        "transcript": seen.transcript or "",
        "deleted": seen.deleted,
        "problems": seen.problems,
    }


def _by_stem(stem: str | None, fact: Fact) -> str | None:
    """The chat that a file of an export is named after."""
    if stem == "orphaned":
        return None
    known = fact.world.stems.get(stem or "")
    if known is None and (numbered := re.fullmatch(r"(.*) - \d+", stem or "")):
        # A group's name, and a number that keeps groups of one name apart.
        known = fact.world.stems.get(numbered[1])
    if known in fact.world.with_same_people(fact.chat):
        # One file holds all chats with the same people.
        return fact.chat.guid
    return known or stem


def _span(said: str | None) -> int | None:
    if said is None:
        return None
    found = re.findall(r"(\d+) (second|minute|hour|day)s?", said)
    return sum(int(number) * UNITS[unit] for number, unit in found)


def _said(seen: Seen, fact: Fact) -> tuple[str | None, ...]:
    said = seen.announcement or seen.system or ""
    for kind, pattern in SAID:
        if match := re.fullmatch(pattern, said):
            found = match.groupdict()
            return (kind, fact.world.person(found.get("who")), found.get("title"))
    return (said or None,)


def _shown(told: Told, fact: Fact, blob: str) -> None:
    """Of what a balloon must show, that which stands in what the reader shows."""
    balloon = fact.message.balloon
    truth = expected(fact)
    if isinstance(balloon, AppCard):
        shows = any(line in blob for line in card_lines(fact.message))
        told["app"] = truth["app"] if shows else ()
        told["app_name"] = balloon.app_name if balloon.app_name in blob else None
        if balloon.bundle_id.endswith("business.extension"):
            # An answer is shown by what was chosen alone.
            del told["app_name"]
    elif isinstance(balloon, DigitalTouch):
        told["drawing"] = "".join(
            re.findall(r"(?i)digital touch \w+", blob)[:1]
        ).lower()
    elif isinstance(balloon, Handwriting):
        drawn = "*" in blob or balloon.id in blob
        told["drawing"] = "handwriting" if drawn else ""
    elif isinstance(balloon, Poll):
        told["poll"] = _txt_poll(blob, fact)
    else:
        told["link"] = tuple(text for text in truth["link"] if text in blob)


def _txt_poll(blob: str, fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows: list[tuple[str, list[str]]] = []
    for line in blob.split("\n"):
        if option := re.fullmatch(r"- (.+) \(\d+\)", line):
            rows.append((option[1], []))
        elif rows:
            voter = line.removeprefix("  - ")
            rows[-1][1].append(fact.world.person(voter) or voter)
    return tuple((option, tuple(sorted(voters))) for option, voters in rows)


def _html_kind(part: Any) -> str:
    if part.kind in ("text", "edited", "translated"):
        return "file" if part.attachment else "text"
    if part.kind in ("attachment", "sticker", "attachment_error"):
        return "file"
    return {"empty": ""}.get(part.kind, part.kind)


def _html_file(part: Any) -> str | None:
    if part.kind == "attachment_error":
        return str(part.text).rpartition("/")[2].rpartition(": ")[2]
    return part.attachment.rpartition("/")[2] if part.attachment else None


def _html_marks(seen: Seen, fact: Fact) -> tuple[tuple[str, str, str | None], ...]:
    """Its marks by their names in `expected`.

    A mention stands in bold, and what was detected is underlined, whatever it is.
    """
    detected = {text for _, text, _ in expected(fact)["detected"]}
    found = []
    for part in seen.parts:
        named = {text for tag, text, _ in part.marks if tag == "mention"}
        for tag, text, value in part.marks:
            bold = tag == "b" and text in named
            if tag == "mention" or bold or (tag == "u" and text in detected):
                continue
            name = STYLES.get(tag) or {"a": "link"}.get(tag, tag)
            found.append((name.removeprefix("animation").lower(), text, value))
    return tuple(sorted(found, key=str))


def _html_poll(seen: Seen, fact: Fact) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows: list[tuple[str, list[str]]] = []
    for part in seen.parts:
        for name, text in part.app:
            if name == "option":
                rows.append((text, []))
            elif name == "voter":
                rows[-1][1].append(fact.world.person(text) or text)
    return tuple((option, tuple(sorted(voters))) for option, voters in rows)
