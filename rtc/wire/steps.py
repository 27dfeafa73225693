"""Times of arrival as feedback tells them. Not compiled: mypyc gives a subclass of an ABC no registry of its own, and
`isinstance` would take every sequence for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

TICK: Final = 250  # microseconds
_MICROSECONDS: Final = [ticks * TICK for ticks in range(256)]  # of a small delta


class Steps(Sequence[int]):
    """Arrivals of packets that all came, each soon after the one before: the usual. Times are made when they are asked
    for, since C needs none.
    """

    __slots__ = ("_times", "start", "ticks")

    def __init__(self, start: int, ticks: bytes) -> None:
        """`start`: microseconds, from where on `ticks` count, each from the packet before."""
        self.start = start
        self.ticks = ticks
        self._times: tuple[int, ...] | None = None

    @property
    def times(self) -> tuple[int, ...]:
        """Microseconds."""
        if self._times is None:
            self._times = tuple(accumulate(map(_MICROSECONDS.__getitem__, self.ticks), initial=self.start))[1:]
        return self._times

    def __len__(self) -> int:
        return len(self.ticks)

    def __iter__(self) -> Iterator[int]:
        return iter(self.times)

    def __getitem__(self, at: Any) -> Any:
        return self.times[at]

    def __eq__(self, other: object) -> bool:
        return tuple(other) == self.times if isinstance(other, tuple | Steps) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.times)
