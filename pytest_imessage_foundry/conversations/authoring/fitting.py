"""Tell whether a value fits a type hint, and describe the hint in words."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pytest_imessage_foundry import models
from pytest_imessage_foundry.conversations.authoring.words import unknown
from pytest_imessage_foundry.errors import FoundryError

Test = Callable[[object], bool]
_WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    NoneType: "None",
    "Attachment": "what file() returns",
    "Chat": "what direct() or group() returns",
    "Draft": "what send() or receive() returns",
    "Persona": "what person() returns",
    "Run": "a Run",
    "datetime": "a datetime",
    "Path": "a Path",
}


class Named:
    """A class that is known by its name alone, because this module cannot import it."""


class Names(dict[str, Any]):
    """What the names in an annotation stand for, those for type checkers included.

    A name that is neither in the module nor in Python nor in the models is the name of
    a class. An object fits it if its class, or a base of that, has the name.
    """

    def __init__(self, module: dict[str, Any]) -> None:
        super().__init__()
        self._module = module

    def __missing__(self, name: str) -> Any:
        for found in (self._module, vars(builtins)):
            if name in found:
                return found[name]
        if hasattr(models, name):
            return getattr(models, name)
        self[name] = type(name, (Named,), {})
        return self[name]

    def hint(self, annotation: Any) -> Any:
        """Return the hint that an annotation writes out."""
        text = getattr(annotation, "__forward_arg__", annotation)
        return eval(text, {}, self) if isinstance(text, str) else text


@cache
def matcher(hint: Any) -> Test:
    """Return the test of whether a value is what a hint asks for."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return lambda value: True
    if hint is None or hint is NoneType:
        return lambda value: value is None
    if origin is Literal:
        return lambda value: any(
            type(value) is type(each) and value == each for each in inner
        )
    if origin in (Union, UnionType):
        tests = tuple(matcher(each) for each in inner)
        return lambda value: any(test(value) for test in tests)
    if origin is not None:
        return _test_of_container(origin, inner)
    return _test_of_class(hint)


def _test_of_container(origin: Any, inner: tuple[Any, ...]) -> Test:
    if origin is tuple and inner[-1] is not Ellipsis:
        tests = tuple(matcher(each) for each in inner)
        return lambda value: (
            isinstance(value, tuple)
            and len(value) == len(tests)
            and all(test(each) for test, each in zip(tests, value, strict=True))
        )
    if origin not in (tuple, list, Sequence, Iterable):
        return lambda value: isinstance(value, origin)
    is_one = matcher(inner[0])
    return lambda value: (
        isinstance(value, origin)
        and not isinstance(value, (str, bytes))
        and all(map(is_one, value))
    )


def _test_of_class(kind: Any) -> Test:
    if issubclass(kind, Named):
        name = kind.__name__
        return lambda value: any(each.__name__ == name for each in type(value).__mro__)
    if kind is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return lambda value: (
            isinstance(value, (int, float)) and not isinstance(value, bool)
        )
    return lambda value: isinstance(value, kind)


def words_of(hint: Any) -> tuple[object, ...]:
    """Return the closed words of a hint: Literal, `Literal | None`, a tuple of such."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return tuple(word for each in get_args(hint) for word in words_of(each))


def misfit(what: str, name: str, value: object, hint: Any) -> FoundryError:
    """Return the error for a value that does not fit a hint. If the hint has closed
    words, the error lists them."""
    words = words_of(hint)
    stated = value if isinstance(value, tuple) else (value,)
    for each in stated if words else ():
        if isinstance(each, str) and each not in words:
            return unknown(name.replace("_", " "), each, map(str, words))
    return FoundryError(
        f"{what} {value!r:.60}\n"
        f"looked at {name}, which is {describe(hint)}\n"
        "give one of these"
    )


def describe(hint: Any) -> str:
    """Return in words what a hint asks for."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(map(repr, inner))
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(describe, inner)))
    if origin is tuple:
        more = inner[-1] is Ellipsis
        return f"a tuple of {', '.join(map(describe, inner[:-1] if more else inner))}"
    if origin is not None:
        return f"a list of {describe(inner[0])}"
    name = getattr(hint, "__name__", str(hint))
    return _WORDS.get(hint) or _WORDS.get(name) or f"a {name}"
