"""Endings follow the sound of the word that a slot gave."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from test_sittings import FRIEND, OWNER, persona, talk, words

from pytest_imessage_foundry.conversations.dialogue.inflections import inflected_in


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("떡볶이을(를) 먹자", "떡볶이를 먹자"),
        ("김밥을(를) 먹자", "김밥을 먹자"),
        ("부산(으)로 가자", "부산으로 가자"),
        ("서울(으)로 가자", "서울로 가자"),
        ("제주(으)로 가자", "제주로 가자"),
        ("지훈(이)가 왔어", "지훈이가 왔어"),
        ("민지(이)가 왔어", "민지가 왔어"),
        ("지훈아(야)", "지훈아"),
        ("민지아(야) 뭐해", "민지야 뭐해"),
        ("엄마아(야) 뭐해", "엄마 뭐해"),
        ('"종이달"은(는)', '"종이달"은'),
        ("4시 반은(는) 어때", "4시 반은 어때"),
        ("번호 303을(를) 입력", "번호 303을 입력"),
        ("7(으)로 눌러", "7로 눌러"),
        ("번호 302을(를) 입력", "번호 302를 입력"),
        ("Jordan은(는) Anna과(와)", "Jordan은 Anna와"),
        ("Jordan(이)가 왔어", "Jordan가 왔어"),
    ],
)
def test_korean_particles(template: str, text: str) -> None:
    inflected = inflected_in("ko")
    assert inflected is not None
    assert inflected(template) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Ayşe'(y)A söyle", "Ayşe'ye söyle"),
        ("Burak'(y)A söyle", "Burak'a söyle"),
        ("İzmir'DA", "İzmir'de"),
        ("Muş'DAn", "Muş'tan"),
        ("Ali'(n)In evi", "Ali'nin evi"),
        ("Gül'(n)In evi", "Gül'ün evi"),
        ("Onur'(n)In evi", "Onur'un evi"),
        ("Işıl'(y)lA", "Işıl'la"),
        ("Ayşe'(y)lA", "Ayşe'yle"),
        ("Umut dA geldi, Ece dA", "Umut da geldi, Ece de"),
        ("Gül mI?", "Gül mü?"),
        ("7'de gel, Ankara'da ol", "7'de gel, Ankara'da ol"),
        ("D'Angelo'(y)A söyle", "D'Angelo'ya söyle"),
    ],
)
def test_turkish_endings(template: str, text: str) -> None:
    inflected = inflected_in("tr")
    assert inflected is not None
    assert inflected(template) == text


def test_other_languages_have_no_endings() -> None:
    assert inflected_in("en") is None
    assert inflected_in("de") is None


@pytest.mark.parametrize("code", ["ko", "tr"])
def test_no_ending_is_left_open(code: str) -> None:
    locale = {"ko": "ko_KR", "tr": "tr_TR"}[code]
    owner = replace(OWNER, locale=locale)
    texts = words(talk(3_500, replace(FRIEND, locale=locale), owner=owner))
    left = re.compile(r"\((?:이|으|는|가|를|와|야|로|[yns])\)|'\w*[ADI]\w*| dA\b| mI\b")
    assert [text for text in texts if left.search(text)] == []


def test_korean_slots_take_no_particle_that_fits_half_of_them() -> None:
    """A slot has no bare particle after it, if its values end in both ways."""
    folder = files("pytest_imessage_foundry.conversations.dialogue") / "scenes"
    data = json.loads((folder / "ko.json").read_text(encoding="utf-8"))
    bare = re.compile(r"\{(\w+?)\d?\}(?:을|를|은|는|와|과|가)(?=[ .,?!]|$)")
    names = {
        found[1]
        for scene in data["scenes"]
        for found in bare.finditer(json.dumps(scene, ensure_ascii=False))
    }
    assert names <= {"bank"}


def test_a_conversation_speaks_of_a_few_pets() -> None:
    owner = replace(OWNER, locale="ko_KR")
    folder = files("pytest_imessage_foundry.conversations.dialogue") / "scenes"
    pets = json.loads((folder / "ko.json").read_text(encoding="utf-8"))["slots"]["pet"]
    friend = persona("jo", "Jordan Lee", locale="ko_KR")
    said = " ".join(words(talk(2_000, friend, owner=owner)))
    distinctive = [
        pet for pet in pets if len(pet) > 2 or pet in ("콩이", "탄이", "몽이")
    ]
    assert sum(pet in said for pet in distinctive) <= 2
    assert sum(pet in said for pet in pets) >= 2
