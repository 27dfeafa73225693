"""What the estimate of a line comes to, in a seeded simulation of lines of all kinds (`bench.estimate`)."""

from __future__ import annotations

import pytest

from bench import estimate
from bench.lab.bottleneck import Line, Network, Sender
from rtc.core.bandwidth import Estimator
from rtc.core.bandwidth_slices import Packet

SEEDS = (1, 2)
LIMITS = [name for name in estimate.SCENARIOS if name.startswith("limit ")]


def steady(rate: float, seconds: float, queue: float = 0.0, loss: int = 0) -> list[list[Packet]]:
    """Feedback each 100 ms of packets of 1,000 octets. `queue`: seconds of delay that each second adds; every `loss`th
    packet is lost.
    """
    packets: list[Packet] = []
    for number in range(int(rate * seconds / 8000)):
        at = int(number * 8e9 / rate)
        arrived = None if loss and number % loss == loss - 1 else int(at * (1 + queue)) + 5_000_000
        packets.append((number, at, 1000, arrived))
    each = max(1, int(rate * 0.1 / 8000))
    return [packets[start : start + each] for start in range(0, len(packets), each)]


def heard(messages: list[list[Packet]]) -> Estimator:
    estimator = Estimator()
    for packets in messages:
        estimator.feedback(packets[-1][1] / 1e6 + 0.05, packets, 0.05)
    return estimator


class Follower:
    """Sends what the estimate allows, at most 2 Mbit/s, over a line without chance: with a queue, or with none and a
    `bucket` of so many packets. Every `loss`th packet is lost behind it.
    """

    def __init__(self, carries: float, loss: int = 0, bucket: int = 0) -> None:
        self.estimator = Estimator()
        self.carries, self.loss, self.bucket = carries, loss, bucket
        self.now = self._next = 0.0
        self.targets: list[float] = []
        self._number = 0
        self._free_at = 0.0

    def run(self, seconds: float) -> list[float]:
        """The targets of this stretch, ten a second."""
        for _ in range(int(seconds * 10)):
            rate = min(2e6, self.estimator.target or 0.5e6)
            packets = []
            while self._next < self.now + 0.1:
                packets.append(self._send(self._next))
                self._next += 8000 / rate
            self.now += 0.1
            self.estimator.feedback(self.now + 0.05, packets, 0.05)
            self.targets.append(self.estimator.target or 0.0)
        return self.targets[-int(seconds * 10) :]

    def _send(self, at: float) -> Packet:
        number, self._number = self._number, self._number + 1
        sent = (number, int(at * 1e6), 1000)
        waits = max(0.0, self._free_at - at)
        if self.bucket and waits > self.bucket * 8000 / self.carries:
            return *sent, None
        self._free_at = at + waits + 8000 / self.carries
        if self.loss and number % self.loss == self.loss - 1:
            return *sent, None
        return *sent, int((at if self.bucket else self._free_at) * 1e6) + 5_000_000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LIMITS)
def test_a_full_line_is_used_and_not_flooded(name: str, seed: int) -> None:
    found = estimate.run(name, seed)
    assert 80 <= found.mean_pct <= 105
    assert found.p5_pct >= 70
    assert found.loss_pct < 2


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("loss 1 %", 85),
        ("loss 5 %", 80),
        ("loss 10 %", 60),
        ("loss 10 %, 300 kbit/s", 60),
        ("loss 10 % from 10 s on", 60),
        ("jitter 200 ms", 80),
        ("jitter 200 ms, 300 kbit/s", 80),
        ("jitter 200 ms, overtaking", 80),
        ("stalls up to 200 ms", 80),
        ("round trip 300 ms", 80),
        ("feedback each 250 ms", 80),
        ("a fifth of feedback lost", 80),
        ("queue of 2 s", 80),
        ("queue of 50 ms", 80),
        ("no probes", 80),
    ],
)
def test_what_is_no_full_line_does_not_starve_it(name: str, least: float) -> None:
    assert least <= estimate.run(name, 1).mean_pct <= 105


@pytest.mark.parametrize("name", ["steps", "steps, queue of 1.5 s"])
def test_a_line_that_becomes_narrow_is_followed_and_taken_back(name: str) -> None:
    found = estimate.run(name, 1)
    assert found.adapt_s is not None
    assert found.adapt_s < (3.0 if name == "steps" else 6.0)
    assert 80 <= found.mean_pct <= 105
    assert found.recover_s is not None
    assert found.recover_s < 10.0


def test_a_blackout_changes_nothing() -> None:
    found = estimate.run("blackout 5 s", 1)
    assert found.recover_s is not None
    assert found.recover_s < 1.5
    assert found.mean_pct >= 80


@pytest.mark.parametrize("queue", [0.2, 1.5])
def test_a_line_that_falls_to_a_twentieth_is_left_within_half_a_second(queue: float) -> None:
    """Mostly: where each slice has one packet that found room in the queue, the queue itself must be seen."""
    targets = []
    for seed in range(1, 6):
        network = Network(seed, Line(rate=((0.0, 2e6), (15.0, 100e3)), queue=queue))
        sender = Sender(network, ((0.0, 800e3),), probes=False)
        network.run(15.5)
        targets.append(sender.estimator.target or 0.0)
    assert sorted(targets)[len(targets) // 2] < 110e3


def test_a_first_look_that_saw_the_line_before_its_fall_is_soon_put_right() -> None:
    """Mostly: what goes on arriving of the same burst came after the fall."""
    targets = []
    for seed in range(1, 10):
        network = Network(seed, Line(rate=((0.0, 2e6), (15.0, 100e3)), queue=0.2))
        sender = Sender(network, ((0.0, 1.9e6),), probes=False)
        network.run(15.7)
        targets.append(sender.estimator.target or 0.0)
    assert sorted(targets)[len(targets) // 2] < 110e3


@pytest.mark.parametrize(("second", "most"), [(100e3, 86e3), (230e3, 213e3)], ids=["slower", "nearly the same"])
def test_a_second_burst_that_was_much_slower_cuts_again(second: float, most: float) -> None:
    """The first left before the line fell, in part. Ten packets each, sent within 50 ms."""
    estimator = heard(steady(1e6, 10))
    number, free_at = 1250, 15_000_000
    targets = []
    for burst, rate in enumerate((250e3, second)):
        packets: list[Packet] = []
        for i in range(10):
            free_at += int(8e9 / rate)
            packets.append((number, 10_000_000 + 50_000 * burst + 5_000 * i, 1000, free_at))
            number += 1
        estimator.feedback(free_at / 1e6 - 5 + 0.05, packets, 0.05)
        targets.append(estimator.target or 0.0)
    assert 190e3 < targets[0] < 213e3
    assert 0.5 * second < targets[1] <= most


@pytest.mark.parametrize("longer", [0.0, 0.100])
def test_another_network_is_no_trouble(longer: float) -> None:
    """For 1.5 s nothing passes, and then all of it `longer` on its way."""
    messages = steady(200e3, 30)
    changed = [
        (number, at, octets, None if 20e6 < at < 21.5e6 else arrived + int(longer * 1e6 * (at > 20e6)))
        for message in messages
        for number, at, octets, arrived in message
        if arrived is not None
    ]
    # Feedback comes after something has arrived.
    calm = [packet for packet in changed if packet[1] <= 20e6]
    rest = [packet for packet in changed if packet[1] > 20e6]
    first = next(n for n, packet in enumerate(rest) if packet[3] is not None) + 3
    told = [calm[n : n + 3] for n in range(0, len(calm), 3)]
    after = [rest[:first], *(rest[n : n + 3] for n in range(first, len(rest), 3))]
    estimator = heard(told)
    before = estimator.target
    assert before is not None
    for packets in after:
        estimator.feedback(packets[-1][1] / 1e6 + 0.05, packets, 0.05)
        assert estimator.target is not None
        assert estimator.target >= before
    assert estimator.troubled_at == float("-inf")


def test_others_who_come_and_go() -> None:
    stream = estimate.run("steady stream of 1.2 Mbit/s comes and goes", 1)
    download = estimate.run("download comes and goes", 1)
    assert 80 <= stream.mean_pct <= 105
    assert download.mean_pct >= 20  # of the whole line: its own half would be 50
    for found in (stream, download):
        assert found.recover_s is not None
        assert found.recover_s < 10.0


@pytest.mark.parametrize("name", [name for name in estimate.SCENARIOS if name.startswith(("two ", "three "))])
def test_those_who_share_a_line_get_like_shares(name: str) -> None:
    jain = estimate.run(name, 1).jain
    assert jain is not None
    assert jain >= 0.9


def test_who_sends_little_keeps_the_estimate() -> None:
    found = estimate.run("little is sent for 30 s", 1)
    assert found.p5_pct >= 90
    assert found.max_pct <= 125  # of 2 Mbit/s: what was wanted before, and room to spare


def test_nothing_grows_far_ahead_of_what_is_sent() -> None:
    network = Network(1, Line(rate=((0.0, 10e6),)))
    sender = Sender(network, ((0.0, 500e3),), stubborn=True, probes=False)
    network.run(60.0)
    assert max(sample.target or 0.0 for sample in sender.samples) < 1.5 * 500e3


def test_who_sends_too_much_all_the_same_is_told_the_limit() -> None:
    network = Network(1, Line(rate=((0.0, 1e6),)))
    sender = Sender(network, ((0.0, 1.3e6),), stubborn=True)
    network.run(30.0)
    found = [sample.target for sample in sender.samples if sample.at > 5.0 and sample.target is not None]
    assert 0.6e6 < min(found) <= max(found) < 1.0e6
    assert sender.estimator.troubled_at > 29.0


def test_nothing_is_known_before_the_first_word() -> None:
    estimator = Estimator()
    assert estimator.target is None
    assert estimator.troubled_at == float("-inf")
    assert estimator.probe(0.0, 2e6, 0.0) is None
    estimator.feedback(0.0, [], 0.1)
    assert estimator.target is None


def test_a_clear_line_is_not_troubled() -> None:
    estimator = heard(steady(1e6, 3.0))
    assert estimator.target == pytest.approx(1.25e6, rel=0.02)
    assert estimator.troubled_at == float("-inf")


def test_a_queue_that_grows_tells_what_the_line_carries() -> None:
    estimator = heard(steady(1e6, 0.8, queue=1.0))  # a second's packets take two seconds
    assert estimator.target is not None
    assert estimator.target <= 0.85 * 0.5e6 * 1.02
    assert estimator.troubled_at > 0.0


def test_a_loss_that_less_does_not_end_is_the_lines_own() -> None:
    assert heard(steady(1e6, 2.0, loss=10)).troubled_at > 0.0  # as long as nobody sends less
    line = Follower(10e6, loss=10)
    targets = line.run(4.0)
    lowest = min(targets[5:])
    step = targets.index(lowest)
    assert lowest == pytest.approx(0.85 * 0.9 * targets[step - 1] / 1.25, rel=0.3)
    assert targets[step : step + 5] == [lowest] * 5  # nothing else changes meanwhile
    assert max(targets[step:]) >= targets[step - 1]
    assert line.estimator.troubled_at == float("-inf")


def test_what_the_line_loses_by_itself_is_added_to_what_it_carries() -> None:
    line = Follower(1e6, loss=10)
    line.run(20.0)
    targets = line.run(20.0)
    assert 0.8e6 < min(targets) < max(targets) < 1.1e6


def test_a_line_that_drops_what_is_too_much_is_found() -> None:
    targets = Follower(1e6, bucket=5).run(40.0)[100:]
    assert 0.965e6 < sum(targets) / len(targets) < 1.05e6


def test_a_queue_is_drained_and_the_line_taken_again() -> None:
    line = Follower(2e6)
    line.run(5.0)
    line.carries = 0.5e6
    fallen = line.run(6.0)
    assert min(fallen) < 0.4e6
    drained = next(n for n, target in enumerate(fallen) if n > fallen.index(min(fallen)) and target > min(fallen))
    assert fallen[drained] >= 0.42e6


def test_who_fills_the_target_probes_no_line_that_was_just_found_full() -> None:
    line = Follower(1e6)
    while line.estimator.troubled_at < line.now:
        line.run(0.1)
    line.carries = 3e6
    target = line.run(3.2)[-1]
    now = line.now + 0.95
    assert line.estimator.probe(now, 9e6, target) is None
    assert line.estimator.probe(now, 9e6, 0.5 * target) is not None


def test_probes_are_sent_while_feedback_comes_and_more_is_wanted() -> None:
    messages = steady(1e6, 3.0)
    assert heard(messages).probe(3.1, 3e6, 1e6) is not None
    assert heard(messages).probe(3.1, 0.9e6, 1e6) is None
    assert heard(messages).probe(5.0, 3e6, 1e6) is None


def test_a_probe_that_passes_raises_the_target() -> None:
    estimator = heard(steady(1e6, 3.0))
    probe = estimator.probe(3.05, 3e6, 1e6)
    assert probe is not None
    number, count, each = 375, 20, 8e9 / probe.rate
    estimator.probing(number, number + count, probe)
    sent = [(number + n, 3_100_000 + int(n * each), 1000) for n in range(count)]
    estimator.feedback(3.3, [(n, at, octets, at + 5_000_000) for n, at, octets in sent], 0.05)
    assert estimator.target == pytest.approx(probe.rate, rel=0.02)


def test_the_viewers_own_estimate_counts_where_that_is_all_there_is() -> None:
    estimator = Estimator()
    estimator.remb(1.0, 500_000.0)
    assert estimator.target == 500_000.0
    estimator.loss(2.0, 200, 40.0, 500_000.0)
    assert estimator.target == pytest.approx(450_000.0)
    assert estimator.troubled_at == 2.0
    estimator.loss(3.0, 200, 10.0, 500_000.0)
    assert estimator.target == pytest.approx(450_000.0)
    for n in range(10):
        estimator.loss(4.0 + n, 200, 0.0, 500_000.0)
    assert estimator.target == 500_000.0
    estimator.remb(20.0, 300_000.0)
    assert (estimator.target, estimator.troubled_at) == (300_000.0, 20.0)


def test_a_few_reported_packets_are_no_loss_yet_and_very_many_are_at_once() -> None:
    estimator = Estimator()
    estimator.remb(1.0, 500_000.0)
    for second in range(3):  # 8 %, of which the second report alone says 16 %
        estimator.loss(2.0 + second, 70, (3.0, 11.0, 2.0)[second], 500_000.0)
    assert estimator.target == 500_000.0
    assert estimator.troubled_at < 0
    estimator.loss(6.0, 70, 25.0, 500_000.0)
    assert estimator.target < 450_000.0
    assert estimator.troubled_at == 6.0


def test_a_line_of_which_only_losses_are_told_has_no_limit_until_there_are_some() -> None:
    estimator = Estimator()
    estimator.loss(1.0, 200, 0.0, 2e6)
    assert estimator.target == float("inf")
    estimator.loss(2.0, 200, 40.0, 2e6)
    assert estimator.target == pytest.approx(1.8e6)
    assert estimator.troubled_at == 2.0
    for n in range(20):
        estimator.loss(3.0 + n, 200, 0.0, 1e6)
    assert estimator.target == pytest.approx(2e6 * 1.05**20, rel=0.01)
