"""Pictures of the docs: each is shown somewhere, and small."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
SHOWN = [
    (page, (page.parent / link).resolve())
    for page in PAGES
    for link in re.findall(
        r"!\[[^]]*\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")
    )
]


def test_each_picture_is_shown_and_each_that_is_shown_is_there():
    assert {path for _, path in SHOWN} == {each.resolve() for each in IMAGES.iterdir()}


def test_the_readme_shows_one_before_its_first_heading_of_use():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 0 < text.find("](docs/images/") < text.find("## Use it")


def test_pictures_are_small():
    sizes = {each.name: each.stat().st_size for each in IMAGES.iterdir()}
    assert max(sizes.values()) <= 150_000, sizes
    assert sum(sizes.values()) <= 1_000_000


@pytest.mark.parametrize("path", sorted(IMAGES.iterdir()), ids=lambda each: each.name)
def test_a_picture_is_a_png_that_one_command_makes(path):
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert all(300 <= side <= 1400 for side in struct.unpack(">II", data[16:24]))
    made = (ROOT / "docs/make_pictures.py").read_text(encoding="utf-8")
    assert path.stem in made or path.stem.removeprefix("app-") in made
