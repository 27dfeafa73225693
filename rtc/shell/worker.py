"""One worker process: one event loop, one UDP port, spoken to by the engine over a socketpair.

`main` is its program, with the number of its end of that pair as the argument. The end of the pipe is the end of the
process.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Final, assert_never

import structlog
import uvloop

from rtc.core.batch import Batch
from rtc.core.model import LostReason, PeerId
from rtc.core.negotiation import NegotiationError
from rtc.core.peer import Peer
from rtc.core.probing import STEP
from rtc.core.router import Router
from rtc.core.sampling import Sampling
from rtc.core.speakers import EVALUATE_EVERY
from rtc.core.stats import PeerStats, WorkerStats
from rtc.shell import libc, rpc
from rtc.shell.digest import make_digest
from rtc.shell.dtls import Certificate
from rtc.shell.endpoint import Endpoint
from rtc.shell.ice import ufrag_of
from rtc.shell.media import MAX_STRANGERS, MediaSocket, pause_at
from rtc.shell.seal import make_keyed
from rtc.wire.description import Candidate
from rtc.wire.errors import WireError

log = structlog.get_logger()

TICK: Final = 0.010  # seconds
# Every peer has its turn each second tick, half of them at a time: NACKs and key frame requests leave this soon, and no
# packet waits for everybody's.
TURNS: Final = 2
STATS_EVERY: Final = 1.0  # seconds
# Below this load a full garbage collection of some ten milliseconds hurts nobody.
IDLE: Final = 200  # packets a second
COLLECT_EVERY: Final = 30.0  # seconds; under load only what is young
# A room that begins would probe everybody's line at once, and its media wait for all the padding.
MOST_PROBING: Final = 10e6  # bits/s under way, beyond which no other probe begins
PRIORITY: Final = -10  # niceness
BIND_ATTEMPTS: Final = 10  # for a number that is free in UDP and in TCP


class Worker:
    """The shell: feeds the router, performs what it returns."""

    def __init__(self, start: rpc.Start, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._certificate = Certificate.from_pem(start.certificate_pem, start.private_key_pem)
        # One reading of both clocks: NTP times must not jump when somebody sets the machine's clock.
        self._wall_offset = time.time() - time.monotonic()
        self._router = Router(
            lambda: secrets.randbits(32), self._wall_offset if start.trace else None, make_digest(start.compiled)
        )
        self._keyed = make_keyed(start.compiled)
        self._endpoints: dict[PeerId, Endpoint] = {}
        self._by_key: dict[bytes, Endpoint] = {}
        self._by_ufrag: dict[str, Endpoint] = {}
        self._media = self._bind(start)
        self._connections = self._media.connections
        self._candidates = self._announce(start)
        self._strangers = float(MAX_STRANGERS)
        self._next_speakers = self._next_second = 0.0
        self._sampling = Sampling(self._router.peers)
        self._next_collection = 0.0
        self._received_before = 0
        self._used_before = 0.0  # seconds of CPU
        self._turn = 0
        self._probed: dict[PeerId, Peer] = {}  # whose lines a probe is under way on

    def _bind(self, start: rpc.Start) -> MediaSocket:
        """UDP, and TCP under the same number or its own. Raises OSError when a port is taken."""
        attempts = 1 if start.port or start.tcp_port else BIND_ATTEMPTS
        while True:
            media = MediaSocket(
                start.bind_host, start.port, self._router, self, compiled=start.compiled, express=start.express
            )
            try:
                if start.tcp_port is not None:
                    media.connections.listen(start.bind_host, start.tcp_port or media.port)
                return media
            except OSError:
                media.close()
                attempts -= 1
                if not attempts:
                    raise

    def _announce(self, start: rpc.Start) -> list[Candidate]:
        """UDP first."""
        port, tcp_port = self._media.port, start.tcp_port
        candidates = [Candidate(host, mapped or port) for host, mapped in start.announced]
        if tcp_port is not None:
            candidates += [Candidate(host, tcp_port or mapped or port, tcp=True) for host, mapped in start.announced]
        return candidates

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.add_reader(self._media.fd, self._media.readable)
        self._media.share(loop._get_backend_id())  # type: ignore[attr-defined]  # uvloop's, which has no other name
        self._connections.run(loop, self._media.receive, self._connection_ended)
        self._tell(rpc.Ready(self._media.port))
        loop.call_later(TICK, self._tick, loop)

    def close(self) -> None:
        """Say goodbye to the browsers, so that they need not wait for a time-out."""
        for endpoint in self._endpoints.values():
            self._send_all(endpoint, endpoint.close())
        self._media.close()
        self._connections.stop()

    def _tell(self, message: rpc.FromWorker) -> None:
        self._writer.write(rpc.encode(message))
        self._media.until = 0.0  # it leaves with the loop's next turn

    # --- from the engine ---------------------------------------------------------------------------------------------

    def handle(self, message: rpc.ToWorker) -> None:
        now = time.monotonic()
        try:
            self._handle(now, message)
        except Exception:
            peer = getattr(message, "peer", None)
            log.exception("worker.fault", message=type(message).__name__, peer=peer)
            if isinstance(message, rpc.Offer):
                self._tell(rpc.OfferRefused(message.request, "internal error"))
            if peer is not None:
                self._lose(now, peer, LostReason.FAULT)

    def _handle(self, now: float, message: rpc.ToWorker) -> None:
        match message:
            case rpc.Start():
                pass  # only the first one counts
            case rpc.AddPeer():
                self._add_peer(now, message)
            case rpc.RemovePeer():
                self._remove_peer(now, message.peer)
            case rpc.Offer():
                self._offer(now, message)
            case rpc.Apply():
                for refusal in self._router.apply(now, message.changes, self._media.batch):
                    self._tell(rpc.Refused(refusal.peer, refusal.text))
                self._after_changes(now)
            case rpc.SampleLatency():
                self._media.latencies = [] if message.on else None
            case _:
                assert_never(message)

    def _add_peer(self, now: float, message: rpc.AddPeer) -> None:
        peer = self._router.add_peer(now, message.peer, message.grant)
        endpoint = Endpoint(now, peer, self._certificate, self._wall_offset, self._keyed)
        self._endpoints[message.peer] = endpoint
        self._by_ufrag[endpoint.ice.local.ufrag] = endpoint

    def _remove_peer(self, now: float, peer: PeerId) -> None:
        endpoint = self._endpoints.pop(peer, None)
        if endpoint is None:
            return
        self._send_all(endpoint, endpoint.close())
        self._media.forget(endpoint)
        for key in list(endpoint.addresses):
            if self._by_key.get(key) is endpoint:
                self._forget_key(key)
        self._forget_ufrags(endpoint)
        self._probed.pop(peer, None)
        self._router.remove_peer(now, peer)

    def _forget_key(self, key: bytes) -> None:
        """Nobody lives there any more."""
        del self._by_key[key]
        self._connections.close(key)

    def _forget_ufrags(self, endpoint: Endpoint) -> None:
        for ufrag in [u for u, owner in self._by_ufrag.items() if owner is endpoint]:
            del self._by_ufrag[ufrag]

    def _offer(self, now: float, message: rpc.Offer) -> None:
        endpoint = self._endpoints.get(message.peer)
        if endpoint is None:
            self._tell(rpc.OfferRefused(message.request, "no such peer"))
            return
        try:
            negotiated = endpoint.answer(message.sdp, message.sources, self._candidates, lambda: secrets.randbits(32))
        except (WireError, NegotiationError) as error:
            self._tell(rpc.OfferRefused(message.request, str(error)))
            return
        self._forget_ufrags(endpoint)
        self._by_ufrag |= dict.fromkeys(endpoint.ice.ufrags, endpoint)
        endpoint.heard_at = now
        self._tell(rpc.Answered(message.request, negotiated.answer, negotiated.slots))
        # New slots of a connected peer can start at once.
        if endpoint.peer.connected:
            self._router.connected(now, endpoint.peer, self._media.batch)
            self._after_changes(now)

    def _after_changes(self, now: float) -> None:
        """Replay what a cached key frame gave, and ask for key frames without waiting for the tick."""
        self._media.flush()
        for endpoint in self._endpoints.values():
            if any(p.asks_for_key_frame for p in endpoint.peer.publications.values()):
                self._send_all(endpoint, endpoint.due(now))

    # --- from the network (media.Transports) -------------------------------------------------------------------------

    def find(self, key: bytes) -> Endpoint | None:
        return self._by_key.get(key)

    def receive_stun(self, now: float, data: bytes, key: bytes) -> None:
        known = self._by_key.get(key)
        if known is None:
            if self._strangers < 1:
                return
            self._strangers -= 1
        elif not known.peer.budget.admit(len(data)):
            return
        ufrag = ufrag_of(data)
        endpoint = self._by_ufrag.get(ufrag) if ufrag is not None else None
        if endpoint is None or (known is not None and known is not endpoint and known.lives_at(key, now)):
            return
        response = endpoint.receive_stun(data, key, self._address_of(key))
        if response is None:
            return
        endpoint.heard_at = now
        if known is not None and known is not endpoint:
            self._media.forget(known)
        self._note_address(endpoint, key)
        self._media.send(response, key)

    def _note_address(self, endpoint: Endpoint, key: bytes) -> None:
        """It is proven that the peer can be there."""
        self._by_key[key] = endpoint
        self._connections.prove(key)
        forgotten = endpoint.note_address(key)
        if forgotten is not None and self._by_key.get(forgotten) is endpoint:
            self._forget_key(forgotten)

    def _address_of(self, key: bytes) -> tuple[str, int]:
        connection = self._connections.find(key)
        if connection is not None:
            return connection.address
        address, port = libc.address_of(key)
        return libc.told(address), port

    def _connection_ended(self, key: bytes) -> None:
        endpoint = self._by_key.pop(key, None)
        if endpoint is not None:
            endpoint.forget_address(key)

    def receive_dtls(self, now: float, endpoint: Endpoint, data: bytes) -> None:
        self._send_all(endpoint, endpoint.receive_dtls(data))
        if endpoint.inbound is not None and not endpoint.peer.connected:
            endpoint.heard_at = now
            self._router.connected(now, endpoint.peer, self._media.batch)
            self._tell(rpc.Connected(endpoint.peer.id))

    def senders_of(self, ssrc: int) -> list[Endpoint]:
        return [one for one in self._endpoints.values() if one.inbound is not None and ssrc in one.inbound.ssrcs]

    def moved(self, endpoint: Endpoint, key: bytes) -> None:
        self._note_address(endpoint, key)
        endpoint.move(key)

    def started(self, batch: Batch) -> None:
        for flow in batch.started:
            self._tell(rpc.Flowing(flow.peer, flow.mid, flow.publisher, flow.source, flow.timestamp))

    def broken(self, now: float, key: bytes) -> None:
        endpoint = self._by_key.get(key)
        log.exception("worker.fault", peer=endpoint.peer.id if endpoint is not None else None)
        if endpoint is not None:
            self._lose(now, endpoint.peer.id, LostReason.FAULT)

    def _lose(self, now: float, peer: PeerId, reason: LostReason) -> None:
        self._remove_peer(now, peer)
        self._tell(rpc.Lost(peer, reason))

    def _send_all(self, endpoint: Endpoint, datagrams: list[bytes]) -> None:
        key = endpoint.destination.key
        if key:
            for data in datagrams:
                self._media.send(data, key)

    # --- time --------------------------------------------------------------------------------------------------------

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(TICK, self._tick, loop)
        now = time.monotonic()
        self._media.until = now + TICK
        self._strangers = min(MAX_STRANGERS, self._strangers + MAX_STRANGERS * TICK)
        if self._router.wake(now, self._media.batch):
            self._after_changes(now)
        self._turn = (self._turn + 1) % TURNS
        for endpoint in [one for one in self._endpoints.values() if one.peer.id % TURNS == self._turn]:
            now = self._let_packets_through(now)
            if endpoint.peer.id not in self._endpoints:
                continue  # lost by what came through
            endpoint.peer.refill(now)
            self._give_way(now, endpoint)
            try:
                self._send_all(endpoint, endpoint.due(now))
                self._adapt(now, endpoint.peer, loop)
            except Exception:
                log.exception("worker.fault", peer=endpoint.peer.id)
                self._lose(now, endpoint.peer.id, LostReason.FAULT)
        self._media.flush()
        now = self._let_packets_through(now)
        self._media.take_control()  # which came since the tick began
        if now >= self._next_speakers:
            self._next_speakers = now + EVALUATE_EVERY
            self._tell_speakers(now)
        if now >= self._next_second:
            self._next_second = now + STATS_EVERY
            self._each_second(now)
        sampled = self._sampling.step()
        if sampled is not None:
            self._tell(rpc.Stats(self._stats(sampled)))

    def _let_packets_through(self, now: float) -> float:
        """Between two pieces of work of a tick: of twenty people it takes milliseconds. The time afterwards."""
        return time.monotonic() if self._media.read_if_late() else now

    def _give_way(self, now: float, endpoint: Endpoint) -> None:
        """Pictures stop for a peer whose connection is full."""
        connection = self._connections.find(endpoint.destination.key)
        blocked = connection is not None and connection.queue.judge(now)
        if blocked != endpoint.peer.blocked:
            self._router.block(now, endpoint.peer, blocked, self._media.batch)
            self._after_changes(now)

    def _adapt(self, now: float, peer: Peer, loop: asyncio.AbstractEventLoop) -> None:
        """To what its line carries, and what of its own pictures others can use."""
        may_probe = sum(one.downlink.probing.rate for one in self._probed.values()) < MOST_PROBING
        waiting = peer.downlink.decide(now, self._router.speakers, self._media.batch, may_probe=may_probe)
        if waiting is not None:
            self._tell(rpc.Squeezed(peer.id, waiting))
        for source, needs in peer.supply.decide(now):
            self._tell(rpc.Needed(peer.id, source, needs.layers, needs.paused))
        if peer.downlink.probing.active:
            if not self._probed:
                loop.call_later(STEP, self._probe, loop)
            self._probed[peer.id] = peer

    def _probe(self, loop: asyncio.AbstractEventLoop) -> None:
        """The next portion of each probe. What it puts into the batch leaves at once, so that its numbers are known."""
        now = time.monotonic()
        probes = [peer.downlink.probing for peer in self._probed.values()]
        for probe in probes:
            probe.put(now, self._media.batch)
        self._media.flush()
        for probe in probes:
            probe.noted(now)
        self._probed = {one: peer for one, peer in self._probed.items() if peer.downlink.probing.active}
        if self._probed:
            loop.call_later(STEP, self._probe, loop)

    def _tell_speakers(self, now: float) -> None:
        peers = self._router.speakers.evaluate(now)
        if peers is not None:
            self._tell(rpc.Speakers(peers))

    def _each_second(self, now: float) -> None:
        for peer, endpoint in list(self._endpoints.items()):
            reason = endpoint.lost(now)
            if reason is not None:
                self._lose(now, peer, reason)
        self._connections.each_second(now)
        self._sampling.begin()
        received, self._received_before = self._media.received - self._received_before, self._media.received
        used = time.process_time()
        self._media.pause = pause_at(received, (used - self._used_before) / STATS_EVERY)
        self._used_before = used
        if now >= self._next_collection:
            self._next_collection = now + COLLECT_EVERY
            # What survives a small collection is looked at by a full one only: without any, its cycles would stay.
            gc.collect(2 if received < IDLE else 1)

    def _stats(self, peers: list[PeerStats]) -> WorkerStats:
        media = self._media
        samples = media.latencies or []
        if media.latencies is not None:
            media.latencies = []
        stats = WorkerStats(
            at=time.time(),
            pid=os.getpid(),
            path=media.path,
            batches=media.batches,
            largest_queue_ms=media.largest_queue * 1000,
            kernel_drops=media.kernel_drops,
            send_errors=media.send_errors,
            latency_ms=[sample * 1000 for sample in samples],
            peers=peers,
        )
        media.largest_queue = 0.0
        return stats


async def _main(fd: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd))
    frames = rpc.Frames(rpc.ToWorker)
    worker: Worker | None = None
    while data := await reader.read(65536):
        for message in frames.feed(data):
            if worker is not None:
                worker.handle(message)  # type: ignore[arg-type]  # the decoder knows the union
            elif isinstance(message, rpc.Start):
                worker = Worker(message, writer)
                # What exists now lives as long as the process: the collector need never look at it again.
                gc.collect()
                gc.freeze()
                gc.disable()
                worker.run(asyncio.get_running_loop())
    if worker is not None:
        worker.close()


def _take_precedence() -> None:
    """Media before everything else on this machine: a packet that waits for another process is heard.

    With a real-time policy a worker that has something to do runs at once, where niceness only gives it more of the
    time (sched(7); 5 % of each second stay for the others whatever it does). Where the system allows neither, the
    worker runs like the others. Linux may weigh whole sessions against each other (autogroup), and the worker is the
    only process of its own: so that weight is set, too.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(PRIORITY))
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def main() -> None:
    # Ctrl-C in a terminal goes to the whole group; the engine says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _take_precedence()
    uvloop.run(_main(int(sys.argv[1])))
