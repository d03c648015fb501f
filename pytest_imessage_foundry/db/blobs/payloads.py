"""The bundle id, the payload and the pictures of each balloon.

Layouts: SEMANTICS §10. Where only readers of a class are known, the comment
names them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, assert_never
from urllib.parse import urlsplit

from pytest_imessage_foundry.db.blobs import protobuf
from pytest_imessage_foundry.db.blobs.app_payloads import app_card
from pytest_imessage_foundry.db.blobs.bplist import dumps
from pytest_imessage_foundry.db.blobs.keyed_archives import Obj, keyed
from pytest_imessage_foundry.db.blobs.plist_templates import PlistTemplate
from pytest_imessage_foundry.db.blobs.poll_payloads import (
    choice_payload,
    poll_payload,
    session_of,
    vote_payload,
)
from pytest_imessage_foundry.db.blobs.values import Date, Url
from pytest_imessage_foundry.models import (
    AppCard,
    Chatbot,
    Collaboration,
    DigitalTouch,
    Handwriting,
    Link,
    Music,
    Place,
    Poll,
    RichLink,
    StoreApp,
)
from pytest_imessage_foundry.models.apple_time import SECOND

if TYPE_CHECKING:
    from pytest_imessage_foundry.models import Attachment, Balloon, Lyrics

    _OtherLink = Music | StoreApp | Place | Collaboration

__all__ = [
    "POLLS",
    "app_name",
    "bundle_id",
    "choice_payload",
    "payload",
    "poll_payload",
    "session_of",
    "summary_text",
    "vote_payload",
]

EXTENSION = "com.apple.messages.MSMessageExtensionBalloonPlugin"
RICH_LINK = "com.apple.messages.URLBalloonProvider"
HANDWRITING = "com.apple.Handwriting.HandwritingProvider"
DIGITAL_TOUCH = "com.apple.DigitalTouchBalloonProvider"
CHATBOT = "com.apple.messages.chatbot"  # Apple's own SQL and two readers
POLLS = f"{EXTENSION}:0000000000:com.apple.messages.Polls"

PNG = "image/png"  # of every picture seen but one
_USUAL = {"icon": "apple-touch-icon.png", "image": "preview.png"}
_SPECIALIZATION = ("LPSpecializationMetadata", "NSObject")


def bundle_id(balloon: Balloon) -> str:
    """Return the whole `balloon_bundle_id`."""
    if isinstance(balloon, RichLink):
        return RICH_LINK
    match balloon:
        case AppCard():
            return f"{EXTENSION}:{balloon.team}:{balloon.bundle_id}"
        case Handwriting():
            return HANDWRITING
        case DigitalTouch():
            return DIGITAL_TOUCH
        case Poll():
            return POLLS
        case Chatbot():
            return CHATBOT
    assert_never(balloon)


def app_name(balloon: Balloon) -> str | None:
    """Return the name of the app that a balloon comes from, where it is one."""
    if isinstance(balloon, AppCard):
        return balloon.app_name
    return "Polls" if isinstance(balloon, Poll) else None


def summary_text(balloon: Balloon) -> str | None:
    """Return the line that stands for a balloon in a list of chats."""
    if isinstance(balloon, AppCard):
        return balloon.ldtext or balloon.caption
    return "Sent a poll" if isinstance(balloon, Poll) else None


def payload(
    balloon: Balloon, *, creator: str | None = None, owner: str = "", date: int = 0
) -> bytes | None:
    """`payload_data` of a message sent at `date` by `creator`; None where it is NULL.

    `owner` is the phone owner's address, for whom the truth writes None.
    """
    if isinstance(balloon, RichLink):
        return _rich_link(balloon, date)
    match balloon:
        case AppCard():
            return app_card(balloon)
        case Chatbot():
            return None  # nobody says what it holds: readers look at the body
        case Handwriting():
            return protobuf.handwriting(balloon, date)
        case DigitalTouch():
            return protobuf.digital_touch(balloon)
        case Poll():
            return poll_payload(balloon, creator, owner=owner)
    assert_never(balloon)


def _rich_link(link: RichLink, date: int) -> bytes | None:
    if not isinstance(link, Link):
        icon = getattr(link, "icon", None)
        known = _substitute(0, icon.mime_type or PNG) if icon is not None else None
        return dumps(_preview(link.url, _given(_metadata(link, known, date))))
    if not link.has_payload:
        return None
    if link.is_placeholder:
        return dumps(_preview(link.url, None))
    texts = (link.title, link.summary, link.site_name, link.item_type)
    pictures = _described(link, "icon") + _described(link, "image")
    if len(link.icon_urls) > 1 or len(link.image_urls) > 1:
        more = (link.icon_urls[1:], link.image_urls[1:])
        return dumps(_link(link.url, *texts, *pictures, more=more))
    return _LINK(link.url, *texts, *pictures)


def _preview(url: str, fields: dict[str, Any] | None) -> dict[str, Any]:
    """The keyed archive of a preview; of one that never loaded without `fields`."""
    known: dict[str, Any] = {"version": 1, "originalURL": Url(url)}
    if fields is not None:
        known |= {"URL": Url(url), **fields}
    metadata = Obj("LPLinkMetadata", known)
    root = {"richLinkMetadata": metadata, "richLinkIsPlaceholder": fields is None}
    return keyed(Obj("RichLink", root))


def _link(
    url: str,
    title: str | None,
    summary: str | None,
    site_name: str | None,
    item_type: str | None,
    *pictures: str | None,
    more: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> dict[str, Any]:
    said = {
        "title": title,
        "summary": summary,
        "siteName": site_name,
        "itemType": item_type,
    }
    return _preview(url, _pictures(*pictures, more=more) | _given(said))


_LINK = PlistTemplate(_link)


def _described(link: Link, name: str) -> tuple[str | None, str | None, str | None]:
    """What a preview says of its icon or its image: MIME type, URL, and of an image
    its size (imessage-database's samples)."""
    picture: Attachment | None = getattr(link, name)
    if picture is None:
        return None, None, None
    urls: tuple[str, ...] = getattr(link, f"{name}_urls")
    at = urls[0] if urls else _beside(link.url, _USUAL[name])
    size = f"{{{picture.width}, {picture.height}}}" if name == "image" else None
    return picture.mime_type or PNG, at, size


def _beside(url: str, name: str) -> str:
    """Return a file at the root of a page's site."""
    site = urlsplit(url)
    return f"{site.scheme}://{site.netloc}/{name}"


def _pictures(
    icon_type: str | None,
    icon_url: str | None,
    icon_size: str | None,
    image_type: str | None,
    image_url: str | None,
    image_size: str | None,
    *,
    more: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
) -> dict[str, Any]:
    """`icon`, `image` and what is said of them; the pixels are attachments.

    The metadata of each stands by itself and first in an array of all that the page
    has.
    """
    fields: dict[str, Any] = {}
    icon = ("icon", "LPIconMetadata", icon_type, icon_url, icon_size, more[0])
    image = ("image", "LPImageMetadata", image_type, image_url, image_size, more[1])
    there = (each for each in (icon, image) if each[2] is not None)
    for index, (name, kind, mime_type, url, size, others) in enumerate(there):
        fields[name] = _substitute(index, mime_type)
        known = _picture_metadata(kind, url, size)
        fields[f"{name}Metadata"] = known
        listed = [_picture_metadata(kind, other, size) for other in others]
        fields[f"{name}s"] = [known, *listed]
    return fields


def _picture_metadata(kind: str, url: str | None, size: str | None) -> Obj:
    fields: dict[str, Any] = {"version": 1, "URL": Url(url or "")}
    return Obj(kind, fields | ({"size": size} if size is not None else {}))


def _substitute(index: int, mime_type: str | None) -> Obj:
    """Return what stands for the `index`-th picture of the balloon."""
    fields = {
        "imageType": 0,
        "MIMEType": mime_type,
        "richLinkImageAttachmentSubstituteIndex": index,
    }
    bases = ("LPImage", "NSObject")
    return Obj("RichLinkImageAttachmentSubstitute", fields, bases=bases)


def _metadata(link: _OtherLink, icon: Obj | None, date: int) -> dict[str, Any]:
    match link:
        case Music():
            lyrics = link.lyrics.text if link.lyrics is not None else None
            return {"specialization": _song(link, icon), "selection": lyrics}
        case StoreApp():
            software = _software(link, icon)
            return {"title": link.name, "icon": icon, "specialization": software}
        case Place():
            return {"title": _place_title(link), "specialization2": _map(link)}
        case Collaboration():
            return {
                "title": link.title,
                "collaborationMetadata": _collaboration(link, date),
                "specialization2": _shared_object(link),
            }
    assert_never(link)


def _song(song: Music, artwork: Obj | None) -> Obj:
    fields = {
        "name": song.name,
        "artist": song.artist,
        "album": song.album,
        "storeIdentifier": _store_identifier(song.url),
        "previewURL": Url(song.preview_url) if song.preview_url else None,
        "artwork": artwork,
        "offers": list(song.offers) or None,
        "lyricExcerpt": _excerpt(song.lyrics) if song.lyrics is not None else None,
    }
    return Obj("LPiTunesMediaSongMetadata", _given(fields), bases=_SPECIALIZATION)


def _excerpt(lyrics: Lyrics) -> Obj:
    fields = {
        "lyrics": lyrics.text,
        "startTime": float(lyrics.start),
        "endTime": float(lyrics.end),
    }
    return Obj("LPLyricExcerptMetadata", fields, bases=_SPECIALIZATION)


def _software(app: StoreApp, icon: Obj | None) -> Obj:
    fields = {
        "name": app.name,
        "subtitle": app.subtitle,
        "platform": app.platform,
        "genre": app.genre,
        "storeIdentifier": _store_identifier(app.url),
        "icon": icon,
    }
    return Obj("LPiTunesMediaSoftwareMetadata", _given(fields), bases=_SPECIALIZATION)


def _map(place: Place) -> Obj:
    components = {
        "_street": place.street,
        "_city": place.city,
        "_state": place.state,
        "_postalCode": place.postal_code,
        "_country": place.country,
    }
    fields = {
        "name": place.name,
        "address": place.address,
        "addressComponents": Obj("CNPostalAddress", components),
    }
    return Obj("LPMapMetadata", fields, bases=_SPECIALIZATION)


def _place_title(place: Place) -> str:
    parts = (place.name, place.city, place.state, place.postal_code, place.country)
    return " ".join(part for part in parts if part)


def _collaboration(document: Collaboration, date: int) -> Obj:
    """SharedWithYou's record; the app is named inside CloudKit's (IE+, Freeform)."""
    container = Obj("CKContainerID", {"ContainerIdentifier": document.app_bundle_id})
    fields = {
        "title": document.title,
        "collaborationIdentifier": document.url.partition("#")[0],
        "containerSetupInfo": Obj("CKContainerSetupInfo", {"containerID": container}),
        "creationDate": Date(date / SECOND) if date else None,
    }
    return Obj("_SWCollaborationMetadata", _given(fields))


def _shared_object(document: Collaboration) -> Obj:
    sharing = Obj(
        "LPiCloudSharingMetadata",
        {"application": document.app_name, "title": document.title},
        bases=_SPECIALIZATION,
    )
    fields = {
        "title": document.title,
        "isCollaboration": True,
        "specialization": sharing,
    }
    return Obj("LPSharedObjectMetadata", fields, bases=_SPECIALIZATION)


def _store_identifier(url: str) -> str | None:
    """Return the song of an album (`?i=`), or the number that the path ends with."""
    found = re.search(r"[?&]i=(\d+)", url) or re.search(r"(\d+)(?:[?#]|$)", url)
    return found[1] if found else None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
