"""The schemas of chat.db, one per macOS release, by name.

A release's file is imported only when its schema is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

from pytest_imessage_foundry.errors import FoundryError, UnknownReleaseError, meant

if TYPE_CHECKING:
    from pytest_imessage_foundry.db.schema.definition import Schema

Layout = Literal["fresh", "migrated"]
_LAYOUTS = get_args(Layout)

# Where each release is stated, oldest first.
_HOMES = {
    "sonoma": ("sonoma", "SONOMA"),
    "sequoia-15.2": ("sequoia", "SEQUOIA_15_2"),
    "sequoia": ("sequoia", "SEQUOIA"),
    "tahoe-26.0": ("tahoe", "TAHOE_26_0"),
    "tahoe": ("tahoe", "TAHOE"),
    "golden-gate": ("golden_gate", "GOLDEN_GATE"),
}
RELEASES: tuple[str, ...] = tuple(_HOMES)
# What the word `all` means: each major release once, as it is today.
ALL = ("sonoma", "sequoia", "tahoe", "golden-gate")

# The first pattern that a version number matches names its schema. 15.0 and 15.1 lack
# preview_generation_state and no dump of them is known; 15.2 is the nearest. What
# 26.1 to 26.4 hold is not known either.
_NUMBERS = (
    (r"14(\.\d+)*", "sonoma"),
    (r"15\.[0-3](\.\d+)*", "sequoia-15.2"),
    (r"15(\.\d+)*", "sequoia"),
    (r"26\.0(\.\d+)*", "tahoe-26.0"),
    (r"26(\.\d+)*", "tahoe"),
    (r"27(\.\d+)*", "golden-gate"),
)


def get(
    name: str, *, layout: Layout = "fresh", extra: Mapping[str, Schema] | None = None
) -> Schema:
    """Give the schema of a release by its name or version number.

    `fresh` is the release as its source has it, `migrated` the same release as a file
    that Messages has carried along since OS X 10.9 to 10.11. `extra` holds schemas that
    a user adds. Raises UnknownReleaseError.
    """
    extra = extra or {}
    check(name, layout=layout, extra=extra)
    known = resolve(name, extra)
    if known in extra:
        return _laid_out(extra[known], layout)
    return _built_in(known, layout)


def check(name: str, *, layout: Layout = "fresh", extra: Collection[str] = ()) -> None:
    """Raise what `get` would raise, without reading the schema."""
    resolve(name, extra)
    if layout not in _LAYOUTS:
        raise FoundryError(f"unknown layout {layout!r} (choose from fresh, migrated)")


def resolve(word: str, extra: Collection[str] = ()) -> str:
    """Give the name of the release that `word` means, in any case or as a number.

    Raises UnknownReleaseError; `all` is no single release, see `select`.
    """
    # A test may parametrise its release with anything.
    if not isinstance(word, str):
        raise _no_text(word)
    wanted = word.strip().lower()
    for name in (*extra, *RELEASES):
        if name.lower() == wanted:
            return name
    for pattern, name in _NUMBERS:
        if re.fullmatch(pattern, wanted):
            return name
    candidates = (*RELEASES, *(n for n in extra if n not in RELEASES), "all")
    if wanted == "all":
        raise UnknownReleaseError(
            f"'all' is no single macOS release (choose from {', '.join(ALL)})"
        )
    raise UnknownReleaseError(
        f"unknown macOS release {word!r}{meant(word, candidates)} "
        f"(choose from {', '.join(candidates)})"
    )


def _no_text(value: object) -> UnknownReleaseError:
    from pytest_imessage_foundry.terminal import shown

    return UnknownReleaseError(
        f"{shown(value)} is no macOS release: one is named by a text\n"
        "looked for: a name or a number, such as 'tahoe' or '26'\n"
        f"choose from {', '.join(RELEASES)}"
    )


def select(word: str, extra: Collection[str] = ()) -> tuple[str, ...]:
    """Give the releases that `word` means, oldest first: one, or those of `all`."""
    return ALL if word.strip().lower() == "all" else (resolve(word, extra),)


def built_in() -> list[Schema]:
    """Return the schemas of all releases of this package, oldest first."""
    return [get(name) for name in RELEASES]


@cache
def _built_in(name: str, layout: Layout) -> Schema:
    module, constant = _HOMES[name]
    home = import_module(f"{__name__}.{module}")
    schema: Schema = getattr(home, constant)
    return _laid_out(schema, layout)


def _laid_out(schema: Schema, layout: Layout) -> Schema:
    # What was read from a file has the layout of that file.
    if layout == "fresh" or schema.layout == "as read":
        return schema
    from pytest_imessage_foundry.db.schema.migrated import migrated

    return migrated(schema)
