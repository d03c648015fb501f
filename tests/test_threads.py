"""Eight threads of one process that ask for databases at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_imessage_foundry import ChatDBBuilder, Foundry, Spec

THREADS = 8


def at_once(work):
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS * 2)))


@pytest.fixture
def foundry(tmp_path):
    return Foundry(tmp_path / "shared", tmp_path / "private")


def test_copies_and_live_databases(foundry):
    spec = Spec(release="tahoe", scenario="small", messages=6)

    def work(number):
        order = foundry.order(spec)
        db = foundry.hand_out(order)
        with db.live() as phone:
            phone.receive(db.conversations[0], f"Number {number}")
        return order, db, db.messages[-1].text, db.report().ok

    done = at_once(work)

    assert len({id(order) for order, *_ in done}) == 1
    assert len({db.path for _, db, *_ in done}) == len(done)
    assert [text for _, _, text, _ in done] == [f"Number {n}" for n in range(16)]
    assert all(ok for *_, ok in done)


def test_one_copy_that_all_read(foundry):
    order = foundry.order(Spec(release="tahoe", scenario="small", messages=6))

    handed = at_once(lambda _: foundry.hand_out_readonly(order))

    assert len({id(each) for each in handed}) == 1


def test_builders():
    def work(number):
        phone = ChatDBBuilder("tahoe")
        chat = phone.direct(phone.person("Alex Doe"))
        chat.send("Hello").tapback("loved")
        return phone.conversations()

    assert all(each == work(0) for each in at_once(work))
