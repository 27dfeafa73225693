"""The raw peer's offer and its reading of the answer, against the server's own negotiation."""

from __future__ import annotations

import itertools

from bench.lab.sdp import OPUS, RTX, TALKING, VP8, Answer, Credentials, read_answer, write_offer
from rtc import Grant, Mid, Source
from rtc.core.negotiation import LocalTransport, negotiate
from rtc.wire import sdp
from rtc.wire.description import Candidate

MINE = Credentials("abcd", "x" * 24, "AB:" * 31 + "CD")
LOCAL = LocalTransport("wxyz", "y" * 24, "EF:" * 31 + "01", [Candidate("10.77.0.1", 4321)])
GRANT = Grant(frozenset(Source), may_receive=True)


def answered(pairs: int) -> Answer:
    offer = write_offer(MINE, pairs)
    sources = {Mid(mid): Source(source) for mid, source in offer.sources.items()}
    numbers = itertools.count(1000)
    return read_answer(negotiate(sdp.parse(offer.text), sources, GRANT, None, LOCAL, lambda: next(numbers)).answer)


def test_offer_has_four_sources_and_then_slots() -> None:
    offer = write_offer(MINE, pairs=3)
    assert offer.sources == {"0": "microphone", "1": "camera", "2": "screen", "3": "screen_sound"}
    assert offer.slots == [("4", "5"), ("6", "7"), ("8", "9")]


def test_the_server_accepts_every_line_of_the_offer() -> None:
    answer = answered(pairs=3)
    assert [line.port == 0 for line in answer.lines.values()] == [False] * 10
    assert answer.lines["4"].payload_types == [OPUS]
    assert answer.lines["5"].payload_types == [VP8, RTX]


def test_reads_what_is_needed_to_connect_and_to_tell_streams_apart() -> None:
    answer = answered(pairs=2)
    assert (answer.ufrag, answer.pwd) == ("wxyz", "y" * 24)
    assert answer.fingerprint.upper() == "SHA-256 " + "EF:" * 31 + "01"
    assert answer.candidates == [("10.77.0.1", 4321)]
    slots = [answer.lines[mid].ssrcs for mid in ("4", "5", "6", "7")]
    assert [len(ssrcs) for ssrcs in slots] == [1, 2, 1, 2]
    assert len({ssrc for ssrcs in slots for ssrc in ssrcs}) == 6


def test_the_encodings_of_a_camera_are_named_on_its_line_alone() -> None:
    camera, *others = [
        [rid.id for rid in media.rids if rid.sends]
        for media in sorted(
            sdp.parse(write_offer(MINE, 1, TALKING, ["q", "h"]).text).media, key=lambda media: media.mid != "1"
        )
    ]
    assert (camera, others) == (["q", "h"], [[], [], []])
