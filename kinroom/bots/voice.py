"""A synthetic voice: a buzz at the person's pitch, shaped by the formants of vowels into syllables and words."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 48_000  # Hz
FRAME: Final = 960  # samples in 20 ms, one Opus packet
SYLLABLE: Final = 0.2  # seconds
SYLLABLES: Final = 20  # until the sentence repeats
LOUDNESS: Final = 4500.0  # RMS of a syllable's middle, about -17 dBov: somebody speaking up

# First and second formant, in Hz, of a, e, i, o, u (Peterson and Barney 1952, rounded).
_VOWELS: Final = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))

Samples = NDArray[np.int16]


def sentence(pitch: float, seed: int) -> Samples:
    """Some seconds of mono speech-like sound, a whole number of FRAMEs, that may be repeated."""
    chooser = np.random.default_rng(seed)
    syllables = [_syllable(pitch, _VOWELS[chooser.integers(len(_VOWELS))]) for _ in range(SYLLABLES)]
    for gap in (5, 11, SYLLABLES - 1):  # between words
        syllables[gap] = np.zeros_like(syllables[gap])
    return np.concatenate(syllables).clip(-32767, 32767).astype(np.int16)


def _syllable(pitch: float, formants: tuple[int, int]) -> NDArray[np.float64]:
    time = np.arange(int(SYLLABLE * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * pitch * time
    wave = np.zeros_like(time)
    for harmonic in range(1, int(3500 / pitch)):
        distances = [(harmonic * pitch - formant) / 250 for formant in formants]
        strength = 0.4 / harmonic + sum(np.exp(-(distance**2)) for distance in distances)
        wave += strength * np.sin(harmonic * phase)
    wave *= LOUDNESS / np.sqrt(np.mean(wave**2))
    return wave * np.sin(np.pi * time / SYLLABLE) ** 0.7
