"""What the estimate of a line comes to, in a seeded simulation of the line (`bench.lab.bottleneck`)."""

from __future__ import annotations

import statistics

import pytest

from bench.lab.bottleneck import Line, Network, Sample, Sender
from rtc.core.bandwidth import Estimator

ENDLESS = ((0.0, 1e9),)  # a source that fills whatever it is given


def targets(samples: list[Sample], since: float, until: float) -> list[float]:
    return [sample.target for sample in samples if since <= sample.at < until and sample.target is not None]


@pytest.mark.parametrize("limit", [100e3, 300e3, 1e6, 2e6, 5e6])
def test_a_full_line_is_used_and_not_flooded(limit: float) -> None:
    network = Network(1, Line(rate=((0.0, limit),)))
    sender = Sender(network, ENDLESS)
    network.run(8.0)
    sent, overflowed = network.sent, network.overflowed
    network.run(30.0)
    found = targets(sender.samples, 8.0, 30.0)
    assert 0.80 * limit <= statistics.mean(found) <= 1.05 * limit
    assert sorted(found)[len(found) // 20] >= 0.70 * limit
    assert network.overflowed - overflowed < 0.02 * (network.sent - sent)


def test_nothing_is_known_before_the_first_word() -> None:
    estimator = Estimator()
    assert estimator.target is None
    assert estimator.troubled_at == float("-inf")
    assert estimator.probe(0.0, 2e6, 0.0) is None
    estimator.feedback(0.0, [], 0.1)
    assert estimator.target is None


def test_the_viewers_own_estimate_counts_where_that_is_all_there_is() -> None:
    estimator = Estimator()
    estimator.remb(1.0, 500_000.0)
    assert estimator.target == 500_000.0
    estimator.loss(2.0, 0.20)
    assert estimator.target == pytest.approx(450_000.0)
    assert estimator.troubled_at == 2.0
    for n in range(10):
        estimator.loss(3.0 + n, 0.0)
    assert estimator.target == 500_000.0
