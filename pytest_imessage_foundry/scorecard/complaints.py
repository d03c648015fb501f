"""What an answer says that the contract does not know, each fault told once.

A reader that is wrong in its form is so in every line. Lines with the same fault are
one complaint, with their number and the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_imessage_foundry.errors import did_you_mean
from pytest_imessage_foundry.scorecard.agreement import own_fields
from pytest_imessage_foundry.scorecard.other_names import called, likely
from pytest_imessage_foundry.scorecard.readings import READINGS

SHOWN = 5
_NAMES = 20  # unknown fields that are named
_USUAL = "message"  # what a reading is whose kind is not said


@dataclass(slots=True)
class _Lines:
    """The lines with one fault."""

    first: int
    count: int = 0
    names: dict[str, None] = field(default_factory=dict)
    has_more: bool = False

    def __str__(self) -> str:
        further = f" and {self.count - 1:,} more" if self.count > 1 else ""
        return f"line {self.first}{further}"


class Complaints:
    """The faults in the form of one answer."""

    def __init__(self) -> None:
        self._faults: dict[str, _Lines] = {}
        self._strange: dict[str, _Lines] = {}
        self._untold = 0

    def note(self, number: int, why: str) -> None:
        """Note that a line is no reading, or that a part of it is none."""
        if why in self._faults or len(self._faults) < SHOWN:
            self._faults.setdefault(why, _Lines(number)).count += 1
        else:
            self._untold += 1

    def note_fields(self, number: int, kind: object, names: list[str]) -> None:
        """Note the fields of a line that no reading has."""
        what = kind if isinstance(kind, str) and kind in READINGS else _USUAL
        lines = self._strange.setdefault(what, _Lines(number))
        lines.count += 1
        for name in names:
            if name in lines.names or len(lines.names) < _NAMES:
                lines.names[name] = None
            else:
                lines.has_more = True

    def told(self) -> list[str]:
        """Return the complaints as texts."""
        said = [_of_fields(kind, lines) for kind, lines in self._strange.items()]
        said += [f"{lines}: {why}" for why, lines in self._faults.items()]
        return said + ([f"and {self._untold:,} more lines"] if self._untold else [])


def _of_fields(kind: str, lines: _Lines) -> str:
    known = own_fields(kind)
    named = ", ".join(_named(name, known) for name in lines.names)
    return (
        f"{lines}: {'an' if kind[0] in 'aeiou' else 'a'} {kind} has no field "
        f"{named}{' and more' if lines.has_more else ''}\n"
        f"  its fields: {' '.join(known)}\n"
        "  what has another name was not compared, the rest was; fields of your own "
        "begin with x_\n"
        "  `imessage-foundry truth-schema --reading` says what each field holds"
    )


def _named(name: str, known: list[str]) -> str:
    """Name an unknown field with the one that may be meant. What others call so comes
    before what is spelt alike, in this kind before in another one."""
    for look in (called, likely):
        if near := look(name, known):
            return f"{name!r}{did_you_mean(near)}"
        for kind in READINGS:
            if near := look(name, own_fields(kind)):
                return f"{name!r} (of kind {kind!r} there is {near[0]!r})"
    return repr(name)
