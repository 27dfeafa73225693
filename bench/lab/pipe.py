"""TCP from one namespace into another: pages are opened on `localhost` there, a secure context, and servers hide."""

from __future__ import annotations

import asyncio
import contextlib

from bench.lab.netns import Namespace

Address = tuple[str, int]

# Systems find out at last, and a page that loads waits for that where its browser has a connection left over.
LOST = 6.0  # seconds
AT_ONCE = 64 * 1024  # octets


class Pipe:
    """Start with `async with`. Listens on an address of `here`, and leads to one of `there`."""

    def __init__(self, here: Namespace, listen: Address, there: Namespace, server: Address) -> None:
        self._here = here
        self._listen = listen
        self._there = there
        self._server = server
        self._carrying: set[asyncio.Task[None]] = set()
        self._lost: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Pipe:
        listener = self._here.socket()
        listener.bind(self._listen)
        self._listener = await asyncio.start_server(self._carry, sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying)
        _end(self._lost)

    def lose(self) -> None:
        """What is open carries nothing any more, and for LOST neither end is told, as after a change of network."""
        for task in self._carrying:
            task.cancel()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        try:
            there = self._there.socket()
            there.setblocking(False)
            await asyncio.get_running_loop().sock_connect(there, self._server)
            far_reader, far_writer = await asyncio.open_connection(sock=there)
            ends.append(far_writer)
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        except asyncio.CancelledError:
            self._lost += ends
            asyncio.get_running_loop().call_later(LOST, _end, ends)
        except OSError:
            _end(ends)
        else:
            _end(ends)
        finally:
            self._carrying.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(AT_ONCE):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


def _end(ends: list[asyncio.StreamWriter]) -> None:
    for end in ends:
        end.close()
