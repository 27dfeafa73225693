"""Debian's Janus as a child process: configuration in a folder of its own, and its API over a WebSocket on loopback.

Started in the caller's network namespace. Janus gathers on no loopback address, so it needs another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp

START_TIMEOUT = 10.0  # seconds
STOP_TIMEOUT = 3.0  # seconds, then it is killed
ANSWER_TIMEOUT = 15.0  # seconds: it makes an agent, a thread and an answer for each of us on one core
WEBSOCKET_PORT = 8188

_LIBRARIES = Path("/usr/lib/x86_64-linux-gnu/janus")
_PLUGIN = "janus.plugin.videoroom"
ROOM = 1

# As Debian ships it but for the address, what would be loaded without being used, and the log, which tells of each
# stream at level 4. `session_timeout` 0: nobody has to keep anything alive.
_JANUS = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{libraries}/plugins"
    transports_folder = "{libraries}/transports"
    events_folder = "{libraries}/events"
    loggers_folder = "{libraries}/loggers"
    debug_level = 2
    session_timeout = 0
    {event_loops}
}}
nat: {{
    ice_lite = true
    ice_enforce_list = "{address}"
}}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "{other_transports}" }}
"""
_WEBSOCKETS = """
general: {{
    json = "compact"
    ws = true
    ws_port = {port}
    ws_ip = "127.0.0.1"
}}
"""


class JanusError(Exception):
    """It did not start, or refused a request; the text is its own or says what is missing."""


def missing() -> str:
    """Why Janus cannot run here; empty if it can."""
    if shutil.which("janus") is None:
        return "Janus is not installed (apt-get install janus)"
    if not _LIBRARIES.is_dir():
        return f"Janus has no plugins in {_LIBRARIES}"
    return ""


class Janus:
    """Start with `async with`. Root's Janus has the priority of root's worker.

    `core`: all its threads run there. `event_loops` 0: one thread for each connection, which is its default.
    """

    def __init__(self, address: str, core: int | None = None, event_loops: int = 0) -> None:
        self._address = address
        self._core = core
        self._event_loops = event_loops
        self._folder = Path()
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._ends = contextlib.AsyncExitStack()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def __aenter__(self) -> Janus:
        try:
            await self._start()
        except BaseException:
            await self._ends.aclose()
            raise
        return self

    async def __aexit__(self, *error: BaseException | type[BaseException] | TracebackType | None) -> None:
        await self._ends.aclose()

    async def version(self) -> str:
        answer = await self._ask("info")
        version: str = answer["version_string"]
        return version

    async def attach(self) -> int:
        """A handle of the VideoRoom: one connection of somebody."""
        answer = await self._ask("attach", session_id=self._session, plugin=_PLUGIN)
        handle: int = answer["data"]["id"]
        return handle

    async def message(
        self, handle: int, body: Mapping[str, Any], sdp: tuple[str, str] | None = None
    ) -> tuple[dict[str, Any], str]:
        """`sdp`: (type, text). Returns the plugin's data and the SDP that came with it, or ""."""
        jsep = {"jsep": {"type": sdp[0], "sdp": sdp[1]}} if sdp else {}
        answer = await self._ask("message", session_id=self._session, handle_id=handle, body=body, **jsep)
        data: dict[str, Any] = answer["plugindata"]["data"]
        if "error" in data:
            raise JanusError(data["error"])
        return data, answer.get("jsep", {}).get("sdp", "")

    async def end_of_candidates(self, handle: int) -> None:
        """Is acknowledged and never answered."""
        await self._socket.send_json(
            {
                "janus": "trickle",
                "transaction": str(next(self._numbers)),
                "session_id": self._session,
                "handle_id": handle,
                "candidate": {"completed": True},
            }
        )

    # --- the process

    async def _start(self) -> None:
        if reason := missing():
            raise JanusError(reason)
        self._folder = Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="bench-janus-")))
        self._configure()
        favoured = ["chrt", "--rr", "1"] if os.geteuid() == 0 else []  # as Kinroom's worker takes it where it may
        pinned = [] if self._core is None else ["taskset", "-c", str(self._core)]
        log = self._ends.enter_context((self._folder / "janus.log").open("wb"))
        self._process = await asyncio.create_subprocess_exec(
            *favoured,
            *pinned,
            *("janus", "--disable-colors", f"--configs-folder={self._folder}"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._folder,
        )
        self._ends.push_async_callback(self._stop)
        http = await self._ends.enter_async_context(aiohttp.ClientSession())
        self._socket = await self._connect(http)
        reader = asyncio.create_task(self._read())
        self._ends.callback(reader.cancel)
        self._session: int = (await self._ask("create"))["data"]["id"]

    def _configure(self) -> None:
        def besides(folder: str, wanted: str) -> str:
            return ",".join(sorted(path.name for path in (_LIBRARIES / folder).glob("*.so") if path.name != wanted))

        main = _JANUS.format(
            folder=self._folder,
            libraries=_LIBRARIES,
            address=self._address,
            event_loops=f"event_loops = {self._event_loops}" if self._event_loops else "",
            other_plugins=besides("plugins", "libjanus_videoroom.so"),
            other_transports=besides("transports", "libjanus_websockets.so"),
        )
        (self._folder / "janus.jcfg").write_text(main)
        (self._folder / "janus.transport.websockets.jcfg").write_text(_WEBSOCKETS.format(port=WEBSOCKET_PORT))

    async def _stop(self) -> None:
        if not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    # --- the API

    async def _connect(self, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                return await http.ws_connect(
                    f"http://127.0.0.1:{WEBSOCKET_PORT}/", protocols=("janus-protocol",), max_msg_size=0
                )
            except aiohttp.ClientError as error:
                if not self.alive or time.monotonic() > deadline:
                    raise JanusError(f"Janus did not start: {self._last_words()}") from error
            await asyncio.sleep(0.05)

    def _last_words(self) -> str:
        lines = (self._folder / "janus.log").read_text(errors="replace").split("\n")
        return " ".join(line.strip() for line in lines[-5:] if line.strip())

    async def _ask(self, what: str, **more: Any) -> dict[str, Any]:
        transaction = str(next(self._numbers))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = answer
        try:
            await self._socket.send_json({"janus": what, "transaction": transaction, **more})
            async with asyncio.timeout(ANSWER_TIMEOUT):
                return await answer
        except TimeoutError:
            raise JanusError(f"no answer to {what} within {ANSWER_TIMEOUT:.0f} s") from None
        finally:
            del self._waiting[transaction]

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = frame.json()
            answer = self._waiting.get(message.get("transaction", ""))
            if answer is None or answer.done():
                continue  # an event that nobody asked for: somebody has joined, media has come up
            if message["janus"] == "error":
                answer.set_exception(JanusError(message["error"]["reason"]))
            elif message["janus"] != "ack":  # what is acknowledged is answered by an event later
                answer.set_result(message)


def room(people: int) -> dict[str, Any]:
    """The request that makes the room: what Kinroom does for a group, as far as the VideoRoom can."""
    return {
        "request": "create",
        "room": ROOM,
        "publishers": people,
        "bitrate": 0,
        "audiocodec": "opus",
        "videocodec": "vp8",
        "transport_wide_cc_ext": True,
        "audiolevel_ext": True,
        "audiolevel_event": False,
        "notify_joining": False,
    }


def everybody_but(number: int, people: int) -> Sequence[dict[str, int]]:
    """The streams that one subscribes to; feeds count from 1."""
    return [{"feed": other + 1} for other in range(people) if other != number]
