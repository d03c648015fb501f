"""Messages that a filter judged: in rows and joins of 27, in suffixes of 26."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from writing import write

from pytest_imessage_foundry.by_hand import ChatDBBuilder
from pytest_imessage_foundry.conversations.authoring.author import Author
from pytest_imessage_foundry.db import schema, validators
from pytest_imessage_foundry.db.functions import register_functions
from pytest_imessage_foundry.db.rows.columns import FILTER_ACTIONS, FILTER_SUB_ACTIONS
from pytest_imessage_foundry.errors import FoundryError, UnsupportedError
from pytest_imessage_foundry.models import (
    FILTER_SUFFIXES,
    FilterCategory,
    Traits,
    without_suffix,
)

SINCE_27 = [
    name for name in schema.RELEASES if "filter_actions" in schema.get(name).features
]
JOINED = (
    "SELECT m.filter_action, m.filter_sub_action, j.filter_action, j.filter_sub_action "
    "FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID ORDER BY m.date"
)
ORDERS = FilterCategory(action="transaction", sub_action="orders")


def shop(release: str) -> Author:
    phone = Author(release)
    chat = phone.direct(phone.person("Shop", address="15512"), service="SMS")
    chat.receive("Parcel sent").trait(filtered=ORDERS)
    chat.receive("Anything else?")
    return phone


@pytest.mark.parametrize("release", SINCE_27)
def test_the_join_has_what_the_message_has(tmp_path, release):
    with closing(sqlite3.connect(write(shop(release), tmp_path).path)) as db:
        orders = (4, 10_002)
        assert db.execute(JOINED).fetchall() == [orders * 2, (0, 0, 0, 0)]


@pytest.mark.parametrize("release", SINCE_27)
def test_the_trigger_keeps_the_join_in_step(tmp_path, release):
    path = write(shop(release), tmp_path).path
    with closing(sqlite3.connect(path)) as db:
        register_functions(db)
        db.execute("UPDATE message SET filter_action = 2 WHERE filter_action = 0")
        db.execute("UPDATE message SET filter_sub_action = 0")
        db.commit()
        assert db.execute(JOINED).fetchall() == [(4, 0, 4, 0), (2, 0, 2, 0)]
    assert validators.validate(path, release=release).notes == 0


@pytest.mark.parametrize("release", SINCE_27)
def test_the_validator_notices_a_join_out_of_step(tmp_path, release):
    path = write(shop(release), tmp_path).path
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE chat_message_join SET filter_action = 3")
        db.commit()
    found = validators.validate(path, release=release).of("filters")
    assert len(found) == 2


@pytest.mark.parametrize("action", FILTER_ACTIONS)
def test_actions_have_apples_numbers(tmp_path, action):
    subs = [sub for of, sub in FILTER_SUB_ACTIONS if of == action]
    phone = Author(SINCE_27[-1])
    chat = phone.direct(phone.person("Shop", address="15512"), service="SMS")
    for sub_action in ("none", *subs):
        category = FilterCategory(action=action, sub_action=sub_action)
        chat.receive("Hello").trait(filtered=category)
    with closing(sqlite3.connect(write(phone, tmp_path).path)) as db:
        found = [row[:2] for row in db.execute(JOINED)]
    number = ("none", "allow", "junk", "promotion", "transaction").index(action)
    first = {"promotion": 20_000, "transaction": 10_000}.get(action, 0)
    numbers = [0, *(first + at for at in range(len(subs)))]
    assert found == [(number, sub) for sub in numbers]


@pytest.mark.parametrize("suffix", FILTER_SUFFIXES)
def test_before_27_a_filtered_sender_has_a_chat_of_his_own(tmp_path, suffix):
    phone = Author("tahoe")
    bank = phone.person("Bank", address="15512")
    phone.direct(bank, service="SMS").receive("Welcome")
    phone.direct(bank, service="SMS", suffix=suffix).receive("Paid: 12.50")
    path = write(phone, tmp_path).path
    with closing(sqlite3.connect(path)) as db:
        chats = db.execute("SELECT guid, chat_identifier FROM chat").fetchall()
        handles = db.execute("SELECT id, uncanonicalized_id, country FROM handle")
        assert chats == [
            ("any;-;15512", "15512"),
            (f"any;-;15512{suffix}", f"15512{suffix}"),
        ]
        assert handles.fetchall() == [
            ("15512", "15512", "us"),
            (f"15512{suffix}", "15512", "us"),
        ]
    assert validators.validate(path, release="tahoe").ok


@pytest.mark.parametrize("suffix", FILTER_SUFFIXES)
def test_27_merges_such_chats_and_keeps_the_category(tmp_path, suffix):
    phone = Author(SINCE_27[-1])
    bank = phone.person("Bank", address="15512")
    phone.direct(bank, service="SMS", suffix=suffix).receive("Paid: 12.50")
    phone.direct(bank, service="SMS", suffix=suffix).send("Thanks")
    phone.direct(bank, service="SMS").receive("Welcome")
    with closing(sqlite3.connect(write(phone, tmp_path).path)) as db:
        chats = db.execute("SELECT guid FROM chat").fetchall()
        paid, thanks, welcome = db.execute(JOINED).fetchall()
    category = FILTER_SUFFIXES[suffix] or FilterCategory(action="none")
    action = FILTER_ACTIONS[category.action]
    assert chats == [("any;-;15512",)]
    assert paid[0] == paid[2] == action
    assert thanks == welcome == (0, 0, 0, 0)


def test_what_stands_in_parentheses_is_a_suffix_only_if_it_is_one():
    assert without_suffix("15512(smsft_fi)") == "15512"
    assert without_suffix("Jo (home)") == "Jo (home)"
    assert without_suffix("(filtered)") == "(filtered)"


def test_what_cannot_be_is_refused():
    phone = Author("tahoe")
    chat = phone.direct(phone.person("Shop"))
    with pytest.raises(UnsupportedError, match="golden-gate"):
        chat.receive("Parcel sent").trait(filtered=ORDERS)
    with pytest.raises(FoundryError, match=r"unknown suffix '\(spam\)'"):
        phone.direct(phone.person("Bank"), suffix="(spam)")
    phone = Author(SINCE_27[-1])
    chat = phone.group(phone.person("Ann"), phone.person("Ben"))
    with pytest.raises(FoundryError, match="announces something has no filter"):
        chat.event("renamed", title="x").trait(filtered=ORDERS)
    wrong = FilterCategory(action="junk", sub_action="orders")
    with pytest.raises(FoundryError, match="unknown sub-action of 'junk' 'orders'"):
        chat.receive("x", sender=chat.people[0]).trait(filtered=wrong)


@pytest.mark.parametrize("release", SINCE_27)
def test_a_living_database_keeps_them_in_step(tmp_path, release):
    author = ChatDBBuilder(release, path=tmp_path / "chat.db")
    author.direct(author.person("Shop", address="15512"), service="SMS").receive("Hi")
    db = author.build()
    with db.live() as phone:
        phone.receive("Shop", "Parcel sent", traits=Traits(filtered=ORDERS))
    with closing(sqlite3.connect(db.path)) as connection:
        assert connection.execute(JOINED).fetchall() == [(0,) * 4, (4, 10_002) * 2]
    assert db.conversations[0].messages[-1].traits.filtered == ORDERS
