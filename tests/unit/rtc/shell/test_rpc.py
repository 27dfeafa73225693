"""Frames of the RPC between engine and worker, cut and joined as a stream socket likes."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.changes import Attach, Detach, Hold, Rank, Release, Renew, Want
from rtc.core.model import Band, Grant, LostReason, Mid, PeerId, Source
from rtc.core.stats import DownlinkStats, PeerStats, PublicationStats, Run, SubscriptionStats, WorkerStats
from rtc.shell import rpc

ANNA, BEN = PeerId(1), PeerId(2**40)
CAMERA_SLOT = Mid("5")

TO_WORKER: list[rpc.ToWorker] = [
    rpc.Start(0, "0.0.0.0", 40_000, [("192.0.2.1", 0), ("2001:db8::1", 443)], 443, b"certificate", b"key"),
    rpc.AddPeer(ANNA, Grant(frozenset({Source.CAMERA, Source.MICROPHONE}), may_receive=True)),
    rpc.AddPeer(BEN, Grant(frozenset(), may_receive=False)),
    rpc.RemovePeer(BEN),
    rpc.Offer(7, ANNA, "v=0\r\nö\r\n", {Mid("0"): Source.MICROPHONE, Mid("1"): Source.SCREEN}),
    rpc.Apply(
        [
            Attach(ANNA, CAMERA_SLOT, BEN, Source.CAMERA),
            Detach(ANNA, CAMERA_SLOT),
            Hold(BEN, Source.MICROPHONE),
            Release(BEN, Source.MICROPHONE),
            Renew(BEN, Source.CAMERA),
            Rank(ANNA, [Want(CAMERA_SLOT, 720, Band.FRONT), Want(Mid("7"), 0)]),
        ]
    ),
    rpc.Apply([]),
    rpc.SampleLatency(True),
]
PUBLICATION = PublicationStats(Source.CAMERA, 1, 2, 3, 4, 5, 6, 7.5, 8, 9, 10.5)
SUBSCRIPTION = SubscriptionStats(CAMERA_SLOT, BEN, Source.SCREEN, 1, 2, 3, 4, 5.5, 0.25, 1, 2)
RUN = Run(CAMERA_SLOT, BEN, Source.SCREEN, 2**32 - 1, 5, 7, 1.5, None)
PEER = PeerStats(
    ANNA,
    True,
    None,
    1,
    2,
    3,
    4,
    {"replay": 1},
    5,
    [PUBLICATION],
    [SUBSCRIPTION],
    [RUN],
    "tcp",
    True,
    DownlinkStats(3e5, 2e6, 2.5e5, True, 4),
)
FROM_WORKER: list[rpc.FromWorker] = [
    rpc.Ready(40_000),
    rpc.Answered(7, "v=0\r\n", [(Mid("3"), Mid("4"))]),
    rpc.OfferRefused(8, "no"),
    rpc.Connected(ANNA),
    rpc.Lost(BEN, LostReason.DTLS),
    rpc.Flowing(ANNA, CAMERA_SLOT, ANNA, Source.CAMERA, 2**32 - 1),
    rpc.Speakers([BEN, ANNA]),
    rpc.Stats(WorkerStats(1.5, 77, "compiled", 1, 2.5, 3, 4, [0.125], [PEER])),
    rpc.Refused(ANNA, "not granted"),
    rpc.Squeezed(ANNA, [CAMERA_SLOT]),
    rpc.Needed(BEN, Source.CAMERA, 2),
]


def test_the_examples_are_complete() -> None:
    assert {type(message) for message in TO_WORKER} == set(rpc.ToWorker.__args__)
    assert {type(message) for message in FROM_WORKER} == set(rpc.FromWorker.__args__)


@pytest.mark.parametrize(("union", "messages"), [(rpc.ToWorker, TO_WORKER), (rpc.FromWorker, FROM_WORKER)])
def test_every_message_arrives_as_it_was_sent(union: object, messages: list[rpc.ToWorker]) -> None:
    for message in messages:
        assert rpc.Frames(union).feed(rpc.encode(message)) == [message]


@given(st.lists(st.sampled_from(TO_WORKER), max_size=8), st.lists(st.integers(0, 2000), max_size=12))
def test_the_stream_may_be_cut_anywhere(messages: list[rpc.ToWorker], cuts: list[int]) -> None:
    stream = b"".join(map(rpc.encode, messages))
    frames = rpc.Frames(rpc.ToWorker)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert [message for a, b in itertools.pairwise(edges) for message in frames.feed(stream[a:b])] == messages


def test_the_stream_may_come_byte_by_byte() -> None:
    frames = rpc.Frames(rpc.FromWorker)
    stream = b"".join(map(rpc.encode, FROM_WORKER))
    assert [message for i in range(len(stream)) for message in frames.feed(stream[i : i + 1])] == FROM_WORKER


def test_a_whole_sdp_of_many_slots_fits() -> None:
    offer = rpc.Offer(1, ANNA, "x" * 400_000, {})
    assert rpc.Frames(rpc.ToWorker).feed(rpc.encode(offer)) == [offer]


def test_a_frame_that_is_too_long_is_refused_by_its_length_alone() -> None:
    with pytest.raises(rpc.RpcError, match="4194305"):
        rpc.Frames(rpc.ToWorker).feed((rpc.MAX_FRAME + 1).to_bytes(4, "big"))


def test_the_longest_frame_is_taken() -> None:
    frame = rpc.encode(rpc.Offer(1, ANNA, "x" * (rpc.MAX_FRAME - 100), {}))
    assert len(frame) <= rpc.MAX_FRAME + 4
    assert len(rpc.Frames(rpc.ToWorker).feed(frame)) == 1


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(rpc.RpcError):
        rpc.Frames(rpc.ToWorker).feed(bytes(4))


@pytest.mark.parametrize(
    "body",
    [
        b"\xc1",  # not msgpack
        msgspec.msgpack.encode({"type": "unknown"}),
        msgspec.msgpack.encode({"type": "remove_peer"}),  # a field is missing
        msgspec.msgpack.encode({"type": "remove_peer", "peer": "1"}),
        msgspec.msgpack.encode({"type": "remove_peer", "peer": 1}) + b"\0",
        msgspec.msgpack.encode({"type": "add_peer", "peer": 1, "grant": {"may_send": ["mind"], "may_receive": True}}),
        b"\x91" * 5000,  # nested without end
        b"\x82\xa4type\xa5ap\x80ly\xa7changes\x90",  # text that is not UTF-8
        b"\x82\xa4type\xa7unknown\xa4more" + b"\x91" * 5000 + b"\x01",
    ],
)
def test_a_frame_that_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(rpc.RpcError):
        rpc.Frames(rpc.ToWorker).feed(len(body).to_bytes(4, "big") + body)


def test_messages_of_the_other_direction_are_refused() -> None:
    with pytest.raises(rpc.RpcError):
        rpc.Frames(rpc.ToWorker).feed(rpc.encode(FROM_WORKER[0]))
    with pytest.raises(rpc.RpcError):
        rpc.Frames(rpc.FromWorker).feed(rpc.encode(TO_WORKER[0]))
