"""Scorecards as one page of HTML that loads nothing: of one reader, or of many."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from pytest_imessage_foundry.scorecard import page_faults
from pytest_imessage_foundry.scorecard.shown_kinds import families

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_imessage_foundry.scorecard.known_faults import KnownFault
    from pytest_imessage_foundry.scorecard.scores import KindTally, Scorecard

_LEGEND = (
    ("agrees", "✓", "all that it says is right"),
    ("known", "96", "per cent of the rows are right, the others as a known fault says"),
    ("wrong", "✗", "something is wrong"),
    ("cannot", "·", "it has no notion of it"),
)
_VERDICTS = ("agrees", "known", "wrong", "cannot")
_TITLES = {
    "agrees": "right",
    "known": "known faults",
    "wrong": "wrong",
    "cannot": "no notion",
}


@dataclass(frozen=True, slots=True)
class ScoredReader:
    """One reader of a page: its name, its version if that is known, and its card."""

    name: str
    version: str
    card: Scorecard
    faults: tuple[KnownFault, ...] = ()


def page(readers: Sequence[ScoredReader], *, title: str, about: str) -> str:
    """Return the page; `about` says in a sentence or two what was read."""
    style = files(__package__).joinpath("score_page.css").read_text(encoding="utf-8")
    body = "\n".join(_body(readers, title, about))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="imessage-foundry">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _body(readers: Sequence[ScoredReader], title: str, about: str) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="soft">{escape(about)}</p>'
    yield from _summary(readers)
    yield "<h2>Kind by kind</h2>"
    yield from _legend()
    yield from _matrix(readers)
    yield from page_faults.section(readers)


def _summary(readers: Sequence[ScoredReader]) -> Iterator[str]:
    yield '<h2>All in all</h2><div class="card wide"><table class="summary"><thead><tr>'
    yield '<th scope="col">reader</th><th scope="col">kinds of message</th>'
    for verdict in _VERDICTS:
        yield f'<th scope="col" class="number">{_TITLES[verdict]}</th>'
    yield '<th scope="col" class="number optional">true statements</th></tr></thead>'
    yield "<tbody>"
    for reader in readers:
        yield from _summary_row(reader)
    yield "</tbody></table></div>"


def _summary_row(reader: ScoredReader) -> Iterator[str]:
    verdicts = [tally.verdict for _, tally in reader.card.in_order()]
    version = f'<br><span class="version">{escape(reader.version)}</span>'
    yield f'<tr><th scope="row" class="reader">{escape(reader.name)}'
    yield f"{version if reader.version else ''}</th>"
    yield '<td><div class="bar" aria-hidden="true">'
    for verdict in _VERDICTS:
        if verdict in verdicts:
            share = verdicts.count(verdict)
            yield f'<span class="{verdict}" style="flex:{share}"></span>'
    yield "</div></td>"
    for verdict in _VERDICTS:
        count = verdicts.count(verdict) or "·"
        yield f'<td class="number" data-label="{_TITLES[verdict]}">{count}</td>'
    yield f'<td class="number optional">{reader.card.statements:,}</td></tr>'


def _legend() -> Iterator[str]:
    yield '<ul class="legend">'
    for verdict, mark, said in _LEGEND:
        yield f'<li><span class="cell {verdict}">{mark}</span> {said}</li>'
    yield "</ul>"


def _matrix(readers: Sequence[ScoredReader]) -> Iterator[str]:
    """Yield the table of kinds: a column for each reader."""
    yield '<div class="card wide"><table class="matrix"><thead><tr><td></td>'
    for reader in readers:
        yield f'<th scope="col"><span>{escape(reader.name)}</span></th>'
    yield "</tr></thead>"
    for family, names in families():
        shown = [n for n in names if any(n in e.card.tallies for e in readers)]
        if not shown:
            continue
        yield f'<tbody><tr class="family"><th scope="rowgroup">{family}</th>'
        yield f'<td colspan="{len(readers)}"></td></tr>'
        for name in shown:
            cells = "".join(_cell(reader.card.tallies.get(name)) for reader in readers)
            yield f'<tr><th scope="row">{name}</th>{cells}</tr>'
        yield "</tbody>"
    yield "</table></div>"


def _cell(tally: KindTally | None) -> str:
    if tally is None:
        return "<td></td>"
    counted = ", ".join(
        f"{count:,} {_TITLES[verdict]}"
        for verdict in _VERDICTS
        if (count := getattr(tally, verdict))
    )
    verdict = tally.verdict
    mark = {"agrees": "✓", "wrong": "✗", "cannot": "·"}.get(verdict)
    if mark is None:
        mark = f"{100 * tally.agrees // (tally.agrees + tally.known)}"
    said = f'<span class="cell {verdict}" title="{counted}">{mark}</span>'
    return f"<td>{said}</td>"
