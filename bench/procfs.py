"""What the kernel says of a process and its sockets (proc(5))."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def rss_mb(pid: int) -> float:
    """Resident set, in units of 2**20 octets."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_of_all() -> dict[int, float]:
    """pid -> user and system seconds, of every process there is. (/proc/stat is sampled on a tickless kernel.)"""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found[int(path.name)] = cpu_seconds(int(path.name))
    return found


def cpu_since(before: dict[int, float], besides: set[int]) -> float:
    """Seconds that all processes but `besides` used since then; those that came and went meanwhile are missed."""
    now = cpu_of_all()
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in now.items() if pid not in besides)


def udp_drops(ports: set[int]) -> int:
    """Datagrams that the kernel dropped at the receive buffers of these local IPv4 ports."""
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return sum(int(row[-1]) for row in rows if int(row[1].partition(":")[2], 16) in ports)


def is_mapped(pid: int, library: str) -> bool:
    """Whether a library of this name is loaded."""
    return library in Path(f"/proc/{pid}/maps").read_text()


def children(pid: int) -> list[int]:
    """Of all its threads, in the order in which they were born."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in path.read_text().split()]
    return sorted(found)
