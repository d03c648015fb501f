"""Rates of chats and handles, and the long tail of their sizes."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

from pytest_imessage_foundry.rates.counting import (
    Share,
    Walk,
    measure,
    of_rows,
    of_value,
)
from pytest_imessage_foundry.rates.published import Published

if TYPE_CHECKING:
    from pytest_imessage_foundry.measures import Measure
    from pytest_imessage_foundry.rates.counting import Held

_GROUP, _DIRECT = "c.style = 43", "c.style = 45"
_TWO_ANALYSES = "two public analyses (SEMANTICS §26.29)"
_LOST = (
    "m.item_type = 1 AND m.group_action_type = 1 "
    "OR m.item_type = 3 AND m.group_action_type = 0"
)

_TIERS = (
    Share(
        "chats of a filter tier",
        "c.is_filtered <> 0",
        known=Published("Omaimsg #29", ((439, 587),)),
    ),
    Share("  unknown senders (1)", "c.is_filtered = 1"),
    Share("  junk (2)", "c.is_filtered = 2"),
    Share("  categories of SMS (3 and up)", "c.is_filtered >= 3"),
    Share(
        "chats that Messages hides",
        "c.is_filtered >= 2 OR c.is_blackholed = 1",
        known=Published("Sentient-OS PR 102", ((585, 749),)),
    ),
    Share("chats of a blocked sender", "c.is_blackholed = 1"),
    Share("chats that wait for a review", "c.is_pending_review = 1"),
    Share("archived chats", "c.is_archived = 1"),
    Share(
        "muted chats",
        "instr(c.properties, CAST('ignoreAlertsFlag' AS BLOB)) > 0",
    ),
    Share("chats with an `any;` GUID", "c.guid GLOB 'any;*'"),
    Share("groups", _GROUP),
    Share("  without a name", "coalesce(c.display_name, '') = ''", _GROUP),
)
_WITH_ROWS = (
    Share(
        "chats without a message",
        "j.messages IS NULL",
        known=Published("Omaimsg #29", ((40, 587),)),
    ),
    Share(
        "chats of one to three messages",
        "j.messages BETWEEN 1 AND 3",
        "j.messages IS NOT NULL",
        Published(f"{_TWO_ANALYSES}: most", least=0.5),
    ),
    Share(
        "one-to-one chats with the account's own address",
        "c.chat_identifier IN (SELECT o.last_addressed_handle FROM chat AS o)",
        _DIRECT,
        Published("at least five reports, no count (SEMANTICS §26.12)"),
    ),
)
_FORMER = Share(
    "  that somebody left or was taken out of", "g.chat IS NOT NULL", _GROUP
)
_STAMPS = (
    Share(
        "chats with a stamp of what was read last",
        "c.last_read_message_timestamp <> 0",
        "j.newest IS NOT NULL",
    ),
    Share(
        "  that is their own newest row read",
        "c.last_read_message_timestamp = j.newest",
        "c.last_read_message_timestamp <> 0 AND j.newest IS NOT NULL",
    ),
)
_LOOKED_UP = Share(
    "chats that chat_lookup names", "c.ROWID IN (SELECT l.chat FROM chat_lookup AS l)"
)
_SEVERAL = Share(
    "handles of a person who has several",
    "p.handles > 1",
    known=Published("imessage-exporter's docs on duplicates", ((384, 2_114),)),
)
_HANDLES = (
    Share(
        "handles with a filter's suffix",
        "h.id GLOB '*(filtered)' OR h.id GLOB '*(smsf[pt]*)'",
    ),
    Share("handles without a country", "h.country IS NULL"),
)

_CHAT = {"c": "chat", "o": "chat"}
_JOINED = {**_CHAT, "x": "chat_message_join"}
_WITH_MESSAGES = {**_JOINED, "m": "message"}
_WALKS = (
    Walk("chat AS c", _CHAT, _TIERS),
    Walk(
        "chat AS c LEFT JOIN (SELECT DISTINCT x.chat_id AS chat "
        "FROM message AS m JOIN chat_message_join AS x ON x.message_id = m.ROWID "
        f"WHERE {_LOST}) AS g ON g.chat = c.ROWID",
        _WITH_MESSAGES,
        (_FORMER,),
    ),
    Walk(
        "chat AS c LEFT JOIN (SELECT x.chat_id AS chat, count(*) AS messages "
        "FROM chat_message_join AS x GROUP BY x.chat_id) AS j ON j.chat = c.ROWID",
        _JOINED,
        _WITH_ROWS,
    ),
    Walk(
        "chat AS c LEFT JOIN (SELECT x.chat_id AS chat, max(m.date) AS newest "
        "FROM message AS m JOIN chat_message_join AS x ON x.message_id = m.ROWID "
        "WHERE m.is_from_me = 0 AND m.date_read <> 0 GROUP BY x.chat_id) AS j "
        "ON j.chat = c.ROWID",
        _WITH_MESSAGES,
        _STAMPS,
    ),
    Walk("chat AS c", {**_CHAT, "l": "chat_lookup"}, (_LOOKED_UP,)),
)
_HANDLE = {"h": "handle", "o": "handle"}
_HANDLE_WALKS = (
    Walk(
        "handle AS h LEFT JOIN (SELECT o.person_centric_id AS person, "
        "count(*) AS handles FROM handle AS o WHERE o.person_centric_id <> '' "
        "GROUP BY o.person_centric_id) AS p ON p.person = h.person_centric_id",
        _HANDLE,
        (_SEVERAL,),
    ),
    Walk("handle AS h", _HANDLE, _HANDLES),
)
_ROWS_OF_ONE = (
    "SELECT coalesce(sum(rows > 1), 0), count(*) FROM "
    "(SELECT count(*) AS rows FROM chat GROUP BY chat_identifier)"
)


def chats(held: Held) -> Iterator[Measure]:
    """Yield the rates of chats, and how their sizes are spread."""
    for walk in _WALKS:
        yield from measure(held, walk)
    counts = None
    if held.has("chat", "chat_identifier"):
        counts = tuple(held.connection.execute(_ROWS_OF_ONE).fetchone())
    known = Published("blip PR 8: groups", ((28, 489),))
    yield of_rows("identifiers of several chats", counts, known)
    yield from _sizes(held)


def handles(held: Held) -> Iterator[Measure]:
    """Yield the rates of handles."""
    for walk in _HANDLE_WALKS:
        yield from measure(held, walk)


def _sizes(held: Held) -> Iterator[Measure]:
    """Yield the shares of the largest chats, and the size in the middle."""
    sizes: list[int] = []
    if held.has("chat_message_join", "chat_id"):
        query = "SELECT count(*) FROM chat_message_join GROUP BY chat_id"
        sizes = sorted((row[0] for row in held.connection.execute(query)), reverse=True)
    total = sum(sizes)
    for count, name, percent in (
        (1, "largest chat", 25),
        (2, "two largest chats", 61),
        (10, "ten largest chats", 75),
    ):
        known = Published(_TWO_ANALYSES, ((percent, 100),))
        counts = (sum(sizes[:count]), total) if sizes else None
        yield of_rows(f"messages in the {name}", counts, known)
    middle = median(sizes) if sizes else None
    known = Published(f"{_TWO_ANALYSES}: one to three", least=1, most=3)
    yield of_value("median size of a chat", middle, "k", known)
