"""Tables of (incoming, outgoing), with `sync` and `drop` between, in the manner of mediasoup's TestSeqManager."""

from __future__ import annotations

import pytest

from rtc.core.munger import MAX_SEGMENTS, Munger


class Run:
    """Feeds a munger as the packet path does: newest packets by `delta`, late ones by `out`."""

    def __init__(self, first_out: int = 100) -> None:
        self.munger = Munger(first_out)
        self.newest = -1

    def sync(self, incoming: int) -> Run:
        self.munger.stop(self.newest)
        self.munger.sync(incoming)
        self.newest = incoming - 1
        return self

    def drop(self, incoming: int) -> Run:
        self.munger.drop(incoming)
        self.newest = max(self.newest, incoming)
        return self

    def expect(self, *table: tuple[int, int | None]) -> Run:
        for incoming, outgoing in table:
            late = self.munger.out(incoming)
            assert late == outgoing, f"{incoming} went out as {late}"
            if incoming > self.newest:
                assert incoming + self.munger.delta == outgoing
                self.newest = incoming
        return self


def test_starts_where_the_slot_starts() -> None:
    Run().sync(5000).expect((5000, 100), (5001, 101), (5002, 102))


def test_a_gap_stays_a_gap_and_a_late_packet_finds_its_place() -> None:
    Run().sync(1).expect((1, 100), (2, 101), (5, 104), (4, 103), (3, 102))


def test_a_dropped_packet_leaves_no_gap() -> None:
    Run().sync(1).expect((1, 100), (2, 101)).drop(3).expect((4, 102), (5, 103), (3, None), (2, 101))


def test_several_drops() -> None:
    Run().sync(1).expect((1, 100)).drop(2).drop(3).expect((4, 101)).drop(5).expect(
        (6, 102), (4, 101), (1, 100), (5, None)
    )


def test_a_new_source_continues_after_the_last_one() -> None:
    run = Run().sync(1).expect((1, 100), (2, 101), (3, 102))
    run.sync(60_000).expect((60_000, 103), (60_001, 104))


def test_nothing_of_the_old_source_is_mapped_after_the_switch() -> None:
    run = Run().sync(1000).expect((1000, 100), (1001, 101))
    run.sync(5000).expect((5000, 102), (4999, None), (1001, None))
    assert run.munger.origin(101) is None
    assert run.munger.origin(102) == 5000


def test_a_stop_without_packets_sends_no_number_twice() -> None:
    run = Run().sync(10).expect((10, 100), (11, 101))
    run.sync(500)
    run.sync(900).expect((900, 102))


@pytest.mark.parametrize("outgoing", range(100, 110))
def test_a_nack_finds_the_packet_that_was_sent(outgoing: int) -> None:
    run = Run().sync(1).expect((1, 100), (2, 101)).drop(3).expect((4, 102), (5, 103)).drop(6).expect((7, 104))
    incoming = run.munger.origin(outgoing)
    assert incoming is not None
    assert run.munger.out(incoming) == outgoing


def test_what_was_never_sent_has_no_origin() -> None:
    assert Run().sync(1).munger.origin(99) is None
    assert Munger(100).origin(100) is None


def test_memory_is_bounded() -> None:
    run = Run().sync(0)
    for incoming in range(0, 10_000, 2):
        run.drop(incoming)
    assert len(run.munger._segments) <= MAX_SEGMENTS
    run.expect((10_000, 100 + 5000))
