"""A synthetic person's moving picture, drawn and encoded once, then sent round and round.

Encoding live costs 3 % of a core per person at 320x180; a loop costs nothing. Every group of pictures stands for
itself, so a key frame can be had at once: by going on to the start of the next group.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.frame import PictureType
from msgspec import Struct
from numpy.typing import NDArray

from kinroom.bots.persona import Persona, Rgb

WIDTH: Final = 320
HEIGHT: Final = 180
RATE: Final = 15  # frames per second
GROUP: Final = 15  # frames from key frame to key frame. Fewer: a key frame comes sooner, at more bits.
LOOP: Final = 3 * GROUP  # frames until the movement repeats
BITRATE: Final = 160_000  # bit/s, about what a browser spends on a quiet head at this size

OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "-16",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "qmax": "30",  # Higher, and a flat colour drifts so far that it could be somebody else's.
}

Image = NDArray[np.float32]


class Loop(Struct, frozen=True):
    """LOOP encoded VP8 frames; every GROUP-th is a key frame."""

    quiet: list[bytes]
    speaking: list[bytes]


def make_loop(who: Persona) -> Loop:
    """Takes about 0.4 s of CPU."""
    return Loop(quiet=encode(draw(who, speaking=False)), speaking=encode(draw(who, speaking=True)))


def encode(images: Iterator[Image]) -> list[bytes]:
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.bit_rate, codec.gop_size, codec.time_base = BITRATE, LOOP, Fraction(1, RATE)
    codec.options, codec.thread_count = OPTIONS, 1
    frames: list[bytes] = []
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(image.astype(np.uint8), format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        frame.pict_type = PictureType.I if number % GROUP == 0 else PictureType.NONE
        frames += [bytes(packet) for packet in codec.encode(frame)]
    assert len(frames) == LOOP, len(frames)
    return frames


def draw(who: Persona, *, speaking: bool) -> Iterator[Image]:
    """One loop of images: a head that sways and blinks, with a mouth that moves when the person speaks."""
    for number in range(LOOP):
        phase = 2 * math.pi * number / LOOP
        image = np.empty((HEIGHT, WIDTH, 3), np.float32)
        image[:] = who.background
        mouth = abs(math.sin(phase * 6)) * (0.6 + 0.4 * math.sin(phase * 2)) if speaking else 0.0
        _person(
            image, who, sway=4 * math.sin(phase), nod=2 * math.sin(2 * phase), mouth=mouth, blink=number in (20, 21)
        )
        yield image


def _person(image: Image, who: Persona, *, sway: float, nod: float, mouth: float, blink: bool) -> None:
    x, y = WIDTH / 2 + sway, 82 + nod
    dark = (40, 32, 34)
    if who.index % 3 == 1:  # long hair falls behind the shoulders
        _ellipse(image, x, y + 16, 46, 62, who.hair)
    _ellipse(image, WIDTH / 2 + sway / 2, 196, 92, 66, who.shirt)
    _ellipse(image, x, y + 44, 15, 24, _shade(who.skin, 0.88))
    _ellipse(image, x, y - 10, 42, 46, who.hair)
    _ellipse(image, x, y + 4, 36, 44, who.skin)
    for side in (-1, 1):
        _ellipse(image, x + 14 * side, y - 2, 4.5, 1.0 if blink else 4.5, dark)
        _ellipse(image, x + 14 * side, y - 13, 8, 1.6, _shade(who.hair, 0.9))
    _ellipse(image, x, y + 10, 3.5, 6, _shade(who.skin, 0.85))
    _ellipse(image, x, y + 27, 11 - 2 * mouth, 1.8 + 7 * mouth, (150, 62, 66))


def _ellipse(image: Image, x: float, y: float, half_width: float, half_height: float, colour: Rgb) -> None:
    """A filled ellipse with a soft edge, clipped at the image's border."""
    top, bottom = max(0, int(y - half_height) - 1), min(HEIGHT, int(y + half_height) + 2)
    left, right = max(0, int(x - half_width) - 1), min(WIDTH, int(x + half_width) + 2)
    rows, columns = np.ogrid[top:bottom, left:right]
    distance = np.hypot((columns - x) / half_width, (rows - y) / half_height)
    cover = np.clip((1 - distance) * min(half_width, half_height) + 0.5, 0, 1)[..., None].astype(np.float32)
    part = image[top:bottom, left:right]
    part += (np.array(colour, np.float32) - part) * cover


def _shade(colour: Rgb, factor: float) -> Rgb:
    red, green, blue = (round(part * factor) for part in colour)
    return red, green, blue
