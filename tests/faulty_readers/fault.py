"""A reader with one fault, and how its answer is held against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .opened_file import OpenedFile

Answer = Any
Reader = Callable[["OpenedFile"], Answer]


@dataclass(frozen=True)
class Fault:
    """A reader that answers one question wrongly.

    Attributes:
        name: what it does wrong, in a few words.
        asks: the question that it answers.
        read: the reader.
        report: where somebody reported it: a repository on GitHub and a number.
        wrong: what goes wrong for a user.
        right: how to do it right.
        even_tidy: whether a first test with scenario `tidy` shows it already.
    """

    name: str
    asks: str
    read: Reader
    report: str
    wrong: str
    right: str
    even_tidy: bool = False


FAULTS: dict[str, Fault] = {}


def faulty(
    asks: str, *, report: str, wrong: str, right: str, even_tidy: bool = False
) -> Callable[[Reader], Reader]:
    """Note a function as the reader with the fault of its name."""

    def note(read: Reader) -> Reader:
        name = read.__name__.replace("_", " ")
        FAULTS[name] = Fault(name, asks, read, report, wrong, right, even_tidy)
        return read

    return note


def differing(truth: Answer, answer: Answer) -> list[Any]:
    """Return what an answer is wrong about: keys, members, or the whole."""
    if isinstance(truth, Mapping):
        keys = dict.fromkeys((*truth, *answer))
        return [key for key in keys if truth.get(key) != answer.get(key)]
    if isinstance(truth, set | frozenset | list):
        return _unequal(truth, answer)
    return [] if truth == answer else [truth]


def _unequal(truth: Iterable[Any], answer: Iterable[Any]) -> list[Any]:
    """Return members that are not as often in one as in the other."""
    here, there = Counter(truth), Counter(answer)
    return [each for each in {**here, **there} if here[each] != there[each]]
