"""Packets into slices: what left together, whatever became of it."""

from __future__ import annotations

import pytest

from rtc.core.bandwidth_slices import Packet, Slice, Slices, Taken

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
