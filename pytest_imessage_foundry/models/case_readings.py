"""What the summary of a case can say: the fields of docs/kinds.md."""

from __future__ import annotations

from typing import TypedDict


class CaseReading(TypedDict, total=False):
    """A summary of a case's message for people, with names, as docs/kinds.md shows it.

    What readers are held against are the readings of docs/readings.md.
    """

    account: str
    also: list[str]
    answers: dict[str, str]
    app: str
    archived_as: int
    arrives_after: str
    artwork: int
    attachments: list[str | None]
    awaited: int
    background: str | None
    background_version: int
    beside: list[str]
    blocked: bool
    body_transcript: str
    breadcrumb: str
    cards: list[list[str | bool]]
    category: list[str] | None
    chat_rows: list[str]
    chatless: bool
    chats: int
    check_in: list[str | int]
    choices: list[str]
    chosen: str
    comes_back: bool
    copies: int
    country: None
    dangling: bool
    deleted: bool
    deleted_for_good: bool
    deleted_parts: list[int]
    detected: str
    dialled: str
    directions: list[str] | list[int]
    downgraded: bool
    effect: str
    event: str
    failed: bool
    follows: str
    gap: bool
    genmoji: str
    has_payload: bool
    history: list[str]
    in_chat: bool
    in_chats: list[str]
    inside: list[str]
    is_delivered: bool
    is_played: bool
    is_read: bool
    is_sent: bool
    link: str
    lookups: dict[str, list[str | int]]
    lyrics: list[str | float]
    made_by: str
    marked: str
    members: list[str]
    mention: str
    mime_type: str | None
    missing: bool
    names_other: bool
    noted_votes: int
    part_codes: list[str]
    parts: int | None
    path: str
    pictures: list[str]
    pieces: dict[str, str]
    plugin_type: int
    pointers: list[str]
    poll: dict[str, list[str]]
    preview_size: list[int]
    properties_version: int
    quiet: bool
    reaction: None
    read: str
    reply_part: int
    reply_to: str
    responses: int
    room: str
    sample: str
    says: str
    scheduled: bool
    screened: bool
    sender: str | None
    sent: str
    service: str | None
    shares_photos: bool
    spoken: str
    sticker_from: list[str | None]
    stickers: list[str]
    styles: list[str]
    subject: str
    suffix: str
    tapback_part: int
    tapbacks: list[list[str]]
    text: str
    tier: int
    title: str | None
    to_self: bool
    transcript: str | None
    transfer_state: int
    translation: str
    twins: int
    unsent: list[int]
    value: str
    was: str | None
    who: str
