"""Cost and delivery against the size of the group, and the largest group that one core carries whole."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from bench.forward import LOOPBACK, Work, arena, compare, measure, measure_janus
from bench.results import Result, short

WHOLE = 0.999  # of the packets delivered: a browser conceals one lost in a thousand
SMALLEST, LARGEST = 4, 60  # people: browsers are given 64 pairs of slots at most


class Point(Struct, frozen=True):
    people: int
    kinroom: Result
    janus: Result | None
    ratio_us_per_out_packet: float | None


class Sweep(Struct, frozen=True):
    kbps: float
    seconds: float
    rounds: int
    points: list[Point]


class Probe(Struct, frozen=True):
    """One size that was tried."""

    people: int
    delivered: float
    worker_cpu_pct: float
    generator_drops: int


class Limit(Struct, frozen=True):
    """`people`: the largest group that was delivered whole, 0 if none.

    `generator_limited`: the next larger one was lost at the generator's own buffers; the server might carry more.
    """

    people: int
    generator_limited: bool
    probes: list[Probe]


class Largest(Struct, frozen=True):
    kbps: float
    seconds: float
    rounds: int
    delivered_at_least: float
    kinroom: Limit
    janus: Limit | None


def parse_sizes(text: str) -> list[int]:
    """`4,8,12`: ascending, each once. Raises ValueError."""
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise ValueError(f"{text!r} is not a list of numbers") from None
    if not 2 <= sizes[0] <= sizes[-1] <= LARGEST:
        raise ValueError(f"groups have 2 to {LARGEST} people")
    return sizes


def sweep(work: Work, sizes: Sequence[int], beside_janus: bool) -> Sweep:
    def points(host: str | None) -> list[Point]:
        return [_point(structs.replace(work, people=people), host) for people in sizes]

    if not beside_janus:
        return Sweep(work.kbps, work.seconds, work.rounds, points(None))
    with arena() as host:
        return Sweep(work.kbps, work.seconds, work.rounds, points(host))


def joined(parts: Sequence[Sweep]) -> Sweep:
    """Sweeps of the same work, measured apart. Raises ValueError if it was not the same, or a size is there twice."""
    works = {(part.kbps, part.seconds, part.rounds) for part in parts}
    points = sorted((point for part in parts for point in part.points), key=lambda point: point.people)
    if len(works) != 1 or len({point.people for point in points}) != len(points):
        raise ValueError("not parts of one sweep")
    return structs.replace(parts[0], points=points)


def _point(work: Work, host: str | None) -> Point:
    """`host`: in the arena, beside Janus."""
    if host is None:
        return Point(work.people, short(measure(work)), None, None)
    both = compare(work, host)
    return Point(work.people, short(both.kinroom), short(both.janus), both.ratio_us_per_out_packet)


def largest(work: Work, beside_janus: bool) -> Largest:
    """The search takes five or six sizes for each server."""

    def of(measured: Callable[[Work], Result]) -> Limit:
        return search(lambda people: _probe(measured(structs.replace(work, people=people))))

    def both(host: str | None) -> Largest:
        kinroom = of(lambda one: measure(one, host or LOOPBACK))
        janus = of(lambda one: measure_janus(one, host)) if host else None
        return Largest(work.kbps, work.seconds, work.rounds, WHOLE, kinroom, janus)

    if not beside_janus:
        return both(None)
    with arena() as host:
        return both(host)


def _probe(result: Result) -> Probe:
    print(f"{result.people} people: {result.delivered} delivered", file=sys.stderr)
    return Probe(result.people, result.delivered, result.worker_cpu_pct, result.generator_drops)


def search(probe: Callable[[int], Probe], smallest: int = SMALLEST, largest: int = LARGEST) -> Limit:
    """By halves: a group that is delivered whole is taken to mean that all smaller ones are."""
    probes: list[Probe] = []
    whole, broken = smallest - 1, largest + 1
    while broken - whole > 1:
        tried = probe((whole + broken) // 2)
        probes.append(tried)
        if tried.delivered >= WHOLE:
            whole = tried.people
        else:
            broken = tried.people
    probes.sort(key=lambda one: one.people)
    limited = any(one.people == broken and one.generator_drops > 0 for one in probes)
    return Limit(whole if whole >= smallest else 0, limited, probes)
