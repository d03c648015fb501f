"""Check what public verbs are given against what their signatures say."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, TypeVar, cast, get_args, get_origin

from pytest_imessage_foundry.conversations.authoring.fitting import (
    Names,
    matcher,
    misfit,
)
from pytest_imessage_foundry.errors import FoundryError, meant

Verb = TypeVar("Verb", bound=Callable[..., Any])
_KINDS = inspect.Parameter


def checked(verb: Verb) -> Verb:
    """Refuse arguments that the verb's signature does not take.

    Type checkers say so before a test runs. Without a type checker, the call raises an
    error that
    names the argument and what it may be, and writes no row.

    Raises:
        FoundryError: when the returned function is called with wrong arguments.
    """

    @wraps(verb)
    def call(*args: Any, **given: Any) -> Any:
        __tracebackhide__ = True
        _signature_of(verb).check(args, given)
        return verb(*args, **given)

    return cast(Verb, call)


@cache
def _signature_of(verb: Callable[..., Any]) -> Signature:
    return Signature(verb)


class Signature:
    """The arguments that a verb takes, including each fact of `**facts: Unpack[...]`.

    Attributes:
        hints: the hint of each argument and each fact, by name. That of `*content` is
        for one item.
        facts: the names that `**facts` has, if it states them.
    """

    def __init__(self, verb: Callable[..., Any]) -> None:
        self.name = verb.__name__
        if self.name == "__init__":
            self.name = verb.__qualname__.split(".")[0]
        self._signature = inspect.signature(verb)
        names = Names(verb.__globals__)
        self.hints: dict[str, Any] = {}
        self.facts: frozenset[str] = frozenset()
        self._rest = ""
        for each in list(self._signature.parameters.values())[1:]:
            hint = names.hint(each.annotation)
            if each.kind is _KINDS.VAR_KEYWORD:
                self._rest = each.name
                facts = facts_of(get_args(hint)[0]) if get_origin(hint) else {}
                self.facts = frozenset(facts)
                self.hints |= facts
            else:
                self.hints[each.name] = hint

    def check(self, args: tuple[Any, ...], given: Mapping[str, Any]) -> None:
        """Refuse arguments that are missing, too many, unknown, or of a wrong type."""
        __tracebackhide__ = True
        try:
            bound = self._signature.bind(*args, **given).arguments
        except TypeError as error:
            raise self._refusal(str(error), given) from None
        for name, value in bound.items():
            if name == self._rest and self.facts:
                for fact, stated in value.items():
                    self._check_one(fact, stated, given)
            elif name in self.hints:
                several = self._signature.parameters[name].kind
                each_one = value if several is _KINDS.VAR_POSITIONAL else (value,)
                for one in each_one:
                    self._check_one(name, one, given)

    def _check_one(self, name: str, value: object, given: Mapping[str, Any]) -> None:
        __tracebackhide__ = True
        if name not in self.hints:
            raise self._refusal(f"got an unexpected keyword argument {name!r}", given)
        hint = self.hints[name]
        if not matcher(hint)(value):
            raise misfit(f"{self.name}() cannot take", name, value, hint)

    def _refusal(self, what: str, given: Mapping[str, Any]) -> FoundryError:
        taken = [each for each in self.hints if not each.startswith("_")]
        strange = [each for each in given if each not in self.hints]
        near = meant(strange[0], taken) if strange else ""
        advice = f"correct {strange[0]!r}{near}" if near else "correct the call"
        return FoundryError(
            f"{self.name}() {what}\nlooked among what it takes: "
            f"{', '.join(taken) or 'nothing'}\n{advice}"
        )


@cache
def facts_of(stated: type) -> dict[str, Any]:
    """Return the hint of each fact that a TypedDict states."""
    names = Names(vars(sys.modules[stated.__module__]))
    return {
        name: names.hint(annotation)
        for name, annotation in stated.__annotations__.items()
    }
