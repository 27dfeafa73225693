"""What support reads: rates between two looks, and no more about anybody than that."""

from __future__ import annotations

import pytest

from rtc import Mid, PeerId, PeerStats, PublicationStats, Source, SubscriptionStats, WorkerStats
from signaling import protocol as p
from signaling.core.ids import DESK, WAITING, ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.roles import Role
from signaling.core.state import Away
from signaling.shell.figures import Meter, support_is_here
from signaling.shell.views import coarse, figures
from tests.unit.signaling.shell.people import seat, session

SAM = ParticipantId("sam")


class Media:
    """Knows one peer, Sam's."""

    def __init__(self) -> None:
        self.now: WorkerStats | None = None

    def stats(self) -> WorkerStats | None:
        return self.now

    def person_of(self, peer: PeerId) -> ParticipantId | None:
        return SAM if peer == 1 else None


def stats(at: float, octets: int, packets: int, lost: int) -> WorkerStats:
    publication = PublicationStats(Source.CAMERA, packets, octets, lost, 0, 0, 0, 6.04, 1, 0, 20.0)
    slot = SubscriptionStats(Mid("5"), PeerId(2), Source.CAMERA, 10, 100, 0, 0, 0.0, 0.0512)
    peers = [
        PeerStats(PeerId(n), True, 20.0, packets, octets, 9, octets * 2, {}, 0, [publication], [slot]) for n in (1, 7)
    ]
    return WorkerStats(at, 1, "python", 0, 0.0, 0, 0, [], peers)


def test_rates_are_of_the_time_between_two_looks() -> None:
    meter, media = Meter(), Media()
    assert meter.measure(10.0, media) == {}  # type: ignore[arg-type]
    media.now = stats(10.0, 1_000_000, 100, 0)
    first = meter.measure(10.0, media)[SAM]  # type: ignore[arg-type]
    assert (first.up_kbps, first.down_kbps, first.up_loss) == (0.0, 0.0, 0.0), "nothing to compare with yet"
    media.now = stats(12.0, 1_250_000, 190, 10)
    measured = meter.measure(12.0, media)  # type: ignore[arg-type]
    assert measured == {SAM: p.Figure("", True, 1000.0, 2000.0, 0.1, 0.051, 6.0)}
    assert meter.rtt_ms == {SAM: 20.0}


@pytest.mark.parametrize(
    ("kbps", "read"), [(9.9, 0), (10.0, 10), (49.0, 20), (312.4, 200), (999.9, 500), (1000.0, 1000)]
)
def test_rates_are_too_coarse_to_find_whose_media_another_gets(kbps: float, read: float) -> None:
    assert coarse(kbps) == read
    sam = seat("sam")
    measured = {SAM: p.Figure("", True, kbps, kbps, 0.0, 0.0, 0.0)}
    assert [(one.up_kbps, one.down_kbps) for one in figures(session(sam), measured)] == [(read, read)]


def test_the_same_look_twice_divides_by_nothing() -> None:
    meter, media = Meter(), Media()
    media.now = stats(10.0, 1_000_000, 100, 0)
    meter.measure(10.0, media)  # type: ignore[arg-type]
    assert meter.measure(10.5, media)[SAM].up_kbps == 0.0  # type: ignore[arg-type]


def test_nothing_is_measured_for_nobody() -> None:
    support = seat("sue", Role.SUPPORT, room=DESK)
    assert support_is_here(session(support))
    assert not support_is_here(session(seat("ana", Role.FACILITATOR)))
    assert not support_is_here(session(seat("sue", Role.SUPPORT, room=DESK, presence=Away(0.0))))
    both = seat("cory", Role.COORDINATOR, room=DESK, roles=(Role.COORDINATOR, Role.SUPPORT))
    assert not support_is_here(session(both)), "sees names, so no figures"
    assert not support_is_here(session(seat("sue", Role.SUPPORT, room=WAITING, door=Door.KNOCKING)))
