"""TCP from one namespace into another, so that a page there can be opened on `localhost`: a secure context."""

from __future__ import annotations

import asyncio
import contextlib

from bench.lab.netns import Namespace

AT_ONCE = 64 * 1024  # octets


class Pipe:
    """Start with `async with`. The same port of loopback on both ends."""

    def __init__(self, here: Namespace, there: Namespace, port: int = 8080) -> None:
        self._here = here
        self._there = there
        self._port = port
        self._open: set[asyncio.Task[None]] = set()
        self._lost: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Pipe:
        listener = self._here.socket()
        listener.bind(("127.0.0.1", self._port))
        self._server = await asyncio.start_server(self._carry, sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.lose()
        for end in self._lost:
            end.close()

    def lose(self) -> None:
        """What is open carries nothing any more and neither end is told, as after a change of network."""
        for task in self._open:
            task.cancel()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            there = self._there.socket()
            there.setblocking(False)
            await asyncio.get_running_loop().sock_connect(there, ("127.0.0.1", self._port))
            far_reader, far_writer = await asyncio.open_connection(sock=there)
            ends.append(far_writer)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        except asyncio.CancelledError:
            self._lost += ends
            return
        except OSError:
            pass
        finally:
            self._open.discard(task)
        for end in ends:
            end.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(AT_ONCE):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
