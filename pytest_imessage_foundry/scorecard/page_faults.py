"""The part of the page of scorecards that lists known faults and other misreadings."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pytest_imessage_foundry.scorecard.score_text import said
from pytest_imessage_foundry.scorecard.shown_kinds import rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.score_page import ScoredReader
    from pytest_imessage_foundry.scorecard.scores import Misreading, Scorecard

_MOST_CASES = 8


def section(readers: Sequence[ScoredReader]) -> Iterator[str]:
    """Yield the faults of each reader; nothing for readers without faults."""
    told = [each for each in readers if _has_any(each)]
    if not told:
        return
    yield '<h2>What is wrong</h2><div class="card">'
    for reader in told:
        is_open = " open" if len(readers) == 1 else ""
        count = _count(reader)
        yield f"<details{is_open}><summary>{escape(reader.name)} "
        yield f'<span class="count">{count}</span></summary><ul class="faults">'
        yield from _complaints(reader.card)
        for each in reader.card.unknown:
            yield from _misreading(reader.card, each)
        for fault in reader.faults:
            if reader.card.shown[fault]:
                yield from _fault(reader.card, fault)
        yield "</ul></details>"
    yield "</div>"


def _has_any(reader: ScoredReader) -> bool:
    card = reader.card
    return bool(card.complaints or card.unknown or card.shown or card.unshown)


def _count(reader: ScoredReader) -> str:
    known = sum(bool(reader.card.shown[each]) for each in reader.faults)
    wrong = len({(e.kind, e.field) for e in reader.card.unknown})
    counts = [(known, "known fault"), (wrong, "thing not known")]
    counts.append((len(reader.card.complaints), "complaint"))
    return ", ".join(f"{n} {what}{'s' if n != 1 else ''}" for n, what in counts if n)


def _complaints(card: Scorecard) -> Iterator[str]:
    for each in card.complaints:
        yield f'<li><div class="why said">{escape(each)}</div></li>'
    for fault in card.unshown:
        yield '<li><div class="why">does not show: '
        yield f"{escape(str(fault))}</div></li>"


def _misreading(card: Scorecard, each: Misreading) -> Iterator[str]:
    yield f'<li><div class="why said"><b>{escape(each.kind)}</b>: '
    yield f"<code>{escape(each.field)}</code> is said to be "
    yield f"<code>{escape(said(each.said))}</code>, true is "
    yield f"<code>{escape(said(each.true))}</code></div>"
    if (rule := rule_of(each.kind, each.field)) is not None:
        yield f'<div class="rule">{escape(rule.rule)} ({escape(rule.section)})</div>'
    where = [each.database, f"row {each.rowid}", each.case or each.guid]
    yield f'<div class="where">{card.times(each):,} such; {escape(", ".join(where))}'
    yield "</div></li>"


def _fault(card: Scorecard, fault: KnownFault) -> Iterator[str]:
    yield f'<li><div class="why">{escape(fault.why)}</div>'
    if fault.rule:
        yield f'<div class="rule">{escape(fault.rule)}</div>'
    count = card.shown[fault]
    where = f"{count:,} time{'s' if count != 1 else ''}"
    if fault.ends and not fault.where:
        where = f"reads no file of {', '.join(fault.releases)}"
    elif fault.ends:
        where = f"ends the run; {count:,} rows were taken out"
    if cases := sorted(card.cases.get(fault, ())):
        shown = ", ".join(
            f"<code>{escape(each)}</code>" for each in cases[:_MOST_CASES]
        )
        further = f" and {len(cases) - _MOST_CASES} more" * (len(cases) > _MOST_CASES)
        where += f"; cases {shown}{further}"
    yield f'<div class="where">{where}</div></li>'
