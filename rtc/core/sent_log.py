"""What was sent to one peer, by transport-wide number (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The numbers of all its slots, sound, pictures and repairs, are one line. The C kernel writes the same memory (kernel.h).
"""

from __future__ import annotations

from typing import Final

# Power of two: 3 s of 2,700 packets a second. What is reported later than that is of no use any more.
SIZE: Final = 8192  # packets
_HEAD: Final = 16  # octets: next number, and octets since the start, 64 bits each
_RECORD: Final = 8  # octets: microseconds modulo 2**32, octets (0: acknowledged), and two that are free


class SentLog:
    """A ring. Numbers are unbounded here, and 16 bits on the wire."""

    __slots__ = ("_head", "_sizes", "_times", "memory")

    def __init__(self) -> None:
        self.memory = bytearray(_HEAD + SIZE * _RECORD)
        view = memoryview(self.memory)
        self._head = view[:_HEAD].cast("Q")
        self._times = view[_HEAD:].cast("I")
        self._sizes = view[_HEAD:].cast("H")

    @property
    def next(self) -> int:
        """The number of the next packet."""
        return self._head[0]

    @property
    def octets(self) -> int:
        """On the wire since the start, with IP and UDP headers."""
        return self._head[1]

    def note(self, now: int, octets: int) -> None:
        """The next packet has been made ready to leave. `now`: microseconds, monotonic."""
        number = self._head[0]
        at = number & (SIZE - 1)
        self._times[at * 2] = now & 0xFFFFFFFF
        self._sizes[at * 4 + 2] = octets
        self._head[0] = number + 1
        self._head[1] += octets

    def find(self, wire: int) -> int | None:
        """The newest number with these 16 bits; None if none was sent, or so long ago that nothing is known of it."""
        newest = self._head[0] - 1
        number = newest - ((newest - wire) & 0xFFFF)
        return number if number >= 0 and newest - number < SIZE else None

    def read(self, number: int) -> tuple[int, int]:
        """(microseconds modulo 2**32, octets; 0: acknowledged)."""
        at = number & (SIZE - 1)
        return self._times[at * 2], self._sizes[at * 4 + 2]

    def acknowledge(self, number: int) -> None:
        self._sizes[(number & (SIZE - 1)) * 4 + 2] = 0
