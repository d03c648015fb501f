"""One HTML file that shows a phone and loads nothing from the network.

The messages are JSON that the page's script puts into text nodes: no text of the
database is ever parsed as HTML. A content security policy with hashes would stop any
script in it. Chats are read and written one message after the other, so that a page of
a hundred thousand messages needs little memory; the script reads a chat's JSON when
somebody opens it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from html import escape
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.preview import address_names, contact_faces
from pytest_imessage_foundry.preview import phone as shape
from pytest_imessage_foundry.preview.goal_bars import GoalRow
from pytest_imessage_foundry.preview.local_times import LocalTimes
from pytest_imessage_foundry.preview.page_data import PageData
from pytest_imessage_foundry.preview.pictures import (
    PICTURE_LIMIT,
    PICTURES_LIMIT,
    Pictures,
)
from pytest_imessage_foundry.preview.plots import goals, plots
from pytest_imessage_foundry.preview.reader import Progress, reading
from pytest_imessage_foundry.preview.safe_text import visible
from pytest_imessage_foundry.preview.script_json import encode, inert
from pytest_imessage_foundry.preview.tally import Tally
from pytest_imessage_foundry.replaceable import IN_CODE, check_apart, check_output

_TOGETHER = 256  # messages that are drawn at once
_IN_MEMORY = 8 << 20  # bytes of drawn chats that need no temporary file
_FOLDER = "pytest_imessage_foundry.preview"


class _Phone(Protocol):
    """A phone that is read at once, or a chat at a time."""

    path: Path
    chats: tuple[shape.ShownChat, ...]

    def lean_messages_in(self, chat: shape.ShownChat) -> Iterator[shape.Drawable]: ...

    def details(self, chat: shape.ShownChat) -> Iterator[dict[str, Any]]: ...


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What is known of a database and does not stand in it.

    Attributes:
        title: what stands above, by default the file's name.
        names: the names of addresses; they come before those of an address book.
        cases: of the catalogue: names, the GUIDs of their messages and what a reader
            must say of each.
        zone: that of the times, the owner's at best; UTC by default.
        failure: why a test failed that used it.
        measures: shares and counts beside their goals, for the plots.
    """

    title: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    cases: Sequence[Mapping[str, Any]] = ()
    zone: tzinfo | None = None
    failure: str = ""
    measures: Sequence[GoalRow] = ()


NOTHING = Notes()


def write(
    database: str | Path,
    out: str | Path,
    notes: Notes = NOTHING,
    *,
    force: bool = False,
    remedy: str = IN_CODE,
    progress: Progress | None = None,
) -> Path:
    """Write the page of the database to `out`, atomically.

    Args:
        force: replace what is at `out`.
        remedy: what to do about it, for the error's message.
        progress: called with the number of messages drawn, and of all.

    Raises:
        UnreadableFileError: the database cannot be read.
        FoundryError: `out` exists and `force` is false, or cannot be written.
    """
    page = Path(out)
    check_apart([page], [database])
    check_output(page, force=force, remedy=remedy)
    with (
        reading(database, progress) as phone,
        replacing(page, force=force, remedy=remedy, makes_folder=True) as draft,
    ):
        # The owner alone may read it: it may show real people.
        draft.touch(mode=0o600, exist_ok=False)
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            draw(phone, file, notes)
    return page


def render(phone: _Phone, notes: Notes = NOTHING) -> str:
    """Return the page of a phone as text."""
    with io.StringIO() as file:
        draw(phone, file, notes)
        return file.getvalue()


def draw(phone: _Phone, file: IO[str], notes: Notes = NOTHING) -> None:
    """Write the page of a phone into an open file."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as chats:
        fields = _fields(phone, chats, notes)
        chats.seek(0)
        template = (files(_FOLDER) / "page.html").read_text("utf-8")
        # In one pass, so that fields are not replaced inside other fields' content.
        for number, piece in enumerate(re.split(r"\{\{(\w+)\}\}", template)):
            if number % 2 == 0:
                file.write(piece)
            elif piece == "chats":
                shutil.copyfileobj(chats, file)
            else:
                file.write(fields[piece])


def _fields(phone: _Phone, chats: IO[str], notes: Notes) -> dict[str, str]:
    """Return what the template's fields hold; write the chats into `chats`."""
    heading = visible(phone.path.name if notes.title is None else notes.title)
    times, pictures = LocalTimes(notes.zone), Pictures(PICTURES_LIMIT)
    names = _names(phone, notes)
    data, tally = PageData(names, times, pictures), Tally(times.at)
    index = [
        _draw_chat(phone, number, chat, data, tally, chats)
        for number, chat in enumerate(phone.chats)
    ]
    facts = {
        "title": heading,
        "people": names,
        "faces": _faces(phone, pictures),
        "chats": index,
        "cases": [dict(case) for case in notes.cases],
        "failure": notes.failure,
    }
    style = (files(_FOLDER) / "page.css").read_text("utf-8")
    scripts = ("bubbles.js", "details.js", "page.js")
    script = "".join((files(_FOLDER) / name).read_text("utf-8") for name in scripts)
    return {
        "policy": _policy(style, script),
        "title": escape(heading),
        "style": style,
        "script": script,
        "plots": _figures(tally, names, notes.measures),
        "index": _json("index", facts),
        "pictures": _json("pictures", pictures.urls),
        "limit": f"{PICTURE_LIMIT // 1024} KiB",
        "all_limit": f"{PICTURES_LIMIT // 1024 // 1024} MiB",
        "zone": escape(times.name(tally.newest)),
    }


def _names(phone: _Phone, notes: Notes) -> dict[str, str]:
    given = dict(notes.names)
    book = address_names.beside(phone.path)
    return address_names.names_of(_addresses(phone), given, book)


def _addresses(phone: _Phone) -> list[str]:
    found = (
        address
        for chat in phone.chats
        for address in (*chat.participants, chat.identifier)
    )
    return sorted({each for each in found if each})


def _faces(phone: _Phone, pictures: Pictures) -> dict[str, int]:
    """Return the numbers of contacts' pictures, counted from 1, by address."""
    found = contact_faces.faces_of(phone.path, _addresses(phone))
    numbers = {each: pictures.kept(data) for each, data in found.items()}
    return {each: at + 1 for each, at in numbers.items() if at is not None}


def _draw_chat(
    phone: _Phone,
    number: int,
    chat: shape.ShownChat,
    data: PageData,
    tally: Tally,
    file: IO[str],
) -> dict[str, Any]:
    """Write a chat's messages as JSON; return what the index says of the chat."""
    count = unread = deleted = 0
    last = None
    messages = phone.lean_messages_in(chat)
    file.write(f'<script type="application/json" id="chat-{number}">[')
    while batch := list(islice(messages, _TOGETHER)):
        file.write(("," if count else "") + inert(data.messages(batch)))
        tally.add(chat, batch)
        last = batch[-1]
        unread += sum(message.is_unread for message in batch)
        deleted += sum(bool(message.deleted) for message in batch)
        count += len(batch)
    file.write("]</script>\n")
    rows = list(phone.details(chat))
    if rows:
        file.write(_json(f"rows-{number}", rows) + "\n")
    return data.chat(chat, count, unread, deleted, last)


def _policy(style: str, script: str) -> str:
    return (
        "default-src 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _json(name: str, content: Any) -> str:
    return (
        f'<script type="application/json" id="{name}">{inert(encode(content))}</script>'
    )


def _figures(
    tally: Tally, names: Mapping[str, str], measures: Sequence[GoalRow]
) -> str:
    figures = [
        f"<figure><h2>{escape(plot.title)}</h2>{plot.svg}"
        f"<figcaption>{escape(plot.note)}</figcaption></figure>"
        for plot in (*plots(tally, names), *goals(measures))
    ]
    return "\n".join(figures) or "<p>There is no message to count.</p>"
