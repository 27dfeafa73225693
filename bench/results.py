"""What the forwarding bench prints, and how a result comes of its rounds."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs

from bench.generator import Counts


class Figures(Struct, frozen=True, kw_only=True):
    """What is told of a round, and as medians of them all."""

    offered_pps: float
    out_pps: float
    delivered: float
    us_per_out_packet: float
    worker_cpu_pct: float
    rss_mb: float
    p50_ms: float | None  # inside, from the kernel's receipt until all copies are handed over; None: it does not tell
    p99_ms: float | None
    outside_p50_ms: float | None  # from the generator's send call to the kernel's receipt of the copy (`delays.py`)
    outside_p99_ms: float | None
    generator_cpu_pct: float
    generator_drops: int  # at our receive buffers: any means that the generator was the bottleneck


class Round(Figures, frozen=True, kw_only=True):
    """One server's, in one window."""

    sampled: int  # packets that were decrypted
    verified: int  # of these, intact and from somebody else
    generator_late_ms: float
    worker_drops: int  # at the server's receive buffers
    neighbours_cpu_pct: float  # of one core, used by processes that are none of ours: what disturbed the round
    nacks: int
    retransmitted: int
    control_pps: float
    unwatched_pps: float  # taken of encodings that nobody watches


class Result(Figures, frozen=True, kw_only=True):
    """Medians of the rounds; of dropped packets the most of any."""

    people: int
    kbps: float
    seconds: float
    srtp_profile: str
    downlink_extensions: list[str]  # header extensions of what people receive: transport-cc is work for the server
    path: str  # of the inner loop: compiled or python; of Janus its version and threads
    python: str
    cores: int
    rounds: list[Round]


class Comparison(Struct, frozen=True):
    """Both sides of the same work, in alternating rounds."""

    kinroom: Result
    janus: Result
    ratio_us_per_out_packet: float  # Kinroom's CPU per packet as a part of Janus's: below 1, Kinroom is cheaper
    srtp_profile: str  # of both
    path: str  # Kinroom's


class Window(Struct, frozen=True):
    """What was seen around one measured run of the generator. Seconds and counts."""

    people: int
    counts: Counts
    cpu: float
    neighbours: float
    generator_drops: int
    server_drops: int
    rss_mb: float
    inside_ms: list[float]
    outside_ms: list[float]


def percentiles(samples: Sequence[float], ranks: Sequence[float]) -> list[float | None]:
    """Milliseconds to the microsecond; None where nothing was sampled."""
    if not samples:
        return [None] * len(ranks)
    return [round(float(value), 3) for value in np.percentile(samples, ranks)]


def one_round(seen: Window) -> Round:
    counts, wall = seen.counts, seen.counts.wall
    inside, outside = percentiles(seen.inside_ms, (50, 99)), percentiles(seen.outside_ms, (50, 99))
    return Round(
        offered_pps=round(counts.sent / wall, 1),
        out_pps=round(counts.received / wall, 1),
        delivered=round(counts.received / (counts.sent * (seen.people - 1)), 6),
        us_per_out_packet=round(seen.cpu / counts.received * 1e6, 3),
        worker_cpu_pct=round(seen.cpu / wall * 100, 1),
        rss_mb=round(seen.rss_mb, 1),
        p50_ms=inside[0],
        p99_ms=inside[1],
        outside_p50_ms=outside[0],
        outside_p99_ms=outside[1],
        sampled=counts.sampled,
        verified=counts.verified,
        generator_cpu_pct=round(counts.cpu / wall * 100, 1),
        generator_late_ms=round(counts.late * 1000, 2),
        generator_drops=seen.generator_drops,
        worker_drops=seen.server_drops,
        neighbours_cpu_pct=round(seen.neighbours / wall * 100, 1),
        nacks=counts.nacks,
        retransmitted=counts.retransmitted,
        control_pps=round(counts.control / wall, 1),
        unwatched_pps=round(counts.unwatched / wall, 1),
    )


class Label(Struct, frozen=True):
    """What does not change from round to round."""

    srtp_profile: str
    downlink_extensions: list[str]
    path: str


def medians(people: int, kbps: float, seconds: float, label: Label, rounds: list[Round]) -> Result:
    """Field by field."""

    def median(field: str) -> float | None:
        values = [value for one in rounds if (value := getattr(one, field)) is not None]
        return round(float(statistics.median(values)), 6) if values else None

    measured = {field: median(field) for field in Figures.__struct_fields__}
    measured["generator_drops"] = max(one.generator_drops for one in rounds)
    return Result(
        people=people,
        kbps=kbps,
        seconds=seconds,
        srtp_profile=label.srtp_profile,
        downlink_extensions=label.downlink_extensions,
        path=label.path,
        python=platform.python_version(),
        cores=os.cpu_count() or 1,
        rounds=rounds,
        **measured,  # type: ignore[arg-type]
    )


def compared(kinroom: Result, janus: Result) -> Comparison:
    """Raises ValueError if the two did different work."""
    for field in ("people", "kbps", "seconds", "srtp_profile"):
        if getattr(kinroom, field) != getattr(janus, field):
            raise ValueError(f"{field}: {getattr(kinroom, field)} is not {getattr(janus, field)}")
    ratio = round(kinroom.us_per_out_packet / janus.us_per_out_packet, 3)
    return Comparison(kinroom, janus, ratio, kinroom.srtp_profile, kinroom.path)


def short(result: Result) -> Result:
    """Without its rounds, for long lists."""
    return structs.replace(result, rounds=[])
