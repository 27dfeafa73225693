"""A UDP proxy between clients and a media server that does to each client what its network rules say.

It listens where the server says it is (its announced address) while the server is bound to another address: clients
cannot tell. The server sees one socket per client address. A client is known by the ICE user fragment that it chose
(`a=ice-ufrag` of its own description); rules set for a fragment hold for every address that it comes from. An address
that chooses another one, as at an ICE restart, is known by both.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence

from msgspec import Struct

from bench.lab.impair import Link, LinkStats, Rule

Address = tuple[str, int]

# Small enough that one flood does not starve the timers.
DATAGRAMS_PER_WAKE = 64
SOCKET_BUFFER = 4 * 1024 * 1024  # octets

_USERNAME = 0x0006  # RFC 8489 14.3


class Rules(Struct, frozen=True):
    """`up`: from the client to the server."""

    up: Sequence[Rule] = ()
    down: Sequence[Rule] = ()


class Client:
    """One client address with its socket towards the server."""

    def __init__(self, address: Address, upstream: socket.socket, up: Link, down: Link) -> None:
        self.address = address
        self.upstream = upstream
        self.up = up
        self.down = down
        self.ufrags: list[str] = []  # newest last

    @property
    def ufrag(self) -> str | None:
        return self.ufrags[-1] if self.ufrags else None


class Proxy:
    """Start with `async with`. `make_socket` lets the proxy live in a network namespace."""

    def __init__(
        self,
        listen: Address,
        server: Address,
        seed: int = 1,
        make_socket: Callable[[int, int], socket.socket] = socket.socket,
    ) -> None:
        self._listen = listen
        self._server = server
        self._seed = seed
        self._make_socket = make_socket
        self._default = Rules()
        self._by_ufrag: dict[str, Rules] = {}
        self._clients: dict[Address, Client] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Proxy:
        self._loop = asyncio.get_running_loop()
        self._socket = self._open()
        self._socket.bind(self._listen)
        self._loop.add_reader(self._socket, self._from_clients)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
        for client in self._clients.values():
            self._close(client.upstream)
        self._clients.clear()
        self._close(self._socket)

    @property
    def address(self) -> Address:
        host, port = self._socket.getsockname()
        return host, port

    @property
    def clients(self) -> list[Client]:
        """In the order in which they came."""
        return list(self._clients.values())

    def set_default(self, up: Sequence[Rule] = (), down: Sequence[Rule] = ()) -> None:
        """For every client without rules of its own, those to come included."""
        self._default = Rules(up, down)
        self._apply_rules()

    def set_rules(self, ufrag: str, up: Sequence[Rule] = (), down: Sequence[Rule] = ()) -> None:
        """For the client that chose this fragment, wherever it comes from."""
        self._by_ufrag[ufrag] = Rules(up, down)
        self._apply_rules()

    def clear_rules(self, ufrag: str) -> None:
        self._by_ufrag.pop(ufrag, None)
        self._apply_rules()

    def change_address(self, ufrag: str) -> None:
        """From now on the server sees this client at new ports, as after a NAT rebinding. Of nobody: KeyError."""
        clients = self._of(ufrag)
        if not clients:
            raise KeyError(ufrag)
        for client in clients:
            self._close(client.upstream)
            client.upstream = self._open_upstream(client)

    def stats(self, ufrag: str) -> tuple[LinkStats, LinkStats]:
        """(up, down), summed over the addresses of this client."""
        clients = self._of(ufrag)
        return _sum([client.up.stats for client in clients]), _sum([client.down.stats for client in clients])

    def _of(self, ufrag: str) -> list[Client]:
        return [client for client in self._clients.values() if ufrag in client.ufrags]

    def _from_clients(self) -> None:
        now = self._loop.time()
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                datagram, address = self._socket.recvfrom(2048)
            except OSError:
                break
            client = self._clients.get(address) or self._admit(address)
            ufrag = chosen_ufrag(datagram)
            if ufrag and ufrag not in client.ufrags:
                client.ufrags.append(ufrag)
                self._apply_rules_to(client)
            client.up.receive(now, datagram)
        self._flush()

    def _from_server(self, client: Client) -> None:
        now = self._loop.time()
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                client.down.receive(now, client.upstream.recv(2048))
            except OSError:
                break
        self._flush()

    def _flush(self) -> None:
        """Delivers what is due and sets the timer for the next."""
        now = self._loop.time()
        following: list[float] = []
        for client in self._clients.values():
            for datagram in client.up.due(now):
                _send(client.upstream.send, datagram)
            for datagram in client.down.due(now):
                _send(self._socket.sendto, datagram, client.address)
            following += [at for at in (client.up.next_due, client.down.next_due) if at is not None]
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(min(following), self._flush) if following else None

    def _admit(self, address: Address) -> Client:
        number = len(self._clients)
        up, down = Link(f"{self._seed}/{number}/up"), Link(f"{self._seed}/{number}/down")
        client = Client(address, self._socket, up, down)
        client.upstream = self._open_upstream(client)
        self._clients[address] = client
        self._apply_rules_to(client)
        return client

    def _apply_rules(self) -> None:
        for client in self._clients.values():
            self._apply_rules_to(client)

    def _apply_rules_to(self, client: Client) -> None:
        known = (self._by_ufrag[ufrag] for ufrag in reversed(client.ufrags) if ufrag in self._by_ufrag)
        rules = next(known, self._default)
        client.up.set_rules(rules.up)
        client.down.set_rules(rules.down)

    def _open_upstream(self, client: Client) -> socket.socket:
        upstream = self._open()
        upstream.connect(self._server)
        self._loop.add_reader(upstream, self._from_server, client)
        return upstream

    def _open(self) -> socket.socket:
        opened = self._make_socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        return opened

    def _close(self, opened: socket.socket) -> None:
        self._loop.remove_reader(opened)
        opened.close()


def chosen_ufrag(datagram: bytes) -> str | None:
    """The client's fragment of a binding request's USERNAME, `server:client` (RFC 8445 7.2.2)."""
    if len(datagram) < 20 or datagram[:2] != b"\x00\x01":
        return None
    at = 20
    while at + 4 <= len(datagram):
        kind = int.from_bytes(datagram[at : at + 2], "big")
        length = int.from_bytes(datagram[at + 2 : at + 4], "big")
        if kind == _USERNAME:
            return datagram[at + 4 : at + 4 + length].decode("ascii", "replace").partition(":")[2] or None
        at += 4 + (length + 3) // 4 * 4
    return None


def _send(send: Callable[..., object], *arguments: object) -> None:
    """UDP may drop: a full buffer, or a server that is away (ECONNREFUSED), is a lost datagram."""
    with contextlib.suppress(OSError):
        send(*arguments)


def _sum(stats: Sequence[LinkStats]) -> LinkStats:
    total = LinkStats()
    for one in stats:
        for field in LinkStats.__struct_fields__:
            setattr(total, field, getattr(total, field) + getattr(one, field))
    return total
