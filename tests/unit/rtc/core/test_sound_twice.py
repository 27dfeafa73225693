"""Sound that is sent twice to whose line loses of whatever it is sent: who gets it, and what is in it."""

from __future__ import annotations

import pytest

from rtc.core.changes import Detach
from rtc.core.encoding import Encoding
from rtc.core.model import Mid, Source
from rtc.core.slot import Slot
from rtc.core.subscription import Subscription
from rtc.wire import red
from tests.unit.rtc.core.group import AUDIO, RED, Group, Sent
from tests.unit.rtc.core.homes import Home, Street

MIC = Source.MICROPHONE
STEP = 960  # RTP clock units of a packet of sound


# --- packets ---------------------------------------------------------------------------------------------------------


class Pair:
    """Ben hears Ana, and gets her sound twice."""

    def __init__(self) -> None:
        self.group = Group()
        self.ana, self.ben = self.group.join(), self.group.join(red=RED)
        self.group.show(self.ben, "a0", self.ana, MIC)
        self.say(10)
        self.encoding.regroup(self.subscription, self.slot.receivers._replace(red_payload_type=RED))

    @property
    def slot(self) -> Slot:
        return self.ben.peer.slots[Mid("a0")]

    @property
    def encoding(self) -> Encoding:
        return self.ana.peer.publications[MIC].encodings[0]

    @property
    def subscription(self) -> Subscription:
        assert self.slot.subscription is not None
        return self.slot.subscription

    def say(self, sequence: int, timestamp: int | None = None, payload: bytes | None = None) -> list[Sent]:
        at = sequence * STEP if timestamp is None else timestamp
        return self.group.send(self.ana, MIC, sequence, at, payload or text(sequence))


def text(sequence: int) -> bytes:
    return f"sound {sequence}".encode()


def types(sent: list[Sent]) -> list[int]:
    return [one.packet.payload_type for one in sent]


def test_each_packet_has_the_one_before_with_it() -> None:
    pair = Pair()
    for sequence in (11, 12):
        (sent,) = pair.say(sequence)
        assert sent.packet.payload_type == RED
        assert sent.payload == red.build(AUDIO, text(sequence), text(sequence - 1), STEP)


def test_numbers_and_times_go_on_as_if_nothing_were_different() -> None:
    pair = Pair()
    first = pair.say(11)[0].packet
    pair.encoding.regroup(pair.subscription, pair.slot.receivers._replace(red_payload_type=None))
    second = pair.say(12)[0].packet
    assert (first.payload_type, second.payload_type) == (RED, AUDIO)
    assert (second.sequence - first.sequence, second.timestamp - first.timestamp) == (1, STEP)
    assert second.payload == text(12)


@pytest.mark.parametrize(
    ("sequence", "timestamp", "before"),
    [
        pytest.param(12, None, text(10), id="one is missing between"),
        pytest.param(11, 10 * STEP + 16384, text(10), id="after a pause"),
        pytest.param(11, 9 * STEP, text(10), id="the clock went back"),
        pytest.param(11, None, bytes(1024), id="too long"),
    ],
)
def test_what_does_not_fit_comes_alone(sequence: int, timestamp: int | None, before: bytes) -> None:
    pair = Pair()
    if before != text(10):
        pair.say(11, payload=before)
        sequence += 1
    (sent,) = pair.say(sequence, timestamp)
    assert (sent.packet.payload_type, sent.payload) == (AUDIO, text(sequence))


def test_what_comes_late_is_sent_alone_and_still_precedes_the_next() -> None:
    pair = Pair()
    assert types(pair.say(12)) == [AUDIO]
    assert types(pair.say(11)) == [AUDIO]
    assert pair.say(13)[0].payload == red.build(AUDIO, text(13), text(12), STEP)


def test_others_get_it_as_ever() -> None:
    pair = Pair()
    carl = pair.group.join()
    pair.group.show(carl, "a0", pair.ana, MIC)
    assert types(pair.say(11)) == [AUDIO, AUDIO], "whoever comes hears nothing from before"
    assert sorted(types(pair.say(12))) == [RED, AUDIO]


def test_nothing_of_it_takes_the_fast_way() -> None:
    pair = Pair()
    stream = pair.encoding.stream
    assert stream is not None
    assert pair.encoding.ordinary(stream) is None
    pair.encoding.regroup(pair.subscription, pair.slot.receivers._replace(red_payload_type=None))
    assert pair.encoding.ordinary(stream) is not None


def test_a_new_voice_on_the_slot_does_not_begin_with_the_old_one() -> None:
    pair = Pair()
    pair.say(11)
    dora = pair.group.join()
    pair.group.send(dora, MIC, 500, 7, b"unheard")
    pair.group.show(pair.ben, "a0", dora, MIC)
    first = pair.group.send(dora, MIC, 501, 7 + STEP, b"hello")
    assert [one.payload for one in first] == [b"hello"]


# --- lines -----------------------------------------------------------------------------------------------------------


def street(loss: float, rate: float = 10e6, *, takes: bool = True) -> tuple[Street, Home]:
    street = Street(3, red=RED if takes else None)
    listener = street.homes[0]
    listener.line.loss, listener.line.rate = loss, rate
    for home in street.homes[1:]:
        home.speaks = True
    return street, listener


def share_twice(street: Street, home: Home, seconds: float) -> float:
    twice, once = home.twice, sum(len(one.sound) for one in home.watched.values())
    street.run(seconds)
    return (home.twice - twice) / (sum(len(one.sound) for one in home.watched.values()) - once)


@pytest.mark.parametrize("loss", [0.05, 0.10, 0.20])
def test_a_line_that_loses_gets_sound_twice(loss: float) -> None:
    block, listener = street(loss)
    block.run(10.0)
    assert share_twice(block, listener, 10.0) > 0.8


def test_it_ends_with_the_loss() -> None:
    block, listener = street(0.10)
    block.run(10.0)
    listener.line.loss = 0.0
    block.run(10.0)
    assert share_twice(block, listener, 5.0) == 0


def test_other_lines_get_it_once() -> None:
    block, _ = street(0.10)
    block.run(10.0)
    assert [home.twice for home in block.homes[1:]] == [0, 0]


def test_a_browser_that_does_not_take_it_gets_it_once() -> None:
    block, listener = street(0.10, takes=False)
    block.run(10.0)
    assert listener.twice == 0


def test_a_line_that_is_too_narrow_is_not_filled_with_it() -> None:
    block, listener = street(0.0, rate=90e3)
    block.run(20.0)
    assert listener.line.overflowed > 0
    assert listener.twice == 0


def test_a_slot_that_is_new_on_a_lossy_line_knows_it_within_a_moment() -> None:
    block, listener = street(0.10)
    block.run(10.0)
    peer = listener.person.peer
    known = [slot.line_loss for slot in peer.slots.values()]
    peer.slots[Mid("a0")].line_loss = 0.0  # as of one that was just made
    block.apply([Detach(peer.id, Mid("a0")), block.watching(listener)[0]])
    block.run(0.3)
    assert min(known) > 0
    assert peer.slots[Mid("a0")].line_loss > 0
