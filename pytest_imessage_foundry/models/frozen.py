"""`dataclass` for models of which a build makes millions.

It is `dataclass(frozen=True, slots=True)` of the standard library in all that can be
seen of an object; for a type checker it is that very function. Only making an object
takes a third of the time: the standard library calls `object.__setattr__` for each
field of a frozen object.
"""

from __future__ import annotations

import dataclasses
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
    """The class that `cls` declares, as two: a frozen one, and an open one.

    They share slots and methods, so that an object can change between them. The
    frozen one is what everybody sees. The first field that `__init__` sets makes the
    object open, and it is frozen again when all are set.
    """
    check = vars(cls).get("__post_init__", _no_check)

    def __setattr__(self: Any, name: str, value: object) -> None:
        if name != first or hasattr(self, first):
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, "__class__", opened)
        setattr(self, name, value)

    def __post_init__(self: Any) -> None:
        self.__class__ = frozen
        check(self)

    cls.__post_init__ = check
    base = dataclasses.dataclass(slots=True, kw_only=kw_only, unsafe_hash=True)(cls)
    first = dataclasses.fields(base)[0].name
    opened = _heir(base, __post_init__=__post_init__)
    frozen = _heir(
        base,
        __setattr__=__setattr__,
        __delattr__=_refuse,
        __getstate__=_state,
        __setstate__=_restore,
    )
    return frozen


def _heir(base: type, **methods: Any) -> type:
    """A class like `base`, of the same name, with these methods more."""
    same = {
        name: getattr(base, name) for name in ("__doc__", "__module__", "__qualname__")
    }
    return type(base.__name__, (base,), {"__slots__": (), **same, **methods})


def _no_check(self: object) -> None:
    """Accept the values of a class that has no `__post_init__`."""


def _refuse(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    """Fill an object that is copied or unpickled: nobody calls its `__init__`."""
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
