"""What a microphone gives, as files for Chromium's fake one: 48 kHz, one channel, of a few seconds that repeat."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 48_000  # Hz
SECONDS: Final = 4
PITCH: Final = 140  # Hz
SYLLABLES: Final = 2.2  # a second
WORD, PAUSE = 1.0, 0.3  # seconds
NOISE: Final = 0.0005  # of full scale: -66 dB

_TIME: Final = np.arange(SECONDS * RATE) / RATE


def talking(path: Path) -> Path:
    """Loud and uneven, as no fan is: noise suppression leaves it alone. In the pauses nothing at all."""
    return _write(path, _voice(least=0.0) * (_TIME % (WORD + PAUSE) < WORD))


def singing(path: Path) -> Path:
    """A voice without any pause: where silence is not sent (DTX), something of this is on its way at any moment."""
    return _write(path, _voice(least=0.4))


def quiet_room(path: Path) -> Path:
    """Nobody speaks. What is no sound at all, as between the beeps of the browser's own device, means a broken one."""
    return _write(path, NOISE * np.random.default_rng(1).standard_normal(_TIME.size))


def silence(path: Path) -> Path:
    """Not even noise."""
    return _write(path, np.zeros_like(_TIME))


def _voice(least: float) -> NDArray[np.float64]:
    """In -1..1. `least`: how loud it is between syllables, of 1."""
    tone = sum(np.sin(2 * np.pi * PITCH * n * _TIME) / n for n in range(1, 12))
    return 0.3 * np.asarray(tone) * (least + (1 - least) * np.abs(np.sin(2 * np.pi * SYLLABLES * _TIME)))


def _write(path: Path, samples: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32_000).astype("<i2").tobytes())
    return path
