"""All rates of one chat.db, as a table and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_imessage_foundry.db.schema import introspect
from pytest_imessage_foundry.measures import percent, share
from pytest_imessage_foundry.rates import of_chats, of_messages
from pytest_imessage_foundry.rates.counting import Held, measure
from pytest_imessage_foundry.rates.of_attachments import attachments
from pytest_imessage_foundry.rates.of_order import Year, order
from pytest_imessage_foundry.reading.open_readonly import (
    BROKEN,
    opened,
    unreadable,
    without_messages,
)

if TYPE_CHECKING:
    from pytest_imessage_foundry.measures import Measure

_STEPS = 5


@dataclass(frozen=True, slots=True)
class FileRates:
    """What was measured of a file.

    Attributes:
        path: the file.
        is_older: whether it was last written before macOS 14.
        messages: how many rows `message` has.
        sections: the rates under a heading each.
        years: counts of each year that a message is dated in.
    """

    path: Path
    is_older: bool
    messages: int
    sections: dict[str, tuple[Measure, ...]]
    years: tuple[Year, ...]

    def __getitem__(self, name: str) -> Measure:
        """Return the measure of that name.

        Raises:
            KeyError: there is none.
        """
        for measures in self.sections.values():
            for each in measures:
                if each.name.strip() == name:
                    return each
        raise KeyError(name)

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain data for `json.dumps`."""
        return {
            "path": str(self.path),
            "older_than_macos_14": self.is_older,
            "messages": self.messages,
            "measures": [
                {
                    **asdict(each),
                    "section": section,
                    "name": each.name.strip(),
                    "met": each.is_met,
                }
                for section, measures in self.sections.items()
                for each in measures
            ],
            "years": [each._asdict() for each in self.years],
        }

    def table(self) -> str:
        """Return the rates beside their goals as a text table."""
        lines = [f"{self.path}: {self.messages:,} messages"]
        if self.is_older:
            lines.append(f"{introspect.OLDER}: what it has is measured")
        for section, measures in self.sections.items():
            lines += ["", section]
            lines += map(_line, measures)
        return "\n".join([*lines, *self._by_year()])

    def _by_year(self) -> Iterator[str]:
        yield from (
            "",
            "years",
            f"  {'':6}{'messages':>10}"
            + "".join(
                f"{name:>12}"
                for name in ("text NULL", "immutable", *_services(self.years))
            ),
        )
        for each in self.years:
            shares = (
                share(each.without_text, each.bodies),
                share(each.immutable, each.bodies),
                *(share(count, each.messages) for count in each.services.values()),
            )
            cells = (f"{'-' if s is None else percent(s):>12}" for s in shares)
            yield f"  {each.year or '?':<6}{each.messages:>10,}{''.join(cells)}"


def _services(years: tuple[Year, ...]) -> tuple[str, ...]:
    return tuple(years[0].services) if years else ()


def _line(each: Measure) -> str:
    left = f"  {each.name:<46}{each.counted:>30}  {each.goal:<20}{each.mark:<9}"
    return f"{left}{each.source}"


def rates_of(
    path: Path, *, progress: Callable[[int, int], None] | None = None
) -> FileRates:
    """Measure the database at `path`; the file, and what is beside it, stays as it is.

    Args:
        path: the file; not a directory that holds it.
        progress: called with how many parts of the work are done, and of how many.

    Raises:
        UnreadableFileError: not there, not SQLite, a directory, encrypted,
            truncated, locked, empty, or not of Messages.
    """
    tell = progress or _nobody_looks
    try:
        with opened(path) as source, source.connect() as connection:
            # Mapped pages would count as this process's memory.
            connection.execute("PRAGMA mmap_size = 0").close()
            connection.execute("BEGIN")
            held = Held(connection)
            if not held.columns("message"):
                raise without_messages(path)
            is_older = introspect.is_older(introspect.read(connection))
            sections, years = _sections(held, path.parent, tell)
            count = connection.execute("SELECT count(*) FROM message").fetchone()[0]
    except BROKEN as error:
        raise unreadable(path, error) from None
    return FileRates(path, is_older, count, sections, tuple(years))


def _sections(
    held: Held, folder: Path, tell: Callable[[int, int], None]
) -> tuple[dict[str, tuple[Measure, ...]], list[Year]]:
    sections: dict[str, tuple[Measure, ...]] = {}
    alone = (*measure(held, of_messages.ALONE), of_messages.with_tapbacks(held))
    tell(1, _STEPS)
    sections["messages"] = (*measure(held, of_messages.IN_CHATS), *alone)
    tell(2, _STEPS)
    sections["chats"] = tuple(of_chats.chats(held))
    sections["handles"] = tuple(of_chats.handles(held))
    tell(3, _STEPS)
    sections["attachments"] = tuple(attachments(held, folder))
    tell(4, _STEPS)
    in_order, years = order(held)
    sections["ROWIDs and days"] = tuple(in_order)
    return sections, years


def _nobody_looks(done: int, total: int) -> None:
    """Progress that is shown to nobody."""
