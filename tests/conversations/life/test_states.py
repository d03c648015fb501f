"""States of a phone in use, counted in the rows of files that were built."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest
from lives import EACH, LONG, USUAL, built, truth

from pytest_imessage_foundry.conversations.life.state_rules import guid_after
from pytest_imessage_foundry.db.validators import validate
from pytest_imessage_foundry.models import Chatbot
from pytest_imessage_foundry.models.apple_time import HOUR, MINUTE

IN_NO_CHAT = "ROWID NOT IN (SELECT message_id FROM chat_message_join)"
SAID = "item_type = 0 AND associated_message_type = 0"
OWN_DIRECT = (
    "FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID "
    "JOIN chat c ON c.ROWID = j.chat_id WHERE m.is_from_me = 1 AND c.style = 45"
)
IS_LATE = (
    "FROM (SELECT max(date) OVER (ORDER BY ROWID) - date AS late FROM message) "
    "WHERE late > 6 * 3600 * 1000000000"
)
NO_NAME = "style = 43 AND display_name = ''"
BODY = "FROM message WHERE attributedBody IS NOT NULL"
# Property → (what has it, of what it is a share, or None for a count).
COUNTED = {
    "in no chat": (f"FROM message WHERE {IN_NO_CHAT}", "FROM message"),
    "in no chat, nobody's": (
        f"FROM message WHERE {IN_NO_CHAT} AND handle_id = 0 AND is_from_me = 0",
        None,
    ),
    "of another device": (f"{OWN_DIRECT} AND m.handle_id = 0", OWN_DIRECT),
    "doubled handles": (
        "FROM handle WHERE id IN "
        "(SELECT id FROM handle GROUP BY id HAVING count(*) > 1)",
        "FROM handle",
    ),
    "handles of who has several": (
        "FROM handle WHERE person_centric_id IS NOT NULL",
        "FROM handle",
    ),
    "out of order": (IS_LATE, "FROM message"),
    "above the newest": (
        "FROM message WHERE ROWID > "
        "(SELECT ROWID FROM message ORDER BY date DESC LIMIT 1)",
        "FROM message",
    ),
    "empty chats": (
        "FROM chat WHERE ROWID NOT IN (SELECT chat_id FROM chat_message_join)",
        "FROM chat",
    ),
    "unnamed groups": (f"FROM chat WHERE {NO_NAME}", None),
    "unknown senders": ("FROM chat WHERE is_filtered = 1", "FROM chat"),
    "junk": ("FROM chat WHERE is_filtered = 2", "FROM chat"),
    "unread": (
        f"FROM message WHERE {SAID} AND is_from_me = 0 AND is_read = 0",
        f"FROM message WHERE {SAID} AND is_from_me = 0",
    ),
    "files without a path": ("FROM attachment WHERE filename IS NULL", None),
    "files not here": (
        "FROM attachment WHERE transfer_state = 0 OR filename LIKE '/%'",
        "FROM attachment",
    ),
    "failed": ("FROM message WHERE error <> 0", "FROM message"),
    "immutable": (
        f"{BODY} AND instr(attributedBody, CAST('NSMutableAttr' AS BLOB)) = 0",
        BODY,
    ),
    "without text": (f"{BODY} AND text IS NULL", BODY),
    "in seconds": ("FROM message WHERE date < 1000000000000", None),
    "no part_count": ("FROM message WHERE part_count IS NULL", None),
    "account e:": ("FROM message WHERE account = 'e:'", None),
    "unknown country": ("FROM handle WHERE country IS NULL", None),
    "absolute paths": ("FROM attachment WHERE filename LIKE '/var/%'", None),
    "former homes": ("FROM attachment WHERE filename LIKE '/Users/%'", None),
    "reactions as text": (f"FROM message WHERE {SAID} AND text LIKE 'L%ed “%”'", None),
    "who left or came": ("FROM message WHERE item_type IN (1, 3)", None),
    "changed numbers": (
        "FROM message WHERE item_type = 1 AND handle_id = other_handle",
        None,
    ),
    "archived": ("FROM chat WHERE is_archived", None),
    "blocked": ("FROM chat WHERE is_blackholed", None),
    "recently deleted": ("FROM chat_recoverable_message_join", None),
    "to oneself": (
        "FROM chat WHERE chat_identifier IN ('+12125550142', "
        "'alex.carver@example.com')",
        None,
    ),
}
# What each file of a scenario holds, whatever the seed: least and most.
DEFAULT = {
    "in no chat": (0.005, 0.025),
    "of another device": (0.04, 0.2),
    "doubled handles": (0.1, 0.3),
    "handles of who has several": (0.1, 0.4),
    "out of order": (0.025, 0.35),
    "above the newest": (0.002, 0.054),
    "empty chats": (0.02, 0.14),
    "unnamed groups": (1, 1),
    "unknown senders": (0.05, 0.25),
    "junk": (0.01, 0.1),
    "unread": (0.005, 0.05),
    "files not here": (0.005, 0.2),
    "immutable": (0.55, 0.75),
    "without text": (0.26, 0.99),
}
LIVED_IN = {
    **DEFAULT,
    "in no chat": (0.01, 0.03),
    "of another device": (0.318, 1),
    "doubled handles": (0.09, 0.36),
    "out of order": (0.2, 0.83),
    "above the newest": (0.005, 0.08),
    "empty chats": (0.034, 0.14),
    "unnamed groups": (3, 5),  # with former rows
    "unread": (0.01, 0.15),
    "in seconds": (1, 20),
    "no part_count": (10, 120),
    "account e:": (2, 40),
    "unknown country": (1, 40),
    "who left or came": (1, 40),
    "changed numbers": (1, 12),  # three rows each where iCloud brought them
    "to oneself": (1, 1),
    "archived": (1, 9),
    "blocked": (1, 9),
}
LARGE = {
    **LIVED_IN,
    "in no chat, nobody's": (10, 200),
    "in seconds": (20, 200),
    "no part_count": (200, 1_200),
    "account e:": (50, 400),
    "files without a path": (10, 200),
    "absolute paths": (10, 200),
    "former homes": (10, 200),
    "reactions as text": (3, 100),
    "failed": (0.0005, 0.01),
    "recently deleted": (1, 60),
}


def measured(path, names):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:

        def count(what):
            return connection.execute(f"SELECT count(*) {what}").fetchone()[0]

        return {
            name: count(part) / (count(whole) if whole else 1)
            for name, (part, whole) in COUNTED.items()
            if name in names
        }


def outside(path, bands):
    return {
        name: found
        for name, found in measured(path, bands).items()
        if not bands[name][0] <= found <= bands[name][1]
    }


@pytest.mark.parametrize(("release", "seed"), EACH)
def test_default_has_what_more_than_one_file_in_ten_has(release, seed):
    path = built("default", release, seed)
    assert outside(path, DEFAULT) == {}
    assert gaps(path) > 10


@pytest.mark.parametrize(("release", "seed"), EACH)
def test_a_life_of_ten_years_has_all_states(release, seed):
    path = built("lived-in", release, seed)
    assert outside(path, LIVED_IN) == {}
    assert gaps(path) > 20


@pytest.mark.sweep
@pytest.mark.parametrize("release", ["sonoma", "tahoe"])
def test_a_large_life_has_them_at_their_rates(release):
    path = built("lived-in", release, 0, 25_000)
    assert outside(path, LARGE) == {}
    assert gaps(path) > 300
    report = validate(path)
    assert [str(each) for each in report.findings if each.severity == "error"] == []


def gaps(path):
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT max(ROWID) - count(*) FROM message"
        return connection.execute(query).fetchone()[0]


def test_tidy_has_none_of_it(tmp_path):
    from pytest_imessage_foundry.foundry import Order, forge
    from pytest_imessage_foundry.spec import Spec

    path = tmp_path / "chat.db"
    forge(Order(Spec(scenario="tidy", release="sonoma")), path, attachments=False)
    # The last messages of a chat may be unread on any phone.
    usual = {"immutable", "without text", "who left or came", "archived", "unread"}
    none = set(COUNTED) - usual
    assert set(measured(path, none).values()) == {0}


@pytest.mark.parametrize(
    ("seed", "messages"),
    [
        pytest.param(USUAL["sonoma"], None, id="one"),
        pytest.param(2, 12_000, id="several", marks=pytest.mark.sweep),
    ],
)
def test_a_resent_message_stands_in_two_chats_before_26(seed, messages):
    path = built("lived-in", "sonoma", seed, messages)
    query = (
        "FROM (SELECT 1 FROM chat_message_join GROUP BY message_id HAVING count(*) > 1)"
    )
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT count(*) {query}").fetchone()[0]
    told = [
        message
        for chat in truth("lived-in", "sonoma", seed, messages)
        for message in chat.messages
        if message.traits.also_in
    ]
    assert found == len(told) > 0


@pytest.mark.parametrize("scenario", ["default", "lived-in"])
def test_the_truth_is_in_order_and_ends_with_the_clock(scenario):
    end = 786_240_000 * 10**9  # 2025-12-01
    for chat in truth(scenario, "tahoe", USUAL["tahoe"]):
        dates = [message.date for message in chat.messages]
        assert dates == sorted(dates)
        moments = [
            moment
            for message in chat.messages
            for moment in (message.date, message.date_read, message.date_delivered)
        ]
        assert max(moments, default=0) <= end


def test_guids_are_unique():
    guids = [
        guid
        for chat in truth("lived-in", *LONG)
        for message in chat.messages
        for guid in (message.guid, *(each.guid for each in message.tapbacks))
    ]
    assert len(set(guids)) == len(guids)


def test_who_left_says_nothing_afterwards():
    groups = 0
    for chat in truth("lived-in", *LONG):
        if not chat.is_group:
            continue
        for message in chat.messages:
            present = chat.members_at(message.date)
            if message.event is None and message.sender != "":
                assert None in present
                assert message.sender in present, (chat.name, message)
        groups += any(each.until for each in chat.members)
    assert groups > 1


def test_a_rare_card_comes_after_a_talk_and_nobody_answers_it():
    """What a card stood in place of would be answered all the same."""
    found = 0
    for chat in truth("lived-in", *LONG):
        dates = [message.date for message in chat.messages]
        ends = [*dates[2:], *dates[-1:]]
        for (text, card), end in zip(pairwise(chat.messages), ends, strict=False):
            if card.guid != guid_after(text.guid, "form"):
                continue
            found += 1
            assert card.sender == text.sender
            assert text.text
            assert 0 < card.date - text.date < 2 * MINUTE
            is_last = card is chat.messages[-1]
            # A firm's form, or a chatbot's card, is answered by a message like any.
            is_business = (text.sender or "").startswith("urn:biz")
            is_business |= isinstance(card.balloon, Chatbot)
            assert is_last or is_business or end - text.date >= HOUR
    assert found > 30
