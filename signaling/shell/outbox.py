"""What waits to be sent to one client: bounded, so that a slow one is cut and costs the others nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

from signaling.codec import encode
from signaling.protocol import Bye, ByeReason

SOFT_PEAK: Final = 64  # messages. A burst may pass it (25 people join at once), but not for long
SOFT_SECONDS: Final = 5.0  # seconds above the soft peak before the client is cut
HARD_LIMIT: Final = 1024  # messages: cut at once
HARD_OCTETS: Final = 4 * 1024 * 1024  # bytes: cut at once


class Wire(Protocol):
    """Where messages go; aiohttp's WebSocketResponse is one."""

    async def send_str(self, data: str) -> None: ...


class Outbox:
    """Filled by anybody, drained by the connection's writer task."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._octets = 0
        self._above_since: float | None = None
        self._filled = asyncio.Event()
        self._closed: ByeReason | None = None
        self._closing = asyncio.Event()

    @property
    def closed(self) -> ByeReason | None:
        """Why no more is taken; None while open."""
        return self._closed

    async def wait_closed(self) -> None:
        await self._closing.wait()

    def put(self, now: float, text: str) -> None:
        """`now`: monotonic seconds. Closes itself when the client is too slow."""
        if self._closed is not None:
            return
        self._waiting.append(text)
        self._octets += len(text)
        self._filled.set()
        if self._too_full(now):
            self.close(ByeReason.TOO_SLOW)

    def close(self, reason: ByeReason) -> None:
        """The goodbye is sent last; a slow client gets nothing of what waited. Only the first call counts."""
        if self._closed is not None:
            return
        self._closed = reason
        if reason is ByeReason.TOO_SLOW:
            self._waiting.clear()
        self._waiting.append(encode(Bye(reason)))
        self._filled.set()
        self._closing.set()

    async def drain(self, wire: Wire) -> None:
        """Sends until closed and empty. Raises what the wire raises."""
        while True:
            while self._waiting:
                text = self._waiting.popleft()
                self._octets -= len(text)
                await wire.send_str(text)
            if self._closed is not None:
                return
            self._above_since = None
            self._filled.clear()
            await self._filled.wait()

    def _too_full(self, now: float) -> bool:
        if len(self._waiting) > HARD_LIMIT or self._octets > HARD_OCTETS:
            return True
        if len(self._waiting) <= SOFT_PEAK:
            self._above_since = None
            return False
        if self._above_since is None:
            self._above_since = now
        return now - self._above_since > SOFT_SECONDS
