"""Padding on a picture's retransmission stream, at the rate of a probe whatever media leaves beside it."""

from __future__ import annotations

import itertools

import pytest

from rtc.core.bandwidth_probe import Probe
from rtc.core.batch import Batch
from rtc.core.model import Mid
from rtc.core.probing import AROUND, LARGEST, STEP, Probing, usable
from rtc.core.sent_log import SentLog
from rtc.core.slot import ReceiverClass, Slot
from rtc.wire import rtp
from tests.unit.rtc.core.group import RTX, VIDEO, Wire

TRANSPORT_ID = 3
pytestmark = pytest.mark.in_python

PROBE = Probe(7, 1e6, 7500, 0.060)


class Told:
    """Stands for the estimator: which numbers carried what."""

    def __init__(self) -> None:
        self.ranges: list[tuple[int, int, int]] = []

    def probing(self, number_from: int, number_to: int, probe: Probe) -> None:
        self.ranges.append((number_from, number_to, probe.id))


def slot(*, rtx: bool = True, numbered: bool = True, connected: bool = True) -> Slot:
    receivers = ReceiverClass(VIDEO, None, TRANSPORT_ID if numbered else None)
    made = Slot(Mid("v0"), True, 90_000, 900, 901 if rtx else None, RTX if rtx else None, receivers, 1000)
    if connected:
        made.sink, made.rtx_sink = Wire(900), Wire(901) if rtx else None
    return made


class Line:
    """Sends what is put, every `step` seconds."""

    def __init__(self) -> None:
        self.log, self.told, self.now = SentLog(), Told(), 50.0
        self.probing = Probing(self.log, self.told)  # type: ignore[arg-type]  # all that it is asked
        self.packets: list[rtp.RtpPacket] = []
        self.largest = 0  # octets at once

    def run(self, probe: Probe, step: float = STEP, media: float = 0.0) -> float:
        """`media`: bits/s beside. Returns the rate of everything."""
        began, before = self.now, self.log.octets
        self.probing.begin(self.now, probe, slot())
        for turn in itertools.count():
            batch = Batch()
            self.probing.put(self.now, batch)
            before_portion = self.log.octets
            for form, fan, number, timestamp in batch.entries:
                data = bytearray(form.size)
                ((sink, *_),) = fan.targets
                form.pack_into(data, 0, form.head, number & 0xFFFF, timestamp, sink.ssrc, form.rest)
                self.packets.append(rtp.parse(bytes(data)))
                self.log.note(int(self.now * 1e6), form.size + AROUND)
            self.largest = max(self.largest, self.log.octets - before_portion)
            self.probing.noted(self.now)
            if not self.probing.active:
                break
            assert turn < 1000
            self.log.note(int(self.now * 1e6), int(media * step / 8))
            self.now += step
        return (self.log.octets - before) * 8 / (self.now - began + step)


def test_a_probe_is_padding_at_its_rate() -> None:
    line = Line()
    assert line.run(PROBE) == pytest.approx(PROBE.rate, rel=0.05)
    assert {(p.ssrc, p.payload_type, p.payload) for p in line.packets} == {(901, RTX, b"")}
    assert all(TRANSPORT_ID in p.extensions for p in line.packets)
    sequences = [p.sequence for p in line.packets]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


@pytest.mark.parametrize("media", [3e5, 9e5])
def test_what_media_leaves_meanwhile_counts(media: float) -> None:
    line = Line()
    assert line.run(PROBE, media=media) == pytest.approx(PROBE.rate, rel=0.08)


def test_the_estimator_is_told_its_numbers_once_all_have_left() -> None:
    line = Line()
    for _ in range(5):
        line.log.note(0, 1000)
    line.run(PROBE)
    assert line.told.ranges == [(5, line.log.next, PROBE.id)]
    assert line.probing.count == 1


def test_a_late_worker_makes_no_burst() -> None:
    line = Line()
    line.run(PROBE, step=0.050)
    assert line.largest <= PROBE.rate * LARGEST / 8 + 300


def test_without_a_probe_nothing_leaves() -> None:
    probing, batch = Probing(SentLog(), Told()), Batch()  # type: ignore[arg-type]
    probing.put(1.0, batch)
    probing.noted(1.0)
    assert not probing.active
    assert batch.entries == []


@pytest.mark.parametrize(
    ("made", "fits"),
    [
        pytest.param(slot(), True, id="nothing attached"),
        pytest.param(slot(rtx=False), False, id="no retransmission"),
        pytest.param(slot(numbered=False), False, id="no numbers"),
        pytest.param(slot(connected=False), False, id="not connected"),
    ],
)
def test_which_slots_can_carry_one(made: Slot, fits: bool) -> None:
    assert (usable([made]) is made) is fits
