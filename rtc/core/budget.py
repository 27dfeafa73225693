"""What one peer may send, so that it can hurt nobody but itself."""

from __future__ import annotations

from typing import Final

MAX_PACKETS: Final = 1500  # a second; a 720p simulcast camera, voice and a shared screen are about 500
MAX_OCTETS: Final = 1_000_000  # a second: 8 Mbit/s
BURST: Final = 1.0  # seconds' worth


class Budget:
    """Token buckets for packets and octets, refilled by the worker's tick rather than per packet."""

    __slots__ = ("_octets", "_packets", "_refilled_at")

    def __init__(self, now: float) -> None:
        self._packets = MAX_PACKETS * BURST
        self._octets = MAX_OCTETS * BURST
        self._refilled_at = now

    def refill(self, now: float) -> None:
        passed = now - self._refilled_at
        self._refilled_at = now
        self._packets = min(self._packets + passed * MAX_PACKETS, MAX_PACKETS * BURST)
        self._octets = min(self._octets + passed * MAX_OCTETS, MAX_OCTETS * BURST)

    def admit(self, octets: int) -> bool:
        """Whether a packet of this size may come in; counts it if so."""
        if self._packets < 1 or self._octets < octets:
            return False
        self._packets -= 1
        self._octets -= octets
        return True
