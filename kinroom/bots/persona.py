"""Who a synthetic person is: name, colours, pitch, turn to speak. Pure: an index is the same person everywhere."""

from __future__ import annotations

import colorsys
from typing import Final

from msgspec import Struct

Rgb = tuple[int, int, int]

# fmt: off
NAMES: Final = (
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ines", "Jon", "Kaya", "Leo", "Mia",
    "Nils", "Ola", "Pia", "Quin", "Rosa", "Sam", "Tess", "Uma", "Vito", "Wren", "Ximena", "Yara",
)
# fmt: on

TURN: Final = 5.0  # seconds each person has the floor
PAUSE: Final = 1.0  # seconds of it in which nobody speaks. Long enough to see "speaking" go out between two people.

_SKINS: Final[tuple[Rgb, ...]] = ((244, 208, 177), (141, 85, 54), (224, 172, 125), (92, 58, 40), (198, 134, 90))
_HAIRS: Final[tuple[Rgb, ...]] = ((60, 42, 33), (25, 22, 24), (150, 96, 52), (176, 176, 180))
_GOLDEN: Final = 0.61803398875  # steps of the golden ratio never put two early hues beside each other


class Persona(Struct, frozen=True):
    index: int
    name: str
    background: Rgb  # flat and no other index's: a decoded picture tells whose it is
    shirt: Rgb
    skin: Rgb
    hair: Rgb
    pitch: float  # Hz, a semitone from the next index: decoded sound tells whose it is


def persona(index: int) -> Persona:
    hue = index * _GOLDEN % 1.0
    return Persona(
        index=index,
        name=NAMES[index % len(NAMES)] + (f" {index // len(NAMES) + 1}" if index >= len(NAMES) else ""),
        background=_rgb(hue, 0.30 + 0.12 * (index % 3), 0.88 - 0.16 * (index // 3 % 2)),
        shirt=_rgb((hue + 0.45) % 1.0, 0.45, 0.45),
        skin=_SKINS[index % len(_SKINS)],
        hair=_HAIRS[index % len(_HAIRS)],
        pitch=90.0 * 2 ** (index % 25 / 12),
    )


def speaks(now: float, index: int, count: int, turn: float = TURN) -> bool:
    """Whether it is this person's turn at `now` (monotonic seconds) among `count` people who speak in turns."""
    whose, into = divmod(now, turn)
    return whose % count == index % count and into < turn * (1 - PAUSE / TURN)


def _rgb(hue: float, saturation: float, value: float) -> Rgb:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, saturation, value))
    return red, green, blue
