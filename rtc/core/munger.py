"""Sequence numbers of one slot: whatever is put on it, the browser sees one continuous stream.

Numbers are unbounded integers on both sides; the wire carries their low 16 bits.
"""

from __future__ import annotations

from typing import Final

# A segment is made by each dropped packet; late packets and NACKs reach back about a second.
MAX_SEGMENTS: Final = 32


class Munger:
    """Maps incoming numbers to outgoing ones by an offset that changes at `sync` and `drop`.

    `delta` serves the packet path: for every packet newer than all before, outgoing = incoming + delta.
    """

    __slots__ = ("_segments", "delta", "last_out")

    def __init__(self, first_out: int) -> None:
        self.delta = 0
        self.last_out = first_out - 1
        self._segments: list[tuple[int, int]] = []  # (first incoming, delta), oldest first

    def sync(self, incoming: int) -> None:
        """A new source, or the same after a pause: `incoming` goes out right after the last one sent."""
        self._segments.clear()
        self._start(incoming, self.last_out + 1 - incoming)

    def drop(self, incoming: int) -> None:
        """`incoming`, the newest, is not sent; what follows closes the gap."""
        self._start(incoming + 1, self.delta - 1)

    def _start(self, incoming: int, delta: int) -> None:
        self.delta = delta
        self._segments.append((incoming, delta))
        if len(self._segments) > MAX_SEGMENTS:
            del self._segments[0]

    def stop(self, newest: int) -> None:
        """The source ends here: `newest` was the last incoming one. Nothing of it can be mapped any more."""
        if self._segments:
            self.last_out = max(self.last_out, newest + self.delta)
        self._segments.clear()

    def take_back(self, never_sent: set[int]) -> None:
        """After `stop`: of what was numbered last, these outgoing numbers are free again.

        Only those behind all that was sent: under one key a number may go out once (RFC 3711 3.2.1).
        """
        while self.last_out in never_sent:
            self.last_out -= 1

    def out(self, incoming: int) -> int | None:
        """The outgoing number of any packet, also a late one; None if it was dropped or is from before the start."""
        following = None
        for first, delta in reversed(self._segments):
            if incoming >= first:
                number = incoming + delta
                # The dropped one sits right before the next segment, where two incoming numbers share an outgoing one.
                return None if following is not None and number >= following else number
            following = first + delta
        return None

    def origin(self, outgoing: int) -> int | None:
        """The incoming number behind an outgoing one; None if it was sent before the start or never."""
        for first, delta in reversed(self._segments):
            if outgoing >= first + delta:
                return outgoing - delta
        return None
