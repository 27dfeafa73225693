"""A synthetic voice: a buzz at the person's pitch, shaped by the formants of vowels into syllables and words.

It is encoded once and sent round and round: encoding live costs 1.5 % of a core per person, with its levels.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

SAMPLE_RATE: Final = 48_000  # Hz
FRAME: Final = 960  # samples in 20 ms, one Opus packet
SYLLABLE: Final = 0.2  # seconds
SYLLABLES: Final = 20  # until the sentence repeats
LOUDNESS: Final = 4500.0  # RMS of a syllable's middle, about -17 dBov: somebody speaking up

# First and second formant, in Hz, of a, e, i, o, u (Peterson and Barney 1952, rounded).
_VOWELS: Final = ((730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870))

BITRATE: Final = 40_000  # bit/s
SILENT: Final = 127  # -dBov (RFC 6464)

Samples = NDArray[np.int16]


class Speech(Struct, frozen=True):
    """Opus packets of 20 ms, and how loud each is in -dBov."""

    packets: list[bytes]
    levels: list[int]
    silence: bytes


def make_speech(pitch: float, seed: int) -> Speech:
    samples = sentence(pitch, seed)
    levels = [level_of(samples[at : at + FRAME]) for at in range(0, len(samples), FRAME)]
    return Speech(encode(samples), levels, encode(np.zeros(5 * FRAME, np.int16))[-1])


def encode(samples: Samples) -> list[bytes]:
    """One packet for each FRAME."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = SAMPLE_RATE, "mono", "s16"
    codec.bit_rate, codec.time_base = BITRATE, Fraction(1, SAMPLE_RATE)
    codec.options = {"application": "voip", "frame_duration": "20", "vbr": "constrained"}
    packets: list[bytes] = []
    for at in range(0, len(samples), FRAME):
        frame = av.AudioFrame.from_ndarray(samples[at : at + FRAME].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
        packets += [bytes(packet) for packet in codec.encode(frame)]
    assert len(packets) == len(samples) // FRAME, len(packets)
    return packets


def level_of(samples: Samples) -> int:
    """In -dBov."""
    power = np.sqrt(np.mean(samples.astype(float) ** 2)) / 32768
    return SILENT if power == 0 else min(SILENT, round(-20 * float(np.log10(power))))


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
