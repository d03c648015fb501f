from __future__ import annotations

import hashlib
import tracemalloc
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import END, ME, START, friend, talk

from pytest_imessage_foundry.conversations.compose import compose
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.models import (
    Message,
    Persona,
    Reaction,
    Turn,
    utf16_length,
)
from pytest_imessage_foundry.models.apple_time import to_datetime

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
ALL = frozenset(
    {
        "edits",
        "unsends",
        "replies",
        "tapbacks",
        "emoji_tapbacks",
        "sticker_tapbacks",
        "audio_transcripts",
        "backgrounds",
    }
)
BANK = Persona(id="bank", name="Bank", identifier="10455", identifier_type="short-code")
PEOPLE = {"me": ME, "f": friend(), "g": friend(who="g"), "bank": BANK}


def composed(
    turns: list[Turn],
    *,
    end: int = END,
    start: int = START,
    step: int = 10 * MINUTE,
    **facts: Any,
) -> list[Message]:
    timed = [(start + number * step, turn) for number, turn in enumerate(turns)]
    facts = {"features": ALL, "rng_key": "0", "people": PEOPLE, **facts}
    return list(compose(timed, owner=ME, end=end, **facts))


def one(**fields: Any) -> Message:
    """The message of one turn of a friend, with an answer behind it."""
    facts = {name: fields.pop(name) for name in list(fields) if name in _FACTS}
    turn = Turn(**{"sender": "f", "text": "hello there", **fields})
    return composed([turn, Turn(sender="me", text="ok")], **facts)[0]


_FACTS = ("features", "service", "is_group", "end", "rng_key")


def rich(count: int, key: str = "rich") -> Iterator[Turn]:
    """Talk in which a bit of everything happens."""
    for number, turn in enumerate(talk(count, key=key)):
        other = "f" if turn.sender == "me" else "me"
        match number % 23:
            case 2:
                turn = replace(turn, reactions=(Reaction(sender=other, name="loved"),))
            case 3:
                turn = replace(turn, replies_to=2)
            case 5:
                turn = replace(turn, attachment="photo")
            case 7:
                turn = replace(turn, edited_from="teh")
            case 11:
                turn = replace(turn, is_unsent=True)
            case 13:
                url = "https://www.example.com/a"
                turn = replace(turn, text=url, link_title="A title")
            case 17:
                turn = replace(turn, attachment="voice", text="")
            case 19:
                gone = Reaction(sender=other, name="emoji", emoji="🎉", is_removed=True)
                turn = replace(turn, reactions=(gone,))
        yield turn


def stream(count: int, **facts: Any) -> Iterator[Message]:
    timed = lay_out(
        rich(count),
        people=PEOPLE,
        owner=ME,
        start=START,
        end=END,
        count=count,
        rng_key="0",
    )
    facts = {"features": ALL, "rng_key": "0", "people": PEOPLE, **facts}
    return compose(timed, owner=ME, end=END, **facts)


def dates(message: Message) -> Iterator[int]:
    yield message.date
    yield message.date_read
    yield message.date_delivered
    yield from (edit.date for edit in message.edits)
    yield from (part.date for part in message.parts if part.kind == "unsent")
    for tapback in message.tapbacks:
        yield tapback.date
        if tapback.removed is not None:
            yield tapback.removed.date
    if message.traits.audio is not None:
        yield message.traits.audio.date_played


def guids(message: Message) -> Iterator[str]:
    yield message.guid
    for tapback in message.tapbacks:
        yield tapback.guid
        if tapback.removed is not None:
            yield tapback.removed.guid
    yield from (each.guid for each in message.attachments)


def test_ids_are_distinct_random_uuids_in_capitals() -> None:
    every = [guid for message in stream(4_000) for guid in guids(message)]
    assert len(set(every)) == len(every)
    for guid in every:
        bare = guid.removeprefix("at_0_")
        parsed = uuid.UUID(bare)
        assert str(parsed).upper() == bare
        assert parsed.version == 4
        assert parsed.variant == uuid.RFC_4122


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    count=st.integers(1, 120),
    length=st.integers(0, 10**16),
    key=st.text(max_size=3),
    is_group=st.booleans(),
    service=st.sampled_from(["iMessage", "SMS", "RCS", "iMessageLite"]),
)
def test_nothing_happens_after_the_end_nor_before_its_message(
    count: int, length: int, key: str, is_group: bool, service: Any
) -> None:
    end = START + max(length, count)
    timed = lay_out(
        rich(count, key),
        people=PEOPLE,
        owner=ME,
        start=START,
        end=end,
        count=count,
        rng_key=key,
    )
    previous = 0
    for message in compose(
        timed,
        owner=ME,
        people=PEOPLE,
        features=ALL,
        rng_key=key,
        end=end,
        is_group=is_group,
        service=service,
    ):
        assert previous < message.date
        previous = message.date
        for date in dates(message):
            assert date == 0 or message.date <= date <= end
        if message.date_delivered and message.date_read:
            assert message.date_delivered <= message.date_read
        assert all(a.date < b.date for a, b in pairwise(message.tapbacks))


def test_who_answers_has_read() -> None:
    for before, after in pairwise(stream(3_000)):
        if before.sender != after.sender:
            assert before.date_read <= after.date
            if before.sender is not None:
                assert before.date_read > before.date
            else:
                assert before.date < before.date_delivered <= after.date


def test_a_person_shows_reading_always_or_never() -> None:
    shown = set()
    for key in "abcdefghij":
        turns = [Turn(sender="me", text="hi"), Turn(sender="f", text="yo")] * 20
        own = [m for m in composed(turns, rng_key=key) if m.sender is None]
        assert len({bool(message.date_read) for message in own}) == 1
        shown.add(bool(own[0].date_read))
    assert shown == {True, False}


def test_own_tapbacks_end_on_a_millisecond_and_received_ones_do_not() -> None:
    dates: dict[bool, list[int]] = {True: [], False: []}
    for tapback in (each for message in stream(4_000) for each in message.tapbacks):
        dates[tapback.sender is None].append(tapback.date)
        if tapback.removed is not None:
            dates[tapback.sender is None].append(tapback.removed.date)
    assert len(dates[True]) > 100
    assert not any(date % 10**6 for date in dates[True])
    assert sum(bool(date % 10**6) for date in dates[False]) > 100


def test_own_messages_arrive_within_seconds_or_when_the_phone_is_back() -> None:
    own = [m for m in stream(4_000) if m.sender is None and m.event is None]
    late = [m.date_delivered - m.date for m in own if m.date_delivered]
    within = sum(each < 6 * SECOND for each in late)
    assert 0.95 < within / len(late) < 0.995
    assert max(late) > 60 * SECOND
    assert sum(not m.date_delivered for m in own) <= 1


def test_reading_has_a_tail_without_an_edge() -> None:
    """No reading time over ten minutes is more frequent than others."""
    received = [m for m in stream(6_000) if m.sender is not None and m.date_read]
    waits = [m.date_read - m.date for m in received]
    late = Counter(each // (5 * SECOND) for each in waits if each > 600 * SECOND)
    assert sum(late.values()) > 200
    assert max(late.values()) <= max(9, 0.02 * sum(late.values()))
    assert max(waits) > 8 * 3_600 * SECOND


def test_the_owner_reads_nothing_asleep() -> None:
    """What comes at night from the other side of the world waits for the morning."""
    said = [Turn(sender="f", text="are you up")] * 400
    zone = ZoneInfo(ME.time_zone)
    messages = composed(said, step=5 * 3_600 * SECOND)
    hours = Counter(
        to_datetime(m.date_read).astimezone(zone).hour for m in messages if m.date_read
    )
    assert sum(hours.values()) > 390
    assert sum(hours[hour] for hour in range(2, 5)) == 0
    assert max(hours.values()) < 0.25 * sum(hours.values())


def test_the_last_messages_of_some_chats_stay_unread() -> None:
    said = [Turn(sender="f", text="hi")] * 5
    unread = [
        sum(not m.date_read for m in composed(said, rng_key=str(key)))
        for key in range(200)
    ]
    assert 4 < sum(each > 0 for each in unread) < 40
    assert len(set(unread)) > 3


def test_sms_has_no_receipts() -> None:
    own = [m for m in stream(300, service="SMS") if m.sender is None]
    assert not any(m.date_read or m.date_delivered for m in own)
    assert not any(
        m.tapbacks or m.edits or m.reply_to for m in stream(300, service="SMS")
    )
    assert not any(m.is_unsent for m in stream(300, service="SMS"))


def test_groups_do_not_show_who_read() -> None:
    messages = list(stream(300, is_group=True))
    assert not any(m.date_read for m in messages if m.sender is None)
    assert any(m.date_read for m in messages if m.sender is not None)


def test_the_last_message_may_stay_unread() -> None:
    last = composed([Turn(sender="f", text="hi")], end=START + SECOND)[0]
    assert last.date_read == 0
    unseen = Turn(
        sender="f", text="hi", reactions=(Reaction(sender="me", name="loved"),)
    )
    assert composed([unseen], end=START + SECOND)[0].tapbacks == ()


def test_what_is_never_answered_is_read_all_the_same() -> None:
    notices = [Turn(sender="bank", text="Your balance is low")] * 100
    messages = composed(notices, step=3_600 * SECOND)
    waits = sorted(m.date_read - m.date for m in messages if m.date_read)
    assert len(waits) > 60
    assert waits[0] > 0
    assert waits[len(waits) // 2] < 7_200 * SECOND


def test_bodies_are_stored_in_the_shares_that_people_report() -> None:
    messages = list(stream(6_000))
    for mine, least, most in ((True, 0.8, 0.9), (False, 0.3, 0.42)):
        some = [m for m in messages if (m.sender is None) is mine]
        archived = sum(m.storage == "archive" for m in some) / len(some)
        assert least < archived < most
        directed = sum(m.writing_direction for m in some) / len(some)
        assert directed == 0 if mine else 0.5 < directed < 0.7
    assert 0.01 < sum(m.immutable for m in messages) / len(messages) < 0.06


def test_addresses_of_the_chat_come_before_the_preferred_ones() -> None:
    turn = Turn(sender="f", text="hi")
    assert composed([turn])[0].sender == PEOPLE["f"].identifier
    mail = {"f": "f@example.com"}
    assert composed([turn], addresses=mail)[0].sender == "f@example.com"


@pytest.mark.parametrize(
    ("emoji", "name"), [("❤️", "loved"), ("😂", "laughed"), ("🎉", None)]
)
def test_an_emoji_tapback_becomes_a_classic_one_or_none(
    emoji: str, name: str | None
) -> None:
    said = (Reaction(sender="me", name="emoji", emoji=emoji),)
    new = one(reactions=said).tapbacks
    assert [(each.name, each.emoji) for each in new] == [("emoji", emoji)]
    old = one(reactions=said, features=frozenset({"edits"})).tapbacks
    assert [(each.name, each.emoji) for each in old] == ([(name, None)] if name else [])


def test_a_sticker_tapback_brings_its_picture() -> None:
    said = (Reaction(sender="me", name="sticker"),)
    (tapback,) = one(reactions=said).tapbacks
    assert tapback.sticker is not None
    assert tapback.sticker.is_sticker
    assert one(reactions=said, features=frozenset()).tapbacks == ()


def test_a_tapback_taken_back() -> None:
    said = (Reaction(sender="me", name="loved", is_removed=True),)
    removed = [one(reactions=said, rng_key=key).tapbacks[0].removed for key in "abcdef"]
    assert {each.keeps_added for each in removed if each is not None} == {True, False}
    kept = []
    said = (Reaction(sender="f", name="loved", is_removed=True),)
    for end in range(START + MINUTE, START + 12 * MINUTE, 5 * SECOND):
        turn = Turn(sender="me", text="hi", reactions=said)
        for tapback in composed([turn], end=end, is_group=True)[0].tapbacks:
            assert tapback.date <= end
            kept.append(tapback.removed is None)
    assert set(kept) == {True, False}


def test_who_took_a_tapback_back_gives_another_after_that() -> None:
    said = tuple(
        Reaction(sender="me", name=name, is_removed=name == "loved")
        for name in ("loved", "liked", "sticker")
    )
    turn = Turn(sender="f", text="hi", reactions=said)
    numbers = set()
    for end in range(START + MINUTE, START + 30 * MINUTE, 5 * SECOND):
        tapbacks = composed([turn], end=end, is_group=True)[0].tapbacks
        numbers.add(len(tapbacks))
        if len(tapbacks) > 1:
            first, second = tapbacks[:2]
            assert first.removed is not None
            assert first.date < first.removed.date < second.date
    assert numbers == {0, 1, 3} or numbers == {0, 1, 2, 3}


def test_replies_of_a_thread_name_its_first_message() -> None:
    first, _, reply, second = composed(
        [
            Turn(sender="f", text="Dinner 🍝?"),
            Turn(sender="me", text="hm"),
            Turn(sender="me", text="yes", replies_to=2),
            Turn(sender="f", text="great", replies_to=1),
        ]
    )
    assert reply.reply_to is not None
    assert reply.reply_to.guid == first.guid
    assert reply.reply_to.length == utf16_length("Dinner 🍝?") == 10
    assert second.reply_to == reply.reply_to


def test_a_reply_to_what_cannot_be_replied_to_is_a_plain_message() -> None:
    gone = Turn(sender="f", text="oops", is_unsent=True)
    answer = Turn(sender="me", text="what?", replies_to=1)
    assert composed([gone, answer])[1].reply_to is None
    assert composed([answer])[0].reply_to is None
    renamed = Turn(sender="f", event="renamed", text="Us")
    assert composed([renamed, answer], is_group=True)[1].reply_to is None
    photo = Turn(sender="f", attachment="photo")
    reply = composed([photo, answer])[1].reply_to
    assert reply is not None
    assert reply.length == 1


def test_edits_and_unsends_keep_apples_limits() -> None:
    for key in "abcdefghijklmnop":
        message = one(edited_from="helo there", rng_key=key)
        (edit,) = message.edits
        assert edit.before.text == "helo there"
        assert message.text == "hello there"
        assert 0 < edit.date - message.date <= 15 * MINUTE
        gone = one(is_unsent=True, rng_key=key)
        assert gone.is_unsent
        (part,) = gone.parts
        assert part.kind == "unsent"
        assert part.length == 11
        assert 0 < part.date - gone.date <= 2 * MINUTE
    assert one(edited_from="x", features=frozenset()).edits == ()
    assert not one(is_unsent=True, features=frozenset()).is_unsent
    assert one(edited_from="x", end=START + SECOND).edits == ()
    assert not one(is_unsent=True, end=START + SECOND).is_unsent


def test_a_photo_with_words_is_a_message_of_two_parts() -> None:
    turn = Turn(sender="me", attachment="photo", text="look")
    (mine,) = composed([turn])
    file, words = mine.parts
    assert file.kind == "attachment"
    assert file.guid == f"at_0_{mine.guid}"
    assert file.name.startswith("IMG_")
    assert file.path is not None
    assert file.path.endswith(f"{file.guid}/{file.name}")
    assert file.total_bytes > 0
    assert words.kind == "text"
    (theirs,) = composed([replace(turn, sender="f", text="")])
    assert len(theirs.parts) == 1
    assert not theirs.attachments[0].guid.startswith("at_")


def test_a_voice_message_keeps_its_words_as_a_transcript() -> None:
    message = one(attachment="voice", text="call me")
    (file,) = message.attachments
    assert len(message.parts) == 1
    assert file.transcript == "call me"
    assert message.traits.audio is not None
    silent = one(attachment="voice", text="call me", features=frozenset())
    assert silent.attachments[0].transcript is None


def test_a_link_has_a_preview() -> None:
    url = "https://www.example.com/soup"
    balloons = []
    for key in "abcdefgh":
        message = one(text=url, link_title="Soup", rng_key=key)
        assert message.text == url
        link = message.balloon
        assert link is not None
        assert link.kind == "link"
        assert (link.url, link.title, link.site_name) == (url, "Soup", "example.com")
        balloons.append(link)
    pictures = [link.image for link in balloons]
    assert any(pictures)
    assert all(image.is_hidden for image in pictures if image is not None)


def test_a_code_from_a_short_code_is_detected() -> None:
    message = one(sender="bank", text="Your code is 482913. Do not share it.")
    (part,) = message.parts
    assert part.kind == "text"
    found = [run.detected for run in part.runs if run.detected is not None]
    assert [(each.kind, each.value) for each in found] == [("one-time-code", "482913")]
    plain = one(sender="bank", text="Paid 4829 at the shop").parts[0]
    assert plain.kind == "text"
    assert plain.runs == ()


def test_events_announce() -> None:
    added, renamed, photo, room = composed(
        [
            Turn(sender="me", event="added", event_who="g"),
            Turn(sender="f", event="renamed", text="Hikers"),
            Turn(sender="f", event="photo-set"),
            Turn(sender="f", event="background-set"),
        ],
        is_group=True,
    )
    assert added.event is not None
    assert added.event.who == PEOPLE["g"].identifier
    assert added.parts == ()
    assert renamed.event is not None
    assert renamed.event.title == "Hikers"
    assert photo.event is not None
    assert photo.event.photo is not None
    assert room.event is not None
    background = Turn(sender="f", event="background-set")
    assert composed([background], features=frozenset()) == []


def test_an_edit_names_the_part_that_it_changed() -> None:
    (edit,) = one(attachment="photo", edited_from="helo there").edits
    assert edit.part == 1
    gone = one(edited_from="helo there", is_unsent=True)
    assert gone.is_unsent
    assert gone.edits == ()


def test_no_turns_make_no_messages() -> None:
    assert composed([]) == []


def test_effects_are_apples() -> None:
    assert one(effect="confetti").effect == "confetti"
    assert one(effect="confetti", service="SMS").effect is None


@pytest.mark.sweep
def test_memory_does_not_grow_with_the_count() -> None:
    def peak(count: int) -> int:
        messages = stream(count)
        for _ in islice(messages, 500):
            pass
        tracemalloc.start()
        try:
            for _ in messages:
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(20_000)  # the sizes of files are remembered, up to 9,999 of a kind
    assert peak(20_000) < 2 * peak(2_000) + 50_000


def test_processes_agree_whatever_their_hashes_and_clocks(
    elsewhere: list[dict[str, Any]],
) -> None:
    assert {each["compose"] for each in elsewhere} == {digest()}


def digest() -> str:
    return hashlib.sha256(repr(list(stream(400))).encode()).hexdigest()
