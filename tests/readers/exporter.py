"""imessage-exporter: run it, and read its txt exports and diagnostics back.

A txt export marks no message with its GUID and no end of a part, so a text that
imitates the exporter's own lines cannot be told from them; exporter_html has both.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .exported import ME, Exported, Shown, Tapback
from .install import find
from .running import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

STAMP = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d, \d{4}"
    r" [ \d]\d:\d\d:\d\d [AP]M"
)
READ = r"\(Read by (?:.+) after (?P<after>.+)\)"
HEADER = re.compile(rf"(?P<date>{STAMP})(?: {READ})?")
PHRASES = (
    r"kept an audio message\.",
    r"unsent a message[!.]",
    r"added .+ to the conversation\.",
    r"removed .+ from the conversation\.",
    r"named the conversation .+",
    r"left the conversation\.",
    r"changed the group photo\.",
    r"removed the group photo\.",
    r"changed the chat background\.",
    r"removed the chat background\.",
    r"changed their phone number\.",
)
ANNOUNCEMENT = re.compile(
    rf"(?P<date>{STAMP}) (?P<who>.+?) (?P<what>{'|'.join(PHRASES)})"
)
EFFECTS = frozenset(
    f"Sent with {name}"
    for name in (
        *("Slam", "Loud", "Gentle", "Invisible Ink", "Confetti", "Echo", "Fireworks"),
        *("Balloons", "Heart", "Lasers", "Shooting Star", "Sparkles", "Spotlight"),
    )
)
SYSTEM = (
    "SharePlay Message\nEnded",
    "Started sharing location!",
    "Stopped sharing location!",
)
DELETED = "This message was deleted from the conversation!"
RESPONDED = "This message responded to an earlier message."
UNSENT = re.compile(r".+ unsent this message part(?: .+ after sending)?!")
STICKER = re.compile(r"(?:\S.* )?Sticker from (?P<who>.+?): (?P<path>.*)")
TAPBACK = re.compile(
    r"(?:\S.* )?Sticker from (?P<who>.+?): (?P<path>.*) from (?P=who)"
    r"|Sticker from (?P<lost>.+) not found!"
    r"|(?P<kind>.+?) by (?P<by>.+)"
)
EDIT = re.compile(rf"(?:{STAMP}|Edited .*? ?later:) (?P<text>.*)")
PROBLEMS = ("Unable to format app message: ", "Attachment missing!")
QUIET = re.compile(
    r"Building cache\.\.\.|  \[\d/5\] Caching .+\.\.\.|Cache built!"
    r"|Decrypting iOS backup\.\.\.|  \[\d/5\] (?:Deriving|Resolving|Decrypting) .+"
    r"|Decrypted iOS backup: .+"
    r"|Exporting to .+ as (?:txt|html)\.\.\.|Writing HTML footers\.\.\."
    r"|No (?:HEIC|CAF|MOV) converter found, .+"
)
INDENT = "    "


@dataclass(frozen=True)
class Export:
    """How to run it, as its users would."""

    home: Path | None = None
    """A folder with Library/Messages in it: where `~` in attachment paths points."""
    attachment_root: Path | None = None
    contacts: Path | None = None
    use_caller_id: bool = False
    conversation: str | None = None
    zone: str = "UTC"
    backup: Path | None = None
    """An iPhone's backup, to be given as the database."""
    password: str | None = None

    @property
    def attachments(self) -> str:
        if self.backup:
            return str(self.backup)
        root = self.attachment_root or (self.home or Path("/")) / "Library/Messages"
        return str(root)

    def options(self) -> Iterator[str]:
        if self.backup:
            yield from ("--platform", "iOS")
        if self.password:
            yield from ("--cleartext-password", self.password)
        if self.attachment_root:
            yield from ("--attachment-root", str(self.attachment_root))
        if self.contacts:
            yield from ("--contacts-path", str(self.contacts))
        if self.use_caller_id:
            yield "--use-caller-id"
        if self.conversation:
            yield from ("--conversation-filter", self.conversation)


def imessage_exporter_txt(db: Path, how: Export | None = None) -> Exported:
    how = how or Export()
    with tempfile.TemporaryDirectory() as out:
        done = export(db, "txt", Path(out) / "export", how)
        messages = [
            message
            for file in sorted((Path(out) / "export").glob("*.txt"))
            for message in _messages(file, how)
        ]
    return Exported(tuple(messages), done)


def imessage_exporter_diagnostics(
    db: Path, how: Export | None = None
) -> dict[str, dict[str, str]]:
    """What `-d` says, as {heading: {label: value}}."""
    how = how or Export()
    with tempfile.TemporaryDirectory() as empty:
        done = run_exporter(("-d", "-p", str(db), *how.options()), how, Path(empty))
    found: dict[str, dict[str, str]] = {}
    heading = label = None
    for line in done.stdout.splitlines():
        if line == "" or line.endswith(" Diagnostics") or line == "Done!":
            continue
        if not line.startswith(" ") and line.endswith(":"):
            heading = line.removesuffix(":").removesuffix(" diagnostic data")
            found[heading] = {}
        elif heading is None:
            raise UnreadableError(f"diagnostics: unknown line {line!r}")
        elif line.startswith(" " * 16) and label:
            found[heading][label] += f" ({line.strip()})"
        elif match := re.fullmatch(r" +([^:]+):(?: (.+))?", line):
            label = match[1]
            found[heading][label] = match[2] or ""
        else:
            raise UnreadableError(f"diagnostics: unknown line {line!r}")
    return found


def export(db: Path, form: str, out: Path, how: Export) -> tuple[str, ...]:
    """Export into a new folder; return what it complained of."""
    with tempfile.TemporaryDirectory() as empty:
        arguments = ("-f", form, "-p", str(db), "-o", str(out), *how.options())
        done = run_exporter(arguments, how, Path(empty))
    lines = done.stderr.splitlines()
    return tuple(line for line in lines if line and not QUIET.fullmatch(line))


def run_exporter(
    arguments: tuple[str, ...], how: Export, empty: Path
) -> subprocess.CompletedProcess[str]:
    program = find("imessage-exporter", "imessage-exporter")
    environment = {
        "HOME": str(how.home or empty),
        "PATH": os.environ.get("PATH", os.defpath),
        "TZ": how.zone,
    }
    done = subprocess.run(
        (str(program), *arguments),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    # It exits 0 even when it could do nothing, so its words must be read.
    failed = re.search(r"^(?:Unable to export|Invalid .+): .*", done.stderr, re.M)
    if done.returncode != 0 or failed:
        raise UnreadableError(f"imessage-exporter: {done.stderr.strip()[-2000:]}")
    return done


def parse_stamp(stamp: str) -> datetime:
    """The exporter's local time; Export.zone must be UTC for it to be true."""
    return datetime.strptime(" ".join(stamp.split()), "%b %d, %Y %I:%M:%S %p").replace(
        tzinfo=UTC
    )


def person(name: str) -> str:
    return ME if name in ("Me", "You") else name


def _messages(file: Path, how: Export) -> Iterator[Shown]:
    lines = file.read_bytes().decode("utf-8").split("\n")
    for record in _records(lines[:-1], file.name):
        match = ANNOUNCEMENT.fullmatch(record[0])
        if match and record[1:] == [""]:
            yield Shown(
                chat=file.stem,
                sender=person(match["who"]),
                date=parse_stamp(match["date"]),
                announcement=match["what"],
                unsent=int(match["what"].startswith("unsent")),
            )
        else:
            yield replace(_message(record, how), chat=file.stem)


def _records(lines: list[str], where: str) -> Iterator[list[str]]:
    """Split at lines that open a message and stand first or after an empty one."""
    record: list[str] = []
    for line in lines:
        if (not record or record[-1] == "") and (
            HEADER.fullmatch(line) or ANNOUNCEMENT.fullmatch(line)
        ):
            if record:
                yield record
            record = []
        elif not record:
            raise UnreadableError(f"{where}: does not open a message: {line!r}")
        record.append(line)
    if record:
        yield record


@dataclass
class _Body:
    """What is gathered from the lines of one message."""

    text: list[str] = field(default_factory=list)
    tapbacks: list[Tapback] = field(default_factory=list)
    replies: list[Shown] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    effect: str | None = None
    transcript: str | None = None
    unsent: int = 0


def _message(record: list[str], how: Export) -> Shown:
    header = HEADER.fullmatch(record[0])
    if header is None or len(record) < 3 or record[-1] != "":
        raise UnreadableError(f"not a message: {record!r}")
    lines = record[2:-1]
    deleted = lines[:1] == [DELETED]
    lines = lines[deleted:]
    is_reply = lines[-1:] == [RESPONDED]
    lines = lines[: len(lines) - is_reply]
    system = next((s for s in SYSTEM if s == "\n".join(lines[: s.count("\n") + 1])), "")
    lines = lines[len(system.splitlines()) :]
    body = _Body()
    while lines:
        lines = lines[_take(lines, body, how) :]
    return Shown(
        sender=person(record[1]),
        date=parse_stamp(header["date"]),
        read_after=header["after"],
        text="\n".join(body.text) if body.text else None,
        tapbacks=tuple(body.tapbacks),
        is_reply=is_reply,
        replies=tuple(body.replies),
        edits=tuple(body.edits),
        unsent=body.unsent,
        effect=body.effect,
        attachments=tuple(body.attachments),
        transcript=body.transcript,
        system=system.replace("\n", " ") or None,
        deleted=deleted,
        problems=tuple(body.problems),
    )


def _take(lines: list[str], body: _Body, how: Export) -> int:
    """Take what stands first in lines into body; return how many lines it was."""
    line = lines[0]
    if line == "Tapbacks:" and lines[1:2] and lines[1].startswith(INDENT):
        return 1 + _take_tapbacks(lines[1:], body)
    if line.startswith(INDENT) and HEADER.fullmatch(line.removeprefix(INDENT)):
        return _take_replies(lines, body, how)
    sticker = STICKER.fullmatch(line)
    if line in EFFECTS:
        body.effect = line
    elif UNSENT.fullmatch(line):
        body.unsent += 1
    elif match := EDIT.fullmatch(line):
        body.edits.append(match["text"])
    elif line.startswith(f"{how.attachments}/"):
        body.attachments.append(line)
    elif sticker and sticker["path"].startswith(f"{how.attachments}/"):
        body.attachments.append(sticker["path"])
    elif line.startswith("Transcription: ") and body.attachments:
        body.transcript = line.removeprefix("Transcription: ")
    elif line.startswith(PROBLEMS):
        body.problems.append(line)
    elif body.edits:
        body.edits[-1] += f"\n{line}"
    else:
        body.text.append(line)
    return 1


def _take_tapbacks(lines: list[str], body: _Body) -> int:
    count = 0
    for line in lines:
        match = TAPBACK.fullmatch(line.removeprefix(INDENT))
        if not line.startswith(INDENT) or not match or HEADER.fullmatch(line.strip()):
            break
        who = match["by"] or match["who"] or match["lost"]
        kind = match["kind"] or "sticker"
        body.tapbacks.append(Tapback(kind, person(who), match["path"]))
        count += 1
    return count


def _take_replies(lines: list[str], body: _Body, how: Export) -> int:
    count = 0
    while count < len(lines) and lines[count].startswith((INDENT, "\n", "")):
        if lines[count] and not lines[count].startswith(INDENT):
            break
        count += 1
    inner = [line.removeprefix(INDENT) for line in lines[:count]]
    # One empty line closes each reply; the last also has the one of its message when
    # that message goes on, or ends, after it.
    if inner[-1] != "":
        inner.append("")
    body.replies.extend(_message(each, how) for each in _records(inner, "replies"))
    return count
