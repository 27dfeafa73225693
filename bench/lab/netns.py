"""Network namespaces for tests and benches: a private network with one address and a default route. Root only.

Firefox gathers candidates only on the address of its default route, so a browser test needs an interface that has
one. Both ends of the veth pair stay inside the namespace: nothing reaches the machine's own network.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ADDRESS = "10.77.0.1"  # of the default route: browsers gather here, servers announce this
SECOND_ADDRESS = "10.77.0.3"  # for a server that hides behind an impairment proxy on ADDRESS
GATEWAY = "10.77.0.2"

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class NamespaceError(Exception):
    """The namespace cannot be made here; the text says what is missing."""


class Namespace:
    """One namespace, by name. Made and removed by `namespace()`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def command(self, *argv: str) -> list[str]:
        """The argument vector that runs `argv` inside."""
        return ["ip", "netns", "exec", self.name, *argv]

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is inside. Sockets made meanwhile stay inside for life; never await in here."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            _set_namespace(there.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, proto: int = 0) -> socket.socket:
        with self.entered():
            return socket.socket(family, kind, proto)

    def pids(self) -> list[int]:
        """Processes that are inside now."""
        found = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False)
        return [int(line) for line in found.stdout.split()]


@contextlib.contextmanager
def namespace(prefix: str = "kinroom") -> Iterator[Namespace]:
    """Makes a namespace of a unique name; at the end kills what still runs inside and removes it."""
    if os.geteuid() != 0:
        raise NamespaceError("network namespaces need root: run as root, or in a container that gives CAP_SYS_ADMIN")
    inside = Namespace(f"{prefix}-{os.getpid()}-{secrets.token_hex(3)}")
    _ip("netns", "add", inside.name)
    try:
        _furnish(inside)
        yield inside
    finally:
        _empty(inside)
        subprocess.run(["ip", "netns", "del", inside.name], check=False)


def remove_leftovers(prefix: str = "kinroom") -> list[str]:
    """Removes namespaces whose makers were killed before they could. Returns their names."""
    removed = []
    for path in sorted(Path("/run/netns").glob(f"{prefix}-*-*")):
        maker = path.name.removeprefix(f"{prefix}-").split("-")[0]
        if maker.isdigit() and not Path(f"/proc/{maker}").exists():
            _empty(Namespace(path.name))
            subprocess.run(["ip", "netns", "del", path.name], check=False)
            removed.append(path.name)
    return removed


def _furnish(inside: Namespace) -> None:
    at = ("-n", inside.name)
    _ip(*at, "link", "set", "lo", "up")
    _ip(*at, "link", "add", "d0", "type", "veth", "peer", "name", "d1")
    _ip(*at, "addr", "add", f"{ADDRESS}/24", "dev", "d0")
    _ip(*at, "addr", "add", f"{SECOND_ADDRESS}/24", "dev", "d0")
    _ip(*at, "link", "set", "d0", "up")
    _ip(*at, "link", "set", "d1", "up")
    _ip(*at, "addr", "add", f"{GATEWAY}/24", "dev", "d1")
    _ip(*at, "route", "add", "default", "via", GATEWAY, "dev", "d0")


def _empty(inside: Namespace) -> None:
    """A namespace with a process in it lives on without a name: end them, the gentle way first."""
    for number, patience in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 2.0)):
        for pid in inside.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while inside.pids() and time.monotonic() < deadline:
            time.sleep(0.02)


def _ip(*argv: str) -> None:
    done = subprocess.run(["ip", *argv], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NamespaceError(f"ip {' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")


def _set_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise NamespaceError(f"setns: {os.strerror(number)}")


def run(inside: Namespace | None, argv: Sequence[str]) -> list[str]:
    """`argv`, inside if there is a namespace."""
    return inside.command(*argv) if inside else list(argv)
