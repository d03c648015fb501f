"""What texts say of the time is true of their rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from pytest_imessage_foundry.conversations.clock_linter import faults, findings
from pytest_imessage_foundry.conversations.spoken import LANGUAGES
from pytest_imessage_foundry.foundry import Order, truth_of
from pytest_imessage_foundry.spec import Spec

NIGHTS = (
    "good night",
    "gute nacht",
    "bonne nuit",
    "buenas noches",
    "おやすみ",
    "تصبح على خير",
    "welterusten",
    "спокойной ночи",
    "잘 자",
    "iyi geceler",
    "boa noite",
    "buonanotte",
    "晚安",
    "לילה טוב",
    "शुभ रात्रि",
)
WEDNESDAY_NIGHT = datetime(2025, 7, 2, 1, 30)
MONDAY_NOON = datetime(2025, 12, 29, 12, 10)


@pytest.mark.parametrize(
    ("code", "text", "moment", "what"),
    [
        ("en", "Good morning!", WEDNESDAY_NIGHT, "good morning"),
        ("en", "it\u2019s 4am here", MONDAY_NOON, "the hour itself"),
        ("en", "it's monday", WEDNESDAY_NIGHT, "Monday itself"),
        ("en", "merry Christmas", WEDNESDAY_NIGHT, "Christmas"),
        ("en", "it's snowing", WEDNESDAY_NIGHT, "snow"),
        ("de", "Guten Morgen", WEDNESDAY_NIGHT, "guten Morgen"),
        ("fr", "bonne nuit", MONDAY_NOON, "bonne nuit"),
        ("es", "¡buenos días!", WEDNESDAY_NIGHT, "buenos días"),
        ("ja", "おやすみ", MONDAY_NOON, "おやすみ"),
        ("ar", "صباح الخير", WEDNESDAY_NIGHT, "صباح الخير"),
        ("nl", "slaap lekker!", MONDAY_NOON, "welterusten"),
        ("ru", "Доброе утро!", WEDNESDAY_NIGHT, "доброе утро"),
        ("ko", "잘 자", MONDAY_NOON, "잘 자"),
        ("ko", "첫눈이야", WEDNESDAY_NIGHT, "눈"),
        ("tr", "İyi geceler", MONDAY_NOON, "iyi geceler"),
        ("tr", "Hayırlı cumalar", MONDAY_NOON, "hayırlı cumalar"),
        ("pt_BR", "bom diaa", WEDNESDAY_NIGHT, "bom dia"),
        ("pt_BR", "Sextou!", MONDAY_NOON, "sextou"),
        ("it", "Buongiorno a tutti", WEDNESDAY_NIGHT, "buongiorno"),
        ("it", "buon ferragosto!", MONDAY_NOON, "Ferragosto"),
        ("zh_Hans", "早上好呀", WEDNESDAY_NIGHT, "早上好"),
        ("zh_Hans", "终于周五了", MONDAY_NOON, "终于周五"),
        ("zh_Hant", "早安啊", WEDNESDAY_NIGHT, "早安"),
        ("zh_Hant", "垃圾車來了", MONDAY_NOON, "垃圾車"),
        ("he", "בוקר טוב!", WEDNESDAY_NIGHT, "בוקר טוב"),
        ("he", "סוף סוף שישי", WEDNESDAY_NIGHT, "סוף סוף שישי"),
        ("hi", "सुप्रभात", WEDNESDAY_NIGHT, "सुप्रभात"),
        ("hi", "Happy Diwali!", WEDNESDAY_NIGHT, "दिवाली"),
    ],
)
def test_a_wrong_time_is_found(code, text, moment, what):
    assert list(faults(text, moment, [code])) == [what]


@pytest.mark.parametrize(
    ("code", "text", "moment"),
    [
        ("en", "good morning", datetime(2025, 7, 2, 7, 5)),
        ("en", "it's 12pm", MONDAY_NOON),
        ("en", "it's monday", MONDAY_NOON),
        ("en", "happy new year", datetime(2026, 1, 3, 12)),
        ("en", "what are you up to", MONDAY_NOON),
        ("de", "gute Nacht", WEDNESDAY_NIGHT),
        ("fr", "bon week-end ?", MONDAY_NOON),
        ("ja", "楽しみすぎて眠れない", MONDAY_NOON),
        ("nl", "slaap lekker uit", MONDAY_NOON),
        ("ru", "первый снег", MONDAY_NOON),
        ("ko", "잘 자라네", MONDAY_NOON),
        ("tr", "İyi uyudun mu?", datetime(2025, 7, 2, 8)),
        ("he", "לילה בחיפה זו סדרה", MONDAY_NOON),
        ("hi", "happy holi", datetime(2026, 3, 4, 12)),
    ],
)
def test_a_right_time_is_none(code, text, moment):
    assert list(faults(text, moment, [code])) == []


def test_every_language_has_words():
    seen = Counter(
        what
        for code in LANGUAGES
        for hour in range(24)
        for text in NIGHTS
        for what in faults(text, datetime(2025, 7, 2, hour), [code])
    )
    assert len(seen) == len(LANGUAGES)


HISTORIES = (
    *(("default", source) for source in ("auto", "faker")),
    *(("international", source) for source in ("auto", "faker")),
    *(("languages", source) for source in ("auto", "faker")),
    *((name, "auto") for name in ("family", "work", "busy-group", "sms-only")),
)


@pytest.mark.sweep
@pytest.mark.parametrize(("scenario", "source"), HISTORIES)
def test_histories_say_the_time_that_it_is(scenario, source):
    for seed in range(12):
        order = Order(Spec(scenario=scenario, source=source, seed=seed))
        assert list(findings(truth_of(order), order.scenario.personas)) == [], seed
