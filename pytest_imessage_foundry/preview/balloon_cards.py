"""The content of app messages, from payload_data: links, apps, polls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pytest_imessage_foundry.preview.database import Row, blob, words
from pytest_imessage_foundry.preview.phone import ShownCard, ShownChoice, ShownFile
from pytest_imessage_foundry.preview.plist_reader import json_of, keyed_archive, text

POLL = "com.apple.messages.Polls"
_LINK = "com.apple.messages.URLBalloonProvider"
_TOUCHES = {1: "Taps", 3: "Heartbeat", 4: "Sketch", 7: "Kiss", 8: "Fireball"}
_APPS = {
    "com.apple.PassbookUIService.PeerPaymentMessagesExtension": "Apple Cash",
    "com.apple.SafetyMonitorApp.SafetyMonitorMessages": "Check In",
    "com.apple.findmy.FindMyMessagesApp": "Find My",
    POLL: "Polls",
    "com.apple.messages.chatbot": "Business message",
}
# Of an archive no more is read than its card shows.
_SHOWN = frozenset(
    {
        *("richLinkMetadata", "metadata", "specialization", "specialization2"),
        *("collaborationMetadata", "siteName", "title", "name", "summary"),
        *("artist", "album", "subtitle", "genre", "address", "originalURL", "URL"),
        *("userInfo", "caption", "subcaption", "secondary-subcaption"),
        *("tertiary-subcaption", "image-title", "image-subtitle", "ldtext", "an"),
    }
)


def bundle(row: Row) -> str:
    """Return the last component of a row's balloon_bundle_id."""
    return words(row["balloon_bundle_id"]).rpartition(":")[2]


def card(row: Row, files: list[ShownFile]) -> ShownCard | None:
    """Return the card of a message row, None for an ordinary message."""
    app, payload = bundle(row), blob(row["payload_data"])
    if not app and not payload:
        return None
    if app == "com.apple.Handwriting.HandwritingProvider":
        return ShownCard(
            kind="handwriting", app="Handwriting", title="Handwritten message"
        )
    if app == "com.apple.DigitalTouchBalloonProvider":
        touch = _TOUCHES.get(_first_varint(payload), "Digital Touch")
        return ShownCard(kind="touch", app="Digital Touch", title=touch)
    archive = keyed_archive(payload, _SHOWN)
    image = next((file for file in files if _is_preview(file)), None)
    if app in ("", _LINK):
        return _link(archive, image) if archive else None
    return _app(app, archive or {}, image)


def _is_preview(file: ShownFile) -> bool:
    return file.is_hidden or file.name.endswith(".pluginPayloadAttachment")


def _link(archive: dict[str, Any], image: ShownFile | None) -> ShownCard:
    outer = archive.get("richLinkMetadata", archive.get("metadata", archive))
    found: dict[str, Any] = outer if isinstance(outer, dict) else {}
    special: dict[str, Any] = {}
    for key in ("specialization", "specialization2"):
        value = found.get(key)
        special |= value if isinstance(value, dict) else {}
    shared = found.get("collaborationMetadata")
    lines = [
        text(special, "artist"),
        text(special, "album"),
        text(special, "subtitle"),
        text(special, "genre"),
        text(special, "address"),
        text(found, "summary"),
        "Shared document" if isinstance(shared, dict) else "",
    ]
    return ShownCard(
        kind="link",
        app=text(found, "siteName"),
        title=text(found, "title") or text(special, "name") or text(special, "title"),
        lines=tuple(line for line in lines if line),
        url=_url(found, "originalURL") or _url(found, "URL"),
        image=image,
    )


def _url(found: dict[str, Any], key: str) -> str:
    return text(found, key) or text(found, key, "NS.relative")


def _app(app: str, archive: dict[str, Any], image: ShownFile | None) -> ShownCard:
    info = archive.get("userInfo")
    lines = [
        text(info, key)
        for key in (
            "caption",
            "subcaption",
            "secondary-subcaption",
            "tertiary-subcaption",
            "image-title",
            "image-subtitle",
        )
    ]
    title = text(archive, "ldtext")
    url = text(archive, "URL")
    return ShownCard(
        kind="app",
        app=text(archive, "an") or _APPS.get(app, app),
        title=title or next(filter(None, lines), ""),
        lines=tuple(line for line in lines if line and not _is_same(line, title)),
        url="" if url.startswith("data:") else url,
        image=image,
    )


def _is_same(line: str, other: str) -> bool:
    """Return whether two texts differ only in white space."""
    return line.split() == other.split()


def _first_varint(data: bytes) -> int:
    """Return field 1 of a protobuf message that starts with it, else 0."""
    return data[1] if len(data) > 1 and data[0] == 0x08 else 0


@dataclass(slots=True)
class PollTally:
    """The options and votes of a poll, from its rows, oldest first."""

    options: dict[str, str] = field(default_factory=dict)
    votes: dict[str | None, tuple[str, ...]] = field(default_factory=dict)

    def offer(self, row: Row) -> None:
        """Add the options of one state of a poll."""
        for option in _items(row, "orderedPollOptions"):
            key = text(option, "optionIdentifier")
            if key:
                self.options[key] = text(option, "text")

    def vote(self, row: Row, sender: str | None) -> None:
        """Replace a voter's choice; each row holds the complete choice."""
        votes = _items(row, "votes")
        self.votes[sender] = tuple(text(vote, "voteOptionIdentifier") for vote in votes)

    def choices(self) -> tuple[ShownChoice, ...]:
        """Return the options, each with those who chose it."""
        return tuple(
            ShownChoice(
                text=label,
                voters=tuple(who for who, keys in self.votes.items() if key in keys),
            )
            for key, label in self.options.items()
        )


def _items(row: Row, name: str) -> list[Any]:
    archive = keyed_archive(blob(row["payload_data"]), {"URL"}) or {}
    found = (json_of(text(archive, "URL")) or {}).get(name)
    return found if isinstance(found, list) else []
