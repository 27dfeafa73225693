"""The aiohttp application: routes, headers, errors, and the door of the WebSocket."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web
from msgspec import Struct

from signaling.codec import MAX_MESSAGE
from signaling.core.ids import ConnectionId
from signaling.protocol import ByeReason
from signaling.shell.api import Api, ApiSettings, reply
from signaling.shell.auth import OperatorKey
from signaling.shell.connection import Connection
from signaling.shell.hub import Hub
from signaling.shell.limits import Buckets
from signaling.shell.links import InUseError, UnknownError
from signaling.shell.origin import address_of, same_origin
from signaling.shell.pages import SECURITY_HEADERS, Pages
from signaling.shell.rest import ApiError

MAX_BODY: Final = 64 * 1024  # bytes of a REST body
HEARTBEAT: Final = 8.0  # seconds between pings; half of it without a pong is a dead connection
MOST_CONNECTIONS: Final = 2_000  # WebSockets of this node
MOST_PER_ADDRESS: Final = 200  # a practice behind one NAT stays far below
GUESSES: Final = 20.0  # wrong links or secrets from one address at once, and one more every three seconds
GUESS_RATE: Final = 1 / 3

log = structlog.get_logger()


class AppSettings(Struct, frozen=True):
    page: Path  # where Vite's output is
    public_url: str | None = None
    behind_proxy: bool = False
    tls: bool = False
    open_door: bool = False  # REST may make links that need no knock


class App:
    """Closed until `open`: /readyz says 503 and nobody can join."""

    def __init__(self, settings: AppSettings, hub: Hub, key: OperatorKey) -> None:
        self._settings = settings
        self._hub = hub
        self._guesses = Buckets(GUESS_RATE, GUESSES)
        # Events outlive the process and hold connection ids, so these begin where no earlier process came to.
        self._ids = itertools.count(time.time_ns())
        self._connected: Counter[str] = Counter()
        self._connections: set[Connection] = set()
        self._open = False
        api_settings = ApiSettings(settings.public_url, settings.behind_proxy, settings.open_door)
        api = Api(hub, key, self._guesses, api_settings)
        self.web = web.Application(middlewares=[self._with_headers, self._with_errors], client_max_size=MAX_BODY)
        self.web.add_routes([web.get("/healthz", self._health), web.get("/readyz", self._ready)])
        self.web.add_routes([web.get("/ws", self._websocket), *api.routes(), *Pages(settings.page).routes()])

    def open(self) -> None:
        self._open = True

    def shut(self) -> None:
        """Also says goodbye to everybody, those too who have no seat yet."""
        self._open = False
        for connection in self._connections:
            connection.close(ByeReason.STOPPING)

    async def _health(self, _request: web.Request) -> web.Response:
        return reply(200, {"ok": True})

    async def _ready(self, _request: web.Request) -> web.Response:
        ready = self._open and self._hub.engine.ready
        return reply(200 if ready else 503, {"ready": ready})

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        proxied = self._settings.behind_proxy
        address = address_of(request, behind_proxy=proxied)
        if not same_origin(request, behind_proxy=proxied):
            raise ApiError(403, "bad_origin", "only this server's own pages connect here")
        if not self._open:
            raise ApiError(503, "unavailable", "the server is starting or stopping")
        if self._connected.total() >= MOST_CONNECTIONS or self._connected[address] >= MOST_PER_ADDRESS:
            raise ApiError(429, "too_many", "too many connections")
        self._connected[address] += 1
        try:
            return await self._serve(request, address)
        finally:
            self._connected[address] -= 1
            self._connected += Counter()  # forgets addresses that count nothing

    async def _serve(self, request: web.Request, address: str) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(
            heartbeat=HEARTBEAT, max_msg_size=MAX_MESSAGE, compress=True, autoclose=False, autoping=False
        )
        await ws.prepare(request)

        def abort() -> None:
            if request.transport is not None:
                request.transport.abort()

        def guess() -> bool:
            return self._guesses.take(time.monotonic(), address)

        connection = Connection(ConnectionId(next(self._ids)), ws, self._hub, guess, abort)
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
        return ws

    @web.middleware
    async def _with_headers(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            response.headers.update(SECURITY_HEADERS)
            if self._settings.tls or self._settings.behind_proxy:
                response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    @web.middleware
    async def _with_errors(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return reply(error.status, {"code": error.code, "text": error.text})
        except UnknownError as error:
            return reply(404, {"code": "not_found", "text": str(error)})
        except InUseError as error:
            return reply(409, {"code": "not_now", "text": str(error)})
        except web.HTTPException as error:
            codes = {404: "not_found", 405: "not_allowed", 413: "too_large"}
            return reply(error.status, {"code": codes.get(error.status, "bad_message"), "text": error.reason})
        except Exception:
            log.exception("a request raised", method=request.method)
            return reply(500, {"code": "unavailable", "text": "something went wrong in the server"})
