from __future__ import annotations

import numpy as np
import pytest

from kinroom.bots.persona import persona
from kinroom.bots.voice import FRAME, SAMPLE_RATE, Samples, sentence


def strongest_spacing(samples: Samples) -> float:
    """The pitch, in Hz, as the shift at which the sound is most like itself."""
    sound = samples[: SAMPLE_RATE // 2].astype(float)
    spectrum = np.fft.rfft(sound, 2 * len(sound))
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)
    shortest, longest = SAMPLE_RATE // 400, SAMPLE_RATE // 80
    return SAMPLE_RATE / (shortest + int(np.argmax(likeness[shortest:longest])))


@pytest.mark.parametrize("index", [0, 7, 16, 24])
def test_the_pitch_is_the_persons(index: int) -> None:
    pitch = persona(index).pitch
    assert strongest_spacing(sentence(pitch, index)) == pytest.approx(pitch, rel=0.03)  # half a semitone


def test_it_repeats_in_whole_packets_and_never_clips() -> None:
    samples = sentence(120.0, 1)
    assert len(samples) % FRAME == 0
    assert np.abs(samples.astype(int)).max() < 32767


def test_it_is_loud_enough_for_a_speaker_and_has_gaps() -> None:
    levels = np.sqrt((sentence(120.0, 1).reshape(-1, FRAME).astype(float) ** 2).mean(1))
    dbov = 20 * np.log10(np.median(levels) / 32768)
    assert -30 < dbov < -12
    assert 0.05 < (levels == 0).mean() < 0.3


def test_two_people_say_different_things() -> None:
    assert not np.array_equal(sentence(120.0, 1), sentence(120.0, 2))
