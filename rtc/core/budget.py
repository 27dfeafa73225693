"""What one peer may send, so that it can hurt nobody but itself."""

from __future__ import annotations

from typing import Final

MAX_PACKETS: Final = 1500  # a second; a 720p simulcast camera, voice and a shared screen are about 500
MAX_OCTETS: Final = 1_000_000  # a second: 8 Mbit/s
BURST: Final = 1.0  # seconds' worth


class Budget:
    """Token buckets for packets and octets, refilled by the worker's tick rather than per packet."""

    __slots__ = ("_left", "_refilled_at", "memory")

    def __init__(self, now: float) -> None:
        # Two doubles, what is left of packets and of octets. Whoever admits packets without us counts them down here.
        self.memory = bytearray(16)
        self._left = memoryview(self.memory).cast("d")
        self._left[0], self._left[1] = MAX_PACKETS * BURST, MAX_OCTETS * BURST
        self._refilled_at = now

    def refill(self, now: float) -> None:
        passed = now - self._refilled_at
        self._refilled_at = now
        left = self._left
        left[0] = min(left[0] + passed * MAX_PACKETS, MAX_PACKETS * BURST)
        left[1] = min(left[1] + passed * MAX_OCTETS, MAX_OCTETS * BURST)

    def admit(self, octets: int) -> bool:
        """Whether a packet of this size may come in; counts it if so."""
        left = self._left
        if left[0] < 1 or left[1] < octets:
            return False
        left[0] -= 1
        left[1] -= octets
        return True
