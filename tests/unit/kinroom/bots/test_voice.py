from __future__ import annotations

import av
import numpy as np
import pytest

from kinroom.bots.persona import persona
from kinroom.bots.voice import FRAME, SAMPLE_RATE, Samples, make_speech, sentence


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


def test_packets_decode_to_what_was_said() -> None:
    speech = make_speech(persona(7).pitch, 7)
    decoder = av.CodecContext.create("libopus", "r")
    frames = [frame for data in speech.packets for frame in decoder.decode(av.Packet(data))]
    heard = np.concatenate([frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0] for frame in frames])
    assert strongest_spacing(heard) == pytest.approx(persona(7).pitch, rel=0.03)
    for level, frame in zip(
        speech.levels, [heard[at : at + FRAME] for at in range(312, len(heard), FRAME)], strict=False
    ):
        loudness = np.sqrt(np.mean(frame.astype(float) ** 2)) / 32768
        assert level == 127 or abs(-20 * np.log10(loudness) - level) < 6
    assert 20_000 < sum(map(len, speech.packets)) * 8 / (len(speech.packets) * 0.02) < 60_000


def test_silence_is_silent() -> None:
    decoder = av.CodecContext.create("libopus", "r")
    frames = [frame for _ in range(5) for frame in decoder.decode(av.Packet(make_speech(120.0, 1).silence))]
    assert all(np.abs(frame.to_ndarray()).max() <= 2 for frame in frames)


def test_two_people_say_different_things() -> None:
    assert not np.array_equal(sentence(120.0, 1), sentence(120.0, 2))
