from __future__ import annotations

import pytest

from bench.lab.impair import AUDIO, VIDEO, Kind, Link, Match, Rule, kind_of


def rtp(payload_type: int, ssrc: int = 1, octets: int = 100) -> bytes:
    return bytes([0x80, payload_type]) + bytes(6) + ssrc.to_bytes(4, "big") + bytes(octets - 12)


def arrivals(link: Link, until: float, step: float = 0.001) -> list[tuple[float, bytes]]:
    """(time, datagram) of everything that leaves up to `until`, looked at every `step`."""
    return [(n * step, datagram) for n in range(round(until / step) + 1) for datagram in link.due(n * step)]


@pytest.mark.parametrize(
    ("datagram", "kind"),
    [
        (b"\x00\x01" + bytes(18), Kind.STUN),
        (b"\x16\xfe\xfd" + bytes(10), Kind.DTLS),
        (b"\x80\xc8" + bytes(26), Kind.RTCP),
        (b"\x8f\xcd" + bytes(26), Kind.RTCP),
        (rtp(111), Kind.AUDIO),
        (rtp(0x80 | 109), Kind.AUDIO),  # with the marker bit
        (rtp(96), Kind.VIDEO),
        (rtp(0x80 | 97), Kind.VIDEO),
        (b"\x80", Kind.OTHER),
        (b"", Kind.OTHER),
        (b"\xff" * 20, Kind.OTHER),
    ],
)
def test_kind_of(datagram: bytes, kind: Kind) -> None:
    assert kind_of(datagram) is kind


def test_without_rules_everything_passes_at_once_and_in_order() -> None:
    link = Link(1)
    for n in range(5):
        link.receive(1.0, bytes([n]))
    assert link.due(1.0) == [bytes([n]) for n in range(5)]
    assert link.next_due is None


def test_loss_is_near_its_share_and_the_same_for_the_same_seed() -> None:
    def survivors(seed: int) -> list[bytes]:
        link = Link(seed, [Rule(loss=0.05)])
        for n in range(20_000):
            link.receive(0.0, n.to_bytes(4, "big"))
        return link.due(0.0)

    assert survivors(1) == survivors(1) != survivors(2)
    assert 0.045 < 1 - len(survivors(1)) / 20_000 < 0.055


def test_delay_holds_each_for_its_time() -> None:
    link = Link(1, [Rule(delay=0.4)])
    link.receive(1.0, b"a")
    link.receive(1.1, b"b")
    assert link.due(1.399) == []
    assert link.next_due == pytest.approx(1.4)
    assert link.due(1.401) == [b"a"]
    assert link.due(1.501) == [b"b"]


def test_jitter_keeps_the_order() -> None:
    link = Link(1, [Rule(jitter=0.05)])
    for n in range(50):
        link.receive(n * 0.001, bytes([n]))
    out = arrivals(link, 0.2)
    assert [datagram for _, datagram in out] == [bytes([n]) for n in range(50)]
    assert max(at - n * 0.001 for n, (at, _) in enumerate(out)) > 0.03


def test_rate_limit_spaces_out_and_drops_when_its_queue_is_full() -> None:
    # 100 + 42 octets at 113,600 bit/s are 10 ms each; a queue of 50 ms takes the one being sent and five more.
    link = Link(1, [Rule(rate=113_600, queue=0.0501)])
    for n in range(10):
        link.receive(0.0, bytes([n]) + bytes(99))
    out = arrivals(link, 1.0)
    assert [datagram[0] for _, datagram in out] == [0, 1, 2, 3, 4, 5]
    assert [round(at, 3) for at, _ in out] == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05, 0.06], abs=0.0011)
    assert link.stats.overflowed == 4


def test_blackout_drops_all_and_ends_with_its_rule() -> None:
    link = Link(1, [Rule(blackout=True)])
    link.receive(0.0, b"a")
    link.set_rules([])
    link.receive(0.1, b"b")
    assert link.due(1.0) == [b"b"]
    assert link.stats.blacked_out == 1


def test_duplicates_and_reordering() -> None:
    link = Link(1, [Rule(duplicate=1.0)])
    link.receive(0.0, b"a")
    assert link.due(0.0) == [b"a", b"a"]

    link = Link(3, [Rule(reorder=0.2, reorder_by=0.01)])
    for n in range(100):
        link.receive(n * 0.001, bytes([n]))
    out = [datagram[0] for _, datagram in arrivals(link, 0.2)]
    assert sorted(out) == list(range(100)) != out
    assert 10 < link.stats.reordered < 35


def test_a_rule_for_one_kind_leaves_the_rest_alone() -> None:
    link = Link(1, [Rule(match=VIDEO, delay=0.4)])
    link.receive(0.0, rtp(96))
    link.receive(0.0, rtp(111))
    assert link.due(0.0) == [rtp(111)]
    assert link.due(0.41) == [rtp(96)]


def test_the_first_rule_that_matches_applies() -> None:
    link = Link(1, [Rule(match=AUDIO), Rule(blackout=True)])
    link.receive(0.0, rtp(111))
    link.receive(0.0, rtp(96))
    assert link.due(0.0) == [rtp(111)]


def test_match_by_payload_type_ssrc_and_prefix() -> None:
    assert Match(prefix=b"\x80\xc9").accepts(b"\x80\xc9" + bytes(30))
    assert not Match(prefix=b"\x80\xc9").accepts(b"\x81\xc9" + bytes(30))
    assert Match(payload_types=frozenset({96})).accepts(rtp(0x80 | 96))
    assert not Match(payload_types=frozenset({96})).accepts(rtp(97))
    assert not Match(payload_types=frozenset({72})).accepts(b"\x80\xc8" + bytes(26))  # RTCP has no payload type
    assert Match(ssrcs=frozenset({7})).accepts(rtp(96, ssrc=7))
    assert not Match(ssrcs=frozenset({7})).accepts(rtp(96, ssrc=8))


def test_what_is_on_its_way_keeps_its_time_when_rules_change() -> None:
    link = Link(1, [Rule(delay=0.4)])
    link.receive(0.0, b"a")
    link.set_rules([])
    link.receive(0.1, b"b")
    assert link.due(0.1) == [b"b"]
    assert link.due(0.41) == [b"a"]
