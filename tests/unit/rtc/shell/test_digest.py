"""Reports read in C, beside the reference."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.core.bandwidth_slices import OUTAGE_PACKETS, Slices, Taken
from rtc.core.sent_log import SIZE, SentLog
from rtc.shell.digest import KernelDigest, make_digest
from rtc.wire.steps import TICK, Steps

made = make_digest(compiled=True)
# Where a compiler is, `make` has built it: then its absence is a failure.
pytestmark = pytest.mark.skipif(made is None and shutil.which("cc") is None, reason="no C compiler here")

AWAY = 5_000_000  # microseconds between the clocks


class Line:
    """What is sent, reported and taken, by one of two readers."""

    def __init__(self, digest: KernelDigest | None, start: int) -> None:
        self.digest = digest
        self.log, self.slices = SentLog(), Slices()
        self.now = start
        self.digested = 0

    def send(self, packets: int, gap: int) -> None:
        for _ in range(packets):
            self.log.note(self.now, 60 + self.log.next % 1200)
            self.now += gap

    def take(self, base: int, arrivals: Steps | list[int | None]) -> Taken | None:
        if self.digest is not None and isinstance(arrivals, Steps):
            taken = self.slices.digest(self.digest, self.now, self.log, base, arrivals)
            if taken is not None:
                self.digested += 1
                return taken
        news = self.log.reported(self.now, base, arrivals)
        return self.slices.take(news) if news else None


def state_of(slices: Slices) -> dict[str, Any]:
    names: Iterable[str] = getattr(Slices, "__mypyc_attrs__", None) or vars(slices)
    return {name: getattr(slices, name) for name in names}


def lines(start: int) -> tuple[Line, Line]:
    assert made is not None
    return Line(made, start), Line(None, start)


ROUNDS = st.lists(
    st.tuples(
        st.integers(1, 60),  # packets sent
        st.sampled_from([0, 20, 900, 5_000, 70_000]),  # microseconds between them
        st.sampled_from([0, 0, 0, 0, 1, -1, 40]),  # where the report begins, from what was not told yet
        st.integers(-2, 2),  # packets more than were sent
        st.lists(st.integers(0, 255), min_size=62, max_size=62),  # ticks
        st.sets(st.integers(0, 61), max_size=2) | st.just(set()) | st.just(set(range(OUTAGE_PACKETS + 1))),  # lost
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(ROUNDS, st.sampled_from([0, 2**32 - 100_000, 3_600_000_000]), st.sampled_from([0, SIZE - 30, 65_500]))
def test_every_report_is_taken_as_the_reference_takes_it(
    rounds: list[tuple[int, int, int, int, list[int], set[int]]], start: int, before: int
) -> None:
    both = lines(start)
    for line in both:
        line.send(before, 0)
    told = before
    for packets, gap, skip, more, ticks, lost in rounds:
        for line in both:
            line.send(packets, gap)
        base = max(0, told + skip)
        count = max(0, both[0].log.next - base + more) % 62
        times = Steps(AWAY + start + base * 100, bytes(ticks[:count]))
        arrivals: Steps | list[int | None] = (
            [None if i in lost else at for i, at in enumerate(times)] if lost else times
        )
        fast, slow = (line.take(base & 0xFFFF, arrivals) for line in both)
        assert fast == slow
        told = base + count
        assert both[0].log.memory == both[1].log.memory
    assert state_of(both[0].slices) == state_of(both[1].slices)


def test_the_usual_report_is_read_in_c() -> None:
    fast, slow = lines(0)
    for _ in range(50):
        for line in (fast, slow):
            line.send(100, 1000)
        base = fast.log.next - 100
        arrivals = Steps(AWAY + base * 1000, bytes([1000 // TICK] * 100))
        assert fast.take(base & 0xFFFF, arrivals) == slow.take(base & 0xFFFF, arrivals)
    assert fast.digested == 49, "all but the first, which follows on nothing"


def test_a_burst_that_the_line_stretched_is_told() -> None:
    fast, _ = lines(0)
    fast.send(1, 0)
    fast.take(0, [AWAY])
    fast.now += 100_000
    fast.send(20, 100)
    taken = fast.take(1, Steps(AWAY + 100_000, bytes([40] * 20)))
    assert fast.digested == 1
    assert taken is not None
    assert taken.stretched is not None
    assert taken.stretched.took == 19 * 40 * TICK


def test_what_the_line_stretches_further_is_told_anew() -> None:
    both = lines(0)
    for line in both:
        line.send(1, 0)
        line.take(0, [AWAY])
        line.now += 100_000
        line.send(30, 100)
    found = []
    for base, came_at in ((1, 100_000), (11, 300_000), (21, 600_000)):
        fast, slow = (line.take(base, Steps(AWAY + came_at, bytes([100] * 10))) for line in both)
        assert fast == slow
        assert fast is not None
        assert fast.stretched is not None
        found.append(fast.stretched)
    assert both[0].digested == 3
    assert [one.began_at for one in found[1:]] == [one.ended_at for one in found[:-1]]
    assert state_of(both[0].slices) == state_of(both[1].slices)


@pytest.mark.parametrize(
    ("base", "count"),
    [(5, 0), (90, 20), (40_000, 5), (0, 10), (4, 10), (6, 10)],
    ids=["empty", "never sent", "far ahead", "told before", "overlaps", "leaves one out"],
)
def test_what_is_unusual_is_left_alone(base: int, count: int) -> None:
    assert made is not None
    fast, _ = lines(0)
    fast.send(100, 1000)
    fast.take(0, [AWAY + n for n in range(5)])
    memory, state = bytes(fast.log.memory), state_of(fast.slices)
    arrivals = Steps(AWAY, bytes(count))
    assert fast.slices.digest(made, fast.now, fast.log, base, arrivals) is None
    assert (bytes(fast.log.memory), state_of(fast.slices)) == (memory, state)
