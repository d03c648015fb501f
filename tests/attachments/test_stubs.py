"""Every file that the package ships or varies opens in a real decoder."""

from __future__ import annotations

import io
import zipfile
from array import array
from itertools import pairwise

import av
import pillow_heif
import pypdf
import pytest
import vobject
from PIL import Image, ImageSequence

from pytest_imessage_foundry.attachments.generator import KINDS, content

VARIANTS = (0, 1, 2, 4821, 10**12)


def of_type(*endings: str) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.stub.endswith(endings)]


@pytest.fixture(params=VARIANTS, ids=lambda variant: f"variant{variant}")
def variant(request):
    return request.param


@pytest.mark.parametrize(
    "name", of_type(".jpg", ".png", ".gif", ".pluginPayloadAttachment")
)
def test_pillow_decodes_a_picture_of_the_stated_size(name, variant):
    data = io.BytesIO(content(name, variant))
    with Image.open(data) as picture:
        picture.verify()
    with Image.open(data) as picture:
        picture.load()
        assert picture.size == (KINDS[name].width, KINDS[name].height)
        assert Image.MIME[picture.format] == (KINDS[name].mime_type or "image/png")


@pytest.mark.parametrize(
    ("name", "key", "note"),
    [
        ("photo", "comment", b"variant 7"),
        ("screenshot", "Comment", "variant 7"),
        ("link-image", "Comment", "variant 7"),
    ],
)
def test_the_note_of_a_variant_can_be_read(name, key, note):
    with Image.open(io.BytesIO(content(name, 7))) as picture:
        picture.load()
        assert picture.info[key] == note


def test_the_gif_moves(variant):
    with Image.open(io.BytesIO(content("gif", variant))) as picture:
        frames = ImageSequence.all_frames(picture, lambda frame: frame.convert("RGB"))
    assert len({frame.tobytes() for frame in frames}) == 3


@pytest.mark.parametrize("name", of_type(".heic"))
def test_libheif_decodes_a_picture_of_the_stated_size(name, variant):
    picture = pillow_heif.open_heif(io.BytesIO(content(name, variant)))
    assert picture.size == (KINDS[name].width, KINDS[name].height)
    assert len(picture.data) >= 3 * picture.size[0] * picture.size[1]
    assert picture.has_alpha == (name != "heic")


@pytest.mark.parametrize("name", ["sticker", "memoji", "genmoji"])
def test_what_is_cut_out_is_see_through_around_and_solid_within(name, variant):
    picture = pillow_heif.open_heif(io.BytesIO(content(name, variant))).to_pillow()
    alpha = picture.getchannel("A")
    assert alpha.getpixel((0, 0)) < 16
    assert alpha.getpixel((picture.width // 2, picture.height // 2)) > 240


def test_the_sticker_states_its_effect_where_readers_search_for_it(variant):
    assert b'stickerEffect:type="stroke"/>' in content("sticker", variant)


def test_ffmpeg_decodes_the_video(variant):
    with av.open(io.BytesIO(content("video", variant))) as video:
        assert video.format.name.startswith("mov")
        assert video.streams.video[0].codec_context.name == "h264"
        assert video.duration == av.time_base
        frames = [frame.to_image() for frame in video.decode(video=0)]
    assert len(frames) == 10
    assert {frame.size for frame in frames} == {(160, 90)}
    assert frames[0].tobytes() != frames[-1].tobytes()


@pytest.mark.parametrize(("name", "codec"), [("voice", "opus"), ("music", "aac")])
def test_ffmpeg_decodes_the_sound(name, codec, variant):
    with av.open(io.BytesIO(content(name, variant))) as sound:
        stream = sound.streams.audio[0]
        assert stream.codec_context.name == codec
        rate = stream.codec_context.sample_rate
        frames = list(sound.decode(audio=0))
    seconds = sum(frame.samples for frame in frames) / rate
    assert seconds == pytest.approx(1, abs=0.1)
    assert {frame.format.name for frame in frames} == {"fltp"}
    samples = array("f", b"".join(bytes(frame.planes[0]) for frame in frames))
    assert 0.1 < max(samples) <= 1


def test_pypdf_reads_the_page(variant):
    document = pypdf.PdfReader(io.BytesIO(content("pdf", variant)), strict=True)
    assert [page.extract_text() for page in document.pages] == ["A page of a document"]


def test_the_contact_is_nobody_real(variant):
    card = vobject.readOne(content("contact", variant).decode())
    assert card.version.value == "3.0"
    assert card.fn.value == "Jane Doe"
    assert "555 01" in card.tel.value
    assert card.email.value.endswith("@example.com")
    assert card.serialize()


def test_the_location_is_a_pin_on_a_map(variant):
    card = vobject.readOne(content("location", variant).decode())
    assert card.url.value.startswith("https://maps.apple.com/?ll=40.785091,-73.968285")
    assert card.contents["x-ablabel"][0].value == "map url"


def test_zipfile_unpacks_the_archive(variant):
    with zipfile.ZipFile(io.BytesIO(content("zip", variant))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Notes/list.txt", "Notes/plan.txt"]


def test_the_text_is_text(variant):
    text = content("text", variant).decode("ascii")
    assert text.startswith("Bring the tent.\n")
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("name", "count"), [("photo", 8), ("heic", 8), ("link-image", 6)]
)
def test_pictures_differ_to_the_eye(name, count):
    seen = [decoded(name, variant) for variant in range(count + 1)]
    assert len({picture.tobytes() for picture in seen}) == count
    assert seen[0].tobytes() == seen[count].tobytes()


@pytest.mark.parametrize("name", ["photo", "heic"])
def test_a_sky_has_no_bands(name):
    """From row to row it changes by a little, where a band would be a jump."""
    for variant in range(8):
        picture = decoded(name, variant)
        column = [picture.getpixel((3, y)) for y in range(60)]
        steps = [
            abs(a - b)
            for one, other in pairwise(column)
            for a, b in zip(one, other, strict=True)
        ]
        assert max(steps) <= 6
        assert column[0] != column[-1]


def decoded(name, variant):
    data = io.BytesIO(content(name, variant))
    if name == "heic":
        return pillow_heif.open_heif(data).to_pillow().convert("RGB")
    return Image.open(data).convert("RGB")
