"""The node's side of the media plane: starts workers, speaks RPC with them, restarts the dead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from rtc.core.model import Grant, LostReason, Mid, PeerId, Source, WorkerIndex
from rtc.core.stats import WorkerStats
from rtc.shell.rpc import Change


class EngineSettings(Struct, frozen=True):
    workers: int = 1
    bind_host: str = "0.0.0.0"
    base_port: int = 0  # worker i binds base_port + i; 0: any free port, the same again after a restart
    announced: list[str] = []  # addresses put into answers, best first; [] means bind_host


class Answer(Struct, frozen=True):
    sdp: str
    slots: list[tuple[Mid, Mid]]  # (audio mid, video mid), in order


class PeerConnected(Struct, frozen=True):
    peer: PeerId


class PeerLost(Struct, frozen=True):
    peer: PeerId
    reason: LostReason


class SlotFlowing(Struct, frozen=True):
    peer: PeerId
    mid: Mid
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


EngineEvent = PeerConnected | PeerLost | SlotFlowing | SpeakersChanged | WorkerDied | MediaRefused


class OfferRefusedError(Exception):
    """The offer breaks the grammar, a limit or the grant. The text may be shown to a developer, not to a person."""


class WorkerGoneError(Exception):
    """The peer's worker died; a `WorkerDied` event says so too."""


class Engine:
    """Owns the workers. All methods but `start`, `stop` and `offer` return at once and never block."""

    def __init__(self, settings: EngineSettings, notify: Callable[[EngineEvent], None]) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    @property
    def ready(self) -> bool:
        """Every worker has bound its port."""
        ...

    def choose_worker(self) -> WorkerIndex:
        """The worker with the fewest peers, for a new session."""
        ...

    def add_peer(self, worker: WorkerIndex, grant: Grant) -> PeerId: ...

    def remove_peer(self, peer: PeerId) -> None: ...

    async def offer(self, peer: PeerId, sdp: str, sources: Mapping[Mid, Source]) -> Answer:
        """Raises OfferRefusedError or WorkerGoneError."""
        ...

    def apply(self, worker: WorkerIndex, changes: Sequence[Change]) -> None:
        """Changes about peers that are gone meanwhile are dropped."""
        ...

    def stats(self, worker: WorkerIndex) -> WorkerStats | None:
        """The newest statistics of a worker, at most about a second old."""
        ...
