"""The WebSocket protocol from a client's side: requests wait for their reply, all else comes through an inbox."""

from __future__ import annotations

import asyncio
import itertools
from typing import Final

import aiohttp
import msgspec

from signaling import protocol

PING_EVERY: Final = 5.0  # seconds
DEAD_AFTER: Final = 12.0  # seconds without any message
REPLY_WITHIN: Final = 10.0  # seconds

Reply = protocol.Ok | protocol.Answer | protocol.Place
Message = protocol.ServerMessage
_decoder = msgspec.json.Decoder(protocol.ServerMessage)


class RefusedError(Exception):
    """The server's coded refusal of a request."""

    def __init__(self, refused: protocol.Refused) -> None:
        super().__init__(f"{refused.code}: {refused.text}")
        self.code = refused.code


class ConnectionLostError(Exception):
    """The WebSocket is gone. `bye` is why, when the server said so."""

    def __init__(self, bye: protocol.ByeReason | None) -> None:
        super().__init__(bye or "connection lost")
        self.bye = bye


class Connection:
    """One WebSocket. `read` must run for requests to get their replies."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._bye: protocol.ByeReason | None = None
        self.inbox: asyncio.Queue[Message | None] = asyncio.Queue()  # None: the connection is lost

    def next_id(self) -> int:
        return next(self._ids)

    async def request(self, message: protocol.ClientMessage) -> Reply:
        """Raises RefusedError or ConnectionLostError."""
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[message.id] = reply
        try:
            await self._socket.send_str(msgspec.json.encode(message).decode())
            return await asyncio.wait_for(reply, REPLY_WITHIN)
        except (ConnectionError, TimeoutError, aiohttp.ClientError) as error:
            raise ConnectionLostError(self._bye) from error
        finally:
            self._waiting.pop(message.id, None)

    async def read(self) -> None:
        """Until the connection ends. Never raises."""
        pings = asyncio.create_task(self._ping())
        try:
            while True:
                frame = await self._socket.receive(DEAD_AFTER)
                if frame.type != aiohttp.WSMsgType.TEXT:
                    break
                self._take(_decoder.decode(frame.data))
        except (TimeoutError, ConnectionError, aiohttp.ClientError):
            pass
        finally:
            pings.cancel()
            self._end()
            await self._socket.close()

    @property
    def bye(self) -> protocol.ByeReason | None:
        return self._bye

    def _take(self, message: Message) -> None:
        match message:
            case (
                protocol.Ok()
                | protocol.Answer()
                | protocol.Snapshot()
                | protocol.Waiting()
                | protocol.Desk()
                | protocol.Figures()
                | protocol.Silent()
            ):
                waiting = self._waiting.get(message.id) if message.id is not None else None
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case protocol.Refused(id=int() as request) if request in self._waiting:
                if not self._waiting[request].done():
                    self._waiting[request].set_exception(RefusedError(message))
            case protocol.Bye():
                self._bye = message.reason
        self.inbox.put_nowait(message)

    def _end(self) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionLostError(self._bye))
        self.inbox.put_nowait(None)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            try:
                await self.request(protocol.Ping(self.next_id()))
            except (RefusedError, ConnectionLostError):
                return
