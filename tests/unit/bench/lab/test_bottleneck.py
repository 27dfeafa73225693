"""The simulated line does to packets what it says."""

from __future__ import annotations

import statistics

import pytest

from bench.lab.bottleneck import CrossTraffic, Download, Line, Network, Sample, Sender, at

LIMIT = ((0.0, 1e6),)


def flood(network: Network, octets: int, count: int, every: float) -> list[float]:
    """When those of `count` packets arrived that did."""
    arrivals: list[float] = []
    for n in range(count):
        network.later(n * every, network.send, octets, arrivals.append)
    network.run(count * every + 10.0)
    return arrivals


def test_packets_pass_at_the_lines_rate_and_in_order() -> None:
    arrivals = flood(Network(1, Line(rate=LIMIT, queue=10.0)), 1250, 100, 0.0)
    assert arrivals == pytest.approx([0.025 + 0.010 * (n + 1) for n in range(100)])


def test_what_the_queue_cannot_hold_is_dropped() -> None:
    network = Network(1, Line(rate=LIMIT, queue=0.100))
    assert len(flood(network, 1250, 100, 0.0)) == 11
    assert network.overflowed == 89


def test_loss_blackout_and_jitter() -> None:
    assert 850 < len(flood(Network(1, Line(rate=LIMIT, loss=((0.0, 0.1),))), 100, 1000, 0.01)) < 950
    dark = flood(Network(1, Line(rate=LIMIT, blackouts=((2.0, 4.0),))), 100, 1000, 0.01)
    assert not [when for when in dark if 2.1 < when < 4.0]
    ordered = flood(Network(1, Line(rate=LIMIT, jitter=0.2)), 100, 1000, 0.01)
    assert ordered == sorted(ordered)
    overtaking = flood(Network(1, Line(rate=LIMIT, jitter=0.2, keeps_order=False)), 100, 1000, 0.01)
    assert overtaking != sorted(overtaking)


def test_courses() -> None:
    course = ((0.0, 1.0), (10.0, 2.0), (20.0, 3.0))
    assert [at(course, now) for now in (0.0, 9.9, 10.0, 25.0)] == [1.0, 1.0, 2.0, 3.0]


def test_a_download_takes_what_is_there_and_stops() -> None:
    network = Network(1, Line(rate=LIMIT))
    Download(network, 1.0, 11.0)
    network.run(11.0)
    taken = network.sent - network.overflowed
    assert 0.85 * 1e6 < taken * 1128 * 8 / 10 < 1.05 * 1e6
    network.run(13.0)
    assert network.sent - network.overflowed - taken < 5


def test_a_steady_stream_keeps_its_rate() -> None:
    network = Network(1, Line(rate=LIMIT))
    CrossTraffic(network, ((0.0, 0.0), (10.0, 0.5e6)))
    network.run(10.0)
    assert network.sent == 0
    network.run(20.0)
    assert network.sent * 1128 * 8 / 10 == pytest.approx(0.5e6, rel=0.1)


def watched(seed: int) -> list[Sample]:
    network = Network(seed, Line(rate=LIMIT))
    sender = Sender(network, ((0.0, 0.4e6),))
    network.run(10.0)
    return sender.samples


def test_a_sender_sends_what_it_wants_and_the_same_seed_gives_the_same() -> None:
    samples = watched(1)
    assert statistics.mean(sample.arrived for sample in samples if sample.at > 2.0) == pytest.approx(0.4e6, rel=0.05)
    assert watched(1) == samples
    assert watched(2) != samples
