"""Which frames of a picture one viewer gets: those up to a temporal layer (RFC 7741 4.2, TID and Y).

Browsers send most pictures in two or three temporal layers: no frame needs one of a layer above its own. Without the
upper ones a picture takes about half the rate, at half or a quarter of the frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rtc.wire.frozen import Frozen
from rtc.wire.vp8 import Vp8Descriptor

ALL: Final = 4  # above every temporal layer: TID has two bits
LEAST: Final = 0.5  # seconds of a picture, to say anything about its frames


class Thinned(Frozen, frozen=True):
    """What there would be of an encoding with only some of its frames."""

    temporal: int  # the highest temporal layer
    frames: float  # a second
    share: float  # of the encoding's rate


def offers(packets: Iterable[tuple[int, int, int | None]], clock_rate: int) -> tuple[Thinned, ...]:
    """What can be left out of an encoding with these packets, most frames first.

    `packets`: (RTP timestamp, octets, temporal layer), in order, of half a second or more; else the answer is none.
    """
    frames: dict[int, set[int]] = {}
    octets: dict[int, int] = {}
    first = last = None
    for timestamp, size, tid in packets:
        first = timestamp if first is None else first
        last = timestamp
        layer = tid or 0
        frames.setdefault(layer, set()).add(timestamp)
        octets[layer] = octets.get(layer, 0) + size
    if first is None or last is None:
        return ()
    seconds = ((last - first) & 0xFFFFFFFF) / clock_rate
    if seconds < LEAST:
        return ()
    total = sum(octets.values())
    found: list[Thinned] = []
    for temporal in sorted(octets, reverse=True)[1:]:
        kept = [layer for layer in octets if layer <= temporal]
        count = sum(len(frames[layer]) for layer in kept)
        found.append(Thinned(temporal, count / seconds, sum(octets[layer] for layer in kept) / total))
    return tuple(found)


class Thinning:
    """The frames of one slot. A new limit holds from a frame on at which a decoder can follow it."""

    __slots__ = ("_highest", "_timestamp", "_up_to", "limit")

    def __init__(self) -> None:
        self.limit = ALL  # the highest temporal layer that is wished
        self._up_to = ALL  # that is sent
        self._highest = 0  # that was seen
        self._timestamp: int | None = None  # of the newest frame

    @property
    def active(self) -> bool:
        """Frames are left out, or will be."""
        return self.limit != ALL or self._up_to != ALL

    def drops(self, descriptor: Vp8Descriptor, timestamp: int) -> bool:
        """Whether the newest packet is left out. Packets of a frame have its RTP timestamp."""
        layer = descriptor.tid or 0
        if timestamp != self._timestamp:
            self._timestamp = timestamp
            self._highest = max(self._highest, layer)
            self._follow(layer, anew=descriptor.key_frame, syncs=descriptor.y)
        return layer > self._up_to

    def _follow(self, layer: int, *, anew: bool, syncs: bool) -> None:
        """A frame of this layer begins. `anew`: it needs no other; `syncs`: it needs only the lowest layer's."""
        if anew or self.limit < self._up_to:
            self._up_to = self.limit
        elif syncs and layer == self._up_to + 1 and layer <= self.limit:
            self._up_to = layer  # one at a time: the next layer's frames may need frames of this one
            if layer >= self._highest and self.limit == ALL:
                self._up_to = ALL
