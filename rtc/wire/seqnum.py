"""Arithmetic on counters that wrap around: RTP sequence numbers (16 bits) and timestamps (32 bits).

Two values exactly half a turn apart have no order (RFC 1982 3.2); here neither is then newer than the other.
"""

from __future__ import annotations


def delta(a: int, b: int) -> int:
    """The signed way from `b` to `a` on 16 bits, -32768 to 32767: positive if `a` comes after `b`."""
    return ((a - b + 0x8000) & 0xFFFF) - 0x8000


def newer(a: int, b: int) -> bool:
    """Whether `a` comes after `b` on 16 bits."""
    return 0 < ((a - b) & 0xFFFF) < 0x8000


class Unwrapper:
    """Turns a counter of `bits` bits into integers that never wrap.

    The first value stands for itself; each next one is taken to be the nearest to the one before it. A value from just
    before a first one near zero therefore comes out negative.
    """

    __slots__ = ("_half", "_last", "_mask")

    def __init__(self, bits: int = 16) -> None:
        self._mask = (1 << bits) - 1
        self._half = 1 << (bits - 1)
        self._last: int | None = None

    def unwrap(self, value: int) -> int:
        """The unbounded integer for `value` (0 to 2**bits - 1); the next call is relative to it."""
        last = self._last
        if last is None:
            self._last = value
            return value
        half = self._half
        self._last = last = last + ((value - last + half) & self._mask) - half
        return last

    def follow(self, value: int) -> None:
        """The next call is relative to this unbounded integer, which was told by other means."""
        self._last = value
