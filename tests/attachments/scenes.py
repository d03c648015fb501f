"""Pictures that differ: what the photos of the stubs show.

Each is drawn at four times its size and made smaller, so that edges are smooth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi, sin

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Draw = Callable[[ImageDraw.ImageDraw], None]
WIDTH, HEIGHT = 320, 240
_SCALE = 4


def ground(top: Colour, bottom: Colour, width: int, height: int) -> Image.Image:
    """A colour that turns into another from top to bottom."""
    column = Image.new("RGB", (1, height))
    for y in range(height):
        share = y / (height - 1)
        pixel = tuple(
            round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)
        )
        column.putpixel((0, y), pixel)
    return column.resize((width, height))


class Pen:
    """Draws in the units of the finished picture."""

    def __init__(self, picture: Image.Image) -> None:
        self._draw = ImageDraw.Draw(picture)

    def disc(
        self, x: float, y: float, radius: float, fill: str, flat: float = 1
    ) -> None:
        """A circle, or an ellipse that is `flat` times as high as wide."""
        box = (x - radius, y - radius * flat, x + radius, y + radius * flat)
        self._draw.ellipse([each * _SCALE for each in box], fill)

    def shape(self, corners: Sequence[tuple[float, float]], fill: str) -> None:
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in corners], fill)

    def box(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        self.shape([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], fill)


def sea(pen: Pen) -> None:
    pen.disc(220, 120, 30, "#ffd58a")
    pen.box(0, 130, 320, 110, "#2b6f8f")
    pen.shape([(90, 140), (190, 140), (165, 162), (110, 162)], "#7a3b2a")
    pen.shape([(138, 60), (138, 136), (84, 136)], "#fff4e2")
    pen.shape([(146, 72), (146, 136), (190, 136)], "#f2d9c0")


def mountains(pen: Pen) -> None:
    pen.shape([(-20, 240), (90, 70), (200, 240)], "#5b6d86")
    pen.shape([(62, 113), (90, 70), (118, 113), (96, 104), (84, 116)], "#f6f8fb")
    pen.shape([(110, 240), (230, 100), (350, 240)], "#43536b")
    pen.shape([(206, 128), (230, 100), (254, 128), (234, 122)], "#f6f8fb")
    pen.disc(160, 300, 220, "#4f8a5b", 0.4)


def city(pen: Pen) -> None:
    pen.disc(250, 50, 20, "#f4efd0")
    for x, top, wide in ((10, 110, 54), (70, 70, 46), (124, 130, 60), (192, 90, 50)):
        pen.box(x, top, wide, 240 - top, "#141a33")
        pen.box(x + 8, 160, 24, 24, "#ffd35c")
    pen.box(252, 150, 60, 90, "#141a33")


def flower(pen: Pen) -> None:
    pen.box(157, 130, 8, 110, "#2f7a3a")
    pen.disc(128, 196, 34, "#3b8f47", 0.35)
    for turn in range(8):
        angle = turn * pi / 4
        pen.disc(160 + 44 * cos(angle), 100 + 44 * sin(angle), 26, "#e7548c")
    pen.disc(160, 100, 28, "#ffd24a")


def plate(pen: Pen) -> None:
    pen.disc(160, 124, 100, "#f7f7f4")
    pen.disc(160, 124, 78, "#e6e6e0")
    pen.disc(146, 118, 46, "#ffffff", 0.85)
    pen.disc(150, 114, 20, "#f7a928")
    pen.disc(204, 140, 18, "#c8402f")
    pen.disc(190, 168, 16, "#c8402f")
    pen.disc(118, 168, 18, "#5a9a3c", 0.6)


def balloon(pen: Pen) -> None:
    pen.disc(60, 70, 26, "#ffffff", 0.5)
    pen.disc(270, 120, 30, "#ffffff", 0.5)
    pen.shape([(118, 116), (202, 116), (174, 172), (146, 172)], "#d8472f")
    pen.disc(160, 90, 56, "#d8472f")
    pen.disc(160, 90, 28, "#ffcf4d", 2)
    pen.shape([(136, 136), (184, 136), (168, 172), (152, 172)], "#ffcf4d")
    pen.box(146, 186, 28, 20, "#6b4630")


def wood(pen: Pen) -> None:
    pen.shape([(130, 240), (152, 130), (168, 130), (220, 240)], "#d9c08c")
    for x, base, size in ((40, 200, 62), (96, 170, 46), (238, 176, 50), (290, 210, 66)):
        pen.box(x - 4, base - 6, 8, 30, "#5b3c26")
        for step in range(3):
            top = base - size * (1.9 - 0.5 * step)
            wide = size * (0.4 + 0.14 * step)
            pen.shape(
                [(x, top), (x - wide, top + size), (x + wide, top + size)], "#1f5a36"
            )


def cat(pen: Pen) -> None:
    pen.shape([(96, 40), (140, 88), (92, 116)], "#3a3734")
    pen.shape([(224, 40), (180, 88), (228, 116)], "#3a3734")
    pen.disc(160, 136, 76, "#3a3734", 0.86)
    for x in (128, 192):
        pen.disc(x, 124, 17, "#c7d94a")
        pen.disc(x, 124, 6, "#101010", 2.3)
    pen.shape([(150, 152), (170, 152), (160, 164)], "#e28a94")


SCENES: tuple[tuple[Callable[[Pen], None], Colour, Colour], ...] = (
    (sea, (250, 140, 90), (255, 214, 160)),
    (mountains, (110, 170, 235), (222, 238, 250)),
    (city, (20, 24, 62), (96, 70, 130)),
    (flower, (205, 236, 226), (150, 205, 170)),
    (plate, (178, 120, 78), (140, 88, 54)),
    (balloon, (70, 150, 235), (190, 226, 250)),
    (wood, (200, 228, 214), (120, 168, 110)),
    (cat, (244, 208, 190), (224, 160, 150)),
)


def scene(number: int) -> Image.Image:
    """The picture of a number; they begin anew after the last."""
    what, top, bottom = SCENES[number % len(SCENES)]
    picture = ground(top, bottom, WIDTH * _SCALE, HEIGHT * _SCALE)
    what(Pen(picture))
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
