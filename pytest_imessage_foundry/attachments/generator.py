"""The files that messages carry: their kinds, contents and names.

Each kind has a small real file in `stubs/` that genuine decoders open. Facts
about Apple's side are those of SEMANTICS §5 unless a comment says otherwise.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from functools import cache, cached_property
from pathlib import Path
from pkgutil import get_data
from typing import TYPE_CHECKING

from pytest_imessage_foundry.atomic import Created
from pytest_imessage_foundry.attachments import FOLDER_NAME, STICKERS_NAME
from pytest_imessage_foundry.attachments.folders import METADATA, files_at
from pytest_imessage_foundry.errors import FoundryError
from pytest_imessage_foundry.models.frozen import dataclass
from pytest_imessage_foundry.models.guids import guid_of
from pytest_imessage_foundry.replaceable import check_is_regular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_imessage_foundry.models import Attachment, StickerSource

# A camera counts from IMG_0001 to IMG_9999 and starts over.
_LAST_NUMBER = 9999
# The dynamic type that every Mac derives from this file name extension; seen
# alike, with NULL for the MIME type, in the databases of several people.
_PLUGIN_PAYLOAD = "dyn.age81a5dzq7y066dbtf0g82peqf4hk2pdrb00n5xy"


_LONGEST_NAME = 255  # of APFS, ext4 and NTFS alike
_SEPARATORS = frozenset("/\\\0")
# A path as the functions below make them: nothing in it can lead elsewhere.
_PLAIN_PATH = re.compile(
    r"(?:[0-9a-f]{2}/\d\d/[\w-]+|[0-9a-f]{16}-[\w-]+)/[\w -][\w .-]*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that people send.

    Attributes:
        name: what the rest of the package calls it.
        stub: file in `stubs/` that stands for it.
        others: file with more of them in a row, each as long as the stub.
        uti: Apple's type identifier, as `attachment.uti` has it.
        mime_type: `attachment.mime_type`; None where Messages leaves it NULL.
        pattern: how a phone names such a file; `{number}` and `{uuid}` vary.
        width: pixels, 0 where there is nothing to see.
        height: pixels, 0 where there is nothing to see.
    """

    name: str
    stub: str
    uti: str
    mime_type: str | None
    pattern: str
    width: int = 0
    height: int = 0
    others: str = ""


# fmt: off
_TABLE = (
    Kind("photo", "photo.jpg", "public.jpeg", "image/jpeg",
         "IMG_{number:04}.jpeg", 320, 240, "photos.jpg"),
    Kind("heic", "photo.heic", "public.heic", "image/heic",
         "IMG_{number:04}.HEIC", 320, 240, "photos.heic"),
    Kind("screenshot", "screenshot.png", "public.png", "image/png",
         "IMG_{number:04}.PNG", 117, 253),
    Kind("gif", "animation.gif", "com.compuserve.gif", "image/gif",
         "IMG_{number:04}.GIF", 96, 72),
    Kind("video", "video.mov", "com.apple.quicktime-movie", "video/quicktime",
         "IMG_{number:04}.MOV", 160, 90),
    # The one kind without a MIME type: a reader must go by the UTI or the name.
    Kind("voice", "voice.caf", "com.apple.coreaudio-format", None,
         "Audio Message.caf"),
    Kind("music", "voice.m4a", "com.apple.m4a-audio", "audio/x-m4a",
         "New Recording {number}.m4a"),
    Kind("pdf", "document.pdf", "com.adobe.pdf", "application/pdf",
         "Document {number}.pdf"),
    Kind("contact", "contact.vcf", "public.vcard", "text/vcard",
         "Jane Doe.vcf"),
    Kind("location", "location.loc.vcf", "public.vlocation", "text/x-vlocation",
         "CL.loc.vcf"),
    Kind("link-image", "link.pluginPayloadAttachment", _PLUGIN_PAYLOAD, None,
         "{uuid}.pluginPayloadAttachment", 96, 96, "links.pluginPayloadAttachment"),
    Kind("sticker", "sticker.heic", "public.heic", "image/heic",
         "{uuid}.heic", 96, 96),
    Kind("memoji", "memoji.heic", "public.heic", "image/heic",
         "{uuid}.heic", 96, 96),
    Kind("genmoji", "genmoji.heic", "public.heic", "image/heic",
         "{uuid}.heic", 64, 64),
    Kind("zip", "archive.zip", "public.zip-archive", "application/zip",
         "Archive {number}.zip"),
    Kind("text", "text.txt", "public.plain-text", "text/plain",
         "Note {number}.txt"),
    Kind("group-photo", "photo.jpg", "public.jpeg", "image/jpeg",
         "GroupPhotoImage", 320, 240, "photos.jpg"),
    # One row, that of the film; `folders` has what lies beside it.
    Kind("live-photo", "video.mov", "com.apple.quicktime-movie", "video/quicktime",
         "IMG_{number:04}.MOV", 160, 90),
    # Macs send folders as they are. Apple declares this type for them; no row of one
    # was seen, so that its MIME type and size (what lies in it) are inferred.
    Kind("folder", "text.txt", "public.folder", None, "Folder {number}"),
)
# fmt: on

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _TABLE}
"""Every kind by its name, in the order in which they are listed to people."""


def kind_named(name: str) -> Kind:
    """Return the kind called `name`.

    Raises:
        FoundryError: there is none of that name.
    """
    try:
        return KINDS[name]
    except KeyError:
        choice = ", ".join(KINDS)
        message = f"unknown attachment kind {name!r} (choose from {choice})"
        raise FoundryError(message) from None


def file_name(kind: str, number: int) -> str:
    """Return the name that a phone gives to its file `number` of this kind.

    Some kinds have one name for all (`Audio Message.caf`): those files are told
    apart by their folders.
    """
    pattern = kind_named(kind).pattern
    if "{uuid}" not in pattern:
        return pattern.format(number=(number - 1) % _LAST_NUMBER + 1)
    digest = hashlib.sha256(f"{kind}:{number}".encode()).digest()
    return pattern.format(uuid=guid_of(int.from_bytes(digest[:16])))


@cache
def stub_bytes(kind: str) -> bytes:
    """Return the sample file of a kind, as the package ships it."""
    return _shipped(kind_named(kind).stub)


@cache
def _pictures(kind: str) -> tuple[bytes, ...]:
    """Return the stub of a kind and those that are drawn to differ from it."""
    stub, others = stub_bytes(kind), kind_named(kind).others
    row = _shipped(others) if others else b""
    starts = range(0, len(row), len(stub))
    return (stub, *(row[start : start + len(stub)] for start in starts))


def _shipped(name: str) -> bytes:
    # importlib.resources would do the same in 5 ms; both read a zipped wheel.
    data = get_data(__package__, f"stubs/{name}")
    assert data is not None, "a loader that reads this module reads its neighbour"
    return data


def content(kind: str, variant: int = 0) -> bytes:
    """Return the bytes of a file of this kind.

    Variant 0 is the stub. Every other one adds a note where the format has room
    for one that decoders skip, so that two attachments are not the same file; of
    photos and the icons of links there are several that look different.
    """
    pictures = _pictures(kind)
    drawn = pictures[variant % len(pictures)]
    return drawn if variant == 0 else _annotated(drawn, b"variant %d" % variant)


def size(kind: str, variant: int = 0) -> int:
    """Return how many bytes a file of this kind has, without making it."""
    return _size(kind, len(str(variant)) if variant else 0)


@cache
def _size(kind: str, digits: int) -> int:
    # Variants differ in their number alone, so those as long as each other are
    # files as long as each other.
    return len(content(kind, 10 ** (digits - 1) if digits else 0))


def _annotated(data: bytes, note: bytes) -> bytes:
    """Return `data` with a note inside, written as its format allows."""
    size = len(note)
    match data[:4]:
        case b"\x89PNG":  # a tEXt chunk before IEND, which is 12 bytes long
            body = b"tEXtComment\0" + note
            chunk = struct.pack(">I", len(body) - 4) + body
            return data[:-12] + chunk + struct.pack(">I", zlib.crc32(body)) + data[-12:]
        case b"\xff\xd8\xff\xe0":  # a comment after APP0, which must come first
            end = 4 + int.from_bytes(data[4:6], "big")
            comment = struct.pack(">2sH", b"\xff\xfe", size + 2) + note
            return data[:end] + comment + data[end:]
        case b"GIF8":  # a comment extension before the trailer
            return data[:-1] + b"!\xfe" + bytes([size]) + note + b"\0;"
        case b"caff":  # a free chunk
            return data + struct.pack(">4sq", b"free", size) + note
        case b"%PDF":
            return data + b"%" + note + b"\n"
        case b"PK\3\4":  # the archive comment, empty in the stub
            return data[:-2] + struct.pack("<H", size) + note
        case b"BEGI":  # a vCard's own identifier
            return data.replace(b"END:VCARD", b"UID:" + note + b"\r\nEND:VCARD")
    if data[4:8] == b"ftyp":  # a free box, in QuickTime, MPEG-4 and HEIF alike
        return data + struct.pack(">I4s", size + 8, b"free") + note
    return data + note + b"\n"


def folder(guid: str) -> str:
    """Return the two folders `<hh>/<nn>` above an attachment's own, as in `9b/11`.

    `<nn>` is the low nibble of `<hh>` in decimal. How Messages chooses `<hh>` is
    not known; here it derives from the guid.
    """
    byte = zlib.crc32(guid.encode()) & 0xFF
    return f"{byte:02x}/{byte & 0xF:02}"


def relative_path(guid: str, name: str) -> str:
    """Return where a file lies below Attachments: `<hh>/<nn>/<guid>/<name>`.

    Raises:
        FoundryError: the guid or the name is no plain file name.
    """
    for part in (guid, name):
        if part in ("", ".", "..") or not _SEPARATORS.isdisjoint(part):
            message = (
                f"{part!r} cannot be part of an attachment's path\n"
                f"looked at: guid {guid!r}, name {name!r}\n"
                "give a plain file name, without slashes"
            )
            raise FoundryError(message)
    # Counted as it is stored: half of a surrogate pair has bytes here, too.
    length = len(name.encode(errors="surrogatepass"))
    if length > _LONGEST_NAME:
        raise FoundryError(
            f"a file cannot have a name of {length} bytes\n"
            f"looked at {name!r:.60}\n"
            f"give one of at most {_LONGEST_NAME}, which is what file systems hold"
        )
    return f"{folder(guid)}/{guid}/{name}"


def sticker_path(source: StickerSource, ending: str) -> str:
    """Return where a sticker lies below StickerCache: `<hash>-<id>/<id>.<ending>`
    (three genuine rows)."""
    return f"{source.hash}-{source.id}/{source.id}.{ending}"


def contents(path: str, kind: str, variant: int) -> Iterator[tuple[str, bytes]]:
    """Yield every file that an attachment at `path` brings, and what it holds."""
    for place, each in files_at(path, kind):
        yield place, METADATA if each is None else content(each, variant)


def outside(path: str, folder: object) -> FoundryError:
    """Return the error of an attachment's path that leaves its folder."""
    return FoundryError(
        f"attachment path {path!r} leaves the attachments folder\n"
        f"looked in: {folder}\n"
        "give a path relative to that folder, as relative_path() makes them"
    )


class Folder:
    """A folder that attachments' files are written to, and nothing outside of it.

    Files and folders that were not there are noted in `made`.
    """

    def __init__(self, root: Path, made: Created | None = None) -> None:
        self._made = made or Created()
        self._given = root
        # In a folder that is not there yet, nobody can have put a link.
        self._is_new = not root.exists()
        self._root = root.resolve()

    def add(self, attachment: Attachment) -> None:
        """Write the file of an attachment, if it is there at all."""
        if attachment.path is None or attachment.state != "present":
            return
        folder = self if attachment.folder == FOLDER_NAME else self._stickers
        folder.write(attachment.path, attachment.stub, attachment.variant)

    @cached_property
    def _stickers(self) -> Folder:
        """The folder of stickers, which stands beside this one."""
        return Folder(self._given.with_name(STICKERS_NAME), self._made)

    def write(self, relative: str, kind: str, variant: int) -> int:
        """Write the file at `relative` if it is not there, and what belongs to it;
        return the bytes written."""
        return sum(
            self._put(place, data) for place, data in contents(relative, kind, variant)
        )

    def _put(self, relative: str, data: bytes) -> int:
        target = self._inside(relative)
        if target.is_file() and target.read_bytes() == data:
            return 0
        check_is_regular(target)
        self._made.folder(target.parent)
        self._made.file(target)
        return target.write_bytes(data)

    def _inside(self, relative: str) -> Path:
        """Return the file at `relative`, links followed, if it is below the root."""
        if self._is_new and _PLAIN_PATH.fullmatch(relative):
            return self._root / relative
        if "\0" not in relative:
            target = (self._root / relative).resolve()
            if target != self._root and target.is_relative_to(self._root):
                return target
        raise outside(relative, self._root)
