from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from talks import END, ME, START, friend, talk
from test_compose import stream

from pytest_imessage_foundry.conversations.compose import compose
from pytest_imessage_foundry.conversations.realism import (
    Measure,
    fit_power_law,
    measure,
)
from pytest_imessage_foundry.conversations.timeline import lay_out
from pytest_imessage_foundry.models import (
    Conversation,
    Edit,
    Event,
    Message,
    Persona,
    ResponseTime,
    TextPart,
)

SECOND = 1_000_000_000
RESPONSES: tuple[ResponseTime, ...] = ("instant", "minutes", "hours", "days")


def people() -> dict[str, Persona]:
    return {
        f"f{response}": Persona(
            id=f"f{response}",
            name=response,
            identifier=f"{response}@example.com",
            identifier_type="email",
            typical_response_time=response,
        )
        for response in RESPONSES
    }


def history() -> list[Conversation]:
    conversations = []
    for who, persona in people().items():
        count = 200 if who == "fdays" else 500
        timed = lay_out(
            talk(count, who=("me", who), key=who),
            people={who: persona},
            owner=ME,
            start=START,
            end=END,
            count=count,
            rng_key=who,
        )
        messages = compose(
            timed,
            owner=ME,
            people={who: persona},
            features=frozenset(),
            rng_key=who,
            end=END,
        )
        conversations.append(chat(persona.identifier, tuple(messages)))
    return conversations


def chat(address: str, messages: tuple[Message, ...]) -> Conversation:
    return Conversation(
        guid=f"iMessage;-;{address}",
        identifier=address,
        founders=(address,),
        messages=messages,
    )


def says(second: float, sender: str | None, text: str) -> Message:
    return Message(
        guid=f"{second}{sender}",
        date=START + int(second * SECOND),
        sender=sender,
        parts=(TextPart(text),),
        storage="archive" if sender is None else "both",
    )


def test_laid_out_talk_reaches_the_goals_of_time() -> None:
    found = measure(history(), [ME, *people().values()])
    assert found.messages == 1_700
    exponent = found["waiting times: power law's exponent"]
    assert exponent is not None
    assert 1.2 < exponent < 2.2
    ratio = found["  log-likelihood over an exponential"]
    assert ratio is not None
    assert ratio > 0
    night = found["from 2 to 6 h"]
    assert night is not None
    assert night < 0.04
    for response in RESPONSES:
        assert found[f"personas who answer in {response} and do"] == 1.0
    sessions = found["messages in sessions of 5 to 30"]
    assert sessions is not None
    assert 0.45 < sessions < 0.9
    assert sum(found.hours) == sum(found.weekdays) == found.messages


def test_what_is_counted_by_hand() -> None:
    other = friend()
    address = other.identifier
    messages = (
        says(0, None, "are you there"),
        says(30, address, "yes"),
        says(35, address, "why"),
        says(95, None, "x" * 201),
        says(9_000, address, "yes"),
    )
    found = measure([chat(address, messages)], [ME, other])
    # Whoever wrote within the hour before the question is in the talk.
    assert found.responses == {"f": 30}
    assert found["same sender twice in a row"] == 0.25
    assert found["mean length"] == (13 + 3 + 3 + 201 + 3) / 5
    assert found["of a single word"] == 0.8
    assert found["over 200 characters"] == 0.2
    assert found["said before within 1,000"] == 0.2
    assert found["own bodies without text"] == 1
    assert found["received bodies without text"] == 0
    assert found["messages in sessions of 5 to 30"] == 0
    assert found["waiting times: power law's exponent"] is None
    assert found.hours[19] == 4  # START is 19 h of the day before in New York
    assert found.hours[21] == 1
    assert found.weekdays == (0, 0, 0, 0, 0, 5, 0)


def test_a_table_beside_the_goals() -> None:
    table = measure(history(), [ME, *people().values()]).table()
    assert "1,700 messages" in table
    assert "from 2 to 6 h" in table
    assert "≤ 4.0 %" in table
    assert "  outside" in table  # made-up talk says no single words
    assert "1.30 to 2.20" in table
    assert "  23" in table


def test_nothing_measures_to_nothing() -> None:
    found = measure([], [])
    assert found.messages == 0
    assert all(each.value is None for each in found.measures)
    assert "0 messages" in found.table()


def test_the_share_of_each_kind() -> None:
    messages = tuple(stream(2_300))
    found = measure([chat("a", messages)], [ME, friend()])
    hundred = found.messages / 23  # each kind is made of one turn in 23
    for kind, times in (
        ("with a tapback", 2),
        ("inline replies", 1),
        ("with an attachment", 2),
        ("edited", 1),
        ("unsent", 1),
        ("links", 1),
    ):
        assert found[kind] == pytest.approx(times * hundred / found.messages, rel=0.1)
    assert found["said before within 1,000"] is not None


def test_events_are_rows_and_not_talk() -> None:
    event = Message(guid="e", date=START, sender=None, event=Event(kind="left"))
    messages = (event, says(1, None, "hi"), says(2, friend().identifier, "hi"))
    found = measure([chat("a", messages)], [ME, friend()])
    assert found["events"] == pytest.approx(1 / 3)
    assert found["own bodies without text"] == 1
    assert found.responses == {"f": 1}


def test_services_have_no_waiting_times_of_a_person() -> None:
    bank = replace(friend(who="bank"), identifier="10455", identifier_type="short-code")
    messages = tuple(says(number**2 * 60, "10455", "hi") for number in range(300))
    found = measure([chat("10455", messages)], [ME, bank])
    assert found["waiting times: power law's exponent"] is None


def test_a_chat_with_a_service_has_no_sessions() -> None:
    bank = replace(friend(who="bank"), identifier="10455", identifier_type="short-code")
    notices = tuple(says(number * 86_400, "10455", "hi") for number in range(40))
    talk_ = tuple(says(number * 60, None, "hi") for number in range(10))
    chats = [chat("10455", notices), chat(friend().identifier, talk_)]
    found = measure(chats, [ME, bank, friend()])
    assert found["messages in sessions of 5 to 30"] == 1.0


def test_what_a_service_cannot_carry_is_no_share_of_it() -> None:
    edited = Edit(date=START + SECOND, before=TextPart("hii"))
    apple = replace(says(0, None, "hi"), edits=(edited,))
    sms = tuple(
        replace(says(number, None, "hi"), service="SMS") for number in range(1, 10)
    )
    found = measure([chat("a", (apple, *sms))], [ME])
    assert found["edited"] == 1.0
    assert found["links"] == 0.0
    assert measure([chat("a", sms)], [ME])["edited"] is None


def test_strangers_count_as_friends_in_the_owners_zone() -> None:
    messages = (says(0, None, "hi"), says(60, "+12125550199", "hi"))
    found = measure([chat("+12125550199", messages)], [ME])
    assert found.responses == {}
    assert found.hours[19] == 2


def test_a_name_that_is_no_measure() -> None:
    with pytest.raises(KeyError, match="charm"):
        measure([], [])["charm"]


@pytest.mark.parametrize("exponent", [1.5, 2.0])
def test_a_power_law_is_found(exponent: float) -> None:
    random = Random("power").random
    waits = [15 * (1 - random()) ** (-1 / (exponent - 1)) for _ in range(4_000)]
    fit = fit_power_law(waits)
    assert fit is not None
    assert fit.exponent == pytest.approx(exponent, abs=0.1)
    assert fit.ratio > 0


def test_an_exponential_is_told_from_a_power_law() -> None:
    random = Random("exponential")
    fit = fit_power_law(random.expovariate(1 / 300) for _ in range(4_000))
    assert fit is not None
    assert fit.ratio < 0


def test_too_few_or_equal_times_fit_nothing() -> None:
    assert fit_power_law([]) is None
    assert fit_power_law([100.0] * 50) is None
    assert fit_power_law([10.0] * 500) is None


@pytest.mark.parametrize(
    ("measured", "goal", "is_met"),
    [
        (Measure("a", 0.5, 0.1, 0.6), "10.0 % to 60.0 %", True),
        (Measure("a", 0.7, 0.1, 0.6), "10.0 % to 60.0 %", False),
        (Measure("a", 0.7, 0.1), "≥ 10.0 %", True),
        (Measure("a", 0.7, None, 0.6), "≤ 60.0 %", False),
        (Measure("a", None, 0.1), "≥ 10.0 %", None),
        (Measure("a", 0.7), "", None),
    ],
)
def test_goals(measured: Measure, goal: str, is_met: bool | None) -> None:
    assert measured.goal == goal
    assert measured.is_met is is_met
