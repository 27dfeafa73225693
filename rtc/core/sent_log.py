"""What was sent to one peer, by transport-wide number (draft-holmer-rmcat-transport-wide-cc-extensions-01).

The numbers of all its slots, sound, pictures and repairs, are one line. The C kernel writes the same memory (kernel.h).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

# Power of two: 3 s of 2,700 packets a second. What is reported later than that is of no use any more.
SIZE: Final = 8192  # packets
_HEAD: Final = 16  # octets: next number, and octets since the start, 64 bits each
_RECORD: Final = 8  # octets: microseconds modulo 2**32, octets (0: acknowledged), and two that are free
_NONE: Final = memoryview(bytes(2 * SIZE)).cast("H")

Report = tuple[int, int, int, int | None]
"""(number, sent at, octets, arrived at; None: lost). Microseconds, of our clock and then of the viewer's."""


class Columns(Sequence[Report]):
    """Reports that are made as they are read: of most packets nothing is kept."""

    __slots__ = ("_columns",)

    def __init__(self, *columns: Sequence[int] | Sequence[int | None]) -> None:
        """Of the parts of a report."""
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[Report]:
        return zip(*self._columns, strict=True)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Columns(*(column[at] for column in self._columns))
        return tuple(column[at] for column in self._columns)


class SentLog:
    """A ring. Numbers are unbounded here, and 16 bits on the wire."""

    __slots__ = ("_head", "_sizes", "_times", "_told", "memory")

    def __init__(self) -> None:
        self.memory = bytearray(_HEAD + SIZE * _RECORD)
        view = memoryview(self.memory)
        self._head = view[:_HEAD].cast("Q")
        self._times = view[_HEAD:].cast("I")
        self._sizes = view[_HEAD:].cast("H")
        self._told = 0  # what follows on the newest that was reported

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

    def read(self, number: int) -> tuple[int, int]:
        """(microseconds modulo 2**32, octets; 0: acknowledged)."""
        at = number & (SIZE - 1)
        return self._times[at * 2], self._sizes[at * 4 + 2]

    def reported(self, now: int, base: int, arrivals: Sequence[int | None]) -> Sequence[Report]:
        """What is news in a report on the packets from `base` on, a number of 16 bits: each arrival once, and each loss
        when it is first told. What was never sent, or so long ago that nothing is known of it, is left out.

        `now`: microseconds, monotonic. `arrivals`: of the viewer's clock.
        """
        newest = self._head[0] - 1
        first = newest - ((newest - base) & 0xFFFF)
        begin = max(first, newest + 1 - SIZE, 0)
        end = min(first + len(arrivals), newest + 1)
        stretches: list[Sequence[Report]] = []
        while begin < end:  # twice where the ring's end lies between
            stop = min(end, begin - (begin & (SIZE - 1)) + SIZE)
            stretches.append(self._stretch(now, begin, arrivals[begin - first : stop - first]))
            begin = stop
        self.told(end)
        return stretches[0] if len(stretches) == 1 else list(chain.from_iterable(stretches))

    def told(self, end: int) -> None:
        """What was sent before this number has been reported on."""
        self._told = max(self._told, end)

    def _stretch(self, now: int, first: int, arrivals: Sequence[int | None]) -> Sequence[Report]:
        """Columns at a time: at 50,000 packets a second a loop of Python's over each would be a tenth of a core."""
        count = len(arrivals)
        at = first & (SIZE - 1)
        sizes = self._sizes[at * 4 + 2 : (at + count) * 4 : 4]
        octets, times = sizes.tolist(), self._times[at * 2 : (at + count) * 2 : 2].tolist()
        if times[0] <= times[-1]:
            past = now - (now - times[0] & 0xFFFFFFFF) - times[0]
            sent = [past + time for time in times]
        else:  # they wrap between
            sent = [now - (now - time & 0xFFFFFFFF) for time in times]
        reports = Columns(range(first, first + count), sent, octets, arrivals)
        if None not in arrivals:
            sizes[:] = _NONE[:count]
            return reports if 0 not in octets else [report for report in reports if report[2]]
        news = []
        for place, report in enumerate(reports):
            if report[2] and (report[3] is not None or report[0] >= self._told):
                news.append(report)
            if report[3] is not None:
                sizes[place] = 0
        return news
