"""One HTML file that shows a phone and loads nothing from the network.

The messages are JSON that the page's script puts into text nodes: no text of the
database is ever parsed as HTML. A content security policy with hashes would stop any
script in it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from pytest_imessage_foundry.atomic import replacing
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.preview import phone as shape
from pytest_imessage_foundry.preview.plots import plots, visible
from pytest_imessage_foundry.preview.reader import Progress, read
from pytest_imessage_foundry.replaceable import check_is_regular

PICTURE_LIMIT = 512 * 1024
"""Bytes of a single picture that the page still carries."""
PICTURES_LIMIT = 16 * 1024 * 1024
"""Bytes of all pictures together."""
_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypmsf1")


def write(
    database: str | Path,
    out: str | Path,
    *,
    title: str | None = None,
    names: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write the page of the database to `out`, atomically.

    `progress` is called with the number of messages read, later drawn, and of all.

    Raises:
        UnreadableFileError: the database cannot be read.
        FoundryError: `out` exists and `force` is false, or cannot be written.
    """
    page = Path(out)
    _refuse_overwriting(page, Path(database), force=force)
    phone = read(database, progress)
    html = render(phone, title=title, names=names, zone=zone, progress=progress)
    try:
        _put(page, html)
    except OSError as error:
        raise FoundryError(
            f"the page could not be written: {error.strerror or error}\n"
            f"tried to write: {page}\n"
            "give a path in a folder that may be written to"
        ) from error
    return page


def _refuse_overwriting(page: Path, database: Path, *, force: bool) -> None:
    if page.is_dir():
        what, remedy = "a folder stands where the page would", "give the name of a file"
    elif page.exists() and database.exists() and page.samefile(database):
        what, remedy = "the page would overwrite the database", "give another name"
    elif page.exists() and not force:
        what = "the page would overwrite a file"
        remedy = "give another name, or say that it may be replaced (--force)"
    else:
        check_is_regular(page)
        return
    raise FoundryError(f"{what}\nlooked at: {page}\n{remedy}")


def _put(page: Path, html: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    with replacing(page) as draft:
        # The owner alone may read it: it may show real people.
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(html, encoding="utf-8", newline="\n")


def render(
    phone: shape.ShownPhone,
    *,
    title: str | None = None,
    names: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
    progress: Progress | None = None,
) -> str:
    """Return the page as text.

    `names` gives the names to show for addresses, since a chat.db holds none. Times are
    in `zone`, by default this computer's.
    """
    heading = visible(phone.path.name if title is None else title)
    folder = files("pytest_imessage_foundry.preview")
    style = (folder / "page.css").read_text("utf-8")
    scripts = ("bubbles.js", "page.js")
    script = "".join((folder / name).read_text("utf-8") for name in scripts)
    data = _Data(names or {}, zone)
    chats = list(_drawn(phone, data, progress))
    index = [data.chat(chat) for chat in phone.chats]
    facts = {"title": heading, "people": dict(names or {}), "chats": index}
    fields = {
        "policy": _policy(style, script),
        "title": escape(heading),
        "style": style,
        "script": script,
        "plots": _figures(phone, data),
        "index": _json("index", facts),
        "chats": "\n".join(chats),
        "pictures": _json("pictures", data.pictures),
        "limit": f"{PICTURE_LIMIT // 1024} KiB",
        "all_limit": f"{PICTURES_LIMIT // 1024 // 1024} MiB",
        "zone": escape(data.zone_name(phone)),
    }
    # In one pass, so that fields are not replaced inside other fields' content.
    template = (folder / "page.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: fields[match[1]], template)


def _drawn(
    phone: shape.ShownPhone, data: _Data, progress: Progress | None
) -> Iterator[str]:
    total = sum(len(chat.messages) for chat in phone.chats)
    done = 0
    for number, chat in enumerate(phone.chats):
        yield _json(f"chat-{number}", data.messages(chat))
        done += len(chat.messages)
        if progress is not None:
            progress(done, total)


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
    """Return a JSON block, in ASCII and without characters special in HTML."""
    text = json.dumps(content, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _figures(phone: shape.ShownPhone, data: _Data) -> str:
    figures = [
        f"<figure><h2>{escape(plot.title)}</h2>{plot.svg}"
        f"<figcaption>{escape(plot.note)}</figcaption></figure>"
        for plot in plots(phone, data.clock, data.names)
    ]
    return "\n".join(figures) or "<p>There is no message to count.</p>"


def _nonempty(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not empty; most messages have few."""
    return {
        name: value for name, value in fields.items() if value not in ("", 0, (), [])
    }


class _Data:
    """A converter of a phone to the script's data, which also collects its pictures."""

    def __init__(self, names: Mapping[str, str], zone: tzinfo | None) -> None:
        self.names = names
        self.pictures: list[str] = []
        self._zone = zone
        self._known: dict[bytes, int] = {}
        self._room = PICTURES_LIMIT

    def clock(self, date: int) -> datetime:
        return shape.moment(date).astimezone(self._zone)

    def zone_name(self, phone: shape.ShownPhone) -> str:
        dates = [message.date for message in phone.messages()]
        return f"{self.clock(max(dates, default=0)):%Z}" or "UTC"

    def chat(self, chat: shape.ShownChat) -> dict[str, Any]:
        last = chat.messages[-1] if chat.messages else None
        return _nonempty(
            name=chat.name,
            guid=chat.guid,
            identifier=chat.identifier,
            people=chat.participants,
            service=chat.service,
            group=chat.is_group,
            marks=chat.marks,
            count=len(chat.messages),
            last=self._time(last.date) if last else "",
            glance=self._named(_glance(last)) if last else "",
        )

    def messages(self, chat: shape.ShownChat) -> list[dict[str, Any]]:
        return [self._message(message) for message in chat.messages]

    def _message(self, message: shape.ShownMessage) -> dict[str, Any]:
        fields = _nonempty(
            id=message.id,
            guid=message.guid,
            time=self._time(message.date),
            service=message.service,
            parts=[self._part(part) for part in message.parts],
            subject=message.subject,
            card=self._card(message.card) if message.card else "",
            poll=[{"text": c.text, "voters": c.voters} for c in message.poll],
            event=self._named(message.event),
            tapbacks=[self._tapback(tapback) for tapback in message.tapbacks],
            reply=self._quote(message.reply) if message.reply else "",
            effect=message.effect,
            audio=message.is_audio,
            unsent=message.is_unsent,
            delivered=self._time(message.date_delivered) or message.is_delivered,
            read=self._time(message.date_read) or message.is_read,
            schedule=message.schedule,
            deleted=self._time(message.deleted),
            translation=message.translation,
            marks=message.marks,
            troubles=message.troubles,
        )
        return fields | {"from": message.sender}

    def _part(self, part: shape.ShownPart) -> dict[str, Any]:
        return _nonempty(
            number=part.number,
            runs=[_run(run) for run in part.runs],
            file=self._file(part.file) if part.file else "",
            history=[
                {"time": self._time(v.date), "runs": [_run(run) for run in v.runs]}
                for v in part.history
            ],
            unsent=part.is_unsent,
            deleted=self._time(part.deleted),
        )

    def _file(self, file: shape.ShownFile) -> dict[str, Any]:
        picture = self._picture(file)
        return _nonempty(
            name=visible(file.name),
            mime=visible(file.mime),
            size=file.size,
            absence=file.absence,
            sticker=file.is_sticker,
            transcript=file.transcript,
            description=file.description,
            # Counted from 1, because 0 says nothing.
            picture=0 if picture is None else picture + 1,
        )

    def _card(self, card: shape.ShownCard) -> dict[str, Any]:
        return _nonempty(
            kind=card.kind,
            app=card.app,
            title=card.title,
            lines=card.lines,
            url=visible(card.url),
            image=self._file(card.image) if card.image else "",
        )

    def _tapback(self, tapback: shape.ShownTapback) -> dict[str, Any]:
        fields = _nonempty(
            name=tapback.name,
            part=tapback.part,
            time=self._time(tapback.date),
            emoji=tapback.emoji,
            image=self._file(tapback.image) if tapback.image else "",
        )
        return fields | {"from": tapback.sender}

    def _quote(self, quote: shape.ShownQuote) -> dict[str, Any]:
        fields = _nonempty(guid=quote.guid, found=quote.is_found, text=quote.text)
        return fields | {"from": quote.sender}

    def _named(self, sentence: str) -> str:
        for address in sorted(self.names, key=len, reverse=True) if sentence else ():
            sentence = sentence.replace(address, self.names[address])
        return sentence

    def _time(self, date: int) -> str:
        return f"{self.clock(date):%Y-%m-%dT%H:%M:%S}" if date else ""

    def _picture(self, file: shape.ShownFile) -> int | None:
        """Return the number of a picture on the page, None for any other file."""
        content = _content(file)
        mime = _picture_type(content)
        if not mime:
            return None
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            if len(content) > self._room:
                return None
            self._room -= len(content)
            self._known[digest] = len(self.pictures)
            coded = base64.b64encode(content).decode()
            self.pictures.append(f"data:{mime};base64,{coded}")
        return self._known[digest]


def _run(run: shape.ShownRun) -> dict[str, Any]:
    return _nonempty(
        text=run.text,
        styles=run.styles,
        effect=run.effect,
        mention=run.mention,
        link=visible(run.link),
        detected=run.detected,
    )


def _glance(message: shape.ShownMessage) -> str:
    """Return the line under a chat's name: a summary of its last message."""
    if message.event:
        return message.event
    if message.is_unsent:
        return "unsent a message"
    named = [file.name for file in message.files]
    card = message.card.title or message.card.app if message.card else ""
    words = message.text or card or ("Poll" if message.poll else "")
    return visible(words.replace("\n", " ") or next(iter(named), ""), 90)


def _content(file: shape.ShownFile) -> bytes:
    """Return the bytes of a small file, b'' where it is large or missing."""
    if file.path is None:
        return b""
    try:
        with file.path.open("rb") as opened:
            content = opened.read(PICTURE_LIMIT + 1)
    except OSError:
        return b""
    return content if len(content) <= PICTURE_LIMIT else b""


def _picture_type(content: bytes) -> str:
    """Return the MIME type of a picture by its first bytes, '' for other content."""
    for magic, mime in _MAGICS:
        if content.startswith(magic):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/heic" if content[4:12] in _HEIC else ""
