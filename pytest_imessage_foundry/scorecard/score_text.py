"""A scorecard as text: a table of kinds, and what is wrong, by kind."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.errors import SEMANTICS, MisreadError, page
from pytest_imessage_foundry.errors import counted as number_of
from pytest_imessage_foundry.scorecard.scores import EXAMPLES
from pytest_imessage_foundry.scorecard.shown_kinds import kinds, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_imessage_foundry.scorecard.scores import Misreading, Scorecard

_VERDICTS = ("agrees", "cannot", "wrong", "known")
_MOST = 100  # characters of what was said


def table(card: Scorecard) -> str:
    """Return the whole card: the table, one line that sums it up, what is wrong."""
    parts = ["\n".join(_table(card)), summary(card)]
    parts += [failures(card)] if not card.ok else []
    return "\n\n".join(parts)


def require(card: Scorecard) -> None:
    """Fail unless all is right.

    Raises:
        MisreadError: something is wrong that is not known to be.
    """
    __tracebackhide__ = True
    if not card.ok:
        raise MisreadError(f"{summary(card)}\n\n{failures(card)}")


def _table(card: Scorecard) -> Iterator[str]:
    rows = card.in_order()
    width = max([4, *(len(name) for name, _ in rows)])
    yield f"{'kind':{width}}" + "".join(f"{each:>9}" for each in _VERDICTS)
    for name, tally in rows:
        counts = (tally.agrees, tally.cannot, tally.wrong, tally.known)
        shown = "".join(f"{each or '·':>9}" for each in counts)
        yield f"{name:{width}}{shown}"


def summary(card: Scorecard) -> str:
    """Return one line: how many kinds got each verdict."""
    verdicts = [tally.verdict for _, tally in card.in_order()]
    counted = ", ".join(
        f"{verdicts.count(each)} {said}"
        for each, said in (
            ("agrees", "right"),
            ("cannot", "it has no notion of"),
            ("wrong", "wrong"),
            ("known", "known to be wrong"),
        )
        if each in verdicts
    )
    return (
        f"{number_of(len(verdicts), 'kind')}: {counted or 'nothing was judged'}; "
        f"{number_of(card.statements, 'single statement')} "
        f"{'is' if card.statements == 1 else 'are'} right"
    )


def failures(card: Scorecard) -> str:
    """Return what is wrong and not known to be, grouped by kind."""
    lines = [f"the reader: {each}" for each in card.complaints]
    unknown = sorted(card.unknown, key=_order)
    has_rules = any(rule_of(each.kind, each.field) is not None for each in unknown)
    for kind, found in groupby(unknown, key=lambda each: each.kind):
        lines += ["", *_of_kind(card, kind, list(found))]
    for each in card.unshown:
        lines += ["", f"a known fault does not show: {each}"]
        lines += [
            f"  {each.entry or 'this entry'}: take it out if the reader is mended,"
        ]
        lines += ["  or correct what it names if it never showed"]
    for each, where in card.absent.items():
        lines += ["", f"a known fault does not show everywhere: {each}"]
        lines += [f"  {each.entry}"] if each.entry else []
        lines += [f"  not in {where}", "  name fewer rows, or leave out `everywhere`"]
    if has_rules:
        lines += ["", f"SEMANTICS.md: {page(SEMANTICS)}"]
    return "\n".join(lines).strip("\n")


def _order(misreading: Misreading) -> tuple[int, str]:
    names = list(kinds())
    known = misreading.kind in names
    return (
        names.index(misreading.kind) if known else len(names),
        misreading.field,
    )


def _of_kind(card: Scorecard, name: str, found: list[Misreading]) -> Iterator[str]:
    tally = card.tallies[name]
    rows = number_of(tally.wrong, "row")
    yield f"{name}: {rows} wrong"
    for field, like in groupby(found, key=lambda each: each.field):
        examples = list(like)[:EXAMPLES]
        if (rule := rule_of(name, field)) is not None:
            yield f"  {rule.rule} (SEMANTICS.md {rule.section})"
        for example in examples:
            yield from _example(example)
        further = card.times(examples[0]) - len(examples)
        if further > 0:
            yield f"  … and {further:,} more with a wrong {field}"


def _example(each: Misreading) -> Iterator[str]:
    yield f"  {each.field}: said {said(each.said)}, true is {said(each.true)}"
    where = [f"row {each.rowid}", each.guid, each.database]
    where += [f"case {each.case}"] if each.case else []
    yield f"    in {', '.join(part for part in where if part)}"
    if each.columns:
        shown = ", ".join(f"{name} = {value}" for name, value in each.columns.items())
        yield f"    its columns: {shown}"


def said(value: Any) -> str:
    """Return a value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
