"""The real server as a child process, inside a network namespace if one is given, and its REST interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from bench import procfs
from bench.lab.child import ended
from bench.lab.netns import Namespace, run
from rtc import PeerId, WorkerStats

NUMBERS = {"practice_number": "555-0100", "crisis_line": "988"}  # no session without
START_TIMEOUT = 20.0  # seconds; 2 on a quiet machine
STOP_TIMEOUT = 6.0  # seconds: the server promises 5


class ServerError(Exception):
    """It did not start, or refused a request; the text is its log or its answer."""


class Link(Struct, frozen=True):
    """`hash` names it in REST calls. `person` None: many share it."""

    roles: list[str]
    people: int
    url: str
    token: str
    hash: str
    person: str | None


class Session(Struct, frozen=True):
    group: str
    session: str
    links: list[Link]


class SessionStats(Struct, frozen=True):
    worker: WorkerStats
    participants: dict[str, PeerId]


class Server:
    """Start with `async with`. Media is announced on `announce`; with `media_host` and `media_port` it listens
    elsewhere, so that a proxy can stand between. `trace`: its statistics say whose media each slot carries and carried.
    `settings`: more of them, as environment variables.
    """

    def __init__(
        self,
        data: Path,
        inside: Namespace | None = None,
        announce: str = "127.0.0.1",
        media_host: str = "0.0.0.0",
        media_port: int = 0,
        port: int = 8080,
        trace: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._data = data
        self._inside = inside
        self._port = port
        self._arguments = ["--host", "127.0.0.1", "--port", str(port), "--data", str(data), "--announce", announce]
        self._arguments += ["--media-host", media_host, "--media-port", str(media_port)]
        self._environment = {"KINROOM_OPEN_DOOR": "1", **({"KINROOM_TRACE": "1"} if trace else {}), **(settings or {})}
        self.log = data / "server.log"

    @property
    def url(self) -> str:
        """`localhost`: a secure context for browsers in the same namespace."""
        return f"http://localhost:{self._port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def worker_pids(self) -> list[int]:
        return procfs.children(self.pid)

    async def __aenter__(self) -> Server:
        self._data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *run(self._inside, [sys.executable, "-m", "kinroom.cli", "serve", *self._arguments]),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
                env={**os.environ, **self._environment},
            )
        self._http = aiohttp.ClientSession(f"http://127.0.0.1:{self._port}", connector=self.connector())
        try:
            await self._until_ready()
        except BaseException:
            await self.__aexit__()
            raise
        self._key = (self._data / "operator.key").read_text().strip()
        for pid in (self.pid, *self.worker_pids):
            _favour(pid)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await ended(self._process, STOP_TIMEOUT)

    async def create_session(
        self,
        people: int = 25,
        *,
        links: Sequence[Mapping[str, object]] = (),
        knocks: bool = False,
        **more: object,
    ) -> Session:
        """With one link for so many participants, then the `links` asked for; nobody needs to be let in.

        `more`: other fields of POST /api/v1/sessions.
        """
        wanted = [{"roles": ["participant"], "people": people}, *links]
        body = {**NUMBERS, "links": wanted, "knocks": knocks, **more}
        return msgspec.json.decode(await self.rest("POST", "/api/v1/sessions", body), type=Session)

    async def stats(self, session: str) -> SessionStats:
        """About a second old."""
        return msgspec.json.decode(await self.rest("GET", f"/api/v1/sessions/{session}/stats"), type=SessionStats)

    async def end_session(self, session: str) -> None:
        await self.rest("POST", f"/api/v1/sessions/{session}/end")

    def connector(self) -> aiohttp.TCPConnector:
        """The way to this server, wherever it is, for a client of one's own."""
        return aiohttp.TCPConnector(socket_factory=self._make_socket, force_close=True)

    def kill_worker(self) -> int:
        """SIGKILL for the first worker; its pid."""
        pid = self.worker_pids[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.returncode is not None:
                break
            try:
                async with self._http.get("/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
        raise ServerError(f"the server is not ready:\n{self.log.read_text()[-4000:]}")

    async def rest(self, method: str, path: str, body: object = None) -> bytes:
        """With the operator's key. Raises ServerError."""
        headers = {"Authorization": f"Bearer {self._key}"}
        async with self._http.request(method, path, json=body, headers=headers) as response:
            text = await response.read()
            if response.status >= 300:
                raise ServerError(f"{method} {path}: {response.status} {text.decode(errors='replace')}")
            return text

    def _make_socket(self, address: Any) -> socket.socket:
        family, kind, proto, _, _ = address
        made = self._inside.socket(family, kind, proto) if self._inside else socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


def _favour(pid: int) -> None:
    """In life browsers have machines of their own; here they must not take the server's turns on ours. Needs root.

    A worker that is started later inherits it.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
