from __future__ import annotations

import pytest

from rtc.wire.seqnum import Unwrapper, delta, newer


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        (5, 5, 0),
        (6, 5, 1),
        (5, 6, -1),
        (0, 65535, 1),
        (65535, 0, -1),
        (32767, 0, 32767),
        (0, 32767, -32767),
        (100, 65000, 636),
        (32768, 0, -32768),  # exactly half a turn: no order
        (0, 32768, -32768),
    ],
)
def test_delta_and_newer_agree_on_the_shorter_way(a: int, b: int, way: int) -> None:
    assert delta(a, b) == way
    assert newer(a, b) is (way > 0)


@pytest.mark.parametrize(
    ("bits", "values", "unbounded"),
    [
        (16, [65534, 65535, 0, 1], [65534, 65535, 65536, 65537]),
        (16, [1, 65535, 2], [1, -1, 2]),
        (16, [10, 12, 11, 13], [10, 12, 11, 13]),
        (16, [0, 30000, 60000, 24464], [0, 30000, 60000, 90000]),
        (16, [0, 40000], [0, -25536]),  # nearer behind than ahead
        (16, [0, 32768, 65535], [0, -32768, -1]),  # exactly half a turn counts as behind
        (32, [0xFFFFFFF0, 0x10, 0xFFFFFFFF], [0xFFFFFFF0, 0x100000010, 0xFFFFFFFF]),
    ],
)
def test_unwrapper(bits: int, values: list[int], unbounded: list[int]) -> None:
    unwrapper = Unwrapper(bits)
    assert [unwrapper.unwrap(value) for value in values] == unbounded


def test_unwrapper_counts_the_turns() -> None:
    unwrapper = Unwrapper()
    assert [unwrapper.unwrap(n & 0xFFFF) for n in range(0, 300_000, 999)] == list(range(0, 300_000, 999))
