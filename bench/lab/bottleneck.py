"""One narrow line with a queue before it, shared by those whose estimate is tried and by traffic that knows of none.

Seeded, under a virtual clock: a minute of 2 Mbit/s takes about a quarter of a second. A `Sender` is one viewer's
downlink: it sends what its source gives it, hears transport-wide feedback, and asks its estimator as the server does.
"""

from __future__ import annotations

import heapq
import itertools
import random
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from rtc.core.bandwidth import Estimator
from rtc.core.bandwidth_probe import Probe

PACKET: Final = 1128  # octets on the wire, the largest that a picture is cut into
SOUND: Final = 128  # octets on the wire: 20 ms of speech
SOUND_EVERY: Final = 0.020  # seconds
PADDING: Final = 300  # octets on the wire, of one packet of a probe
DECIDE_EVERY: Final = 0.200  # seconds
SAMPLE_EVERY: Final = 0.100  # seconds

Course = Sequence[tuple[float, float]]  # (from when on, seconds; how much), in order, the first from 0
ENDLESS: Final[Course] = ((0.0, 1e9),)  # a source that fills whatever it is given


class Line(Struct, frozen=True):
    """What the network does to one direction."""

    rate: Course  # bits/s
    queue: float = 0.3  # seconds that the queue holds before it drops
    delay: float = 0.025  # seconds, one way; the way back takes as long
    jitter: float = 0.0  # seconds, uniform between 0 and this
    keeps_order: bool = True  # else jitter lets one packet overtake another
    loss: Course = ((0.0, 0.0),)  # share of packets, behind the queue
    stalls: float = 0.0  # seconds: as often as once a second nothing passes for up to so long (Wi-Fi)
    blackouts: Sequence[tuple[float, float]] = ()  # (from, to): nothing passes in either direction
    feedback_every: float = 0.100  # seconds
    feedback_loss: float = 0.0


def at(course: Course, now: float) -> float:
    found = course[0][1]
    for since, value in course:
        if since > now:
            break
        found = value
    return found


class Sample(Struct, frozen=True):
    """Of one sender, each SAMPLE_EVERY."""

    at: float
    target: float | None  # bits/s
    arrived: float  # bits/s, since the last sample
    queue: float  # seconds, of the line


class Network:
    """The clock, the line, and everybody on it."""

    def __init__(self, seed: int, line: Line) -> None:
        self.now = 0.0
        self.line = line
        self.random = random.Random(seed)
        self._agenda: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = itertools.count()
        self._waiting: deque[tuple[int, Callable[[float], None] | None]] = deque()
        self._octets = 0  # in the queue
        self._busy = False
        self._departed = 0.0
        self._stalled_until = 0.0
        self.sent = self.overflowed = 0  # packets
        if line.stalls:
            self.later(self.random.uniform(0.0, 2.0), self._stall)

    def later(self, seconds: float, do: Callable[..., None], *args: Any) -> None:
        heapq.heappush(self._agenda, (self.now + seconds, next(self._order), do, args))

    def run(self, until: float) -> None:
        while self._agenda and self._agenda[0][0] <= until:
            self.now, _, do, args = heapq.heappop(self._agenda)
            do(*args)
        self.now = until

    @property
    def dark(self) -> bool:
        return any(since <= self.now < until for since, until in self.line.blackouts)

    @property
    def rate(self) -> float:
        return at(self.line.rate, self.now)

    @property
    def queue(self) -> float:
        return self._octets * 8 / self.rate

    def send(self, octets: int, arrive: Callable[[float], None] | None) -> None:
        """`arrive` is told when it arrives, if it does; None: nobody waits for it."""
        if self.dark:
            return
        self.sent += 1
        if self.queue > self.line.queue:
            self.overflowed += 1
            return
        self._waiting.append((octets, arrive))
        self._octets += octets
        if not self._busy:
            self._serve()

    def _serve(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            octets, arrive = self._waiting.popleft()
            self.later(octets * 8 / self.rate, self._passed, octets, arrive)

    def _passed(self, octets: int, arrive: Callable[[float], None] | None) -> None:
        self._octets -= octets
        line = self.line
        if arrive is not None and self.random.random() >= at(line.loss, self.now):
            when = max(self.now, self._stalled_until) + line.delay
            if line.jitter:
                when += self.random.uniform(0.0, line.jitter)
            if line.keeps_order:
                when = self._departed = max(self._departed, when)
            arrive(when)
        self._serve()

    def _stall(self) -> None:
        self._stalled_until = self.now + self.random.uniform(0.0, self.line.stalls)
        self.later(self.random.uniform(0.0, 2.0), self._stall)


class Sender:
    """`wanted`: bits/s that its source would fill; it sends as much of it as the target allows, or if it is `stubborn`
    all of it."""

    def __init__(
        self,
        network: Network,
        wanted: Course,
        *,
        since: float = 0.0,
        probes: bool = True,
        stubborn: bool = False,
        first: float = 300_000.0,
        fps: float = 30.0,
    ) -> None:
        self.estimator = Estimator()
        self.samples: list[Sample] = []
        self.probes = 0
        self._network = network
        self._wanted = wanted
        self._stubborn = stubborn
        self._first = first
        self._fps = fps
        self._may_probe = probes
        self._random = random.Random(network.random.random())
        self._log: list[tuple[int, int]] = []  # of each number: microseconds, octets
        self._arrivals: list[tuple[float, int]] = []  # (when, number), sorted
        self._reported: set[int] = set()
        self._next = 0
        self._sent_before = self._arrived_before = 0  # octets
        self._arrived = 0
        self._sent_rate = 0.0
        for every, do in (
            (1 / fps, self._picture),
            (SOUND_EVERY, self._sound),
            (network.line.feedback_every, self._report),
            (DECIDE_EVERY, self._decide),
            (SAMPLE_EVERY, self._sample),
        ):
            network.later(since + self._random.uniform(0.0, every), do)

    @property
    def rate(self) -> float:
        """Bits/s that it sends now."""
        wanted = at(self._wanted, self._network.now)
        if self._stubborn:
            return wanted
        target = self.estimator.target
        return min(wanted, self._first if target is None else target)

    def _picture(self) -> None:
        rate = max(0.0, self.rate - SOUND * 8 / SOUND_EVERY)
        octets = int(rate / 8 / self._fps * self._random.uniform(0.7, 1.3))
        for size in _cut(octets):
            self._send(size)
        self._network.later(1 / self._fps, self._picture)

    def _sound(self) -> None:
        self._send(SOUND)
        self._network.later(SOUND_EVERY, self._sound)

    def _send(self, octets: int) -> None:
        number = len(self._log)
        self._log.append((int(self._network.now * 1e6), octets))
        self._network.send(octets, lambda when: self._note(when, number))

    def _note(self, when: float, number: int) -> None:
        arrivals = self._arrivals
        arrivals.insert(bisect_right(arrivals, (when, number)), (when, number))

    def _report(self) -> None:
        """What arrived since the last report; what was passed over is lost, until it arrives all the same."""
        network = self._network
        network.later(network.line.feedback_every, self._report)
        until = bisect_left(self._arrivals, (network.now, 0))
        arrived = {number: when for when, number in self._arrivals[:until]}
        del self._arrivals[:until]
        if not arrived:
            return
        self._arrived += sum(self._log[number][1] for number in arrived)
        late = [number for number in arrived if number < self._next]
        newest = max(self._next - 1, *arrived)
        numbers = sorted(late) + list(range(self._next, newest + 1))
        self._next = newest + 1
        packets = []
        for number in numbers:
            sent_at, octets = self._log[number]
            when = arrived.get(number)
            packets.append((number, sent_at, octets, None if when is None else int(when * 1e6) + 7_000_000))
        if not network.dark and network.random.random() >= network.line.feedback_loss:
            network.later(network.line.delay, self._hear, packets)

    def _hear(self, packets: list[tuple[int, int, int, int | None]]) -> None:
        self.estimator.feedback(self._network.now, packets, 2 * self._network.line.delay)

    def _decide(self) -> None:
        network = self._network
        network.later(DECIDE_EVERY, self._decide)
        octets = sum(octets for _, octets in self._log[self._sent_before :])
        self._sent_before = len(self._log)
        self._sent_rate += 0.3 * (octets * 8 / DECIDE_EVERY - self._sent_rate)
        if not self._may_probe:
            return
        probe = self.estimator.probe(network.now, at(self._wanted, network.now), self._sent_rate)
        if probe is not None:
            self.probes += 1
            self._pad(probe, len(self._log), probe.octets)

    def _pad(self, probe: Probe, number_from: int, left: int) -> None:
        self._send(PADDING)
        left -= PADDING
        if left > 0:
            self._network.later(PADDING * probe.duration / probe.octets, self._pad, probe, number_from, left)
        else:
            self.estimator.probing(number_from, len(self._log), probe)

    def _sample(self) -> None:
        network = self._network
        network.later(SAMPLE_EVERY, self._sample)
        arrived = (self._arrived - self._arrived_before) * 8 / SAMPLE_EVERY
        self._arrived_before = self._arrived
        self.samples.append(Sample(network.now, self.estimator.target, arrived, network.queue))


class CrossTraffic:
    """A steady stream of others, which asks nobody."""

    def __init__(self, network: Network, rate: Course) -> None:
        self._network = network
        self._rate = rate
        self._next()

    def _next(self) -> None:
        network = self._network
        rate = at(self._rate, network.now)
        if rate > 0.0:
            network.send(PACKET, None)
            network.later(PACKET * 8 / rate * network.random.uniform(0.5, 1.5), self._next)
        else:
            network.later(0.050, self._next)


class Download:
    """A greedy transfer with TCP's window (RFC 5681: additive increase, half on loss), acknowledged at once."""

    def __init__(self, network: Network, since: float, until: float) -> None:
        self._network = network
        self._until = until
        self._window = 4.0
        self._threshold = 64.0
        self._flying = 0
        self._halved_at = 0.0
        network.later(since, self._fill)

    def _fill(self) -> None:
        network = self._network
        while self._flying < int(self._window) and network.now < self._until:
            self._flying += 1
            before = network.overflowed
            network.send(PACKET, self._arrives)
            if network.overflowed > before or network.dark:
                network.later(2 * network.line.delay + network.queue, self._lost)

    def _arrives(self, when: float) -> None:
        network = self._network
        network.later(when - network.now + network.line.delay, self._acknowledged)

    def _acknowledged(self) -> None:
        self._flying -= 1
        self._window += 1.0 if self._window < self._threshold else 1.0 / self._window
        self._fill()

    def _lost(self) -> None:
        network = self._network
        self._flying -= 1
        if network.now - self._halved_at > 2 * network.line.delay + network.queue:
            self._halved_at = network.now
            self._window = self._threshold = max(2.0, self._window / 2)
        self._fill()


def _cut(octets: int) -> Iterator[int]:
    """One picture into packets of about one size, as browsers do."""
    count = -(-octets // PACKET)
    for n in range(count):
        yield octets * (n + 1) // count - octets * n // count
