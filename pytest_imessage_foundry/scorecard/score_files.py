"""A scorecard as files for other programs: JSON, JUnit, a badge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as xml

from pytest_imessage_foundry.scorecard import score_text

if TYPE_CHECKING:
    from pytest_imessage_foundry.scorecard.scores import Misreading, Scorecard

# Colours that badges of other projects have, for how much is right.
_GREEN, _YELLOW, _RED = "#3c8a2e", "#a07d00", "#c03b2b"
_LABEL = "chat.db kinds"
_CHARACTER = 6.6  # pixels of a character in 11 px Verdana, near enough


def as_json(card: Scorecard) -> dict[str, Any]:
    """Return the card as plain data; keys stay."""
    return {
        "ok": card.ok,
        "databases": card.databases,
        "rows": card.rows,
        "statements": card.statements,
        "kinds": [
            {
                "kind": name,
                "verdict": tally.verdict,
                "agrees": tally.agrees,
                "cannot": tally.cannot,
                "wrong": tally.wrong,
                "known": tally.known,
            }
            for name, tally in card.in_order()
        ],
        "misreadings": [_misreading(card, each) for each in card.misreadings],
        "complaints": card.complaints,
        "faults_not_shown": [str(each) for each in card.unshown],
        "faults_not_everywhere": {str(k): where for k, where in card.absent.items()},
    }


def _misreading(card: Scorecard, each: Misreading) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "field": each.field,
        "times": card.times(each),
        "database": each.database,
        "case": each.case,
        "guid": each.guid,
        "rowid": each.rowid,
        "said": each.said,
        "true": each.true,
        "columns": each.columns,
        "known": each.fault.why if each.fault else None,
    }


def junit(card: Scorecard) -> str:
    """Return the card in JUnit's XML: a test for each kind."""
    tallies = card.in_order()
    failed = [name for name, tally in tallies if tally.wrong]
    skipped = [name for name, tally in tallies if tally.verdict == "cannot"]
    problems = [*card.complaints, *map(str, [*card.unshown, *card.absent])]
    suite = xml.Element(
        "testsuite",
        name="imessage-foundry",
        tests=str(len(tallies) + len(problems)),
        failures=str(len(failed)),
        errors=str(len(problems)),
        skipped=str(len(skipped)),
    )
    for name, tally in tallies:
        test = xml.SubElement(suite, "testcase", classname="chat.db", name=name)
        if name in failed:
            failure = xml.SubElement(test, "failure", message=f"{tally.wrong} wrong")
            failure.text = _clean(_told(card, name))
        elif name in skipped:
            xml.SubElement(test, "skipped", message="the reader has no notion of it")
    for number, problem in enumerate(problems, 1):
        name = f"problem {number}"
        test = xml.SubElement(suite, "testcase", classname="reader", name=name)
        xml.SubElement(test, "error", message=_clean(problem))
    return xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _told(card: Scorecard, name: str) -> str:
    found = [each for each in card.unknown if each.kind == name]
    return "\n".join(
        f"{each.field}: said {score_text.said(each.said)}, "
        f"true is {score_text.said(each.true)} ({each.database}, {each.guid})"
        for each in found
    )


def _clean(text: str) -> str:
    """Return a text without characters that XML cannot hold."""
    return "".join(
        each if each in "\t\n" or (each >= "\x20" and not _is_bare(each)) else "�"
        for each in text
    )


def _is_bare(each: str) -> bool:
    return "\ud800" <= each <= "\udfff" or each in "\ufffe\uffff"


def badge(card: Scorecard) -> str:
    """Return a badge: how many of the kinds that were judged are read right."""
    verdicts = [tally.verdict for _, tally in card.in_order()]
    right, every = verdicts.count("agrees"), len(verdicts)
    wrong = sum(each in ("wrong", "known") for each in verdicts)
    colour = _RED if wrong and not card.ok else _YELLOW if wrong else _GREEN
    value = f"{right} of {every}"
    left, width = (round(len(each) * _CHARACTER) + 12 for each in (_LABEL, value))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width}" height="20" '
        f'role="img" aria-label="{_LABEL}: {value}">'
        f"<title>{_LABEL}: {value}</title>"
        f'<rect width="{left}" height="20" fill="#444"/>'
        f'<rect x="{left}" width="{width}" height="20" fill="{colour}"/>'
        '<g fill="#fff" text-anchor="middle" font-size="11" '
        'font-family="Verdana,DejaVu Sans,sans-serif">'
        f'<text x="{left / 2}" y="14">{_LABEL}</text>'
        f'<text x="{left + width / 2}" y="14">{value}</text></g></svg>\n'
    )
