"""Beside pytest-run-parallel: what one thread alone may use says so."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("pytest_run_parallel")

TESTS = """
    import pytest

    pytestmark = pytest.mark.imessage(scenario="small", versions="tahoe")

    def rows(db):
        with db.connect() as connection:
            return connection.execute("SELECT count(*) FROM message").fetchone()[0]

    def test_private(chat_db):
        with chat_db.live() as phone:
            phone.receive(chat_db.conversations[0], "Still here?")

    def test_by_hand(chat_db_builder):
        chat_db_builder.direct(chat_db_builder.person("Ana Diaz")).send("Hi")
        assert rows(chat_db_builder.build()) == 1

    def test_home(messages_home):
        assert messages_home.chat_db.report().ok

    def test_backup(ios_backup):
        assert ios_backup.chat_db.report().ok

    def test_shared(chat_db_readonly):
        assert rows(chat_db_readonly) > 10
        assert chat_db_readonly.report().ok

    def test_foundry(imessage_foundry):
        from pytest_imessage_foundry import Spec

        order = imessage_foundry.order(Spec(release="tahoe", scenario="small"))
        assert imessage_foundry.hand_out(order).report().ok
"""


def test_fixtures_of_one_thread_name_themselves(fresh_run, pytester, templates):
    pytester.makepyfile(TESTS)

    result = fresh_run(
        f"-ocache_dir={templates}",
        "-ppytest_run_parallel.plugin",
        "--parallel-threads=4",
        "-v",
    )

    assert result.ret == 0, result.stdout.str()
    said = result.stdout.str()
    alone = re.findall(r"::test_(\w+)\S* PASSED \[thread-unsafe\]: (\w+)", said)
    together = re.findall(r"::test_(\w+)\S* PARALLEL PASSED", said)
    assert dict(alone) == {
        "private": "chat_db",
        "by_hand": "chat_db_builder",
        "home": "messages_home",
        "backup": "ios_backup",
    }
    assert {"shared", "foundry"} <= set(together)
