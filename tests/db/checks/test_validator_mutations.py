"""Faults inside archives and of the file as a whole: each is found and named."""

from __future__ import annotations

import base64
import json
import plistlib
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from spoiling import (
    CONDITIONS,
    findings_of,
    new_findings,
    spoil,
    statement,
    without_triggers,
)

from pytest_imessage_foundry.db.blobs import bodies
from pytest_imessage_foundry.db.functions import register_functions

FILE_GUID = re.compile(rb"(FileTransferGUIDAttributeName.{5,8}?)[0-9A-F]{8}", re.S)
PLAIN = CONDITIONS["PLAIN"]
VOTE = "associated_message_type = 4000"


@pytest.fixture(scope="module")
def bare(whole, tmp_path_factory):
    """A copy for each to spoil. Of the cards of apps, which take the most time to look
    at, it keeps the first link and the polls."""
    path = tmp_path_factory.mktemp("bare") / "chat.db"
    spoil(
        without_triggers(whole, path),
        "DELETE FROM message WHERE payload_data IS NOT NULL AND balloon_bundle_id NOT "
        "LIKE '%Polls' AND ROWID <> ${$LINK}",
    )
    return path


@pytest.fixture(scope="module")
def before(bare):
    return findings_of(bare)


@pytest.fixture
def copy(bare, tmp_path):
    return Path(shutil.copyfile(bare, tmp_path / "chat.db"))


def body(change, condition=PLAIN, column="attributedBody"):
    """Change the bytes of one archive."""

    def operate(connection):
        first = statement(f"${{{condition}}}")
        rowid, data = connection.execute(
            f"SELECT ROWID, {column} FROM message WHERE ROWID = {first}"
        ).fetchone()
        changed = change(data)
        assert changed != data
        update = f"UPDATE message SET {column} = ? WHERE ROWID = ?"
        connection.execute(update, (changed, rowid))

    return operate


def swap(old, new):
    def change(data):
        assert old in data
        return data.replace(old, new, 1)

    return change


def run_length(by):
    """Change the length of the first run, which is one byte in the bodies here."""

    def change(data):
        at = data.index(b"iI\x01") + 3
        return data[:at] + bytes([data[at] + by]) + data[at + 1 :]

    return change


def plist(change):
    def operate(data):
        content = plistlib.loads(data)
        content = change(content) or content
        return plistlib.dumps(content, fmt=plistlib.FMT_BINARY)

    return operate


def summary(change, condition=CONDITIONS["EDITED"]):
    return body(plist(change), condition, "message_summary_info")


def link(change):
    return body(plist(change), CONDITIONS["LINK"], "payload_data")


def poll(change, condition=CONDITIONS["POLL"]):
    """Change what the URL of a poll or a vote holds: its JSON, or the text of it."""

    def in_archive(content):
        objects = content["$objects"]
        at = next(n for n, each in enumerate(objects) if str(each).startswith("data:,"))
        encoded, mark, rest = objects[at].removeprefix("data:,").partition("?")
        padded = base64.b64decode(encoded.replace("-", "+").replace("_", "/"))
        made = change(json.loads(padded)["item"])
        if isinstance(made, dict):
            made = base64.b64encode(json.dumps({"item": made}).encode()).decode()
        objects[at] = f"data:,{made}{mark}{rest}"

    return body(plist(in_archive), condition, "payload_data")


def without_constraint(table, constraint, then):
    """Take a constraint out of a table's declaration, then run a statement."""

    def operate(connection):
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        assert constraint in sql
        connection.execute(f"CREATE TABLE other AS SELECT * FROM {table}")
        connection.execute(f"DROP TABLE {table}")
        connection.execute(sql.replace(constraint, "", 1))
        connection.execute(f"INSERT INTO {table} SELECT * FROM other")
        connection.execute("DROP TABLE other")
        connection.execute(then)

    return operate


def _first_text(info):
    versions = next(iter(info["ec"].values()))
    versions[-1]["t"] = bodies.plain("something else", mutable=False)


def _gap(info):
    info["otr"]["0"]["le"] += 1
    info["otr"]["7"] = {"lo": 99, "le": 1}


def _six_edits(info):
    versions = next(iter(info["ec"].values()))
    versions[1:1] = [versions[0]] * 6


def _late_edit(info):
    versions = next(iter(info["ec"].values()))
    versions[-1]["d"] += 7200.0


def _loop(content):
    """Let the root's first member be the root."""
    root = content["$objects"][content["$top"]["root"].data]
    name = next(name for name in root if not name.startswith("$"))
    root[name] = content["$top"]["root"]


def _no_class(content):
    root = content["$objects"][content["$top"]["root"].data]
    root["$class"] = plistlib.UID(0)


def _with(**values):
    return lambda item: {**item, **values}


def _twice(name):
    return lambda item: {**item, name: [item[name][0], *item[name]]}


def _for_another(item):
    votes = [{**each, "participantHandle": "+12025550123"} for each in item["votes"]]
    return {"votes": votes}


NOBODY = [{"voteOptionIdentifier": "NONE", "participantHandle": "+12025550123"}]

# name → (check that must name it, its level, what to do to the database)
MUTATIONS = {
    "body cut in its text": ("bodies", "error", body(lambda data: data[:130])),
    "run too long": ("bodies", "error", body(run_length(+1))),
    "run too short": ("bodies", "error", body(run_length(-1))),
    "mutable with immutable string": (
        "bodies",
        "error",
        body(
            swap(
                b"\x0fNSMutableString\x01\x84\x84\x08NSString\x01", b"\x08NSString\x01"
            ),
            f"{PLAIN} AND instr(attributedBody, x'0f4e534d757461626c65') > 0",
        ),
    ),
    "class of another version": (
        "bodies",
        "error",
        body(swap(b"NSObject\0", b"NSObject\5")),
    ),
    "unknown root": ("bodies", "error", body(swap(b"dString", b"dStrinG"))),
    "text that is no UTF-8": (
        "bodies",
        "error",
        body(lambda data: data.replace(b"e", b"\xff")),
    ),
    "run without part": (
        "bodies",
        "unusual",
        body(swap(b"__kIMMessagePartAttributeName", b"__kIMMessagePartAttributeNama")),
    ),
    "file of another guid": (
        "body-attachments",
        "unusual",
        body(
            lambda data: FILE_GUID.sub(rb"\g<1>00000000", data), CONDITIONS["WITH_FILE"]
        ),
    ),
    "otr gone": ("edits", "error", summary(lambda info: info.pop("otr") and None)),
    "otr with a gap": ("edits", "error", summary(_gap)),
    "otr of words": ("edits", "error", summary(lambda info: info.update(otr="all"))),
    "rp of words": ("edits", "error", summary(lambda info: info.update(rp=["0"]))),
    "rp of a part that is not": (
        "edits",
        "error",
        summary(lambda info: info.update(rp=[8])),
    ),
    "ec of a part that is not": (
        "edits",
        "error",
        summary(lambda info: info["ec"].update({"8": info["ec"]["0"]})),
    ),
    "ec without a version": (
        "edits",
        "error",
        summary(lambda info: info["ec"].update({"0": []})),
    ),
    "ec without a text": (
        "edits",
        "error",
        summary(lambda info: info["ec"]["0"][0].pop("t") and None),
    ),
    "last text is not the body's": ("edits", "error", summary(_first_text)),
    "edited part unlisted": ("edits", "error", summary(lambda i: i.pop("ep") and None)),
    "first edit at another time": (
        "edits",
        "error",
        summary(lambda info: info["ec"]["0"][0].update(d=1.0)),
    ),
    "edited seven times": ("edits", "unusual", summary(_six_edits)),
    "edited after two hours": ("edits", "unusual", summary(_late_edit)),
    "summary that is a list": ("plists", "error", summary(lambda info: [info], PLAIN)),
    "payload with a dangling UID": (
        "app-messages",
        "error",
        link(lambda content: content["$top"].update(root=plistlib.UID(999))),
    ),
    "payload of another archiver": (
        "app-messages",
        "error",
        link(lambda content: content.pop("$archiver") and None),
    ),
    "payload without objects": (
        "app-messages",
        "error",
        link(lambda content: content.update({"$objects": []})),
    ),
    "payload without a top": (
        "app-messages",
        "error",
        link(lambda content: content.update({"$top": {}})),
    ),
    "payload that holds itself": ("app-messages", "error", link(_loop)),
    "payload without a class": ("app-messages", "error", link(_no_class)),
    "poll without options": ("polls", "error", poll(_with(orderedPollOptions=[]))),
    "poll of garbage": ("polls", "error", poll(lambda item: "e30garbage")),
    "poll that is no base64": ("polls", "error", poll(lambda item: "%%%")),
    "poll whose options are words": (
        "polls",
        "error",
        poll(_with(orderedPollOptions=["tea", "coffee"])),
    ),
    "poll with one option twice": (
        "polls",
        "error",
        poll(_twice("orderedPollOptions")),
    ),
    "vote for no option": ("polls", "error", poll(_with(votes=NOBODY), VOTE)),
    "vote of words": ("polls", "error", poll(_with(votes="tea"), VOTE)),
    "vote of another": (
        "polls",
        "unusual",
        poll(_for_another, f"{VOTE} AND is_from_me = 0"),
    ),
    "vote twice": ("polls", "unusual", poll(_twice("votes"), VOTE)),
    "message guid twice": (
        "guids",
        "error",
        without_constraint(
            "message",
            "UNIQUE NOT NULL",
            "UPDATE message SET guid = (SELECT guid FROM message WHERE ROWID = 2) "
            "WHERE ROWID = 1",
        ),
    ),
    "handle twice": (
        "handles",
        "error",
        without_constraint(
            "handle",
            ", UNIQUE (id, service)",
            "INSERT INTO handle (id, service) SELECT id, service FROM handle LIMIT 1",
        ),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_fault_in_an_archive_is_found_and_named(copy, before, name):
    check, level, operate = MUTATIONS[name]
    with closing(register_functions(sqlite3.connect(copy))) as connection:
        operate(connection)
        connection.commit()
    found = {(each.check, each.severity) for each in new_findings(copy, before)}
    assert (check, level) in found


def test_appended_bytes_are_told(copy, before):
    with copy.open("ab") as file:
        file.write(b"more" * 2000)
    (found,) = new_findings(copy, before)
    assert (found.check, found.severity) == ("file", "unusual")
    assert "8,000 bytes follow" in found.reason


def with_files(copy, name="IMG_0001.jpeg"):
    """Put the first attachment's file beside the database; give its path."""
    with closing(sqlite3.connect(copy)) as connection:
        (filename,) = connection.execute(
            "SELECT filename FROM attachment WHERE ROWID = 1"
        ).fetchone()
        (size,) = connection.execute(
            "SELECT total_bytes FROM attachment WHERE ROWID = 1"
        ).fetchone()
    file = copy.parent / "Attachments" / filename.partition("/Attachments/")[2]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\xff\xd8\xff".ljust(size, b"\0"))
    return file


def of_first_file(copy):
    return [
        (each.severity, each.reason.rpartition(": ")[2])
        for each in new_findings(copy, set())
        if (each.check, each.rowid) == ("attachments", 1)
    ]


def test_a_file_on_disk_that_is_as_stated_is_fine(copy):
    with_files(copy)
    assert of_first_file(copy) == []


def test_a_file_on_disk_of_another_size_is_told(copy):
    with_files(copy).write_bytes(b"\xff\xd8\xff")
    assert of_first_file(copy) == [("unusual", "it has 3 bytes, not 2,145")]


def test_a_file_on_disk_of_another_type_is_told(copy):
    with_files(copy).write_bytes(b"GIF89a".ljust(2145))
    assert of_first_file(copy) == [("unusual", "it is no image/jpeg")]


def test_a_file_that_is_gone_from_the_disk_is_a_note(copy):
    with_files(copy).unlink()
    assert of_first_file(copy) == [("note", "it is not there")]


def test_an_attachment_that_is_a_folder_is_fine(copy):
    file = with_files(copy)
    file.unlink()
    file.mkdir()
    assert of_first_file(copy) == []


def test_no_file_outside_the_folder_is_opened(copy, tmp_path):
    with_files(copy)
    (tmp_path / "secret.jpeg").write_bytes(b"\xff\xd8\xff")
    with closing(sqlite3.connect(copy)) as connection:
        outside = "~/Library/Messages/Attachments/00/00/../../../secret.jpeg"
        connection.execute(
            "UPDATE attachment SET total_bytes = 9, filename = ? WHERE ROWID = 1",
            (outside,),
        )
        connection.commit()
    assert ("note", "it is not there") in of_first_file(copy)
