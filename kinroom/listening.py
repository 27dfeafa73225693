"""Where the server listens and announces itself."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

_NOBODY: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # RFC 5737, RFC 3849


def default_address(family: socket.AddressFamily) -> str | None:
    """This host's address towards the default route; None without one. Nothing is sent."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_NOBODY[family], 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def announced_addresses(configured: list[str], media_host: str, *, on_loopback: bool) -> list[str]:
    """What browsers are told to send media to: IPv4, and IPv6 where `media_host` is of that, too.

    Firefox never reaches 127.0.0.1, a laptop's other address may change.
    """
    if configured:
        return configured
    families = [socket.AF_INET, socket.AF_INET6] if media_host == "::" else [socket.AF_INET]
    found = [address for family in families if (address := default_address(family)) is not None]
    return ["127.0.0.1", *(a for a in found if a != "127.0.0.1")] if on_loopback or not found else found


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises PortTakenError, which names who has the port."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise PortTakenError(f"cannot listen on {host} port {port}: {_reason(error, port)}") from error
    return bound


class PortTakenError(OSError):
    """The text may be shown to the operator as it is."""


def _reason(error: OSError, port: int) -> str:
    owner = process_on(port)
    return f"{owner} has it" if owner is not None else (error.strerror or str(error)).lower()


def process_on(port: int) -> str | None:
    """`name (pid N)` of the process that listens on this TCP port, as far as we may see it. Linux only."""
    inodes = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(Path("/proc/net", table), port)}
    for descriptors in Path("/proc").glob("[0-9]*/fd") if inodes else ():
        with suppress(OSError):
            if any(os.readlink(entry) in inodes for entry in _entries(descriptors)):
                return f"{(descriptors.parent / 'comm').read_text().strip()} (pid {descriptors.parent.name})"
    return None


def _entries(descriptors: Path) -> list[Path]:
    return list(descriptors.iterdir())


def _listening(table: Path, port: int) -> list[str]:
    """Inodes of sockets in state LISTEN (0A) on the port: proc(5), /proc/net/tcp."""
    with suppress(OSError):
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
        return [row[9] for row in rows if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port]
    return []
