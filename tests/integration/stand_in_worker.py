"""A worker process without media: speaks the engine's language, and misbehaves on request.

An offer's `sdp` says what to do; everything else is answered as a real worker would, in the simplest way. Command
line: MODE FD. Modes: `good`, `deaf` (ignores the end of the pipe and SIGTERM), `broken` (ends at once), `fragile:FILE`
(as good, but ends at once as long as FILE exists), `mute` (never says anything).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import cast

from rtc.core.changes import Attach, Detach
from rtc.core.model import LostReason, Mid, PeerId, Source
from rtc.core.stats import WorkerStats
from rtc.shell import rpc

SOME_PORT = 40_404
asked_ports: list[int] = []
peers: list[PeerId] = []


def statistics() -> rpc.Stats:
    return rpc.Stats(WorkerStats(1.0, os.getpid(), "python", 0, 0.0, 0, 0, [], []))


def answer_offer(pipe: socket.socket, offer: rpc.Offer) -> list[rpc.FromWorker]:
    match offer.sdp:
        case "refuse":
            return [rpc.OfferRefused(offer.request, "no such thing")]
        case "die":
            os._exit(7)
        case "stuck":
            return []
        case "nonsense":
            pipe.sendall(b"\0\0\0\2no")
            return []
        case "lose":
            return [rpc.Lost(offer.peer, LostReason.CONSENT), rpc.Speakers([offer.peer, PeerId(offer.peer + 999)])]
        case "narrow":
            return [rpc.Squeezed(offer.peer, [Mid("5")]), rpc.Needed(offer.peer, Source.CAMERA, 2)]
        case "environment":
            leader = os.getsid(0) == os.getpid()
            return [rpc.Answered(offer.request, f"{os.getcwd()} {sorted(os.environ)} {leader}", [])]
        case "peers":
            return [rpc.Answered(offer.request, " ".join(map(str, peers)), [])]
        case "port":
            return [rpc.Answered(offer.request, str(asked_ports[0]), [])]
        case _:
            slots = [(mid, Mid(mid + "v")) for mid in offer.sources]
            return [rpc.Connected(offer.peer), rpc.Answered(offer.request, "answer to " + offer.sdp, slots)]


def answer(pipe: socket.socket, message: rpc.ToWorker) -> list[rpc.FromWorker]:
    match message:
        case rpc.Start(port=port):
            asked_ports.append(port)
            return [statistics(), rpc.Ready(port or SOME_PORT)]
        case rpc.Offer():
            return answer_offer(pipe, message)
        case rpc.Apply(changes):
            return [
                rpc.Flowing(change.peer, change.mid, change.publisher, change.source, len(changes))
                if isinstance(change, Attach)
                else rpc.Refused(change.peer if isinstance(change, Detach) else change.publisher, str(len(changes)))
                for change in changes
            ]
        case rpc.AddPeer(peer):
            peers.append(peer)
            return [rpc.Refused(peer, "a word about somebody who may be gone")]
        case rpc.RemovePeer(peer):
            peers.remove(peer)
            return [rpc.Refused(peer, "a word about somebody who is gone")]
        case _:
            return []


def serve(pipe: socket.socket) -> None:
    frames = rpc.Frames(rpc.ToWorker)
    while True:
        if not select.select([pipe], [], [], 0.1)[0]:
            pipe.sendall(rpc.encode(statistics()))
            continue
        data = pipe.recv(65536)
        if not data:
            return
        for message in frames.feed(data):
            for reply in answer(pipe, cast(rpc.ToWorker, message)):
                pipe.sendall(rpc.encode(reply))


def main(mode: str, fd: int) -> None:
    name, _, path = mode.partition(":")
    if name == "broken" or (name == "fragile" and Path(path).exists()):
        sys.exit(9)
    if name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = socket.socket(fileno=fd)
    if name != "mute":
        with contextlib.suppress(ConnectionError):  # the end of the pipe, too
            serve(pipe)
    if name in ("deaf", "mute"):
        time.sleep(60)


main(sys.argv[1], int(sys.argv[2]))
