"""The composition root: wires the media engine, the store and the web application, and runs them until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

import kinroom
from kinroom.config import Settings, bots_environment
from kinroom.listening import announced_addresses, listen
from rtc import Engine, EngineEvent, EngineSettings
from signaling.core.programme import Programme
from signaling.core.roles import Role
from signaling.shell.app import App, AppSettings
from signaling.shell.auth import operator_key
from signaling.shell.hub import Hub
from signaling.shell.links import LINK_LIVES, Times, Wanted
from signaling.shell.rest import link_url
from signaling.shell.turn import Relay
from signaling.store.store import Store

PAGE: Final = Path(kinroom.__file__).parent / "page"
STOP_EACH: Final = 1.5  # seconds for the hub, the web server and the engine each; the promise is 5 in all
DEMO_PEOPLE: Final = 25
DEMO: Final = Programme(practice_number="555-0100")  # a number of nobody

log = structlog.get_logger()


class NotSafeError(Exception):
    """The settings would serve people without TLS, or without a door. The text is for the operator."""


OnReady = Callable[[str], None]


async def serve(settings: Settings, *, demo: bool = False, bots: int = 0, on_ready: OnReady | None = None) -> None:
    """Until SIGTERM or SIGINT. `on_ready` gets the base URL once /readyz says 200.

    `demo` makes a session and prints its links; `bots` synthetic people join it. Raises NotSafeError and
    PortTakenError before anything is started.
    """
    require_safe(settings)
    _log_to_stderr(settings.log_level)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with listen(settings.host, settings.port) as bound:
        async with AsyncExitStack() as stack:
            base = await _start(settings, bound, stack, demo=demo, bots=bots)
            log.info("ready", url=base)
            if on_ready is not None:
                on_ready(base)
            await stopping.wait()
            log.info("stopping")


def run(settings: Settings, *, demo: bool = False, bots: int = 0, on_ready: OnReady | None = None) -> None:
    """`serve` on uvloop where there is one."""
    work = serve(settings, demo=demo, bots=bots, on_ready=on_ready)
    if sys.platform == "win32":
        asyncio.run(work)
    else:
        import uvloop

        uvloop.run(work)


def require_safe(settings: Settings) -> None:
    """Beyond loopback only with TLS: a page that is not a secure context has no camera, and no secrets."""
    if settings.open_door and (settings.behind_proxy or not settings.on_loopback):
        raise NotSafeError("refusing to open the door beyond this machine: KINROOM_OPEN_DOOR is for tests on loopback")
    if settings.trace and (settings.behind_proxy or not settings.on_loopback):
        raise NotSafeError(
            "refusing to trace who sees whom beyond this machine: KINROOM_TRACE is for tests on loopback"
        )
    if not (settings.on_loopback or settings.tls or settings.behind_proxy):
        raise NotSafeError(
            f"refusing to listen on {settings.host} without TLS: "
            "give tls_cert and tls_key, or say --behind-proxy if a proxy ends TLS"
        )


async def _start(settings: Settings, bound: socket.socket, stack: AsyncExitStack, *, demo: bool, bots: int) -> str:
    """Everything, in an order in which the stack can undo it. Returns the base URL."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = operator_key(settings.data / "operator.key")
    store = await Store.open(settings.data / "kinroom.db")
    stack.push_async_callback(_within(store.close))

    hubs: list[Hub] = []

    def notify(event: EngineEvent) -> None:
        for hub in hubs:
            hub.on_engine_event(event)

    engine = Engine(_engine_settings(settings), notify)
    stack.push_async_callback(_within(engine.stop))
    await engine.start()
    hub = Hub(engine, store, relay=_relay(settings))
    hubs.append(hub)
    await hub.start()

    base = settings.public_url or _base_url(settings, bound)
    app = App(
        AppSettings(
            page=PAGE,
            public_url=settings.public_url,
            behind_proxy=settings.behind_proxy,
            tls=settings.tls,
            open_door=settings.open_door,
        ),
        hub,
        key,
    )
    runner = web.AppRunner(app.web, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(_within(runner.cleanup))
    stack.push_async_callback(_together(_within(hub.stop), _within(engine.stop)))
    stack.callback(app.shut)
    await web.SockSite(runner, bound, ssl_context=_tls(settings)).start()
    link = await _print_demo(hub, base) if demo else None
    app.open()
    if link is not None and bots:
        stack.push_async_callback(_within((await _send_bots(link, bots)).stop))
    return base


def _within(close: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """One part that does not close must not keep the others from it, or the process from its end."""

    async def closing() -> None:
        try:
            async with asyncio.timeout(STOP_EACH):
                await close()
        except TimeoutError:
            log.warning("a part did not stop in time", part=close.__qualname__)

    return closing


def _together(*closings: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """A locked database and a stopped worker cost their time once."""

    async def closing() -> None:
        await asyncio.gather(*(close() for close in closings))

    return closing


def _engine_settings(settings: Settings) -> EngineSettings:
    return EngineSettings(
        workers=settings.workers,
        bind_host=settings.media_host,
        base_port=settings.media_port,
        announced=announced_addresses(settings.announced, settings.media_host, on_loopback=settings.on_loopback),
        tcp_port=settings.media_tcp_port if settings.media_tcp else None,
        trace=settings.trace,
    )


def _relay(settings: Settings) -> Relay | None:
    if not settings.turn_urls or settings.turn_secret is None:
        return None
    return Relay(settings.turn_urls, settings.turn_secret.get_secret_value(), settings.turn_ttl)


def _base_url(settings: Settings, bound: socket.socket) -> str:
    """As people on this machine write it. `localhost` is a secure context even without TLS."""
    host = "localhost" if settings.on_loopback or settings.host in ("0.0.0.0", "::") else settings.host
    port = bound.getsockname()[1]
    scheme, usual = ("https", 443) if settings.tls else ("http", 80)
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


async def _print_demo(hub: Hub, base: str) -> str:
    """A facilitator's link, then a participant's: unwrapped, one a line; new ones at each start.

    Returns one that is not printed and needs no knock: the synthetic people's. People knock, as in life.
    """
    now = hub.links.now()
    wanted = [
        Wanted((Role.FACILITATOR,), DEMO_PEOPLE),
        Wanted((Role.PARTICIPANT,), DEMO_PEOPLE),
        Wanted((Role.PARTICIPANT,), DEMO_PEOPLE, knocks=False),
    ]
    *links, of_bots = (await hub.links.create(DEMO, [Times(now, now + LINK_LIVES)], wanted)).links
    # On stderr: whoever reads the links from stdout gets links alone.
    print("The facilitator's link, then the one of those whom they let in:", file=sys.stderr, flush=True)
    for link in links:
        print(link_url(base, link.token), flush=True)
    return link_url(base, of_bots.token)


class _Bots:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def stop(self) -> None:
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await self._process.wait()
        finally:  # they had their time
            with suppress(ProcessLookupError):
                self._process.kill()


async def _send_bots(link: str, count: int) -> _Bots:
    """In a process of their own: they encode, the server never does."""
    command = (sys.executable, "-m", "kinroom.cli", "bots", "--count", str(count))
    return _Bots(await asyncio.create_subprocess_exec(*command, env=bots_environment(link)))


def _log_to_stderr(level: str) -> None:
    """Short codes only: whoever logs a name, a token or an address has made a mistake."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,  # without the values of local variables
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # It logs the address of whoever sends no HTTP; what our own handlers raise is logged by them.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
