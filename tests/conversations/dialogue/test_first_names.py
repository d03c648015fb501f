"""First names are ours: another Faker, or none, gives the same conversations."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_sittings import FRIEND, talk

from pytest_imessage_foundry.conversations import dialogue
from pytest_imessage_foundry.conversations.dialogue.scenes import language
from pytest_imessage_foundry.conversations.dialogue.slots import KnownSlots

FILE = Path(dialogue.__file__).with_name("first_names.json")
NAMES = json.loads(FILE.read_text(encoding="utf-8"))


class Elsewhere:
    """Stands for a Faker of another version, which must not be asked."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"faker.{name} was asked")


def test_the_licence_of_the_names_is_named() -> None:
    assert NAMES["about"].startswith("First names of Faker ")
    assert "Daniele Faraglia" in NAMES["licence"]
    assert "Permission is hereby granted" in NAMES["licence"]


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "ja_JP", "sv_SE"])
def test_a_locale_has_names_that_are_told_apart(locale: str) -> None:
    names = NAMES[locale]
    assert len(names) == len(set(names)) > 40
    assert all(name.strip() == name != "" for name in names)


def test_faker_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = replace(FRIEND, locale="sv_SE", name="Astrid Holm")
    before = talk(300, foreign)
    monkeypatch.setitem(sys.modules, "faker", Elsewhere())
    monkeypatch.setitem(sys.modules, "faker.config", Elsewhere())
    assert talk(300, foreign) == before
    texts = " ".join(turn.text for turn in before)
    assert sum(name in texts for name in NAMES["sv_SE"]) > 3


def test_a_locale_without_names_has_american_ones() -> None:
    foreign = replace(FRIEND, locale="xx_XX", name="Nobody Known")
    texts = " ".join(turn.text for turn in talk(300, foreign))
    assert sum(name in texts for name in NAMES["en_US"]) > 3


@pytest.mark.parametrize(
    ("code", "locale"), [("zh_Hans", "zh_CN"), ("zh_Hant", "zh_TW")]
)
def test_nobody_is_called_by_a_single_chinese_character(code: str, locale: str) -> None:
    slots = KnownSlots(language(code), locale, 1, None)
    slots.draw_names()
    names = [row[0] for row in slots.rows("name")]
    assert len(names) == len(set(names)) > 60
    assert min(map(len, names)) == 2
