"""The texts that people know: effects, group events, marks under a bubble."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_imessage_foundry.preview.database import Row, whole, words

TAPBACKS = (
    "loved",
    "liked",
    "disliked",
    "laughed",
    "emphasized",
    "questioned",
    "emoji",
    "sticker",
)
_EFFECTS = {
    "com.apple.MobileSMS.expressivesend.impact": "Slam",
    "com.apple.MobileSMS.expressivesend.loud": "Loud",
    "com.apple.MobileSMS.expressivesend.gentle": "Gentle",
    "com.apple.MobileSMS.expressivesend.invisibleink": "Invisible Ink",
    "com.apple.messages.effect.CKConfettiEffect": "Confetti",
    "com.apple.messages.effect.CKEchoEffect": "Echo",
    "com.apple.messages.effect.CKFireworksEffect": "Fireworks",
    "com.apple.messages.effect.CKHappyBirthdayEffect": "Balloons",
    "com.apple.messages.effect.CKHeartEffect": "Love",
    "com.apple.messages.effect.CKLasersEffect": "Lasers",
    "com.apple.messages.effect.CKShootingStarEffect": "Shooting Star",
    "com.apple.messages.effect.CKSparklesEffect": "Celebration",
    "com.apple.messages.effect.CKSpotlightEffect": "Spotlight",
}
_SCHEDULES = {1: "Send Later: going up", 2: "Send Later: waiting to be sent"}
_GROUP_ACTIONS = {
    (3, 0): "{actor} left the conversation",
    (3, 1): "{actor} changed the group photo",
    (3, 2): "{actor} removed the group photo",
    (3, 3): "{actor} changed the look of the conversation",
    (3, 4): "{actor} changed the background",
    (3, 6): "{actor} removed the background",
    (5, 0): "{actor} kept an audio message",
    (6, 0): "{actor} started SharePlay",
}


def effect(style: str) -> str:
    """Return the name of a send effect; an unknown one keeps its identifier."""
    return _EFFECTS.get(style, style)


def schedule(row: Row) -> str:
    """Return the state of a Send Later message as text, '' for other messages."""
    if whole(row["schedule_type"]) != 2:
        return ""
    state = whole(row["schedule_state"])
    return _SCHEDULES.get(state, "Sent by Send Later")


def event(row: Row, sender: str | None, other: str) -> str:
    """Return what a system row announces, as a sentence."""
    actor = "You" if sender is None else sender or "Somebody"
    kind, action = whole(row["item_type"]), whole(row["group_action_type"])
    whom = other or "you"
    if kind == 1:
        return _membership(row, action, actor, whom)
    if kind == 2:
        title = words(row["group_title"])
        if title:
            return f"{actor} named the conversation “{title}”"
        return f"{actor} removed the name from the conversation"
    if kind == 4:
        return _location(row, actor, whom)
    sentence = _GROUP_ACTIONS.get((kind, action))
    if sentence is None:
        return f"{actor} did something of an unknown kind ({kind}, {action})"
    return sentence.replace("{actor}", actor)


def _membership(row: Row, action: int, actor: str, whom: str) -> str:
    if action == 1:
        return f"{actor} removed {whom} from the conversation"
    handle = whole(row["handle_id"])
    if handle and handle == whole(row["other_handle"]):
        return f"{actor} changed their phone number"
    return f"{actor} added {whom} to the conversation"


def _location(row: Row, actor: str, whom: str) -> str:
    verb = "stopped" if whole(row["share_status"]) else "started"
    if whole(row["share_direction"]):
        giver = whom if actor == "You" else actor
        return f"{giver} {verb} sharing their location with you"
    return f"You {verb} sharing your location with {whom if actor == 'You' else actor}"


def marks(row: Row) -> Iterator[str]:
    """Yield the small texts under the bubble of a message row."""
    error = whole(row["error"])
    mine = whole(row["is_from_me"])
    if error:
        yield f"Not Delivered (error {error})"
    elif mine and row["is_sent"] == 0 and not whole(row["schedule_type"]):
        yield "Not sent yet"
    off_grid = whole(row["sent_or_received_off_grid"])
    if off_grid or words(row["service"]) == "iMessageLite":
        yield "via satellite"
    for column, mark in (
        ("was_downgraded", "Sent as Text Message"),
        ("is_spam", "Junk"),
        ("was_delivered_quietly", "Delivered Quietly"),
        ("did_notify_recipient", "Notified Anyway"),
        ("is_critical", "Critical"),
        ("is_time_sensitive", "Time Sensitive"),
        ("has_unseen_mention", "Mention not seen yet"),
    ):
        if whole(row[column]):
            yield mark
    if whole(row["is_audio_message"]):
        yield from _audio_marks(row)


def _audio_marks(row: Row) -> Iterator[str]:
    yield "Played" if whole(row["is_played"]) else "Not played"
    if whole(row["expire_state"]) == 1:
        yield "Expired"
    elif whole(row["expire_state"]) > 1:
        yield "Kept"
