"""Forms of bodies: what stays the same where two bodies are built alike.

A body that was parsed tells its form: bytes that stay, and between them holes for
what may change without a change of anything else: texts, data, numbers. Another body
of that form is read hole by hole, by the code that reads such values in any body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, Self

from pytest_imessage_foundry.reading.attributed_strings import (
    DICTIONARIES,
    STRINGS,
    Attributes,
    Body,
    decoded,
)
from pytest_imessage_foundry.reading.typedstreams import Damaged, Node, Stream

_Reading = Callable[[Stream], Any]


class _Irregular(Exception):
    """A value that is no text, data, number, or dictionary of such."""


def _text(stream: Stream) -> str:
    return decoded(stream.raw())


def _data(stream: Stream) -> bytes:
    """Data behind its length, whose type says the length again."""
    length = stream.integer()
    codes, values, _ = stream.group(0)
    if codes != f"[{length}c]":
        raise Damaged(f"{codes} for {length} bytes")
    data: bytes = values[0]
    return data


_NUMBERS: dict[str, _Reading] = {
    **dict.fromkeys("iIqQsSlL", Stream.integer),
    **{code: partial(Stream.value, code=code, depth=0) for code in "cCBfd"},
}


class _Hole(NamedTuple):
    start: int
    end: int
    reading: _Reading


@dataclass(frozen=True, slots=True)
class Form:
    """Fixed bytes, each with the reading of the hole behind them, and an end.

    Hole 0 is the text. Of each run there is the number of the hole of its length,
    and its attributes: for a value the number of a hole, or a dictionary again.
    """

    steps: tuple[tuple[bytes, _Reading], ...]
    end: bytes
    runs: tuple[tuple[int, Attributes], ...]

    @classmethod
    def of(cls, data: bytes, root: Node) -> Self | None:
        """Return the form of a body that is whole, given what was parsed of it."""
        places = _Places()
        try:
            runs = tuple(places.runs(root))
        except _Irregular:
            return None
        steps: list[tuple[bytes, _Reading]] = []
        at = 0
        for start, end, reading in places.holes:
            # Objects are shared: what is a value here may be a name elsewhere.
            if start < at or start in places.names:
                return None
            steps.append((data[at:start], reading))
            at = end
        return cls(tuple(steps), data[at:], runs)

    def body(self, values: list[Any]) -> Body:
        """Return what a body of this form says whose holes hold `values`."""
        runs = (
            (values[length], _filled(attributes, values))
            for length, attributes in self.runs
        )
        return Body(values[0], tuple(runs))


@dataclass(slots=True)
class Forms:
    """Many forms as a tree: what they begin with alike is looked at once.

    Where the bytes before are the same, so is what they lead to: a hole, or the end.
    """

    branches: dict[bytes, tuple[_Reading, Forms]] = field(default_factory=dict)
    ends: dict[bytes, Form] = field(default_factory=dict)

    def add(self, form: Form) -> None:
        forms = self
        for fixed, reading in form.steps:
            _, forms = forms.branches.setdefault(fixed, (reading, Forms()))
        forms.ends[form.end] = form

    def read(self, data: bytes) -> tuple[Form, Body] | None:
        """The form of `data` and what it says; None if it is of another form."""
        stream = Stream(data)
        values: list[Any] = []
        forms = self
        try:
            while True:
                for fixed, (reading, following) in forms.branches.items():
                    if data.startswith(fixed, stream.position):
                        stream.position += len(fixed)
                        values.append(reading(stream))
                        forms = following
                        break
                else:
                    form = forms.ends.get(data[stream.position :])
                    if form is None:
                        return None
                    decoded(values[0])
                    return form, form.body(values)
        except Damaged:
            return None  # what is wrong is for the parser to say


def _filled(attributes: Attributes, values: list[Any]) -> Attributes:
    return {
        name: values[hole] if isinstance(hole, int) else _filled(hole, values)
        for name, hole in attributes.items()
    }


@dataclass(slots=True)
class _Places:
    """Where the holes of one body are, by number, and where its names begin."""

    holes: dict[_Hole, int] = field(default_factory=dict)
    names: set[int] = field(default_factory=set)

    def runs(self, root: Node) -> Iterator[tuple[int, Attributes]]:
        self.hole(root.groups[0].values[0].groups[0].bounds, Stream.raw)
        known: list[Attributes] = []
        groups = iter(root.groups[1:])
        for run in groups:
            length = self.hole(run.bounds[1:], Stream.integer)
            number = run.values[0]
            if number > len(known):
                known.append(self.dictionary(next(groups).values[0]))
            yield length, known[number - 1]

    def hole(self, bounds: list[int], reading: _Reading) -> int:
        hole = _Hole(bounds[0], bounds[-1], reading)
        return self.holes.setdefault(hole, len(self.holes))

    def dictionary(self, node: Node) -> Attributes:
        members = [value for group in node.groups[1:] for value in group.values]
        return {
            self.name(name): self.value(value)
            for name, value in zip(members[::2], members[1::2], strict=True)
        }

    def name(self, node: Node) -> str:
        (name,) = node.groups[0].values
        self.names.add(node.groups[0].bounds[0])
        return str(name.decode())

    def value(self, node: Any) -> Any:
        """Return the number of the hole of a simple object, or a dictionary of such."""
        kind = node.name if isinstance(node, Node) else ""
        if kind in DICTIONARIES:
            return self.dictionary(node)
        if kind == "NSURL":
            return self.value(node.groups[-1].values[-1])
        if kind in STRINGS:
            return self.hole(node.groups[0].bounds, _text)
        codes = [group.codes for group in node.groups] if kind else []
        if kind in ("NSNumber", "NSDate") and codes[-1] in _NUMBERS:
            return self.hole(node.groups[-1].bounds, _NUMBERS[codes[-1]])
        if kind in ("NSData", "NSMutableData") and codes[0] == "i" and len(codes) == 2:
            start, end = node.groups[0].bounds[0], node.groups[1].bounds[-1]
            return self.hole([start, end], _data)
        raise _Irregular
