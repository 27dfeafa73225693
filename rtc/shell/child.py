"""One worker process as the engine sees it: a child at the other end of a socket pair.

End of file is death on either side: the child ends itself when this process goes away, however it goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

import structlog

from rtc.compiled import SWITCH
from rtc.shell.rpc import Frames, FromWorker, RpcError, ToWorker, encode

log = structlog.get_logger(__name__)

# A worker reads its pipe between two batches of packets. One that lets this much pile up has stopped reading.
MAX_UNREAD: Final = 32 * 1024 * 1024  # bytes
KILL_AFTER: Final = 0.4  # seconds between the polite and the impolite signal
# What a worker may know of our environment: nothing of the settings, which hold secrets.
KEPT_VARIABLES: Final = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHON", "LC_", "COVERAGE")


class Child(asyncio.Protocol):
    """`gone` is done when the pipe is closed, by either side. Then call `end`, always."""

    def __init__(self, on_message: Callable[[FromWorker], None]) -> None:
        self._on_message = on_message
        self._frames = Frames(FromWorker)
        self._transport: asyncio.Transport | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self.heard = self._loop.time()  # loop time of the newest sign of life

    @classmethod
    async def spawn(
        cls, command: Sequence[str], on_message: Callable[[FromWorker], None], *, compiled: bool = True
    ) -> Child:
        """Starts `command` with the number of its end of the pipe as last argument. Raises OSError.

        `compiled`: with the modules that are compiled, where they are.
        """
        child = cls(on_message)
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                child._process = await asyncio.create_subprocess_exec(
                    *command,
                    str(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    stdin=asyncio.subprocess.DEVNULL,
                    cwd="/",
                    env=_environment(os.environ, compiled),
                    start_new_session=True,  # Ctrl-C is for the node, which ends its workers in order
                )
            await child._loop.create_unix_connection(lambda: child, sock=ours)
        except OSError:
            ours.close()
            raise
        return child

    def send(self, message: ToWorker) -> None:
        """Never blocks; lost when the child is gone."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(encode(message))
        if self._transport.get_write_buffer_size() > MAX_UNREAD:
            log.error("worker does not read", unread=self._transport.get_write_buffer_size())
            self.hang_up()

    def hang_up(self) -> None:
        """Close the pipe at once; what was not sent yet is lost."""
        if self._transport is not None:
            self._transport.abort()

    async def end(self, grace: float) -> int:
        """Hang up, give the process `grace` seconds to end by itself, then make it. Returns its exit code."""
        self.hang_up()
        assert self._process is not None
        process = self._process
        if not await _ended(process, grace):
            _signal(process.terminate)
            if not await _ended(process, KILL_AFTER):
                _signal(process.kill)
        return await process.wait()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard = self._loop.time()
        try:
            for message in self._frames.feed(data):
                self._on_message(cast(FromWorker, message))
        except RpcError as error:
            log.error("worker speaks another language", error=str(error))
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


async def _ended(process: asyncio.subprocess.Process, seconds: float) -> bool:
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _signal(send: Callable[[], None]) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
        send()


def _environment(ours: os._Environ[str] | dict[str, str], compiled: bool) -> dict[str, str]:
    """The child finds our packages whatever its working directory, and nothing secret."""
    kept = {name: value for name, value in ours.items() if name.startswith(KEPT_VARIABLES)}
    paths = [str(Path(__file__).resolve().parents[2]), *kept.get("PYTHONPATH", "").split(os.pathsep)]
    kept["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    if not compiled:
        kept[SWITCH] = "0"
    return kept
