"""The node's side of the media plane: starts workers, speaks RPC with them, restarts the dead."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from logging import ERROR, INFO
from typing import Final, assert_never

import structlog
from msgspec import Struct

from rtc.core.changes import Attach, Change, Detach, Hold, Rank, Release, Renew
from rtc.core.model import Grant, LostReason, Mid, PeerId, Source, WorkerIndex
from rtc.core.stats import WorkerStats
from rtc.shell.child import Child
from rtc.shell.dtls import Certificate
from rtc.shell.rpc import (
    AddPeer,
    Answered,
    Apply,
    Connected,
    Flowing,
    FromWorker,
    Lost,
    Needed,
    Offer,
    OfferRefused,
    Ready,
    Refused,
    RemovePeer,
    SampleLatency,
    Speakers,
    Squeezed,
    Start,
    Stats,
    ToWorker,
)

log = structlog.get_logger(__name__)

# -P: no module from a working directory; -c, since a compiled module cannot be run by -m.
WORKER_COMMAND: Final = (sys.executable, "-P", "-c", "from rtc.shell.worker import main; main()")


class EngineSettings(Struct, frozen=True):
    workers: int = 1
    bind_host: str = "::"  # all addresses of both families; 0.0.0.0: those of IPv4
    base_port: int = 0  # worker i binds base_port + i; 0: any free port, the same again after a restart
    # Put into answers, best first; [] means bind_host. ADDRESS, or ADDRESS:PORT ([ADDRESS]:PORT for IPv6) where a
    # router maps ports: worker i is then announced on PORT + i.
    announced: list[str] = []
    # For networks that let no UDP through: worker i also listens on TCP port tcp_port + i. 0: the number of its UDP
    # port, announced as that is; None: not at all.
    tcp_port: int | None = 0
    compiled: bool = True  # workers use the C kernel and compiled modules where they were built; False: Python alone
    trace: bool = False  # statistics remember who saw whom (`PeerStats.runs`): for tests and benches
    express: bool = True  # with the C kernel, packets that need no look do not come to Python: False for benches


def announced_at(text: str, worker: int) -> tuple[str, int]:
    """(address, port) of one entry of `EngineSettings.announced`; port 0 is the one that the worker binds.

    Raises ValueError for a port that is none.
    """
    address, port = split_announced(text)
    if port is None:
        return address, 0
    if not (port.isascii() and port.isdecimal() and 0 < int(port) + worker < 65536):
        raise ValueError(f"{text!r} is not ADDRESS:PORT")
    return address, int(port) + worker


def split_announced(text: str) -> tuple[str, str | None]:
    """(address, port if there is one) of ADDRESS, ADDRESS:PORT or, for IPv6, [ADDRESS]:PORT."""
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        return address, rest.removeprefix(":") if bracket and rest else None
    if text.count(":") > 1:
        return text, None
    address, colon, port = text.partition(":")
    return address, port if colon else None


class Answer(Struct, frozen=True):
    sdp: str
    slots: list[tuple[Mid, Mid]]  # (audio mid, video mid), in order


class PeerConnected(Struct, frozen=True):
    peer: PeerId


class PeerLost(Struct, frozen=True):
    peer: PeerId
    reason: LostReason


class SlotFlowing(Struct, frozen=True):
    """Media of `publisher` has begun to leave on this slot. By now something else may have been attached to it."""

    peer: PeerId
    mid: Mid
    publisher: PeerId
    source: Source
    rtp: int


class SpeakersChanged(Struct, frozen=True):
    worker: WorkerIndex
    peers: list[PeerId]


class WorkerDied(Struct, frozen=True):
    """All peers of this worker are gone; a new worker is starting on the same port."""

    worker: WorkerIndex
    peers: list[PeerId]


class MediaRefused(Struct, frozen=True):
    peer: PeerId
    text: str


class PicturesSqueezed(Struct, frozen=True):
    """All slots whose pictures or sound this viewer's line has no room for now."""

    peer: PeerId
    mids: list[Mid]


class LayersNeeded(Struct, frozen=True):
    """So many encodings of this source are worth sending, smallest first: 0 to 3. Until told: all.

    `paused`: none, because this peer's line does not carry its sound beside them.
    """

    peer: PeerId
    source: Source
    layers: int
    paused: bool = False


EngineEvent = (
    PeerConnected
    | PeerLost
    | SlotFlowing
    | SpeakersChanged
    | WorkerDied
    | MediaRefused
    | PicturesSqueezed
    | LayersNeeded
)


class OfferRefusedError(Exception):
    """The offer breaks the grammar, a limit or the grant. The text may be shown to a developer, not to a person."""


class WorkerGoneError(Exception):
    """The peer's worker died; a `WorkerDied` event says so too."""


class Timings(Struct, frozen=True):
    """Seconds. Only tests have a reason to change them."""

    first_back_off: float = 0.1  # a crash that does not repeat costs the people in it as little as possible
    last_back_off: float = 5.0
    proven: float = 10.0  # a worker that lived this long was not broken from birth: back to the first back-off
    startup: float = 30.0  # Python and its modules, on a machine that starts everything at once
    silence: float = 15.0  # statistics come every second, so by now the worker hangs, and its people hear nothing
    grace: float = 0.8  # to end by itself


DEFAULT_TIMINGS: Final = Timings()


class _Worker:
    """What the engine knows of one worker, over all the processes that it was."""

    def __init__(self, index: WorkerIndex, port: int, started: asyncio.Future[None]) -> None:
        self.index = index
        self.port = port
        self.started = started  # the first process has said `Ready`, or why it never did
        self.ready = False
        self.child: Child | None = None
        self.backlog: list[ToWorker] = []  # for the process that comes next; at most one back-off long
        self.peers: set[PeerId] = set()
        self.offers: dict[int, asyncio.Future[Answer]] = {}
        self.stats: WorkerStats | None = None
        self.chosen = 0

    def send(self, message: ToWorker) -> None:
        if self.child is not None:
            self.child.send(message)
        else:
            self.backlog.append(message)

    def lose(self) -> list[PeerId]:
        """Its process is gone, and everything that lived in it; returns the peers that it took along."""
        peers = sorted(self.peers)
        for answer in self.offers.values():
            if not answer.done():
                answer.set_exception(WorkerGoneError(f"worker {self.index} ended"))
        self.child, self.ready, self.stats = None, False, None
        self.peers.clear()
        self.offers.clear()
        self.backlog.clear()
        return peers


class Engine:
    """Owns the workers. All methods but `start`, `stop` and `offer` return at once and never block.

    Peers and changes given while a worker is being restarted reach the next process.
    """

    def __init__(
        self,
        settings: EngineSettings,
        notify: Callable[[EngineEvent], None],
        *,
        command: Sequence[str] = WORKER_COMMAND,
        timings: Timings = DEFAULT_TIMINGS,
    ) -> None:
        self._settings = settings
        self._notify = notify
        self._command = command
        self._timings = timings
        self._certificate_pem, self._private_key_pem = Certificate.make().pem()
        self._workers: list[_Worker] = []
        self._homes: dict[PeerId, _Worker] = {}
        self._numbers = itertools.count(1)  # of peers, requests and choices: none is ever used twice
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    @property
    def trace(self) -> bool:
        """Whether statistics remember who saw whom."""
        return self._settings.trace

    async def start(self) -> None:
        """Returns when every worker has bound its port. Raises WorkerGoneError when one cannot (port taken?)."""
        loop = asyncio.get_running_loop()
        for i in range(self._settings.workers):
            port = self._settings.base_port + i if self._settings.base_port else 0
            self._workers.append(_Worker(WorkerIndex(i), port, loop.create_future()))
        self._tasks = [loop.create_task(self._supervise(worker)) for worker in self._workers]
        try:
            await asyncio.gather(*(worker.started for worker in self._workers))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends every worker within two seconds, whatever it does. No events come after this."""
        self._stopping.set()
        for worker in self._workers:
            if worker.child is not None:
                worker.child.hang_up()
        await asyncio.gather(*self._tasks)

    @property
    def ready(self) -> bool:
        """Every worker has bound its port."""
        return bool(self._workers) and all(worker.ready for worker in self._workers)

    def choose_worker(self) -> WorkerIndex:
        """The worker with the fewest peers, for a new session; of equals the one not chosen for longest."""
        worker = min(self._workers, key=lambda worker: (not worker.ready, len(worker.peers), worker.chosen))
        worker.chosen = next(self._numbers)
        return worker.index

    def add_peer(self, worker: WorkerIndex, grant: Grant) -> PeerId:
        home = self._workers[worker]
        peer = PeerId(next(self._numbers))
        home.peers.add(peer)
        self._homes[peer] = home
        home.send(AddPeer(peer, grant))
        return peer

    def remove_peer(self, peer: PeerId) -> None:
        """Nothing happens when it is gone already."""
        home = self._homes.pop(peer, None)
        if home is not None:
            home.peers.discard(peer)
            home.send(RemovePeer(peer))

    async def offer(self, peer: PeerId, sdp: str, sources: Mapping[Mid, Source]) -> Answer:
        """Raises OfferRefusedError or WorkerGoneError."""
        home = self._homes.get(peer)
        if home is None:
            raise WorkerGoneError("this peer is gone")
        request = next(self._numbers)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        home.offers[request] = answer
        home.send(Offer(request, peer, sdp, dict(sources)))
        try:
            return await answer
        finally:
            home.offers.pop(request, None)

    def apply(self, worker: WorkerIndex, changes: Sequence[Change]) -> None:
        """Changes about peers that are gone meanwhile are dropped."""
        home = self._workers[worker]
        alive = [change for change in changes if home.peers.issuperset(_peers_of(change))]
        if alive:
            home.send(Apply(alive))

    def stats(self, worker: WorkerIndex) -> WorkerStats | None:
        """The newest statistics of a worker, at most about a second old."""
        return self._workers[worker].stats

    def sample_latency(self, worker: WorkerIndex, on: bool) -> None:
        """Have the worker sample how long packets stay in it (benches only)."""
        self._workers[worker].send(SampleLatency(on))

    # --- the life of a worker

    async def _supervise(self, worker: _Worker) -> None:
        """One process after another until `stop`."""
        loop = asyncio.get_running_loop()
        back_off = self._timings.first_back_off
        while not self._stopping.is_set():
            born = loop.time()
            await self._live(worker)
            lost = worker.lose()
            for peer in lost:
                self._homes.pop(peer, None)
            if not worker.started.done():
                worker.started.set_exception(WorkerGoneError(f"worker {worker.index} ended before it was ready"))
                return
            if self._stopping.is_set():
                return
            if loop.time() - born >= self._timings.proven:
                back_off = self._timings.first_back_off
            self._tell(WorkerDied(worker.index, lost))
            await self._pause(back_off)
            back_off = min(2 * back_off, self._timings.last_back_off)

    async def _live(self, worker: _Worker) -> None:
        """One process from birth to burial."""
        try:
            child = await Child.spawn(
                self._command,
                lambda message: self._receive(worker, message),
                compiled=self._settings.compiled,
            )
        except OSError as error:
            log.error("worker did not start", worker=worker.index, error=error.strerror)
            return
        child.send(self._start_message(worker))
        for message in worker.backlog:
            child.send(message)
        worker.backlog.clear()
        worker.child = child
        if self._stopping.is_set():
            child.hang_up()
        await self._watch(worker, child)
        code = await child.end(self._timings.grace)
        log.log(INFO if self._stopping.is_set() else ERROR, "worker ended", worker=worker.index, code=code)

    def _start_message(self, worker: _Worker) -> Start:
        host = self._settings.bind_host
        announced = [announced_at(one, worker.index) for one in self._settings.announced or [host]]
        settings = self._settings
        return Start(
            index=worker.index,
            bind_host=host,
            port=worker.port,
            announced=announced,
            tcp_port=settings.tcp_port + worker.index if settings.tcp_port else settings.tcp_port,
            certificate_pem=self._certificate_pem,
            private_key_pem=self._private_key_pem,
            compiled=settings.compiled,
            trace=settings.trace,
            express=settings.express,
        )

    async def _watch(self, worker: _Worker, child: Child) -> None:
        """Returns when the child is gone; hangs up on one that is silent for too long."""
        loop = asyncio.get_running_loop()
        while not child.gone.done():
            patience = self._timings.silence if worker.ready else self._timings.startup
            left = child.heard + patience - loop.time()
            if left <= 0:
                log.error("worker hangs", worker=worker.index)
                child.hang_up()
            await asyncio.wait([child.gone], timeout=min(max(left, 0.1), self._timings.silence))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    # --- what workers say

    def _receive(self, worker: _Worker, message: FromWorker) -> None:
        match message:
            case Ready(port):
                self._make_ready(worker, port)
            case Answered(request, sdp, slots):
                if (answer := worker.offers.get(request)) and not answer.done():
                    answer.set_result(Answer(sdp, slots))
            case OfferRefused(request, text):
                if (answer := worker.offers.get(request)) and not answer.done():
                    answer.set_exception(OfferRefusedError(text))
            case Connected(peer):
                self._tell_about(worker, peer, PeerConnected(peer))
            case Lost(peer, reason):
                self._tell_about(worker, peer, PeerLost(peer, reason))
            case Flowing(peer, mid, publisher, source, rtp):
                self._tell_about(worker, peer, SlotFlowing(peer, mid, publisher, source, rtp))
            case Refused(peer, text):
                self._tell_about(worker, peer, MediaRefused(peer, text))
            case Speakers(peers):
                self._tell(SpeakersChanged(worker.index, [peer for peer in peers if peer in worker.peers]))
            case Squeezed(peer, mids):
                self._tell_about(worker, peer, PicturesSqueezed(peer, mids))
            case Needed(peer, source, layers, paused):
                self._tell_about(worker, peer, LayersNeeded(peer, source, layers, paused))
            case Stats(stats):
                worker.stats = stats
            case _:
                assert_never(message)

    def _make_ready(self, worker: _Worker, port: int) -> None:
        worker.port = port  # for the next process: the pages of people who stay know this one
        worker.ready = True
        log.info("worker ready", worker=worker.index, port=port)
        if not worker.started.done():
            worker.started.set_result(None)

    def _tell_about(self, worker: _Worker, peer: PeerId, event: EngineEvent) -> None:
        """Not after its owner took the peer away."""
        if peer in worker.peers:
            self._tell(event)

    def _tell(self, event: EngineEvent) -> None:
        try:
            self._notify(event)
        except Exception:
            # A bug over there must not cost everybody on this worker their media.
            log.exception("event was not taken", kind=type(event).__name__)


def _peers_of(change: Change) -> tuple[PeerId, ...]:
    match change:
        case Attach(peer=peer, publisher=publisher):
            return peer, publisher
        case Detach(peer=peer) | Rank(peer=peer):
            return (peer,)
        case Hold(publisher=publisher) | Release(publisher=publisher) | Renew(publisher=publisher):
            return (publisher,)
        case _:
            assert_never(change)
