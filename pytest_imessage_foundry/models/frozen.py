"""`dataclass` for models of which a build makes millions.

It is `dataclass(frozen=True, slots=True)` of the standard library in all that can be
seen of an object; for a type checker it is that very function. Only making an object
takes a third of the time: the standard library calls `object.__setattr__` for each
field of a frozen object.
"""

from __future__ import annotations

import dataclasses
import inspect
import operator
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False):
        """Declare a frozen dataclass with slots, whose objects are made fast."""
        if not (frozen and slots):
            raise TypeError("models are frozen and have slots")
        return lambda cls: _frozen(cls, kw_only)


def _frozen(cls: Any, kw_only: bool) -> Any:
    """Return the class that `cls` declares, as two: a frozen one, and an open one.

    They share slots and methods, so that an object can change from one to the other.
    The frozen one is what everybody sees. Calling it makes an object of the open one,
    which turns into a frozen one when all fields are set.
    """
    check = vars(cls).get("__post_init__")

    def __post_init__(self: Any) -> None:
        self.__class__ = frozen
        if check is not None:
            check(self)

    cls.__post_init__ = check or _no_check
    base = dataclasses.dataclass(slots=True, kw_only=kw_only, repr=False, eq=False)(cls)
    same = {
        "__slots__": (),
        **{name: getattr(base, name) for name in ("__doc__", "__module__")},
        "__qualname__": base.__qualname__,
    }
    opened = type(cls.__name__, (base,), {**same, "__post_init__": __post_init__})
    signature = property(lambda _: inspect.signature(base))
    calling = {"__call__": opened, "__signature__": signature}
    metaclass = type("Model", (type,), calling)
    methods = same | _FROZEN | _compared(base)
    frozen = metaclass(cls.__name__, (base,), methods)
    return frozen


def _compared(model: Any) -> dict[str, Any]:
    """Return the methods that `dataclass` would compile anew for each class."""
    fields = dataclasses.fields(model)
    shown = [each.name for each in fields if each.repr]
    values = operator.attrgetter(*[each.name for each in fields if each.compare])

    def __repr__(self: Any) -> str:
        said = ", ".join([f"{name}={getattr(self, name)!r}" for name in shown])
        return f"{type(self).__qualname__}({said})"

    def __eq__(self: Any, other: Any) -> Any:
        if type(self) is not type(other):
            return NotImplemented
        return values(self) == values(other)

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return {"__repr__": __repr__, "__eq__": __eq__, "__hash__": __hash__}


def _no_check(self: object) -> None:
    """Accept the values of a class without `__post_init__`: one must be there."""


def _set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    """Fill an object that is copied or unpickled: nobody calls its `__init__`."""
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_FROZEN: dict[str, Any] = {
    "__setattr__": _set,
    "__delattr__": _delete,
    "__getstate__": _state,
    "__setstate__": _restore,
}
