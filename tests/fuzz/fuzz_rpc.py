"""Any bytes, cut anywhere, are the same messages as in one piece or an RpcError; messages survive being sent again."""

from __future__ import annotations

from rtc.core.changes import Attach, Hold, Rank, Want
from rtc.core.model import Band, Grant, LostReason, Mid, PeerId, Source
from rtc.shell import rpc

SEEDS = (
    rpc.encode(rpc.Start(0, "::", 4000, [("192.0.2.1", 0)], None, b"c", b"k")),
    rpc.encode(rpc.AddPeer(PeerId(1), Grant(frozenset(Source), may_receive=True)))
    + rpc.encode(rpc.RemovePeer(PeerId(1))),
    rpc.encode(rpc.Offer(1, PeerId(1), "v=0", {Mid("0"): Source.CAMERA})),
    rpc.encode(rpc.Apply([Attach(PeerId(1), Mid("3"), PeerId(2), Source.SCREEN), Hold(PeerId(2), Source.CAMERA)])),
    rpc.encode(rpc.Apply([Rank(PeerId(1), [Want(Mid("3"), 360, Band.FRONT)])])),
    rpc.encode(rpc.Squeezed(PeerId(1), [Mid("3")])) + rpc.encode(rpc.Needed(PeerId(2), Source.CAMERA, 2)),
    rpc.encode(rpc.Lost(PeerId(1), LostReason.CONSENT)),
    rpc.encode(rpc.Answered(1, "v=0", [(Mid("3"), Mid("4"))])),
    bytes(4),
    b"\0\x40\0\x01",
    b"\0\0\0\x20" + b"\x91" * 32,
)


def read(union: object, pieces: list[bytes]) -> list[object] | None:
    frames = rpc.Frames(union)
    messages: list[object] = []
    try:
        for piece in pieces:
            messages += frames.feed(piece)
    except rpc.RpcError:
        return None
    return messages


def check(data: bytes) -> None:
    for union in (rpc.ToWorker, rpc.FromWorker):
        whole = read(union, [data])
        assert whole == read(union, [data[i : i + 1] for i in range(len(data))])
        for message in whole or ():
            assert rpc.Frames(union).feed(rpc.encode(message)) == [message]  # type: ignore[arg-type]
