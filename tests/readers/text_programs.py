"""Readers whose output is text for people: imessage-reader, imessagedb, parse-smsdb."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .install import find
from .running import run, scratch_home, tiles, utc
from .seen import ME, Reading, Seen, UnreadableError, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def imessage_reader(db: Path) -> Reading:
    """One row per message with a handle; the sender's column names the chat partner."""
    with scratch_home() as home:
        program = find("imessage-reader", "imessage_reader")
        out, complaints = run(home, program, "-p", db.parent)
    block = re.compile(
        r"user id:\t\t(?P<user>.*)\ndate and time:\t\t(?P<date>.*)\n"
        r"service:\t\t(?P<service>.*)\ncaller id:\t\t.*\nis_from_me:\t\t(?P<me>[01])\n"
        r"\ntext:\n=====\n(?P<text>(?:.|\n)*?)\n\n-{64}\n\n(?=user id:\t\t|\Z)"
    )
    seen = tuple(
        Seen(
            service=match["service"],
            sender=ME if match["me"] == "1" else match["user"],
            date=utc(match["date"]),
            text=None if attached or match["text"] == "None" else match["text"],
            has_attachments=attached,
        )
        for match in tiles(block, out, "imessage_reader")
        for attached in [match["text"] == "<Message with no text, but an attachment.>"]
    )
    tells = words("service sender date text has_attachments")
    return Reading("imessage-reader", tells, seen, complaints=complaints)


def imessagedb(db: Path) -> Reading:
    """Chat by chat; it capitalises an address (`Carol@Example.Com`)."""
    program = find("imessagedb", "imessagedb")
    chat = re.compile(
        r"(?P<rowid>\d+)(?: \((?P<name>.*)\))?: Participants: (?P<who>.*), "
        r"Last Message Sent: (?P<last>.*)\n?"
    )
    with scratch_home() as home:
        (home / ".config").mkdir()
        out, complaints = run(home, program, "--database", db, "--get_chats")
        listed = out.removeprefix("Available chats in the database:\n")
        chats = {
            match["rowid"]: {
                "name": match["name"],
                "participants": re.findall(r"(\S+) \(\d+\)", match["who"]),
            }
            for match in tiles(chat, listed.strip("\n"), "imessagedb")
        }
        seen: list[Seen] = []
        for rowid in chats:
            out, said = run(
                *(home, program, "--database", db, "--chat", rowid),
                *("--no_copy", "-t", "text"),
            )
            seen.extend(_imessagedb_chat(rowid, out))
            complaints += said
    tells = words("chat sender date text is_reply attachments")
    return Reading("imessagedb", tells, tuple(seen), chats, complaints)


def _imessagedb_chat(rowid: str, out: str) -> Iterator[Seen]:
    start = re.search(r"^Exchanged (?P<count>[\d,]+) messages with .*\n", out, re.M)
    if start is None:
        raise UnreadableError(f"imessagedb: chat {rowid}: no heading in {out[:200]!r}")
    head = r"<(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d> "
    line = re.compile(
        rf"<\w+ (?P<date>[^>]+)> (?P<who>.*?): (?P<text>(?:.|\n)*?)"
        rf" (?:Reply to: (?P<thread>\[(?:.|\n)*?\]) )? (?:Attachments: (?P<files>.*))?"
        rf"\n(?={head}|\Z)"
    )
    found = [
        Seen(
            chat=rowid,
            sender=ME if match["who"] == "Me" else match["who"],
            date=utc(match["date"]),
            text=None if match["text"] == "None" else match["text"],
            is_reply=match["thread"] is not None,
            attachments=tuple(match["files"].split(",")) if match["files"] else (),
            more={"thread": match["thread"]} if match["thread"] else {},
        )
        for match in tiles(line, out[start.end() :], f"imessagedb: chat {rowid}")
    ]
    if len(found) != int(start["count"].replace(",", "")):
        raise UnreadableError(f"imessagedb: chat {rowid}: {len(found)} of {start[0]}")
    return iter(found)


def parse_smsdb(db: Path) -> Reading:
    """One row per message with a handle; of an edited one, the first two versions."""
    with scratch_home() as home:
        target = home / "out.csv"
        program = find("parse-smsdb", "parse_smsdb")
        _, complaints = run(home, program, db, "-o", target)
        out = target.read_bytes().decode("utf-8")
    heading, _, rows = out.partition("\n")
    expected = (
        "Row Gap,ROWID,From/To,Counterparty,Service,Sent/Scheduled Time,"
        "Text,Read Time,Edited Time,Edited Text"
    )
    if heading != expected:
        raise UnreadableError(f"parse_smsdb: unknown heading {heading!r}")
    colour, plain, time = (
        "\x1b\\[93m",
        "\x1b\\[0m",
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC",
    )
    head = rf'(?:{colour}\[\S+ row gap: \d+ rows missing\]{plain})?,\d+,(?:From|To),"'
    quoted = r'"(?:.|\n)*?"'
    row = re.compile(
        rf'[^,]*,(?P<rowid>\d+),(?P<way>From|To),"(?P<handle>[^"]*)",(?P<service>\w*),'
        rf"(?P<date>{time}),"
        rf"(?P<text>{quoted}|{colour}\[\S+ cleared upon unsent\]{plain}|),"
        rf"(?P<read>{time}|\[[^\]]*\]),(?P<edited>{time}|),"
        rf"(?P<after>{quoted}|{colour}\[\S+ unsent\]{plain}|)\n(?={head}|\Z)"
    )
    found = tuple(_smsdb_row(match) for match in tiles(row, rows, "parse_smsdb"))
    tells = words("rowid service sender date read text edits edited unsent")
    return Reading("parse-smsdb", tells, found, complaints=complaints)


def _smsdb_row(match: re.Match[str]) -> Seen:
    text = match["text"][1:-1] if match["text"].startswith('"') else None
    after = match["after"][1:-1] if match["after"].startswith('"') else None
    read = match["read"].removesuffix(" UTC")
    return Seen(
        rowid=int(match["rowid"]),
        service=match["service"],
        sender=ME if match["way"] == "To" else match["handle"],
        date=utc(match["date"].removesuffix(" UTC")),
        read=None if read.startswith("[") else utc(read),
        text=text if after is None else after,
        edits=() if after is None else (text or "", after),
        edited=utc(match["edited"].removesuffix(" UTC")) if match["edited"] else None,
        unsent="unsent]" in match["after"] and after is None,
        more={"handle": match["handle"]},
    )
