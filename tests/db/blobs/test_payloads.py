"""Payloads of balloons, unarchived and parsed independently."""

from __future__ import annotations

import base64
import json
import plistlib
import struct
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_imessage_foundry.db.blobs import payloads, poll_payloads
from pytest_imessage_foundry.models import (
    AppCard,
    Attachment,
    Collaboration,
    DigitalTouch,
    Handwriting,
    Link,
    Lyrics,
    Music,
    Place,
    Poll,
    PollChoice,
    PollOption,
    PollVote,
    StoreApp,
    pictures,
)

EXTENSION = "com.apple.messages.MSMessageExtensionBalloonPlugin"
SENT = 690_513_474 * 10**9


def picture(guid, width=64, height=64, mime="image/png"):
    return Attachment(
        guid=guid,
        stub="preview",
        name=f"{guid}.pluginPayloadAttachment",
        uti="dyn.a",
        mime_type=mime,
        total_bytes=1,
        path=None,
        width=width,
        height=height,
    )


ICON, IMAGE = picture("icon"), picture("image", 1200, 630, "image/jpeg")


def unarchived(data: bytes) -> Any:
    """The root with UIDs followed; objects are dicts with their class in ''."""
    archive = plistlib.loads(data)
    assert archive["$archiver"] == "NSKeyedArchiver"
    objects = archive["$objects"]

    def follow(value):
        if isinstance(value, plistlib.UID):
            return follow(objects[value.data]) if value.data else None
        if isinstance(value, list):
            return [follow(each) for each in value]
        if not isinstance(value, dict):
            return value
        name = objects[value["$class"].data]["$classname"]
        fields = {k: follow(v) for k, v in value.items() if k != "$class"}
        if "NS.keys" in fields:
            return dict(zip(fields["NS.keys"], fields["NS.objects"], strict=True))
        if name == "NSURL":
            assert isinstance(value["NS.relative"], plistlib.UID)
            return {"url": fields["NS.relative"]}
        if name == "NSUUID":
            return UUID(bytes=fields["NS.uuidbytes"])
        return {"": name, **fields}

    return follow(archive["$top"]["root"])


def rich(data: bytes) -> dict[str, Any]:
    root = unarchived(data)
    assert root[""] == "RichLink"
    metadata = root["richLinkMetadata"]
    assert metadata[""] == "LPLinkMetadata"
    assert metadata["version"] == 1
    return metadata


def fields_of(data: bytes) -> list[tuple[int, Any]]:
    """A protobuf message as (field number, value) pairs."""
    at = 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    def take(size):
        nonlocal at
        at += size
        assert at <= len(data)
        return data[at - size : at]

    found: list[tuple[int, Any]] = []
    while at < len(data):
        field, wire = divmod(varint(), 8)
        if wire == 0:
            found.append((field, varint()))
        elif wire == 1:
            found.append((field, struct.unpack("<q", take(8))[0]))
        elif wire == 2:
            found.append((field, take(varint())))
        else:
            assert wire == 5
            found.append((field, struct.unpack("<f", take(4))[0]))
    return found


def poll_json(data: bytes, query: str) -> dict[str, Any]:
    """The JSON in a poll's URL, as a strict and a URL-safe reader get it."""
    url = unarchived(data)["URL"]["url"]
    assert url.startswith("data:,")
    body, _, rest = url.removeprefix("data:,").partition("?")
    assert rest == query
    assert not set(body) & set("+/-_=")
    raw = base64.b64decode(body, validate=True)
    assert base64.urlsafe_b64decode(body) == raw
    document = json.loads(raw)
    assert document["version"] == 1
    return document["item"]


@pytest.mark.parametrize(
    ("balloon", "expected"),
    [
        (Link(url="u"), "com.apple.messages.URLBalloonProvider"),
        (
            AppCard(bundle_id="a.b", app_name="A", url="u", team="TEAM"),
            f"{EXTENSION}:TEAM:a.b",
        ),
        (Handwriting(id="i"), "com.apple.Handwriting.HandwritingProvider"),
        (
            DigitalTouch(id="i", gesture="tap"),
            "com.apple.DigitalTouchBalloonProvider",
        ),
        (Poll(options=()), f"{EXTENSION}:0000000000:com.apple.messages.Polls"),
    ],
)
def test_bundle_id(balloon, expected):
    assert payloads.bundle_id(balloon) == expected
    assert payloads.bundle_id(balloon).rpartition(":")[2] in expected


def test_link_with_everything():
    link = Link(
        url="https://example.com/story",
        title="Story",
        summary="A summary",
        site_name="Example",
        item_type="article",
        icon=ICON,
        image=IMAGE,
    )
    assert pictures(link) == (ICON, IMAGE)
    metadata = rich(payloads.payload(link))
    assert metadata["originalURL"] == metadata["URL"] == {"url": link.url}
    said = {key: metadata[key] for key in ("title", "summary", "siteName", "itemType")}
    assert list(said.values()) == ["Story", "A summary", "Example", "article"]
    for name, index, mime in (("icon", 0, "image/png"), ("image", 1, "image/jpeg")):
        assert metadata[name] == {
            "": "RichLinkImageAttachmentSubstitute",
            "imageType": 0,
            "MIMEType": mime,
            "richLinkImageAttachmentSubstituteIndex": index,
        }
    icon, image = metadata["iconMetadata"], metadata["imageMetadata"]
    assert icon == {
        "": "LPIconMetadata",
        "version": 1,
        "URL": {"url": "https://example.com/apple-touch-icon.png"},
    }
    assert image == {
        "": "LPImageMetadata",
        "version": 1,
        "URL": {"url": "https://example.com/preview.png"},
        "size": "{1200, 630}",
    }
    assert (metadata["icons"], metadata["images"]) == (
        {"": "NSArray", "NS.objects": [icon]},
        {"": "NSArray", "NS.objects": [image]},
    )


def test_every_picture_of_a_page_is_listed():
    urls = ("https://a.example.com/1.png", "https://a.example.com/2.png")
    bare = picture("bare", mime=None)
    link = Link(url="https://example.com", icon=bare, image=IMAGE, image_urls=urls)
    metadata = rich(payloads.payload(link))
    listed = [each["URL"]["url"] for each in metadata["images"]["NS.objects"]]
    assert listed == list(urls)
    assert metadata["imageMetadata"]["URL"]["url"] == urls[0]
    # A picture without a MIME type of its own is a PNG to its preview.
    assert metadata["icon"]["MIMEType"] == "image/png"


def test_a_preview_without_a_payload():
    link = Link(url="https://example.com", has_payload=False)
    assert payloads.payload(link) is None


def test_lone_image_is_the_first_attachment():
    link = Link(url="u:x", image=IMAGE)
    metadata = rich(payloads.payload(link))
    assert metadata["image"]["richLinkImageAttachmentSubstituteIndex"] == 0
    assert pictures(link) == (IMAGE,)
    assert "icon" not in metadata
    assert "title" not in metadata


def test_placeholder_knows_its_url_only():
    link = Link(url="u:x", title="not there yet", is_placeholder=True)
    data = payloads.payload(link)
    assert unarchived(data)["richLinkIsPlaceholder"] is True
    assert rich(data).keys() == {"", "version", "originalURL"}


def test_song():
    song = Music(
        url="https://music.apple.com/us/album/x/100?i=200",
        name="Песнь",
        artist="Artist",
        album="Album",
        preview_url="https://audio.example/p.m4a",
        icon=ICON,
    )
    metadata = rich(payloads.payload(song))
    special = metadata["specialization"]
    assert special.pop("artwork")["richLinkImageAttachmentSubstituteIndex"] == 0
    assert special.pop("offers")["NS.objects"] == ["buy", "subscription"]
    assert metadata.keys() == {"", "version", "originalURL", "URL", "specialization"}
    assert special == {
        "": "LPiTunesMediaSongMetadata",
        "name": "Песнь",
        "artist": "Artist",
        "album": "Album",
        "storeIdentifier": "200",
        "previewURL": {"url": "https://audio.example/p.m4a"},
    }


def test_song_without_a_number_or_a_preview():
    song = Music(
        url="https://music.apple.com/x", name="n", artist="a", album="b", offers=()
    )
    special = rich(payloads.payload(song))["specialization"]
    assert special.keys() == {"", "name", "artist", "album"}


def test_lines_of_a_song():
    said = Lyrics(text="one\ntwo", start=11.5, end=16)
    song = Music(
        url="https://music.apple.com/us/lyrics/13?ts=11",
        name="n",
        artist="a",
        album="b",
        lyrics=said,
    )
    metadata = rich(payloads.payload(song))
    assert metadata["selection"] == "one\ntwo"
    assert metadata["specialization"]["lyricExcerpt"] == {
        "": "LPLyricExcerptMetadata",
        "lyrics": "one\ntwo",
        "startTime": 11.5,
        "endTime": 16.0,
    }


def test_app_store():
    app = StoreApp(
        url="https://apps.apple.com/app/id156",
        name="Puzzle",
        subtitle="Sort",
        genre="G",
    )
    metadata = rich(payloads.payload(app))
    assert metadata["specialization"] == {
        "": "LPiTunesMediaSoftwareMetadata",
        "name": "Puzzle",
        "subtitle": "Sort",
        "platform": "iOS",
        "genre": "G",
        "storeIdentifier": "156",
    }


def test_place():
    place = Place(
        url="https://maps.apple.com/?q=Cove",
        name="Cove",
        address="Cove, Town",
        street="Cove Road",
        city="Town",
        state="CA",
        postal_code="90000",
        country="United States",
    )
    metadata = rich(payloads.payload(place))
    assert metadata["title"] == "Cove Town CA 90000 United States"
    special = metadata["specialization2"]
    assert (special[""], special["address"]) == ("LPMapMetadata", "Cove, Town")
    assert special["addressComponents"] == {
        "": "CNPostalAddress",
        "_street": "Cove Road",
        "_city": "Town",
        "_state": "CA",
        "_postalCode": "90000",
        "_country": "United States",
    }


@pytest.mark.parametrize("date", [0, SENT])
def test_collaboration(date):
    document = Collaboration(
        url="https://www.icloud.com/freeform/abc#Board",
        title="Board",
        app_name="Freeform",
        app_bundle_id="com.apple.freeform",
    )
    metadata = rich(payloads.payload(document, date=date))
    record = metadata["collaborationMetadata"]
    container = record["containerSetupInfo"]["containerID"]
    assert container["ContainerIdentifier"] == "com.apple.freeform"
    assert record["collaborationIdentifier"] == "https://www.icloud.com/freeform/abc"
    assert record.get("creationDate") == (
        {"": "NSDate", "NS.time": 690_513_474.0} if date else None
    )
    shared = metadata["specialization2"]
    assert shared["isCollaboration"] is True
    assert shared["specialization"]["application"] == "Freeform"


def test_app_card():
    session = "0F0E0D0C-0000-4000-8000-00000000000A"
    card = AppCard(
        bundle_id="com.example.app",
        app_name="App",
        url="https://example.com",
        ldtext="line",
        caption="a",
        subcaption="b",
        secondary_subcaption="c",
        tertiary_subcaption="d",
        image_title="e",
        image_subtitle="f",
        session_id=session,
        team="TEAM",
        app_id=7,
    )
    payload = unarchived(payloads.payload(card))
    live = payload.pop("liveLayoutInfo")
    assert live[""] == "NSMutableData"
    assert unarchived(live["NS.data"]) == {
        "layoutClass": "MSMessageLiveLayout",
        "userInfo": {},
    }
    assert payload == {
        "an": "App",
        "appid": 7,
        "ldtext": "line",
        "URL": {"url": "https://example.com"},
        "layoutClass": "MSMessageTemplateLayout",
        "sessionIdentifier": UUID(session),
        "userInfo": {
            "caption": "a",
            "subcaption": "b",
            "secondary-subcaption": "c",
            "tertiary-subcaption": "d",
            "image-title": "e",
            "image-subtitle": "f",
        },
    }


def test_bare_app_card():
    card = AppCard(bundle_id="a", app_name="A", url="u:x")
    root = unarchived(payloads.payload(card))
    assert set(root["userInfo"].values()) == {""}
    assert len(root["userInfo"]) == 6
    assert root.keys().isdisjoint({"appid", "ldtext", "data", "AccessibilityLabel"})
    assert payloads.payload(card) == payloads.payload(card)
    assert payloads.summary_text(card) is None


def test_a_card_of_a_business():
    card = AppCard(
        bundle_id="b",
        app_name="",
        url="?",
        data='{"a": 1}',
        accessibility="read out",
        tap_action=1,
        mutable=False,
    )
    data = payloads.payload(card)
    assert b"NSMutable" not in data
    root = unarchived(data)
    assert (root["data"], root["AccessibilityLabel"]) == (b'{"a": 1}', "read out")
    assert root["userInfo"]["tap-action"] == 1
    assert "an" not in root


def test_handwriting():
    note_id = "e8fae151-5b83-4efa-98c6-b207381f004c"
    strokes = (((3, 4), (10, 40)), (), ((1, 65535),))
    data = payloads.payload(Handwriting(id=note_id, strokes=strokes), date=SENT + 5)
    assert data[11:47].decode() == note_id
    fields = dict(fields_of(data))
    assert fields[2] == 690_513_474_000
    inner = dict(fields_of(fields[4]))
    numbers = [number ^ 0x8000 for number in struct.unpack("<4H", inner[3])]
    assert numbers == [1, 4, 9, 65531]
    assert (inner[4], inner[5]) == (2, 1)
    raw, decoded = inner[8], []
    while raw:
        (count,) = struct.unpack_from("<H", raw)
        points = list(struct.iter_unpack("<4H", raw[2 : 2 + count * 8]))
        decoded.append(tuple((x ^ 0x8000, y ^ 0x8000) for x, y, *_ in points))
        assert all(width ^ 0x8000 > 0 for *_, width, _ in points)
        raw = raw[2 + count * 8 :]
    assert tuple(decoded) == (strokes[0], strokes[2])


def test_handwriting_longer_than_one_length_byte():
    stroke = tuple((x, x) for x in range(300))
    data = payloads.payload(Handwriting(id="x" * 36, strokes=(stroke,)))
    drawing = dict(fields_of(dict(fields_of(data))[4]))
    assert len(drawing[8]) == 2 + 300 * 8


def test_handwriting_without_strokes():
    fields = dict(fields_of(payloads.payload(Handwriting(id="x" * 36))))
    assert dict(fields_of(fields[4]))[8] == b""


@pytest.mark.parametrize(
    ("gesture", "kind", "arrays"),
    [
        ("tap", 1, {2: 6, 3: 12, 4: 12}),
        ("heartbeat", 3, {}),
        ("sketch", 4, {2: 16, 3: 4}),
        ("kiss", 7, {1: 6, 2: 12, 3: 6}),
        ("fireball", 8, {4: 6, 5: 12}),
    ],
)
def test_digital_touch(gesture, kind, arrays):
    data = payloads.payload(DigitalTouch(id="AN-ID", gesture=gesture))
    fields = dict(fields_of(data))
    assert (fields[1], fields[5]) == (kind, b"AN-ID")
    inner = dict(fields_of(fields[3]))
    assert {n: len(v) for n, v in inner.items() if isinstance(v, bytes)} == arrays


PIZZA = PollOption(id="630CD0F8-9502-40D4-B2E1-C53E02FD435E", text="Pizza?")
SUSHI = PollOption(
    id="58B59D74-EF73-4BA7-AA8E-5A30FBAF3F44", text="寿司 ~>", creator="+15550101"
)
CHOICE = PollChoice(guid="G", date=1, option=SUSHI)
ME = "me@example.com"


def test_poll():
    poll = Poll(options=(PIZZA, SUSHI))
    data = payloads.payload(poll, creator="+15550100", owner=ME)
    assert data == payloads.poll_payload(poll, "+15550100", owner=ME)
    item = poll_json(data, "src=p&c=2")
    assert (item["title"], item["creatorHandle"]) == ("", "+15550100")
    assert item["orderedPollOptions"] == [
        {
            "optionIdentifier": option.id,
            "text": option.text,
            "attributedText": option.text,
            "canBeEdited": False,
            "creatorHandle": option.creator or ME,
        }
        for option in (PIZZA, SUSHI)
    ]
    root = unarchived(data)
    live = unarchived(root["liveLayoutInfo"]["NS.data"])
    assert live == {"layoutClass": "MSMessageLiveLayout", "userInfo": {}}
    able = unarchived(root["requiredCapabilities"]["NS.data"])
    assert able["NS.objects"] == ["supports-polls"]
    assert root["sendAsText"] is True


def test_added_choice_repeats_the_list():
    poll = Poll(options=(PIZZA,), added=(CHOICE,))
    before = payloads.payload(poll, owner=ME)
    after = payloads.choice_payload(poll, CHOICE, None, owner=ME)
    assert len(poll_json(before, "src=p&c=1")["orderedPollOptions"]) == 1
    options = poll_json(after, "src=p&c=2")["orderedPollOptions"]
    assert [option["text"] for option in options] == ["Pizza?", "寿司 ~>"]
    assert (
        unarchived(before)["sessionIdentifier"]
        == (unarchived(after)["sessionIdentifier"])
    )


@pytest.mark.parametrize("picks", [(), (PIZZA.id,), (PIZZA.id, SUSHI.id)])
def test_vote(picks):
    vote = PollVote(guid="V", date=1, voter=None, options=picks)
    session = payloads.session_of([PIZZA])
    data = payloads.vote_payload(vote, ME, session=session)
    assert poll_json(data, "") == {
        "votes": [
            {"voteOptionIdentifier": pick, "participantHandle": ME} for pick in picks
        ]
    }
    assert unarchived(data).keys() == {"an", "URL", "sessionIdentifier"}
    assert unarchived(data)["sessionIdentifier"] == UUID(session)
    assert "sessionIdentifier" not in unarchived(payloads.vote_payload(vote, ME))


def test_a_vote_that_the_server_took_note_of():
    picks = (PIZZA.id, SUSHI.id)
    seconds = 779_239_568
    vote = PollVote(
        guid="V", date=1, voter=None, options=picks, server_date=seconds * 10**9
    )
    votes = poll_json(payloads.vote_payload(vote, ME), "")["votes"]
    assert [each["serverVoteTime"] for each in votes] == [seconds, seconds]


def test_poll_without_options_has_no_session():
    assert payloads.session_of([]) is None


@pytest.mark.parametrize("examples", [60, pytest.param(300, marks=pytest.mark.sweep)])
def test_base64_that_every_reader_takes(examples):
    @settings(max_examples=examples, derandomize=True, deadline=None, database=None)
    @given(st.lists(st.text() | st.text("?>~\x7fÿ/+", max_size=60), max_size=6))
    @example(["???", ">>>", "~~~", "?>~ÿÿÿ" * 9])
    @example(["ÿ", "ÿÿ", "ÿÿÿ"])
    def check(texts):
        text = poll_payloads.encoded({"texts": texts})
        assert not set(text) & set("+/-_")
        decoded = json.loads(base64.b64decode(text, validate=True))
        assert decoded == {"version": 1, "item": {"texts": texts}}

    check()


@pytest.mark.parametrize(
    ("balloon", "name"),
    [
        (AppCard(bundle_id="a", app_name="App", url="u"), "App"),
        (Poll(options=()), "Polls"),
        (Link(url="u"), None),
    ],
)
def test_app_name(balloon, name):
    assert payloads.app_name(balloon) == name
    assert pictures(balloon) == ()
