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
    "item_type = 1 AND group_action_type = 1 OR item_type = 3 AND group_action_type = 0"
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
        "one-to-one chats with oneself",
        "c.chat_identifier IN (SELECT last_addressed_handle FROM chat)",
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
    "chats that chat_lookup names", "c.ROWID IN (SELECT chat FROM chat_lookup)"
)
_HANDLES = (
    Share(
        "handles of a person who has several",
        "p.handles > 1",
        known=Published("imessage-exporter's docs on duplicates", ((384, 2_114),)),
    ),
    Share(
        "handles with a filter's suffix",
        "h.id GLOB '*(filtered)' OR h.id GLOB '*(smsf[pt]*)'",
    ),
    Share("handles without a country", "h.country IS NULL"),
)

_CHAT = {"c": "chat"}
_JOINED = {**_CHAT, "join": "chat_message_join"}
_WALKS = (
    Walk("chat AS c", _CHAT, _TIERS),
    Walk(
        "chat AS c LEFT JOIN (SELECT DISTINCT chat_id AS chat FROM chat_message_join "
        f"WHERE message_id IN (SELECT ROWID FROM message WHERE {_LOST})) AS g "
        "ON g.chat = c.ROWID",
        _JOINED,
        (_FORMER,),
    ),
    Walk(
        "chat AS c LEFT JOIN (SELECT chat_id, count(*) AS messages "
        "FROM chat_message_join GROUP BY chat_id) AS j ON j.chat_id = c.ROWID",
        _JOINED,
        _WITH_ROWS,
    ),
    Walk(
        "chat AS c LEFT JOIN (SELECT chat_id, max(m.date) AS newest FROM message AS m "
        "JOIN chat_message_join ON message_id = m.ROWID "
        "WHERE m.is_from_me = 0 AND m.date_read <> 0 GROUP BY chat_id) AS j "
        "ON j.chat_id = c.ROWID",
        _JOINED,
        _STAMPS,
    ),
    Walk("chat AS c", {**_CHAT, "looked": "chat_lookup"}, (_LOOKED_UP,)),
)
_PEOPLE = Walk(
    "handle AS h LEFT JOIN (SELECT person_centric_id AS person, count(*) AS handles "
    "FROM handle WHERE person_centric_id <> '' GROUP BY person_centric_id) AS p "
    "ON p.person = h.person_centric_id",
    {"h": "handle"},
    _HANDLES,
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
    if held.has("handle", "person_centric_id"):
        yield from measure(held, _PEOPLE)
        return
    without = Walk("handle AS h", {"h": "handle", "p": "person"}, _HANDLES)
    yield from measure(held, without)


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
