"""Draw the stub files anew: python tests/attachments/make_stubs.py

Every pixel and every sample is computed here, so that the package ships
nothing of anyone else. The encoders' versions decide the exact bytes; the
committed files are what counts.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from fractions import Fraction
from math import cos, pi, sin
from pathlib import Path

import av
import pillow_heif
from av.bitstream import BitStreamFilterContext
from PIL import Image, ImageDraw
from scenes import SCENES, scene

STUBS = Path(__file__).parents[2] / "pytest_imessage_foundry/attachments/stubs"
CLEAR = (0, 0, 0, 0)
# Messages writes a sticker's effect into the picture, not into the database;
# readers look for `stickerEffect:type="…"/>` (imessage-exporter, issue #174).
# The name of the namespace is not known.
STICKER_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:stickerEffect="urn:sticker-effect"'
    ' stickerEffect:type="stroke"/>'
    "</rdf:RDF></x:xmpmeta>"
)


def landscape(width: int, height: int, sun: float = 0.7) -> Image.Image:
    """A sky, a hill, and a sun that stands at `sun` of the width."""
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (sky, sky.point(lambda v: 90 + v // 2), sky))
    picture.paste((70, 130, 220), mask=sky.point(lambda v: 255 - v))
    draw = ImageDraw.Draw(picture)
    radius = height // 8
    at = (int(width * sun), height // 3)
    draw.ellipse((*(c - radius for c in at), *(c + radius for c in at)), "#ffd84a")
    draw.ellipse((-width // 3, height * 2 // 3, width, height * 2), "#3f8f4f")
    return picture


def screen() -> Image.Image:
    """A phone's screen with a bar and a few bubbles."""
    picture = Image.new("P", (117, 253), 0)
    picture.putpalette([255, 255, 255, 0, 122, 255, 229, 229, 234, 20, 20, 20])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 116, 18), 2)
    draw.rectangle((46, 6, 70, 12), 3)
    for top, left, right, colour in (
        (30, 6, 70, 2),
        (58, 40, 110, 1),
        (86, 6, 90, 2),
        (114, 60, 110, 1),
    ):
        draw.rounded_rectangle((left, top, right, top + 20), 9, colour)
    return picture


def face(size: int, skin: str, mouth: tuple[int, int]) -> Image.Image:
    """A smiling face on nothing."""
    picture = Image.new("RGBA", (size, size), CLEAR)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((2, 2, size - 3, size - 3), skin)
    for x in (size * 3 // 10, size * 6 // 10):
        draw.ellipse((x, size // 3, x + size // 10, size // 2), "#222222")
    box = (size // 4, size // 3, size * 3 // 4, size * 4 // 5)
    draw.arc(box, *mouth, "#222222", width=3)
    return picture


def star(size: int) -> Image.Image:
    """A star on nothing."""
    picture = Image.new("RGBA", (size, size), CLEAR)
    middle = size / 2
    corners = [
        (
            middle + sin(pi * step / 5) * middle * (0.9 if step % 2 == 0 else 0.4),
            middle - cos(pi * step / 5) * middle * (0.9 if step % 2 == 0 else 0.4),
        )
        for step in range(10)
    ]
    ImageDraw.Draw(picture).polygon(corners, "#ff5fa2", "#ffffff")
    return picture


def icon(size: int, tint: str = "#1f6feb", core: str = "#ffd84a") -> Image.Image:
    """A site's icon: rings on a plain ground."""
    picture = Image.new("RGB", (size, size), tint)
    draw = ImageDraw.Draw(picture)
    for inset, colour in ((8, "#ffffff"), (20, tint), (26, core)):
        draw.ellipse((inset, inset, size - inset, size - inset), colour)
    return picture.quantize(8)


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


# Each photo is as large as the first one was, so that the sizes in databases stay.
JPEG_BYTES, HEIC_BYTES, ICON_BYTES = 2132, 1651, 563
ICONS = (
    ("#1f6feb", "#ffd84a"),
    ("#c0392b", "#f6e3b4"),
    ("#1e8449", "#ffffff"),
    ("#6c3fb5", "#ff9f5a"),
    ("#202124", "#34c6eb"),
    ("#d35400", "#2c3e50"),
)


def jpeg(picture: Image.Image) -> bytes:
    """A JPEG of JPEG_BYTES.

    Flat areas are kept fine and edges coarse, so that a sky has no bands."""
    for coarse in range(8, 160, 4):
        fine = [
            [grain, *(min(255, int(step * (1 + at / 10))) for at in range(1, 64))]
            for grain, step in ((5, coarse), (6, coarse * 1.3))
        ]
        found = encoded(
            picture,
            "JPEG",
            qtables=fine,
            subsampling="4:2:0",
            optimize=True,
            progressive=True,
        )
        if len(found) <= JPEG_BYTES:
            # Any number of these may stand before a marker.
            return found[:-2] + b"\xff" * (JPEG_BYTES - len(found)) + found[-2:]
    raise ValueError("the picture has too many edges")


def heic(picture: Image.Image) -> bytes:
    """A HEIC file of HEIC_BYTES, with a free box at its end."""
    for quality in range(90, 10, -2):
        found = encoded(picture, "HEIF", quality=quality)
        room = HEIC_BYTES - len(found)
        if room >= 8:
            return found + struct.pack(">I4s", room, b"free") + bytes(room - 8)
    raise ValueError("the picture has too many edges")


def png(picture: Image.Image) -> bytes:
    """A PNG of ICON_BYTES, with a chunk before its end that decoders skip."""
    found = encoded(picture, "PNG", optimize=True)
    room = ICON_BYTES - len(found)
    if not room:
        return found
    if room < 12:
        raise ValueError(f"the icon has {len(found)} bytes")
    body = b"fiLl" + bytes(room - 12)
    chunk = struct.pack(">I", room - 12) + body + struct.pack(">I", zlib.crc32(body))
    return found[:-12] + chunk + found[-12:]


def movie() -> bytes:
    """One second of H.264, as a phone records it, of a sun that moves."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mov") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = 160, 90
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "36", "preset": "veryslow", "tune": "animation"}
        # x264 writes its own licence text into every file; a stub needs none.
        silent = BitStreamFilterContext("filter_units=remove_types=6", stream)
        packets = []
        for number in range(10):
            picture = landscape(160, 90, 0.2 + number * 0.06)
            packets += stream.encode(av.VideoFrame.from_image(picture))
        for packet in [*packets, *stream.encode(), None]:
            container.mux(silent.filter(packet))
    return buffer.getvalue()


def notes(codec: av.AudioCodecContext) -> list[av.Packet]:
    """One second of two notes in the packets of `codec`."""
    rate, form = codec.sample_rate, codec.format.name
    frame = av.AudioFrame(format="s16", layout="mono", samples=rate)
    frame.rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    tone = (
        int(9000 * sin(2 * pi * (440 if at < rate // 2 else 660) * at / rate))
        for at in range(rate)
    )
    frame.planes[0].update(
        b"".join(each.to_bytes(2, "little", signed=True) for each in tone)
    )
    cut = av.AudioResampler(format=form, frame_size=codec.frame_size)
    pieces = [*cut.resample(frame), *cut.resample(None), None]
    return [packet for piece in pieces for packet in codec.encode(piece)]


def recording() -> bytes:
    """AAC in an MPEG-4 file, as Voice Memos shares it."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=22050, layout="mono")
        stream.bit_rate = 16000
        stream.codec_context.open()
        for packet in notes(stream.codec_context):
            packet.stream = stream
            container.mux(packet)
    return buffer.getvalue()


def audio_message() -> bytes:
    """Opus in a Core Audio file, as Messages records it; no muxer writes that."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = 24000, "mono", "s16"
    codec.bit_rate, codec.time_base = 12000, Fraction(1, 24000)
    codec.open()
    packets = [bytes(packet) for packet in notes(codec)]
    early = 156  # samples, the 6.5 ms that libopus looks ahead
    late = len(packets) * codec.frame_size - 24000 - early
    sizes = b"".join(
        bytes([0x80 | size >> 7, size & 0x7F] if size > 127 else [size])
        for size in map(len, packets)
    )
    chunks = {
        b"desc": struct.pack(">d4s5I", 24000, b"opus", 0, 0, codec.frame_size, 1, 0),
        b"pakt": struct.pack(">qqii", len(packets), 24000, early, late) + sizes,
        b"data": bytes(4) + b"".join(packets),
    }
    return b"caff\0\1\0\0" + b"".join(
        name + len(body).to_bytes(8, "big") + body for name, body in chunks.items()
    )


def document() -> bytes:
    """One page that says what it is."""
    text = b"BT /F1 18 Tf 24 150 Td (A page of a document) Tj ET"
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 240 320] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, count = len(out), len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % count
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def card(*lines: str) -> bytes:
    whole = ("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", "")
    return "\r\n".join(whole).encode()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        # A ZipInfo made by hand is dated 1980: the file does not tell the day.
        for name, text in (("list", "bread\nmilk\ntea\n"), ("plan", "Sunday at ten\n")):
            bundle.writestr(zipfile.ZipInfo(f"Notes/{name}.txt"), text)
    return buffer.getvalue()


def stubs() -> dict[str, bytes]:
    """Every stub by its file name."""
    pillow_heif.register_heif_opener()
    photos = [scene(number) for number in range(len(SCENES))]
    icons = [png(icon(96, *each)) for each in ICONS]
    frames = [landscape(96, 72, at / 4).quantize(16) for at in (1, 2, 3)]
    moving = {"save_all": True, "append_images": frames[1:], "duration": 200, "loop": 0}
    return {
        "photo.jpg": jpeg(photos[0]),
        "photo.heic": heic(photos[0]),
        "photos.jpg": b"".join(map(jpeg, photos[1:])),
        "photos.heic": b"".join(map(heic, photos[1:])),
        "screenshot.png": encoded(screen(), "PNG", optimize=True),
        "animation.gif": encoded(frames[0], "GIF", **moving),
        "sticker.heic": encoded(star(96), "HEIF", quality=50, xmp=STICKER_XMP.encode()),
        "memoji.heic": encoded(face(96, "#e0ac69", (10, 170)), "HEIF", quality=50),
        "genmoji.heic": encoded(face(64, "#ffd84a", (0, 180)), "HEIF", quality=50),
        "link.pluginPayloadAttachment": icons[0],
        "links.pluginPayloadAttachment": b"".join(icons[1:]),
        "video.mov": movie(),
        "voice.caf": audio_message(),
        "voice.m4a": recording(),
        "document.pdf": document(),
        "contact.vcf": card(
            "N:Doe;Jane;;;",
            "FN:Jane Doe",
            "TEL;type=CELL;type=VOICE;type=pref:+1 212 555 0142",
            "EMAIL;type=INTERNET;type=HOME;type=pref:jane.doe@example.com",
        ),
        "location.loc.vcf": card(
            "N:;Current Location;;;",
            "FN:Current Location",
            "item1.URL;type=pref:https://maps.apple.com/"
            "?ll=40.785091\\,-73.968285&q=40.785091\\,-73.968285",
            "item1.X-ABLabel:map url",
        ),
        "archive.zip": archive(),
        "text.txt": b"Bring the tent.\nCall when you are there.\n",
    }


if __name__ == "__main__":
    # With names, those alone: other versions of the encoders give other bytes.
    for name, content in stubs().items():
        if name in (sys.argv[1:] or [name]):
            (STUBS / name).write_bytes(content)
