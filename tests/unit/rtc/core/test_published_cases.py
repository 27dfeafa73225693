"""Expected values of cases that mediasoup and LiveKit publish in tests of their own, so that ours are not our opinion.

From mediasoup (ISC), worker/test/src/RTC: TestSeqManager.cpp, Codecs/TestVP8.cpp. From LiveKit (Apache 2.0), pkg/sfu:
rtpmunger_test.go, codecmunger/vp8_test.go, forwarder_test.go. Values only, and only where the meaning is the same. Left
out is what we do otherwise: numbers are unbounded here, so nothing expires with a cycle; only the newest packet can be
dropped; all padding is dropped, also after a gap; KEYIDX is left alone; and temporal layers are not thinned out.
"""

from __future__ import annotations

import pytest

from rtc.core.model import Mid
from rtc.core.munger import Munger
from rtc.core.picture_ids import PictureIds, fields_of, rewrite
from rtc.core.slot import ReceiverClass, Slot
from rtc.wire import vp8

Step = tuple[str, int, int | None]
"""What is done with an incoming number, and under which it goes out: `sync` begins a source with it."""
CYCLE = 1 << 16


def on(*pairs: tuple[int, int | None]) -> list[Step]:
    return [("on", *pair) for pair in pairs]


def count(first: int, last: int, outgoing: int) -> list[Step]:
    return on(*[(n, n - first + outgoing) for n in range(first, last + 1)])


def sync(incoming: int, outgoing: int) -> list[Step]:
    return [("sync", incoming, outgoing)]


def drop(*incoming: int) -> list[Step]:
    return [("drop", n, None) for n in incoming]


def late(*pairs: tuple[int, int | None]) -> list[Step]:
    return [("late", *pair) for pair in pairs]


SEQ_MANAGER = {
    "ordered numbers, no sync, no drop": sync(0, 0) + count(1, 11, 1),
    "ordered numbers, sync, no drop": sync(0, 0) + count(1, 2, 1) + sync(80, 3) + count(81, 84, 4),
    "ordered numbers, sync, drop": (
        sync(0, 0)
        + count(1, 3, 1)
        + sync(4, 4)
        + count(5, 6, 5)
        + sync(7, 7)
        + drop(8)
        + on((9, 8))
        + drop(11)
        + late((10, 9))
        + on((12, 10))
    ),
    "ordered wrapped numbers": sync(65533, 65533) + count(65534, CYCLE + 1, 65534),
    "a big jump": sync(0, 0) + on((1, 1), (1000, 1000), (1001, 1001)),
    "a big jump, drop before it": sync(0, 0) + drop(1) + on((100, 99)) + late((100, 99)) + drop(103) + late((101, 100)),
    "a big jump, drop after it": sync(0, 0) + on((1, 1)) + drop(100, 103) + late((101, 100)),
    "drop, numbers newer and older than it": sync(0, 0) + drop(2) + on((3, 2), (4, 3)) + late((1, 1)),
    "mixed numbers, sync, drop": (
        sync(0, 0)
        + on((1, 1), (2, 2), (3, 3), (7, 7), (8, 8), (10, 10))
        + late((9, 9))
        + on((11, 11))
        + sync(0, 12)
        + count(2, 10, 14)
        + sync(61, 23)
        + count(62, 65, 24)
        + sync(11, 28)
        + count(12, 15, 29)
        + sync(1, 33)
        + count(2, 5, 34)
        + sync(65533, 38)
        + count(65534, 65535, 39)
        + sync(0, 41)
        + on((1, 42))
        + drop(3)
        + count(4, 7, 44)
    ),
    "many drops at the beginning": sync(1, 1) + drop(*range(2, 10)) + count(120, 139, 112),
    "many drops, then high values": sync(1, 1) + drop(*range(2, 10)) + count(32768, 32780, 32760),
    "sync and drops near the end of a cycle": (
        sync(65530, 1) + count(65531, 65532, 2) + drop(65533, 65534) + count(65535, CYCLE + 3, 4)
    ),
    "several cycles": sync(0, 1) + count(1, 3 * CYCLE, 2),
    "the same for the same old number before a drop": (
        sync(10, 1) + count(11, 13, 2) + drop(14) + on((15, 5)) + late((12, 3))
    ),
}
RTP_MUNGER = {
    "a new source goes on after the last one": sync(23333, 23333) + sync(33333, 23334),
    "the newest is dropped": sync(23333, 23333) + on((44444, 44444)) + drop(44444) + on((44445, 44444)),
    "late ones around a drop": (
        sync(23333, 23333)
        + late((23331, None))
        + drop(23334)
        + on((23336, 23335))
        + late((23335, 23334), (23332, None))
    ),
    "padding first of all": sync(23333, 23333) + drop(23333) + on((23335, 23334)),
    "gaps and padding over the end of a cycle": (
        sync(65533, 65533)
        + on((CYCLE + 1, CYCLE + 1))
        + drop(CYCLE + 2)
        + on((CYCLE + 4, CYCLE + 3))
        + drop(CYCLE + 5)
        + on((CYCLE + 7, CYCLE + 5))
        + late((CYCLE + 6, CYCLE + 4), (CYCLE + 3, CYCLE + 2), (65534, 65534), (65535, 65535))
    ),
}
FORWARDER = {
    "sound": (
        sync(23333, 23333)
        + drop(23334)
        + on((23336, 23335))
        + late((23335, 23334))
        + drop(23337)
        + on((23338, 23336))
        + late((23336, 23335))
    ),
    "pictures": sync(23333, 23333) + late((23332, None)) + drop(23334) + on((23335, 23334), (23336, 23335)),
}


@pytest.mark.parametrize(
    "steps", [pytest.param(steps, id=name) for name, steps in (SEQ_MANAGER | RTP_MUNGER | FORWARDER).items()]
)
def test_sequence_numbers(steps: list[Step]) -> None:
    first = steps[0][2]
    assert first is not None
    munger, newest = Munger(first), -1
    for kind, incoming, outgoing in steps:
        match kind:
            case "sync":
                munger.stop(newest)
                munger.sync(incoming)
                newest = incoming
            case "drop":
                munger.drop(incoming)
                newest = max(newest, incoming)
                continue
            case "on":
                assert incoming > newest
                assert incoming + munger.delta == outgoing
                newest = incoming
        assert munger.out(incoming) == outgoing


Ids = tuple[int, int]
"""Picture id and TL0PICIDX."""
FIRST = [(13467, 233), (13468, 233), (13469, 234)]


@pytest.mark.parametrize(
    ("sent", "source", "expected"),
    [
        # LiveKit, TestUpdateOffsets: its offsets are 345 - 13467 - 1 and 12 - 233 - 1.
        pytest.param((13467, 233), [(345, 12)], [(13468, 234)], id="another source"),
        pytest.param((13469, 234), [(45, 12)], [(13470, 235)], id="LiveKit's forwarder, another layer"),
        pytest.param(None, FIRST, FIRST, id="LiveKit's forwarder, the first source"),
        # mediasoup's context begins as if picture 0 had been sent.
        pytest.param((0, 0), [(0x7FFF, 0), (0, 0)], [(1, 1), (2, 1)], id="mediasoup, over the end of the ids"),
        pytest.param((0, 0), [(1, 0), (2, 0)], [(1, 1), (2, 1)], id="mediasoup, old packets"),
        pytest.param(None, [(0, 0), (2, 1), (1, 1)], [(0, 0), (2, 1), (1, 1)], id="mediasoup, a frame sent again"),
    ],
)
def test_picture_ids(sent: Ids | None, source: list[Ids], expected: list[Ids]) -> None:
    ids = PictureIds()
    if sent is not None:
        ids.sync(vp8.parse(payload(*sent)))
        ids.stop(vp8.parse(payload(*sent)))
    ids.sync(vp8.parse(payload(*source[0])))
    assert [moved(ids, *one) for one in source] == expected


def payload(picture_id: int, tl0picidx: int) -> bytes:
    return b"\x90\xe0" + (0x8000 | picture_id).to_bytes(2, "big") + bytes([tl0picidx, 0x20]) + b"\x01frame"


def moved(ids: PictureIds, picture_id: int, tl0picidx: int) -> Ids:
    data = payload(picture_id, tl0picidx)
    fields = fields_of(vp8.parse(data), 0)
    assert fields is not None
    changed = bytearray(data)
    rewrite(changed, 0, fields, ids.id_delta, ids.tl0_delta)
    found = vp8.parse(bytes(changed))
    assert found.picture_id is not None
    assert found.tl0picidx is not None
    return found.picture_id, found.tl0picidx


def test_a_timestamp_of_which_nothing_is_known_is_one_more_than_the_last() -> None:
    """LiveKit's forwarder, for sound and pictures: 0xfedcba of a new source after 0xabcdef."""
    slot = Slot(Mid("v0"), True, 90_000, 1, None, None, ReceiverClass(96, None), 0)
    slot.last_timestamp = 0xABCDEF
    assert slot.place(None, 0xFEDCBA, minimum_step=1) == 0xABCDF0
