"""Every case of the catalogue on every release that holds it, read back."""

from __future__ import annotations

import io
import plistlib
import subprocess
import sys
import zipfile
from unittest.mock import ANY

import av
import contents
import pillow_heif
import pypdf
import pytest
import rowreader
import vobject
from PIL import Image
from rowreader import runs_of, unarchive

from pytest_imessage_foundry.conversations import catalogue
from pytest_imessage_foundry.db import schema, validators
from pytest_imessage_foundry.models import RichLink, Run

PROTOBUF = ("com.apple.Handwriting.", "com.apple.DigitalTouch")
each_release = pytest.mark.parametrize("release", schema.RELEASES)
HELD = {
    release: [entry.name for entry in catalogue.entries(schema.get(release))]
    for release in schema.RELEASES
}


@pytest.mark.parametrize(
    ("release", "name"),
    [(release, name) for release in schema.RELEASES for name in HELD[release]],
)
def test_the_file_says_what_the_case_states(kinds, release, name):
    built = kinds(release)
    case = built.cases[name]
    said = built.reader.read(case.message)
    if said.get("deleted_for_good"):
        assert case.reading["deleted_for_good"] is True
        return
    assert {key: said.get(key) for key in case.reading} == case.reading


@each_release
def test_nothing_is_said_that_no_case_states(kinds, release):
    """What is unusual about a row is in its case's reading."""
    unusual = {
        "failed": True,
        "deleted": True,
        "chatless": True,
        "dangling": True,
        "quiet": True,
        "scheduled": True,
    }
    built = kinds(release)
    for name, case in built.cases.items():
        said = built.reader.read(case.message)
        for key, value in unusual.items():
            if said.get(key) == value and name != "focus-notified":
                assert case.reading.get(key) == value, name


@each_release
def test_a_group_has_the_name_that_it_was_given_last(kinds, release):
    """Of three renamings of one group the last takes the name away."""
    last = {
        conversation.guid: (conversation.name, message.event.title)
        for conversation in kinds(release).conversations
        for message in conversation.messages
        if message.event is not None and message.event.kind == "renamed"
    }
    assert set(last.values()) == {(None, None), ("The choir", "The choir")}
    names = kinds(release).reader.db.execute(
        "SELECT guid, display_name FROM chat WHERE guid IN (?, ?)", [*last]
    )
    assert {guid: name or None for guid, name in names} == {
        guid: title for guid, (_, title) in last.items()
    }


@each_release
def test_the_validator_is_content(kinds, release):
    report = validators.validate(kinds(release).path, release=release)
    assert report.ok, [str(finding) for finding in report.findings]


def test_there_are_enough():
    assert len(HELD["tahoe"]) >= 80
    assert len(HELD["sonoma"]) < len(HELD["sequoia"]) < len(HELD["tahoe"])
    since_27 = [name for name in HELD["golden-gate"] if name not in HELD["tahoe"]]
    assert since_27
    assert all(name.startswith("filter-") for name in since_27)


# --- bodies, attribute by attribute ----------------------------------------------


def rich_url(message):
    balloon = message.balloon
    return balloon.url if isinstance(balloon, RichLink) else None


def expected_attributes(run, location, message):
    """What the archive must say of a run of text, by readers' names for it."""
    said = {style: 1 for style in rowreader.STYLES.values() if getattr(run, style)}
    if run.effect is not None:
        said["effect"] = run.effect
    if run.mention is not None:
        said["mention"] = run.mention
    if run.shares_photos:
        said["photos"] = {}
    span = (run.text, location, len(run.text.encode("utf-16-le")) // 2)
    if run.link is not None:
        said |= {"link": run.link, "detector": ("HttpURL", *span)}
    elif run.text == rich_url(message):
        said["link"] = run.text
    detected = run.detected
    if detected is None:
        return said
    if detected.kind == "one-time-code":
        said["one-time-code"] = {"code": detected.value, "displayCode": run.text}
    if detected.kind in ("phone", "email"):
        scheme = {"phone": "tel", "email": "mailto"}[detected.kind]
        said["link"] = f"{scheme}:{run.text}"
    kinds = {kind: name for name, kind in contents.DETECTED.items()}
    return said | {"detector": (kinds[detected.kind], *span)}


def expected_file(part):
    said = {"file": part.guid}
    if part.width and part.source is None:
        said |= {"name": part.name, "size": (part.width, part.height)}
    if part.stub in ("genmoji", "memoji"):
        said["inline"] = 1
    if part.transcript is not None:
        said["transcript"] = part.transcript
    return part.mark, said


def expected_runs(message):
    runs = []
    location = 0
    for number, part in enumerate(message.parts):
        if part.kind == "unsent":
            continue
        if part.kind == "attachment":
            found = [expected_file(part)]
        else:
            found = []
            at = location
            for run in part.runs or (Run(part.text),):
                found.append((run.text, expected_attributes(run, at, message)))
                at += len(run.text.encode("utf-16-le")) // 2
        for text, said in found:
            location += len(text.encode("utf-16-le")) // 2
            said["part"] = number
            if message.writing_direction:
                said["direction"] = -1
            if message.traits.direction_text is not None:
                said["direction"] = message.traits.direction_text
            if text:
                runs.append((text, said))
    return runs


def expected_balloon(balloon):
    """The body of a balloon without a text."""
    if balloon.kind == "chatbot":
        pictures = {card.picture_url: card.picture.guid for card in balloon.cards[:1]}
        return [("\ufffd", {"part": 0, "transfers": pictures, "cards": ANY})]
    if balloon.kind != "app":
        return [("\ufffd", {"part": 0})]
    mark = {"crumb": balloon.breadcrumb, "crumb options": 0}
    runs = [("\ufffd", mark if balloon.breadcrumb else {"part": 0})]
    if balloon.body == "mark":
        return runs
    shown = {"file": balloon.preview.guid, "part": int(balloon.body != "file")}
    return [*runs[: shown["part"]], ("\ufffc", shown)]


def told(attributes):
    """Decoded attributes in the words of `expected_attributes`."""
    said = {}
    size = [None, None]
    for name, value in attributes.items():
        if name in rowreader.STYLES:
            said[rowreader.STYLES[name]] = value
        elif name == rowreader.TEXT_EFFECT:
            said["effect"] = rowreader.TEXT_EFFECTS[value]
        elif name in rowreader.DETECTORS:
            found = unarchive(value, "dd-result")
            place = found["AR"]
            said["detector"] = (
                found["T"],
                found["MS"],
                place["NS.rangeval.location"],
                place["NS.rangeval.length"],
            )
        elif name == "__kIMInlineMediaWidthAttributeName":
            size[0] = value
        elif name == "__kIMInlineMediaHeightAttributeName":
            size[1] = value
        elif name == "__kIMLinkIsRichLinkAttributeName":
            assert value == 1
        else:
            said[PLAIN[name]] = value
    if size != [None, None]:
        said["size"] = tuple(size)
    return said


PLAIN = {
    rowreader.PART: "part",
    rowreader.FILE: "file",
    rowreader.LINK: "link",
    rowreader.MENTION: "mention",
    rowreader.ONE_TIME_CODE: "one-time-code",
    rowreader.BREADCRUMB: "crumb",
    "__kIMBreadcrumbTextOptionFlags": "crumb options",
    rowreader.PHOTO_SHARING: "photos",
    rowreader.RICH_CARDS: "cards",
    rowreader.URL_TO_TRANSFER: "transfers",
    "__kIMFilenameAttributeName": "name",
    "__kIMEmojiImageAttributeName": "inline",
    rowreader.TRANSCRIPTION: "transcript",
    rowreader.DIRECTION: "direction",
}


@each_release
def test_bodies_decode_to_the_truth(kinds, release):
    built = kinds(release)
    for guid, message in built.messages.items():
        row = built.reader.messages.get(guid)
        if row is None or row["attributedBody"] is None:
            continue
        runs = [(text, told(said)) for text, said in runs_of(row["attributedBody"])]
        if message.balloon is not None and not message.parts:
            assert runs == expected_balloon(message.balloon)
        else:
            assert runs == expected_runs(message)


@each_release
def test_a_body_is_missing_only_where_it_may_be(kinds, release):
    built = kinds(release)
    for guid, message in built.messages.items():
        row = built.reader.messages.get(guid)
        if row is None:
            continue
        is_blank = bool(message.event or message.is_unsent)
        is_blank = is_blank or "body" in message.traits.blank
        has_none = is_blank or message.storage == "text"
        assert (row["attributedBody"] is None) == has_none
        has_no_text = is_blank or message.storage == "archive"
        assert (row["text"] is None) == has_no_text


@each_release
def test_both_class_pairs_are_there(kinds, release):
    bodies = [row["attributedBody"] for row in kinds(release).reader.messages.values()]
    mutable = {b"NSMutableAttributedString" in body for body in bodies if body}
    assert mutable == {True, False}


# --- plists -----------------------------------------------------------------------


def archives_in(value):
    """Keyed archives within a plist's data."""
    if isinstance(value, dict):
        for each in value.values():
            yield from archives_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from archives_in(each)
    elif isinstance(value, bytes) and value.startswith(b"bplist00"):
        yield value


@each_release
def test_plists_decode_and_their_uids_resolve(kinds, release):
    reader = kinds(release).reader
    columns = {
        "message": ("message_summary_info", "payload_data"),
        "attachment": ("user_info", "sticker_user_info", "attribution_info"),
        "chat": ("properties",),
    }
    seen = set()
    for table, names in columns.items():
        for row in reader.rows(f"SELECT * FROM {table}"):
            for name in names:
                if row[name] is None:
                    continue
                seen.add(name)
                bundle = row.get("balloon_bundle_id") or ""
                if name == "payload_data" and bundle.startswith(PROTOBUF):
                    assert not row[name].startswith(b"bplist")
                    continue
                plist = plistlib.loads(row[name])
                assert isinstance(plist, dict)
                if name == "payload_data":
                    unarchive(row[name])
                for nested in archives_in(plist):
                    unarchive(nested)
                for versions in plist.get("ec", {}).values():
                    assert all(runs_of(each["t"]) for each in versions)
    assert seen == {
        "message_summary_info",
        "payload_data",
        "user_info",
        "sticker_user_info",
        "attribution_info",
        "properties",
    }


# --- files ------------------------------------------------------------------------


def decode(path, uti):
    data = io.BytesIO(path.read_bytes())
    match uti:
        case "public.jpeg" | "public.png" | "com.compuserve.gif":
            with Image.open(data) as picture:
                picture.load()
        case "public.heic":
            assert pillow_heif.open_heif(data).data
        case "com.apple.quicktime-movie":
            with av.open(data) as video:
                assert next(video.decode(video=0)).width
        case "com.apple.coreaudio-format" | "com.apple.m4a-audio":
            with av.open(data) as sound:
                assert next(sound.decode(audio=0)).samples
        case "com.adobe.pdf":
            assert pypdf.PdfReader(data, strict=True).pages
        case "public.vcard" | "public.vlocation":
            assert vobject.readOne(data.read().decode()).serialize()
        case "public.zip-archive":
            assert zipfile.ZipFile(data).testzip() is None
        case "public.plain-text" | "public.folder":
            assert data.read().decode()
        case _:
            assert path.suffix == ".pluginPayloadAttachment"
            with Image.open(data) as picture:
                picture.verify()


@each_release
def test_every_file_is_there_and_opens(kinds, release):
    reader = kinds(release).reader
    utis = set()
    absent = []
    for row in reader.rows("SELECT * FROM attachment ORDER BY ROWID"):
        path = reader.on_disk(row)
        if path is None:
            absent.append(row["transfer_name"])
            continue
        assert row["transfer_name"] in (path.name, None)  # one has none
        if path.is_dir():
            (path,) = path.iterdir()
        assert path.stat().st_size == row["total_bytes"]
        decode(path, row["uti"])
        utis.add(row["uti"])
    assert len(utis) == 14
    # file-missing, file-not-downloaded, file-offloaded and file-of-other-device
    assert len(absent) == 4
    folder = kinds(release).attachments
    laid_out = [
        each
        for place in (folder, folder.with_name("StickerCache"))
        for each in place.rglob("*")
        if each.is_file()
    ]
    named = len(reader.rows("SELECT 1 FROM attachment")) - len(absent)
    assert len(laid_out) == named + 3  # those in the bundle of a Live Photo


def test_the_order_of_cases_is_that_of_the_chapters():
    code = (
        "from pytest_imessage_foundry.conversations.catalogue import tapbacks\n"
        "from pytest_imessage_foundry.conversations import catalogue\n"
        "print([each.name for each in catalogue.every_entry()])"
    )
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    names = [each.name for each in catalogue.every_entry()]
    assert printed.stdout.strip() == str(names)
    assert names[0] == "text-received"
