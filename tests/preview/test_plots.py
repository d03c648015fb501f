"""The plots: what they count, and that hostile names stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from scratch_phones import START, Scratch

from pytest_imessage_foundry.cli import main
from pytest_imessage_foundry.preview import GoalRow, read
from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.phone import ShownPhone
from pytest_imessage_foundry.preview.plots import Plot, goals, plots
from pytest_imessage_foundry.preview.safe_text import visible
from pytest_imessage_foundry.preview.tally import Tally

Made = Callable[..., Scratch]
HOUR = 3600 * 10**9
DAY = 24 * HOUR


def drawn(phone: ShownPhone, names: dict[str, str] | None = None) -> dict[str, Plot]:
    tally = Tally(LocalTimes().at)
    for chat in phone.chats:
        tally.add(chat, chat.messages)
    return {plot.title: plot for plot in plots(tally, names or {})}


def told(plot: Plot) -> list[str]:
    every = re.findall(r"<title>(.*?)</title>", plot.svg)
    return [title for title in every if ": 0 sent, 0 received" not in title]


def test_counts_per_day_hour_contact_and_kind(scratch: Made) -> None:
    made = scratch()
    for hour, mine in ((0, 0), (1, 1), (25, 1)):
        made.add(text="hello", date=START + hour * HOUR, is_from_me=mine)

    found = drawn(read(made.path), {"+15550100": "Alex"})

    assert told(found["Messages per day"]) == [
        "2025-09-19: 1 sent, 1 received",
        "2025-09-20: 1 sent, 0 received",
    ]
    assert told(found["Messages per hour of the day"]) == [
        "18:00: 0 sent, 1 received",
        "19:00: 2 sent, 0 received",
    ]
    assert told(found["Messages per contact"]) == ["Alex: 2 sent, 1 received"]
    assert told(found["Kinds of messages"]) == ["text: 2 sent, 1 received"]


@pytest.mark.parametrize(
    ("days", "unit"), [(5, "day"), (300, "week"), (3000, "month"), (90_000, "year")]
)
def test_the_unit_of_time_fits_the_span(scratch: Made, days: int, unit: str) -> None:
    made = scratch()
    made.add(text="first", date=START)
    made.add(text="last", date=min(START + days * DAY, 2**63 - 1))

    plot = drawn(read(made.path))[f"Messages per {unit}"]

    assert len(told(plot)) == 2


def test_answers_are_changes_of_speaker_within_a_day(scratch: Made) -> None:
    made = scratch()
    minute = HOUR // 60
    for at, mine in ((0, 0), (3, 0), (4, 1), (5, 1), (45, 0), (5000, 1)):
        made.add(text="x", date=START + at * minute, is_from_me=mine)

    plot = drawn(read(made.path))["Response times"]

    assert told(plot) == ["1-5 min: 1 sent, 0 received", "½-2 h: 0 sent, 1 received"]
    assert plot.note == "Median: 1 min for you, 40 min for the others"


def test_a_phone_without_messages_has_no_plots(scratch: Made) -> None:
    assert drawn(read(scratch().path)) == {}


def test_hostile_names_stay_text(scratch: Made) -> None:
    made = scratch()
    made.add(text="hello")
    name = "</svg><script>alert(1)</script>\u202e" + "x" * 500

    svg = drawn(read(made.path), {"+15550100": name})["Messages per contact"].svg

    assert "<script" not in svg
    assert "\u202e" not in svg
    assert "&lt;/svg&gt;" in svg


def test_visible_drops_what_reorders_and_hides() -> None:
    assert visible("a\u202eb\u2066c\x00d\ud800e\u200ff") == "abcdef"
    assert visible("abcdef", 4) == "abc…"


def test_a_measure_stands_beside_its_goal() -> None:
    rows = [
        GoalRow(name="within", value=0.05, least=0.02, most=0.06, source="a <file>"),
        GoalRow(name="above", value=0.2, most=0.1),
        GoalRow(name="unjudged", value=12, unit="d"),
        GoalRow(name="nothing to measure", value=None, least=0.5),
        GoalRow(name="elsewhere", value=0.9, least=0.5, section="chats"),
    ]

    first, second = goals(rows)

    assert second.title == "Shares of chats"
    assert first.note == ("1 of 2 within the shaded goal; 1 without a published figure")
    assert re.findall(r"<title>(.*?)</title>", first.svg) == [
        "within: 5.0 %; goal 2.0 % to 6.0 % (a &lt;file&gt;)",
        "above: 20.0 %; goal up to 10.0 %",
        "unjudged: 12 d",
    ]
    assert "5.0 % ✓" in first.svg
    assert "20.0 % ✗" in first.svg
    assert first.svg.count('class="goal"') == 2
    assert first.svg.count('class="apart"') == 1
    places = [float(each) for each in re.findall(r'cx="([\d.]+)"', first.svg)]
    assert all(216 <= place <= 328 for place in places)


def test_the_rows_of_any_file_are_on_its_page(scratch: Made, tmp_path: Path) -> None:
    made = scratch()
    made.add(text="hello", date=START)
    page = tmp_path / "page.html"

    assert main(["stats", str(made.path), "--page", str(page)]) == 0

    text = page.read_text()
    assert "Shares of messages" in text
    assert "rows in no chat: 0.0 %; goal 0.018 % to 6.4 %" in text
