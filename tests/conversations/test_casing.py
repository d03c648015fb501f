"""Turkish has two letters i, each with a capital of its own."""

from __future__ import annotations

import pytest

from pytest_imessage_foundry.conversations.casing import lower, upper


@pytest.mark.parametrize(
    ("code", "small", "capital"),
    [
        ("tr", "iyi ışık", "İYİ IŞIK"),
        ("az", "iyi", "İYİ"),
        ("en", "it is", "IT IS"),
        ("de", "ich", "ICH"),
    ],
)
def test_both_ways(code: str, small: str, capital: str) -> None:
    assert upper(small, code) == capital
    assert lower(capital, code) == small


def test_other_languages_are_as_python_has_them() -> None:
    text = "Straße İ I ı ǅ Ω"
    assert lower(text, "de") == text.lower()
    assert upper(text, "") == text.upper()
