"""Media that browsers can decode, recorded once and sent by people of packets (`actors.py`): a moving picture in three
sizes of VP8, and a voice in Opus with and without its own repair data.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kinroom.bots.voice import FRAME, SAMPLE_RATE, Samples, level_of, sentence

FPS = 15
SECONDS = 20  # then the picture begins anew, with a key frame
WIDTH, HEIGHT = 1280, 720
# Lowest first: rid, lines, bit/s. About what browsers give a camera of this size that looks at a person.
ENCODINGS = (("q", 180, 120_000), ("h", 360, 350_000), ("f", 720, 1_000_000))

# Two of these voices, with all headers, go through a line of 100 kbit/s.
VOICE = 18_000  # bit/s
EXPECTED_LOSS = 10  # per cent, where the voice carries repairs
PITCH = 140.0  # Hz

_BLOCK = 32  # pixels of one spot of the wall behind
_GRAIN = 6.0  # of 255: what a cheap sensor adds, anew in each frame

Frame = NDArray[np.uint8]


class Recorded(Struct, frozen=True):
    """`pictures`: of each encoding its frames, of which the first alone is a key frame. `plain` and `robust`: the same
    voice, packet by packet of 20 ms, without and with in-band FEC. `silence` and `pause`: what a browser sends five
    times in two seconds while nobody speaks (DTX)."""

    pictures: list[list[bytes]]
    plain: list[bytes]
    robust: list[bytes]
    levels: list[int]  # -dBov of each packet
    silence: bytes
    pause: bytes


def record(seed: int, seconds: float = SECONDS) -> Recorded:
    """Takes about 4 s of CPU for 20 s."""
    pictures: list[list[bytes]] = [[] for _ in ENCODINGS]
    encoders = [_Encoder(HEIGHT // lines, rate) for _, lines, rate in ENCODINGS]
    for image in _scene(seed, round(seconds * FPS)):
        for frames, encoder in zip(pictures, encoders, strict=True):
            frames += encoder.encode(image)
    voice = sentence(PITCH, seed)
    silence = encode_voice(np.zeros(5 * FRAME, np.int16))[-1]
    return Recorded(
        pictures=pictures,
        plain=encode_voice(voice),
        robust=encode_voice(voice, EXPECTED_LOSS),
        levels=[level_of(voice[at : at + FRAME]) for at in range(0, len(voice), FRAME)],
        silence=silence,
        # libwebrtc takes a packet of two octets at most for the beginning of a pause (WebRtcOpus_Decode).
        pause=silence[:1],
    )


def encode_voice(samples: Samples, loss: int = 0) -> list[bytes]:
    """One packet for each FRAME; `loss` in per cent: the encoder repeats the packet before, at a lower rate."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = SAMPLE_RATE, "mono", "s16"
    codec.bit_rate, codec.time_base = VOICE, Fraction(1, SAMPLE_RATE)
    codec.options = {"application": "voip", "frame_duration": "20", "vbr": "constrained"}
    if loss:
        codec.options |= {"fec": "1", "packet_loss": str(loss)}
    packets: list[bytes] = []
    for at in range(0, len(samples), FRAME):
        frame = av.AudioFrame.from_ndarray(samples[at : at + FRAME].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets


def carries_repair(packet: bytes) -> bool:
    """Whether there is in-band FEC in an Opus packet of one SILK frame (RFC 6716 3.1, 4.2.4)."""
    speech_modes = 16  # configurations below have a SILK layer
    return len(packet) > 1 and packet[0] >> 3 < speech_modes and bool(packet[1] & 0x40)


def _scene(seed: int, count: int) -> Iterator[Frame]:
    """Luma of a textured wall that sways, with grain. All motion is smooth, as before a camera on a table."""
    chance = np.random.default_rng(seed)
    spots = chance.integers(0, 256, (HEIGHT // _BLOCK + 5, WIDTH // _BLOCK + 10))
    wall = np.kron(spots, np.ones((_BLOCK, _BLOCK))).astype(np.float32) * 0.5 + 60
    grain = chance.normal(0, _GRAIN, (HEIGHT, WIDTH)).astype(np.float32)
    for n in range(count):
        across, down = 40 + 38 * np.sin(2 * np.pi * n / 60), 20 + 18 * np.cos(2 * np.pi * n / 45)
        seen = wall[int(down) :, int(across) :][:HEIGHT, :WIDTH]
        yield np.clip(seen + np.roll(grain, n * 7, axis=1), 16, 235).astype(np.uint8)


class _Encoder:
    """VP8 at a steady rate, in the quality of real time, `smaller` times."""

    def __init__(self, smaller: int, rate: int) -> None:
        self._smaller = smaller
        self._number = 0
        self._codec = codec = av.CodecContext.create("libvpx", "w")
        codec.width, codec.height, codec.pix_fmt = WIDTH // smaller, HEIGHT // smaller, "yuv420p"
        codec.bit_rate, codec.time_base, codec.thread_count = rate, Fraction(1, FPS), 1
        codec.gop_size = 1 << 20  # never by itself
        codec.options = {
            "deadline": "realtime",
            "cpu-used": "-12",
            "lag-in-frames": "0",
            "auto-alt-ref": "0",
            "minrate": str(rate),
            "maxrate": str(rate),
            "bufsize": str(rate),
            "qmax": "56",  # as in browsers
            "max-intra-rate": "300",  # per cent of a usual frame's size: browsers bound key frames too
        }

    def encode(self, image: Frame) -> list[bytes]:
        width, height, by = self._codec.width, self._codec.height, self._smaller
        luma = image.reshape(height, by, width, by).mean(axis=(1, 3)).astype(np.uint8) if by > 1 else image
        grey = np.full((height // 2, width), 128, np.uint8)
        frame = av.VideoFrame.from_ndarray(np.concatenate([luma, grey]), format="yuv420p")
        frame.pts, frame.time_base = self._number, Fraction(1, FPS)
        self._number += 1
        return [bytes(packet) for packet in self._codec.encode(frame)]
