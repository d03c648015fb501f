"""What decoded payloads, detector results and property lists say, for `rowreader`."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

Row = dict[str, Any]
CHECK_IN = ("estimatedEndTime", "triggerTime", "sendDate")
DETECTED = {  # type of a detector's result
    "AuthCode": "one-time-code",
    "DateTime": "calendar",
    "Date": "date",
    "Time": "time",
    "PhoneNumber": "phone",
    "Email": "email",
    "Money": "money",
    "FullAddress": "address",
    "FlightInformation": "flight",
    "TrackingNumber": "shipment",
    "PhysicalAmount": "unit",
}


def url_of(value: Any) -> Any:
    return value["NS.relative"] if isinstance(value, dict) else value


def data_of(value: Any) -> bytes:
    """NSData, or NSMutableData."""
    data: bytes = value["NS.data"] if isinstance(value, dict) else value
    return data


def pieces(found: Row) -> Iterator[tuple[str, str]]:
    """Type and value of what a result is made of, however deep."""
    at = found["AR"]["NS.rangeval.location"]
    assert "V" not in found or found["T"] not in DETECTED
    for each in found["SR"]:
        assert each["P"] == each["VN"] == 1
        assert each["AR"]["NS.rangeval.location"] >= at
        assert each["MS"] in found["MS"]
        yield each["T"], each.get("V", each["MS"])
        yield from pieces(each)


def sticker_source(file: Row) -> list[str | None]:
    """App, description (since 15) and maker of a sticker."""
    info = plistlib.loads(file["sticker_user_info"])
    made_by = file["attribution_info"]
    place = f"/StickerCache/{info['shash']}-{info['sid']}/{info['sid']}."
    assert place in file["filename"]
    said = [info["pid"]]
    label = "emoji_image_short_description"
    # What was placed on a bubble is read alike on releases without that column.
    if label in file and "sxs" not in info:
        assert file["emoji_image_content_identifier"].startswith(info["sid"])
        said.append(file[label])
    return [*said, plistlib.loads(made_by)["name"] if made_by is not None else None]


def preview_pictures(metadata: Row) -> Row:
    """The URLs of all pictures that a preview lists, icons first."""
    listed = [*metadata.get("icons", ()), *metadata.get("images", ())]
    for name in ("icon", "image"):
        if f"{name}s" in metadata:
            assert metadata[name]["MIMEType"] == "image/png"
            first = metadata[f"{name}s"][0]
            assert metadata[f"{name}Metadata"]["URL"] == first["URL"]
    return {"pictures": [url_of(each["URL"]) for each in listed]}


def song(special: Row) -> Row:
    """The sample, the cover and the lines of a song."""
    if "artist" not in special:
        return {}
    artwork = special.get("artwork") or {}
    said: Row = {"artwork": artwork.get("richLinkImageAttachmentSubstituteIndex")}
    if "previewURL" in special:
        said["sample"] = url_of(special["previewURL"])
    lines = special.get("lyricExcerpt")
    if lines is not None:
        said["lyrics"] = [lines["lyrics"], lines["startTime"], lines["endTime"]]
    return said


def check_in(url: str, date: int) -> Row:
    """What a Check In counts to, in seconds after its row."""
    query = parse_qs(url.partition("?")[2])
    for key in CHECK_IN:
        if key in query:
            sent = date / 10**9 + 978_307_200
            assert abs(float(query["sendDate"][0]) - sent) < 60
            return {"check_in": [key, round(float(query[key][0]) - sent)]}
    return {}


def business(document: Row) -> Row:
    """What a business asked, or was answered."""
    if "dynamic" in document:
        filled_in = document["dynamic"]["selections"] or ()
        answers = {each["subtitle"]: each["items"][0]["title"] for each in filled_in}
        return {"answers": answers}
    if "quick-reply" in document:
        reply = document["quick-reply"]
        titles = {each["identifier"]: each["title"] for each in reply["items"]}
        chosen = titles.get(reply.get("selectedIdentifier"))
        return {"choices": list(titles.values()), "chosen": chosen}
    sections = document["listPicker"]["sections"]
    listed = [each["title"] for section in sections for each in section["items"]]
    return {
        "choices": listed,
        "chosen": document.get("replyMessage", {}).get("title"),
    }


def chat_properties(blob: bytes) -> Row:
    """What the property list of a chat says of its background and its years."""
    plist = plistlib.loads(blob)
    background = plist.get("backgroundProperties", {})
    assert ("trabar" in background) == ("backgroundChannelGUID" in plist)
    archived = plist.get("com.apple.iChat.LastArchivedMessageID")
    return {
        "background": background.get("trabar"),
        "background_version": background.get("trabav"),
        "responses": plist.get("numberOfTimesRespondedtoThread"),
        "archived_as": archived[1] if archived else None,
        "properties_version": plist["pv"],
    }
