"""Packets into slices: what left together, whatever became of it."""

from __future__ import annotations

import pytest

from rtc.core.bandwidth_slices import Packet, Slice, Slices, Stretched, Taken

AWAY = 5_000_000  # microseconds between the clocks


def packet(number: int, sent_ms: int, took_ms: int | None, octets: int = 1000) -> Packet:
    sent = sent_ms * 1000
    return number, sent, octets, None if took_ms is None else sent + took_ms * 1000 + AWAY


def piece(sent_ms: int, last_ms: int, least_ms: int, octets: int, lost: int = 0, whole: bool = True) -> Slice:
    return Slice(sent_ms * 1000, last_ms * 1000 + AWAY, least_ms * 1000 + AWAY, octets, lost, whole)


@pytest.mark.parametrize(
    ("messages", "slices"),
    [
        pytest.param([[packet(0, 0, 20), packet(1, 10, 25)]], [], id="the last one stays open"),
        pytest.param(
            [[packet(0, 0, 30), packet(1, 10, 25), packet(2, 50, 20)]],
            [piece(0, 35, 25, 2000, whole=False)],
            id="least delay, last arrival, all octets",
        ),
        pytest.param(
            [[packet(0, 0, 20)], [packet(1, 30, 20), packet(2, 60, 20), packet(3, 120, 20)]],
            [piece(0, 50, 20, 2000, whole=False), piece(60, 80, 20, 1000)],
            id="over two messages",
        ),
        pytest.param(
            [[packet(0, 0, 20), packet(1, 10, None), packet(2, 60, 20), packet(3, 120, 20)]],
            [piece(0, 20, 20, 1000, 1000, whole=False), piece(60, 80, 20, 1000)],
            id="lost octets are told apart",
        ),
        pytest.param(
            [[packet(0, 0, 20), packet(1, 60, 20)], [packet(5, 200, 20), packet(6, 260, 20), packet(7, 320, 20)]],
            [piece(0, 20, 20, 1000, whole=False), piece(200, 220, 20, 1000, whole=False), piece(260, 280, 20, 1000)],
            id="what lost feedback leaves open is dropped",
        ),
        pytest.param(
            [[packet(0, 0, 50), packet(1, 10, 20), packet(2, 60, 20)]],
            [piece(0, 50, 20, 2000, whole=False)],
            id="one overtook the other",
        ),
    ],
)
def test_slices(messages: list[list[Packet]], slices: list[Slice]) -> None:
    cut = Slices()
    assert [found for message in messages for found in cut.take(message).slices] == slices


def test_what_arrives_after_all_counts_and_is_told() -> None:
    cut = Slices()
    first = cut.take([packet(0, 0, 20), packet(1, 10, None), packet(2, 20, None), packet(3, 30, 20)])
    assert first == Taken([], 2, 2, 0)
    second = cut.take([packet(1, 10, 150), packet(4, 60, 20)])
    assert second == Taken([piece(0, 50, 20, 3000, 1000, whole=False)], 1, 0, 1)


def test_a_message_of_old_ones_alone() -> None:
    cut = Slices()
    cut.take([packet(0, 0, 20), packet(1, 10, None), packet(2, 20, 20)])
    assert cut.take([packet(1, 10, 150)]) == Taken([], 0, 0, 1)
    assert cut.take([packet(1, 10, None)]) == Taken([], 0, 0, 0)


def after_gap(*lost: int) -> Taken:
    """Packets sent at these milliseconds are lost, between one that came and one that comes."""
    cut = Slices()
    gone = [packet(number, sent, None) for number, sent in enumerate(lost, 1)]
    return cut.take([packet(0, 0, 20), *gone, packet(len(lost) + 1, 500, 20)])


def test_what_is_lost_while_nothing_passes_is_not_the_lines_loss() -> None:
    found = after_gap(60, 120, 180, 240, 300)
    assert (found.arrived, found.lost, found.resumed) == (2, 0, True)


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param((60, 120, 180, 240), id="few"),
        pytest.param((10, 20, 30, 40, 45), id="all of one moment, and then nothing was sent"),
    ],
)
def test_what_is_lost_otherwise_is(lost: tuple[int, ...]) -> None:
    found = after_gap(*lost)
    assert (found.arrived, found.lost, found.resumed) == (2, len(lost), False)


def test_after_an_outage_measuring_begins_anew() -> None:
    cut = Slices()
    lost = [packet(number, 40 + 30 * number, None) for number in range(1, 11)]
    after = [packet(11, 500, 80), packet(12, 560, 80), packet(13, 620, 80)]
    found = cut.take([packet(0, 0, 20), *lost, *after])
    assert [(one.sent_at // 1000, one.whole) for one in found.slices] == [(0, False), (500, False), (560, True)]


def test_a_burst_that_the_line_spread_tells_its_pace() -> None:
    cut = Slices()
    burst = [packet(number, 2 * number, 20 + 30 * number) for number in range(8)]
    assert cut.take(burst[:5]).stretched is None, "it took 130 ms so far"
    found = cut.take(burst[5:]).stretched
    assert found == Stretched(0, AWAY + 20_000, 7000, 7 * 32_000)
    assert found.rate == 7000 * 8 / 0.224
    assert found.ended_at == AWAY + 244_000
    assert cut.take([packet(8, 100, 200)]).stretched is None, "it was told"


def test_what_a_line_spread_further_tells_its_pace_anew() -> None:
    """Then without what came first, which may have come before the line fell."""
    cut = Slices()
    first = [packet(number, 2 * number, 20 + 30 * number) for number in range(8)]
    later = [packet(number, 2 * number, 244 - 2 * number + 100 * (number - 7)) for number in range(8, 11)]
    before = cut.take(first).stretched
    assert before is not None
    assert cut.take(later[:1]).stretched is None, "it took 100 ms so far"
    assert cut.take(later[1:]).stretched == Stretched(0, before.ended_at, 3000, 300_000)


@pytest.mark.parametrize("first_ms", [20, 220])
def test_a_burst_that_was_held_up_tells_none(first_ms: int) -> None:
    """And then came at once, but for its first packet or not."""
    held = [packet(number, 2 * number, 220 - 2 * number) for number in range(1, 8)]
    assert Slices().take([packet(0, 0, first_ms), *held]).stretched is None


def held_back(count: int, arrived: set[int]) -> list[Packet]:
    """Ten packets are sent each millisecond, and what arrives does so every 10 ms."""
    ranks = {number: place for place, number in enumerate(sorted(arrived))}
    return [packet(n, n // 10, 20 + 10 * ranks[n] if n in arrived else None) for n in range(count)]


def test_what_comes_between_many_that_are_lost_is_what_the_line_carries() -> None:
    starved = Slices().take(held_back(40, {0, 9, 18, 27, 36})).starved
    assert starved is not None
    assert starved.octets == 4000
    assert starved.rate == pytest.approx(8 * 1000 / 0.010, rel=0.1)


@pytest.mark.parametrize(
    ("count", "arrived"),
    [
        pytest.param(19, {0, 6, 12, 18}, id="few packets"),
        pytest.param(40, set(range(0, 40, 3)), id="a third arrives"),
        pytest.param(40, {0, 1, 2, 3, 4}, id="an outage begins"),
        pytest.param(40, {0, 1, 2, 38, 39}, id="an outage is over"),
        pytest.param(40, {20}, id="one packet"),
        pytest.param(40, set(), id="nothing"),
    ],
)
def test_what_says_nothing_of_what_the_line_carries(count: int, arrived: set[int]) -> None:
    assert Slices().take(held_back(count, arrived)).starved is None
