"""A TCP connection with framed datagrams (RFC 4571) that looks like a connected UDP socket, for raw peers.

Written apart from `rtc/wire/framing.py` on purpose, as `sdp.py` is from the server's.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

BUFFER = 4 * 1024 * 1024  # octets


class FramedSocket:
    """`socket` gives and takes whole datagrams. Use inside a running loop; what the reader leaves too long is lost."""

    def __init__(self) -> None:
        # Not SOCK_DGRAM: of those ten wait at most.
        self.socket, self._inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.socket, self._inner):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, tcp: socket.socket, address: tuple[str, int]) -> None:
        """Raises OSError."""
        await asyncio.get_running_loop().sock_connect(tcp, address)
        reader, self._writer = await asyncio.open_connection(sock=tcp)
        self._tasks = [asyncio.create_task(self._pump_in(reader)), asyncio.create_task(self._pump_out())]

    def hear_nothing(self, deaf: bool) -> None:
        """Whether what comes stays in the network, as on a line that stands still."""
        transport = self._writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        if deaf:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def close(self) -> None:
        """What was sent before still leaves."""
        self.socket.close()

    async def _pump_in(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                datagram = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
                with contextlib.suppress(BlockingIOError):
                    self._inner.send(datagram)

    async def _pump_out(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while datagram := await loop.sock_recv(self._inner, 65536):
                self._writer.write(len(datagram).to_bytes(2, "big") + datagram)
        self._writer.close()
        self._inner.close()
