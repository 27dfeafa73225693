"""How rounds become results, and results a comparison."""

from __future__ import annotations

import pytest
from msgspec import structs

from bench.generator import Counts
from bench.results import Label, Result, Window, compared, medians, one_round, percentiles, short


def window(cpu: float = 0.5, received: int = 900, drops: int = 0, outside: list[float] | None = None) -> Window:
    counts = Counts(sent=100, received=received, cpu=0.25, wall=2.0, late=0.003)
    return Window(11, counts, cpu, 0.1, drops, 0, 50.0, [], outside or [])


def result(*windows: Window, people: int = 11) -> Result:
    return medians(people, 800, 2, Label("GCM", ["mid"], "compiled"), [one_round(one) for one in windows])


def test_a_round_counts_cost_per_packet_that_came() -> None:
    one = one_round(window(cpu=0.5, received=1000))
    assert (one.delivered, one.us_per_out_packet, one.worker_cpu_pct) == (1.0, 500.0, 25.0)
    assert (one.offered_pps, one.out_pps) == (50.0, 500.0)
    assert one_round(window(received=900)).delivered == 0.9


def test_a_server_that_tells_no_delay_has_none() -> None:
    one = one_round(window(outside=[1.0, 2.0, 3.0]))
    assert (one.p50_ms, one.p99_ms) == (None, None)
    assert one.outside_p50_ms == 2.0
    assert result(window()).outside_p99_ms is None


def test_a_result_has_medians_and_the_most_drops() -> None:
    of_three = result(window(cpu=0.1), window(cpu=0.9, drops=7), window(cpu=0.2))
    assert of_three.us_per_out_packet == pytest.approx(0.2 / 900 * 1e6, rel=1e-4)
    assert of_three.generator_drops == 7
    assert len(of_three.rounds) == 3
    assert short(of_three).rounds == []


def test_the_ratio_is_below_one_where_kinroom_is_cheaper() -> None:
    both = compared(result(window(cpu=0.25)), result(window(cpu=0.5)))
    assert both.ratio_us_per_out_packet == 0.5
    assert (both.srtp_profile, both.path) == ("GCM", "compiled")


@pytest.mark.parametrize("field", ["people", "kbps", "seconds", "srtp_profile"])
def test_only_the_same_work_is_compared(field: str) -> None:
    one = result(window())
    other = structs.replace(one, **{field: "CM" if field == "srtp_profile" else 7})
    with pytest.raises(ValueError, match=field):
        compared(one, other)


def test_percentiles_are_rounded_to_microseconds() -> None:
    assert percentiles([0.1234567], (50,)) == [0.123]
    assert percentiles([], (50, 99)) == [None, None]
