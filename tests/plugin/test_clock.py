"""The clock of chat_db_builder: where it begins, and where it goes on."""

from __future__ import annotations

import pytest


def test_the_mark_says_when_it_begins(pytester, plain_run):
    pytester.makepyfile(
        """
        from datetime import UTC, datetime

        import pytest

        @pytest.mark.imessage(start="2019-03-04T10:00:00Z", versions=["tahoe"])
        def test_text(chat_db_builder):
            check(chat_db_builder)

        @pytest.mark.imessage(
            start=datetime(2019, 3, 4, 10, tzinfo=UTC), versions=["tahoe"]
        )
        def test_datetime(chat_db_builder):
            check(chat_db_builder)

        def check(phone):
            chat = phone.direct(phone.person("Alex Doe"))
            first = chat.receive("Hello").message
            wait = first.sent_at - datetime(2019, 3, 4, 10, tzinfo=UTC)
            assert 0 < wait.total_seconds() < 300
        """
    )

    plain_run().assert_outcomes(passed=2)


@pytest.mark.parametrize("start", ["'yesterday'", "5", "True", "1.5", "'1999-01-01'"])
def test_a_start_that_is_no_time(pytester, plain_run, start):
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.imessage(start={start}, versions=["tahoe"])
        def test_it(chat_db_builder): ...
        """
    )

    result = plain_run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*imessage(start=*must be a time between*"])


def test_what_follows_goes_on_from_the_last_at(chat_db_builder):
    phone = chat_db_builder
    alex, kim = phone.person("Alex Doe"), phone.person("Kim Poe")
    chat, other = phone.direct(alex), phone.direct(kim)
    new = chat.receive("A question")

    old = other.receive("Years before", at="2015-05-05T12:00:00Z")
    next_to_it = other.send("And its answer").message
    new.tapback("loved")
    later = chat.send("An answer").message

    assert 0 < (next_to_it.sent_at - old.message.sent_at).total_seconds() < 300
    assert new.message.tapbacks[0].date > new.message.date
    assert later.date > new.message.tapbacks[0].date
    assert phone.build().report().ok
