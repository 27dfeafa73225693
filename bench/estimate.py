"""How the estimate of a line fares on lines of all kinds, in a seeded simulation (`bench.lab.bottleneck`).

Percentages are of what the line gives one sender: its limit, less the traffic of others, shared evenly.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from bench.lab.bottleneck import ENDLESS, Course, CrossTraffic, Download, Line, Network, Sample, Sender, at
from rtc.core.bandwidth import Estimator
from rtc.core.bandwidth_slices import Packet

SETTLED: Final = (8.0, 30.0)  # seconds: where a single sender is measured
SHARED: Final = (40.0, 90.0)  # seconds, where several share the line; the last one comes after 20
SHORT_QUEUE: Final = 0.100  # seconds: nobody notices it
ADAPTED, RECOVERED = 1.1, 0.75  # of the share

COST_PEERS, COST_PACKETS = 20, 50_000  # packets/s of all of them
COST_SECONDS: Final = 10.0
FEEDBACK_EVERY: Final = 0.100  # seconds


class Scenario(Struct, frozen=True, kw_only=True):
    line: Line
    senders: int = 1  # each comes ten seconds after the one before
    wanted: Course = ENDLESS
    probes: bool = True
    others: Course = ((0.0, 0.0),)  # bits/s of a steady stream
    download: tuple[float, float] | None = None  # (from, until)
    until: float = 30.0
    measured: tuple[float, float] = SETTLED
    fall_at: Sequence[float] = ()  # when the share becomes smaller
    rise_at: float | None = None  # when it is the whole line again

    def share(self, now: float) -> float:
        """Bits/s."""
        return max(1.0, (at(self.line.rate, now) - at(self.others, now)) / self.senders)


class Figures(Struct, frozen=True, kw_only=True):
    """Of one run. The target's are of all senders' samples together."""

    scenario: str
    seed: int
    mean_pct: float
    p5_pct: float
    max_pct: float
    loss_pct: float  # of packets, that the queue had no room for
    queue_ms: float  # mean
    queue_p95_ms: float
    adapt_s: float | None = None  # from a fall until the target is down and the queue short again; the longest
    recover_s: float | None = None  # from the rise until the target is near the whole line
    jain: float | None = None  # index of what arrives, 1 if all get as much
    probes: int = 0


class Cost(Struct, frozen=True, kw_only=True):
    peers: int
    packets_per_second: int
    us_per_packet: float  # in `feedback`


def _constant(rate: float) -> Course:
    return ((0.0, rate),)


_SLOW, _LINE, _FAST = _constant(300e3), _constant(2e6), _constant(5e6)
_STEPS: Final = ((0.0, 2e6), (20.0, 300e3), (40.0, 100e3), (60.0, 2e6))
_STEPS_AT: Final = (20.0, 40.0)

SCENARIOS: Final[dict[str, Scenario]] = {
    "limit 100 kbit/s": Scenario(line=Line(rate=_constant(100e3))),
    "limit 300 kbit/s": Scenario(line=Line(rate=_SLOW)),
    "limit 1 Mbit/s": Scenario(line=Line(rate=_constant(1e6))),
    "limit 2 Mbit/s": Scenario(line=Line(rate=_LINE)),
    "limit 5 Mbit/s": Scenario(line=Line(rate=_FAST)),
    "no probes": Scenario(line=Line(rate=_LINE), probes=False),
    "steps": Scenario(line=Line(rate=_STEPS), until=80.0, measured=(25.0, 60.0), fall_at=_STEPS_AT, rise_at=60.0),
    "steps, queue of 1.5 s": Scenario(
        line=Line(rate=_STEPS, queue=1.5), until=80.0, measured=(30.0, 60.0), fall_at=_STEPS_AT, rise_at=60.0
    ),
    "queue of 2 s": Scenario(line=Line(rate=_LINE, queue=2.0)),
    "queue of 50 ms": Scenario(line=Line(rate=_LINE, queue=0.050)),
    "loss 1 %": Scenario(line=Line(rate=_LINE, loss=_constant(0.01))),
    "loss 5 %": Scenario(line=Line(rate=_LINE, loss=_constant(0.05))),
    "loss 10 %": Scenario(line=Line(rate=_LINE, loss=_constant(0.10))),
    "loss 10 %, 300 kbit/s": Scenario(line=Line(rate=_SLOW, loss=_constant(0.10))),
    "loss 10 % from 10 s on": Scenario(line=Line(rate=_LINE, loss=((0.0, 0.0), (10.0, 0.10))), measured=(12.0, 30.0)),
    "jitter 200 ms": Scenario(line=Line(rate=_LINE, jitter=0.200)),
    "jitter 200 ms, 300 kbit/s": Scenario(line=Line(rate=_SLOW, jitter=0.200)),
    "jitter 200 ms, overtaking": Scenario(line=Line(rate=_LINE, jitter=0.200, keeps_order=False)),
    "stalls up to 200 ms": Scenario(line=Line(rate=_LINE, stalls=0.200)),
    "round trip 300 ms": Scenario(line=Line(rate=_LINE, delay=0.150)),
    "feedback each 250 ms": Scenario(line=Line(rate=_LINE, feedback_every=0.250)),
    "a fifth of feedback lost": Scenario(line=Line(rate=_LINE, feedback_loss=0.20)),
    "blackout 5 s": Scenario(
        line=Line(rate=_LINE, blackouts=((15.0, 20.0),)), until=40.0, measured=(20.0, 40.0), rise_at=20.0
    ),
    "steady stream of 1.2 Mbit/s comes and goes": Scenario(
        line=Line(rate=_LINE),
        others=((0.0, 0.0), (20.0, 1.2e6), (40.0, 0.0)),
        until=60.0,
        measured=(22.0, 40.0),
        fall_at=(20.0,),
        rise_at=40.0,
    ),
    "download comes and goes": Scenario(
        line=Line(rate=_LINE), download=(15.0, 45.0), until=60.0, measured=(17.0, 45.0), rise_at=45.0
    ),
    "little is sent for 30 s": Scenario(
        line=Line(rate=_LINE), wanted=((0.0, 1.5e6), (15.0, 200e3), (45.0, 1.5e6)), until=60.0, measured=(15.0, 60.0)
    ),
    "two on 300 kbit/s": Scenario(line=Line(rate=_SLOW), senders=2, until=90.0, measured=SHARED),
    "two on 2 Mbit/s": Scenario(line=Line(rate=_LINE), senders=2, until=90.0, measured=SHARED),
    "two on 5 Mbit/s": Scenario(line=Line(rate=_FAST), senders=2, until=90.0, measured=SHARED),
    "three on 2 Mbit/s": Scenario(line=Line(rate=_LINE), senders=3, until=90.0, measured=SHARED),
}


def run(name: str, seed: int) -> Figures:
    scenario = SCENARIOS[name]
    network = Network(seed, scenario.line)
    senders = [
        Sender(network, scenario.wanted, since=10.0 * n, probes=scenario.probes) for n in range(scenario.senders)
    ]
    CrossTraffic(network, scenario.others)
    if scenario.download is not None:
        Download(network, *scenario.download)
    since, until = scenario.measured
    network.run(since)
    sent, overflowed = network.sent, network.overflowed
    network.run(until)
    loss = (network.overflowed - overflowed) / (network.sent - sent)
    network.run(scenario.until)
    samples = [[sample for sample in sender.samples if since <= sample.at < until] for sender in senders]
    every = [sample for mine in samples for sample in mine]
    shares = sorted((sample.target or 0.0) / scenario.share(sample.at) for sample in every)
    queues = sorted(sample.queue for sample in every)
    first = senders[0].samples
    return Figures(
        scenario=name,
        seed=seed,
        mean_pct=round(100 * statistics.mean(shares), 1),
        p5_pct=round(100 * shares[len(shares) // 20], 1),
        max_pct=round(100 * shares[-1], 1),
        loss_pct=round(100 * loss, 2),
        queue_ms=round(1000 * statistics.mean(queues), 1),
        queue_p95_ms=round(1000 * queues[len(queues) * 19 // 20], 1),
        adapt_s=max((_adapted(first, scenario, fall) for fall in scenario.fall_at), default=None),
        recover_s=None if scenario.rise_at is None else _recovered(first, scenario, scenario.rise_at),
        jain=_jain([statistics.mean(sample.arrived for sample in mine) for mine in samples]) if senders[1:] else None,
        probes=sum(sender.probes for sender in senders),
    )


def table(figures: Sequence[Figures]) -> str:
    """Markdown: a line for each scenario, the worst of its seeds."""
    lines = [
        "| scenario | mean | 5th percentile | loss | queue, mean and 95 % | adapts | recovers | Jain |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(found.scenario for found in figures):
        runs = [found for found in figures if found.scenario == name]
        means = [found.mean_pct for found in runs]
        lines.append(
            f"| {name} | {min(means):.0f} to {max(means):.0f} % | {min(found.p5_pct for found in runs):.0f} % "
            f"| {max(found.loss_pct for found in runs):.1f} % "
            f"| {max(found.queue_ms for found in runs):.0f}, {max(found.queue_p95_ms for found in runs):.0f} ms "
            f"| {_worst([found.adapt_s for found in runs], max, ' s')} "
            f"| {_worst([found.recover_s for found in runs], max, ' s')} "
            f"| {_worst([found.jain for found in runs], min, '')} |"
        )
    return "\n".join(lines)


def cost() -> Cost:
    """CPU time of `feedback` alone, for as many viewers as one worker has at its fullest."""
    pace = COST_PACKETS // COST_PEERS
    estimators = [Estimator() for _ in range(COST_PEERS)]
    messages = [list(_messages(seed, pace)) for seed in range(COST_PEERS)]
    spent = 0.0
    for turn in range(len(messages[0])):
        now = (turn + 1) * FEEDBACK_EVERY
        begun = time.process_time()
        for estimator, mine in zip(estimators, messages, strict=True):
            estimator.feedback(now, mine[turn], 0.05)
        spent += time.process_time() - begun
    packets = sum(len(message) for mine in messages for message in mine)
    return Cost(peers=COST_PEERS, packets_per_second=COST_PACKETS, us_per_packet=round(1e6 * spent / packets, 3))


def _messages(seed: int, pace: int) -> Iterator[list[Packet]]:
    """Feedback of a line with jitter and 1 % of loss."""
    chance = random.Random(seed)
    each = int(pace * FEEDBACK_EVERY)
    for turn in range(int(COST_SECONDS / FEEDBACK_EVERY)):
        packets: list[Packet] = []
        for number in range(turn * each, (turn + 1) * each):
            sent_at = number * 1_000_000 // pace
            arrived_at = None if chance.random() < 0.01 else sent_at + 7_000_000 + chance.randrange(3_000)
            packets.append((number, sent_at, 1100, arrived_at))
        yield packets


def _adapted(samples: Sequence[Sample], scenario: Scenario, fall: float) -> float:
    """Until the target has come down, and with it the queue that stood until then."""
    for sample in samples:
        down = sample.target is not None and sample.target <= ADAPTED * scenario.share(sample.at)
        if sample.at >= fall and down and sample.queue < SHORT_QUEUE:
            return round(sample.at - fall, 1)
    return float("inf")


def _recovered(samples: Sequence[Sample], scenario: Scenario, rise: float) -> float:
    for sample in samples:
        if sample.at >= rise and (sample.target or 0.0) >= RECOVERED * scenario.share(sample.at):
            return round(sample.at - rise, 1)
    return float("inf")


def _jain(rates: Sequence[float]) -> float:
    """Jain, Chiu, Hawe: A Quantitative Measure of Fairness, DEC-TR-301."""
    return round(sum(rates) ** 2 / (len(rates) * sum(rate**2 for rate in rates)), 3)


def _worst(values: Sequence[float | None], worst: Callable[[Sequence[float]], float], unit: str) -> str:
    known = [value for value in values if value is not None]
    return f"{worst(known):.2g}{unit}" if known else ""
