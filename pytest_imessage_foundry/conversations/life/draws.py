"""How often each state of a phone in use is met: one table, a source for each rate.

Numbers like #8 are those of SEMANTICS §26, where the reports are listed. Confidence is
theirs too: S several reports, M one, L inferred.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_imessage_foundry.models import LifeSpan

Subject = Literal["message", "file", "chat", "phone"]
_STEPS = 1 << 16  # of a draw


class Rate(NamedTuple):
    """How often a state is met.

    Attributes:
        state: its name.
        of: what draws it; a phone's rates are no draws but shares or counts.
        share: of what it is a share.
        decade, year: the shares, by `Scenario.life`.
        source: who counted it.
    """

    state: str
    of: Subject
    share: str
    decade: float
    year: float
    source: str


# fmt: off
RATES = (
    # who is there
    Rate("tail-messages", "phone", "messages", 0.06, 0.035,
         "S #29: most chats have one to three messages"),
    Rate("tail-chats", "phone", "chats beside those named, for one message", 4.7, 1.6,
         "S #29: 250 and more contacts with 17,658 and 110,000 messages"),
    Rate("tail-growth", "phone", "exponent of their number", 0.4, 0.4,
         "L: contacts grow more slowly than messages (#29)"),
    Rate("codes", "phone", "chats of the tail", 0.12, 0.12, "M #19: 278 codes"),
    Rate("promotions", "phone", "chats of the tail", 0.25, 0.20,
         "S #1: 113 `(smsft…)` handles; tiers 3, 4, 36, 52, 68"),
    Rate("notices", "phone", "chats of the tail", 0.20, 0.18, "S #1: as promotions"),
    Rate("scams", "phone", "chats of the tail", 0.16, 0.14,
         "S #1: 164 of 749 chats are shown, 3,414 `(filtered)` handles"),
    Rate("strangers", "phone", "chats of the tail", 0.13, 0.16, "S #1: as scams"),
    Rate("acquaintances", "phone", "chats of the tail", 0.14, 0.20, "S #29"),
    # chats
    Rate("second-service", "chat", "acquaintances", 0.40, 0.40,
         "S #5: 384 of 2,114 handles are doubled"),
    Rate("former-row", "chat", "iMessage chats of who has no SMS chat", 0.35, 0.12,
         "S #6: 28 of 489 identifiers, 40 of 587 chats are empty"),
    Rate("suffix", "chat", "unknown senders over SMS", 0.60, 0.50,
         "S #1: 3,414 `(filtered)` handles on one Mac"),
    Rate("junk", "chat", "scams", 0.60, 0.60, "S #1: Apple's SQL knows tier 2"),
    Rate("blocked", "chat", "scams", 0.10, 0.0, "S #1: is_blackholed"),
    Rate("pending-review", "chat", "strangers since 26", 0.40, 0.0, "S #1"),
    Rate("unread-sender", "chat", "promotions, codes, scams", 0.50, 0.50,
         "S #27: half of a mailbox of promotions is unread"),
    Rate("unread-end", "chat", "chats of people", 0.12, 0.12, "S #27"),
    Rate("muted", "chat", "chats of people", 0.06, 0.04, "S #27"),
    Rate("archived", "chat", "chats that ended", 0.04, 0.0, "S #27"),
    Rate("read-receipts", "chat", "chats of people", 0.10, 0.05, "S #24"),
    Rate("history", "chat", "chats of people", 0.30, 0.30, "S #24, for the names"),
    Rate("background", "chat", "chats that go on, since 26", 0.06, 0.0,
         "S #24, for the names"),
    Rate("background-gone", "chat", "chats that go on, since 26", 0.06, 0.0,
         "S #24, for the names"),
    Rate("former-group", "chat", "groups", 0.12, 0.0, "S #6, #25: RCSConversationID"),
    Rate("brought", "chat", "chats of before the new Mac", 0.75, 0.60,
         "S #9: 417,178 of 503,014 and 1,958 of 7,432 rows by a six-hour test"),
    Rate("brought-last", "chat", "chats long over", 0.14, 0.10,
         "S #9: 16,872 of 627,029 rows above the newest message"),
    Rate("joins-later", "chat", "members of a group", 0.18, 0.0, "S #28"),
    Rate("leaves", "chat", "members of a group", 0.18, 0.0, "S #28"),
    Rate("owner-out", "chat", "groups", 0.10, 0.0, "S #28"),
    # messages
    Rate("no-chat", "message", "messages", 0.025, 0.02,
         "S #8: 2,231 of 67,064, 6,046 of 94,116, 1,058 of 171,887, 320 of 20,800"),
    Rate("nameless", "message", "received ones in no chat", 0.30, 0.40,
         "S #8: some with handle_id 0"),
    Rate("other-device", "message", "own ones of direct chats", 0.45, 0.12,
         "M #7: 1,660 of 2,610 in one file"),
    Rate("straggler", "message", "messages", 0.004, 0.006,
         "S #9: the newest row 17,000 below MAX(ROWID)"),
    Rate("late", "message", "messages", 0.02, 0.01, "S #9: as brought-whole"),
    Rate("twin", "message", "received ones", 0.002, 0.0, "S #9: new guids of old rows"),
    Rate("gap", "message", "messages", 0.015, 0.008, "S #9: gaps of deleted rows"),
    Rate("failed", "message", "own ones", 0.006, 0.006, "S #27: error is not 0"),
    Rate("resent", "message", "failed ones", 0.60, 0.0, "S #27"),
    Rate("ghost", "message", "own ones since 26", 0.02, 0.0,
         "S #8: after failed sends on 26"),
    Rate("downgraded", "message", "own iMessages of direct chats", 0.006, 0.004,
         "S #27: was_downgraded"),
    Rate("two-chats", "message", "own ones of who has an SMS chat too", 0.001, 0.016,
         "S #2: 29 of 97,541, 16 of 94,116, 1 of 62,606, 1 of 171,887"),
    Rate("recently-deleted", "message", "messages of the last 30 days", 0.02, 0.01,
         "S: SEMANTICS §17"),
    Rate("quiet", "message", "received ones since 2021", 0.03, 0.02, "S #27: Focus"),
    Rate("text-reaction", "message", "own ones to people over SMS", 0.20, 0.15,
         "S #14"),
    Rate("link-row", "message", "links after a text of the same sender", 0.5, 0.5,
         "M #13: 0.8 to 2 s after the text"),
    Rate("bare-account", "message", "messages before 2020", 0.02, 0.0,
         "M #15: 19 of 105 in one file"),
    Rate("no-part-count", "message", "messages before 2021", 0.05, 0.0,
         "S #15: rows older than the column, rows of iCloud"),
    Rate("no-service", "message", "received ones, before 26", 0.0005, 0.0, "M #15"),
    Rate("in-seconds", "message", "messages before 10.13", 0.02, 0.0,
         "M #16: 54 of 105 in one image, none in most files"),
    Rate("long-part-number", "message", "messages since 26", 0.24, 0.24,
         "M #20: 6,373 of 26,822 runs of one file of 27"),
    Rate("bare-pointer", "message", "messages with a tapback", 0.005, 0.0,
         "M #22: 9 bare ones in one file"),
    Rate("unread-event", "message", "received announcements", 1.0, 1.0,
         "S #27: never marked read (blip PR 14), or left unread (imsg PR 237)"),
    Rate("rare-form", "message", "last texts of a talk since iOS 10", 0.035, 0.0,
         "S #26, for the forms: apps' cards, songs, drawings"),
    Rate("business-card", "message", "those of a business", 0.12, 0.0,
         "S #26, for the forms"),
    Rate("direction-text", "message", "messages", 0.008, 0.008,
         "M #20: 173 of 20,783 bodies of one file of 27"),
    Rate("read-in-seconds", "message", "received ones before 10.13", 0.01, 0.0,
         "M #16: beside dates in nanoseconds"),
    # files
    Rate("not-downloaded", "file", "files", 0.035, 0.03, "S #10: 228 of 6,500"),
    Rate("device-path", "file", "files", 0.026, 0.04, "S #10: 166 of 6,500"),
    Rate("offloaded", "file", "files", 0.04, 0.02,
         "S #10: 4 % and 16 % of two files are missing in all"),
    Rate("missing", "file", "files", 0.03, 0.02, "S #10: as offloaded"),
    Rate("former-home", "file", "files of before the new Mac", 0.08, 0.0, "S #10"),
    Rate("no-name", "file", "files", 0.01, 0.0, "S #15: transfer_name is NULL"),
    Rate("live-photo", "file", "photos", 0.04, 0.04, "S #10, for the form"),
    Rate("odd-mark", "file", "photos", 0.002, 0.0, "M #20: 5 of 3,148 runs of files"),
    Rate("folder", "file", "files", 0.004, 0.0, "S #10, for the form"),
    Rate("genmoji", "file", "stickers", 0.3, 0.0, "M #21, for the form"),
    Rate("app-sticker", "file", "stickers", 0.3, 0.0, "M #21, for the form"),
    Rate("sticker-tapback", "file", "tapbacks by an emoji", 0.4, 0.0,
         "M #21, for the form"),
)
# fmt: on
# Subject → state → the place of its number in a digest.
_PLACES = {
    of: {
        state: 2 * place
        for place, state in enumerate(rate.state for rate in RATES if rate.of == of)
    }
    for of in ("message", "file", "chat", "phone")
}


@cache
def of_span(span: LifeSpan) -> dict[str, float]:
    """Return the rate of each state by its name; without a life all are 0."""
    return {each.state: getattr(each, span) if span else 0.0 for each in RATES}


def chosen(
    keys: Iterable[str], state: str, of: Subject, span: LifeSpan
) -> frozenset[str]:
    """Return those of `keys` that are in a state: its share of them, at least one.

    Few draws would miss a rate by far. So the lowest numbers are taken, and a rate
    holds for any seed.
    """
    known = list(keys)
    share = of_span(span)[state]
    count = max(1, round(share * len(known))) if share else 0
    numbers = {key: Lot(key, of, span).number(state) for key in known}
    return frozenset(sorted(known, key=lambda key: (numbers[key], key))[:count])


@cache
def thresholds(span: LifeSpan) -> dict[str, tuple[int, int]]:
    """Return of each state of messages the place of its number in a digest, and below
    which of 65,536 it is drawn. For whom `Lot` would be slow: all messages."""
    rates = of_span(span)
    return {
        state: (place, round(rates[state] * _STEPS))
        for state, place in _PLACES["message"].items()
    }


class Lot:
    """The draws of one message, file or chat: a number for each state, by its key.

    A key gives the same numbers whatever else there is, so that no rate changes what
    another state draws.
    """

    __slots__ = ("_digest", "_places", "_rates")

    def __init__(self, key: str, of: Subject, span: LifeSpan) -> None:
        self._digest = blake2b(key.encode(), digest_size=64).digest()
        self._places, self._rates = _PLACES[of], of_span(span)

    def number(self, state: str) -> float:
        """Return the number of a state, from 0 up to 1."""
        at = self._places[state]
        return int.from_bytes(self._digest[at : at + 2]) / _STEPS

    def has(self, state: str) -> bool:
        """Return whether the state is drawn."""
        return self.number(state) < self._rates[state]
