"""Where each microsecond of a forwarded packet goes: perf(1) on the worker, its samples sorted into kinds of work.

With py-spy on the path, also which Python functions take the interpreter's part.
"""

from __future__ import annotations

import asyncio
import collections
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from bench import procfs
from bench.forward import LOOPBACK, pin_both, warm_up
from bench.generator import Generator
from bench.servers import BenchError
from bench.servers.kinroom import KinroomServer

FREQUENCY = 997  # samples a second; no divisor of anything that happens in a worker
PYTHON_FREQUENCY = 250
MOST = 8  # names listed of each kind

# (kind, what a frame anywhere in the stack has to match), the first that fits. Frames are "symbol library".
_KERNEL_KINDS = (
    ("kernel: cutting up segments", r"^(__udp_gso_segment|skb_segment) "),
    ("kernel: sending media", r"^__sys_sendmmsg "),
    ("kernel: receiving", r"^(__sys_recvmmsg|__sys_recvfrom|__sys_recvmsg) "),
    ("kernel: sending what is not media", r"^__sys_sendto |^__sys_sendmsg "),
)
# (kind, what the innermost frame has to match)
_USER_KINDS = (
    ("SRTP", r" .*(pylibsrtp/|libcrypto|libIPSec_MB)"),
    ("compiled kernel", r" .*_kernel\.so"),
    ("copying memory", r"^__mem"),
    ("Python", r" .*(python|cffi|_struct|/uvloop/|/msgspec/)"),
)
_OTHER_KERNEL, _OTHER = "kernel: waking, waiting, timers", "other"
_FRAME = re.compile(r"^\s+[0-9a-f]+ (?P<symbol>.+) \((?P<library>.*)\)$")


class Name(Struct, frozen=True):
    name: str
    us_per_out_packet: float


class Kind(Struct, frozen=True):
    kind: str
    us_per_out_packet: float
    largest: list[Name]  # the innermost functions


class Profile(Struct, frozen=True):
    people: int
    kbps: float
    seconds: float
    us_per_out_packet: float  # with perf's own cost in it
    samples: int
    kinds: list[Kind]
    python: list[Name]  # own time of Python functions, with what they call in C; empty without py-spy
    path: str


def measure(people: int, kbps: float, seconds: float, compiled: bool = True) -> Profile:
    """Raises BenchError where there is no perf."""
    if shutil.which("perf") is None:
        raise BenchError("perf is missing (apt-get install linux-perf)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cost, path = asyncio.run(_watch(KinroomServer(people, kbps, LOOPBACK, compiled), seconds, folder))
        script = ["perf", "script", "-i", str(folder / "perf"), "-F", "ip,sym,dso"]
        text = subprocess.run(script, capture_output=True, text=True, check=True).stdout
        spied = folder / "spied"
        functions = own_time(spied.read_text().splitlines(), cost) if spied.exists() else []
    stacks = list(read_stacks(text.splitlines()))
    return Profile(people, kbps, seconds, round(cost, 3), len(stacks), sorted_out(stacks, cost), functions, path)


async def _watch(server: KinroomServer, seconds: float, folder: Path) -> tuple[float, str]:
    """Cost while perf watched, and the server's path."""
    try:
        await server.open()
        pin_both(server)
        generator = Generator(server.people)
        await warm_up(generator)
        cost = await _record(server, generator, seconds, _perf(server.pid, folder, seconds))
        if spy := shutil.which("py-spy"):
            await _record(server, generator, seconds, _py_spy(spy, server.pid, folder, seconds))
        return cost, server.path
    finally:
        await server.close()


async def _record(server: KinroomServer, generator: Generator, seconds: float, command: Sequence[str]) -> float:
    """Microseconds of CPU for each packet that left, while `command` watched."""
    recorder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = procfs.cpu_seconds(server.pid)
    counts = await generator.run(seconds + 0.5)
    cpu = procfs.cpu_seconds(server.pid) - before
    if await recorder.wait() != 0:
        raise BenchError(f"{command[0]} failed")
    server.check()
    return cpu / counts.received * 1e6


def _perf(pid: int, folder: Path, seconds: float) -> list[str]:
    command = ["perf", "record", "-q", "-g", "-F", str(FREQUENCY), "-p", str(pid), "-o", str(folder / "perf")]
    return [*command, "--", "sleep", str(seconds)]


def _py_spy(program: str, pid: int, folder: Path, seconds: float) -> list[str]:
    command = [program, "record", "-p", str(pid), "-d", str(max(1, round(seconds))), "-f", "raw"]
    return [*command, "-F", "-r", str(PYTHON_FREQUENCY), "-o", str(folder / "spied")]


def read_stacks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Of `perf script -F ip,sym,dso`: for each sample its frames as "symbol library", the innermost first."""
    stack: list[str] = []
    for line in lines:
        if frame := _FRAME.match(line):
            stack.append(f"{frame['symbol']} {frame['library']}")
        elif stack and not line.strip():
            yield stack
            stack = []
    if stack:
        yield stack


def kind_of(stack: Sequence[str]) -> str:
    if stack[0].endswith("[kernel.kallsyms]"):
        return next(
            (kind for kind, pattern in _KERNEL_KINDS if any(re.search(pattern, frame) for frame in stack)),
            _OTHER_KERNEL,
        )
    return next((kind for kind, pattern in _USER_KINDS if re.search(pattern, stack[0])), _OTHER)


def sorted_out(stacks: Sequence[Sequence[str]], cost: float) -> list[Kind]:
    """`cost`: of all samples together. The dearest kind first."""
    kinds: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for stack in stacks:
        kinds[kind_of(stack)][stack[0].split(" ")[0]] += 1
    each = cost / max(1, len(stacks))
    found = [
        Kind(
            kind,
            round(names.total() * each, 3),
            [Name(name, round(count * each, 3)) for name, count in names.most_common(MOST)],
        )
        for kind, names in kinds.items()
    ]
    return sorted(found, key=lambda one: -one.us_per_out_packet)


def own_time(lines: Iterable[str], cost: float) -> list[Name]:
    """Of `py-spy record -f raw -F`: `outer;inner;innermost 12`."""
    counts: collections.Counter[str] = collections.Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        counts[stack.rpartition(";")[2]] += int(count)
    each = cost / max(1, counts.total())
    return [Name(name, round(count * each, 3)) for name, count in counts.most_common(3 * MOST)]
