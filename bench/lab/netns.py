"""Network namespaces for tests and benches: a private network with one address and a default route. Root only.

Firefox gathers candidates only on the address of its default route, so a browser test needs an interface that has
one. Both ends of a veth pair stay inside the namespaces made here: nothing reaches the machine's own network.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

ADDRESS = "10.77.0.1"  # of the default route: browsers gather here, servers announce this
SECOND_ADDRESS = "10.77.0.3"  # for a server that hides behind an impairment proxy on ADDRESS
GATEWAY = "10.77.0.2"

# A `home` and the servers as it reaches them, and the same in the network that it can move to.
HOME, STREET = "10.78.0.1", "10.78.0.2"
BEHIND_STREET = "10.78.0.3"  # for a server that hides behind what is on STREET
OTHER_HOME, OTHER_STREET = "10.79.0.1", "10.79.0.2"

_NOWHERE = "100"  # a routing table
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


class Home(Namespace):
    """Where people sit: a line of their own to the servers, which may be changed and narrowed. Made by `home()`."""

    _now, _next = (HOME, STREET), (OTHER_HOME, OTHER_STREET)

    def move(self) -> None:
        """To the other network, as from Wi-Fi to a phone's: the old address is gone, with all that it had open."""
        (old, _), (new, street) = self._now, self._next
        self._now, self._next = self._next, self._now
        at = ("-n", self.name)
        _ip(*at, "addr", "del", f"{old}/24", "dev", "h0")
        _ip(*at, "addr", "add", f"{new}/24", "dev", "h0")
        _ip(*at, "route", "replace", "default", "via", street, "dev", "h0")

    @contextlib.contextmanager
    def without(self, *packets: str) -> Iterator[None]:
        """A firewall that drops these without a word. `packets`: as ip-rule(8) names them, "ipproto", "udp"."""
        rule = ("pref", "10", *packets, "lookup", _NOWHERE)
        _ip("-n", self.name, "rule", "add", *rule)
        try:
            yield
        finally:
            _ip("-n", self.name, "rule", "del", *rule)


_Made = TypeVar("_Made", bound=Namespace)


@contextlib.contextmanager
def namespace(prefix: str = "kinroom") -> Iterator[Namespace]:
    """Makes a namespace of a unique name; at the end kills what still runs inside and removes it."""
    with _made(Namespace(_unique(prefix))) as inside:
        _furnish(inside)
        yield inside


@contextlib.contextmanager
def home(street: Namespace, prefix: str = "kinroom-home", hosts: Mapping[str, str] | None = None) -> Iterator[Home]:
    """Makes a home with a line to that namespace, where STREET is. `hosts`: the addresses of names in there."""
    inside = Home(_unique(prefix))
    # ip-netns(8): whatever runs inside finds these in /etc.
    etc = Path("/etc/netns") / inside.name
    etc.mkdir(parents=True)
    try:
        lines = {"localhost": "127.0.0.1", **(hosts or {})}
        (etc / "hosts").write_text("".join(f"{address} {name}\n" for name, address in lines.items()))
        (etc / "resolv.conf").write_text(
            "nameserver 127.0.0.1\n"
        )  # nobody there: a refusal, where silence would cost seconds
        with _made(inside):
            _build(inside, street)
            yield inside
    finally:
        shutil.rmtree(etc)


def _unique(prefix: str) -> str:
    return f"{prefix}-{os.getpid()}-{secrets.token_hex(3)}"


@contextlib.contextmanager
def _made(inside: _Made) -> Iterator[_Made]:
    if os.geteuid() != 0:
        raise NamespaceError("network namespaces need root: run as root, or in a container that gives CAP_SYS_ADMIN")
    _ip("netns", "add", inside.name)
    try:
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
            shutil.rmtree(Path("/etc/netns") / path.name, ignore_errors=True)
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


def _build(inside: Home, street: Namespace) -> None:
    there, at = ("-n", street.name), ("-n", inside.name)
    _ip(*at, "link", "set", "lo", "up")
    _ip(*at, "link", "add", "h0", "type", "veth", "peer", "name", "s0", "netns", street.name)
    for address in (STREET, BEHIND_STREET, OTHER_STREET):
        _ip(*there, "addr", "add", f"{address}/24", "dev", "s0")
    _ip(*there, "link", "set", "s0", "up")
    _ip(*at, "addr", "add", f"{HOME}/24", "dev", "h0")
    _ip(*at, "link", "set", "h0", "up")
    _ip(*at, "route", "add", "default", "via", STREET, "dev", "h0")
    # A line that nobody listens to, without ARP: the senders are told nothing.
    _ip(*at, "link", "add", "n0", "type", "veth", "peer", "name", "n1")
    _ip(*at, "link", "set", "n0", "up", "arp", "off")
    _ip(*at, "link", "set", "n1", "up")
    _ip(*at, "route", "add", "default", "dev", "n0", "table", _NOWHERE)


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
