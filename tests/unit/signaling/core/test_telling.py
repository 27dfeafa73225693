from __future__ import annotations

import pytest

from signaling import protocol as p
from signaling.core import events as e
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash, SessionId, short
from signaling.core.roles import Role
from signaling.core.session import Session, replay
from signaling.core.slots import Fill
from signaling.core.telling import people, slot_map, told

SAM = ParticipantId("sam")
JOINED = e.Joined(0.0, SAM, Role.FACILITATOR, LinkHash("l"), SecretHash("s"), ConnectionId(1))
NAMES = {SAM: "Sam"}


def after(*events: e.Event) -> Session:
    return replay(Session(SessionId("s")), [JOINED, *events])


def sam(*, muted: bool = False, present: bool = True, sources: tuple[p.SourceName, ...] = ()) -> p.Person:
    return p.Person(SAM, "Sam", "facilitator", muted, list(sources), present)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (e.WentAway(1.0, SAM), p.Away(SAM)),
        (e.Returned(1.0, SAM, ConnectionId(2), True), p.Returned(sam())),
        (e.Left(1.0, SAM, "lost"), p.Left(SAM, "lost")),
        (e.Muted(1.0, SAM), p.Muted(SAM)),
        (e.Unmuted(1.0, SAM), p.Unmuted(SAM)),
        (e.Published(1.0, SAM, "screen"), p.Published(SAM, "screen")),
        (e.Unpublished(1.0, SAM, "screen"), p.Unpublished(SAM, "screen")),
        (e.Ended(1.0), None),
    ],
)
def test_events_as_others_see_them(event: e.Event, message: p.SessionEvent | None) -> None:
    assert told(after(), after(event), event, NAMES) == message


def test_who_comes_is_shown_whole() -> None:
    assert told(Session(SessionId("s")), after(), JOINED, NAMES) == p.Joined(sam())


def test_who_was_told_gone_is_told_joined() -> None:
    left = after(e.Left(1.0, SAM, "lost"))
    back = e.Returned(2.0, SAM, ConnectionId(2), False)
    assert told(left, replay(left, [back]), back, NAMES) == p.Joined(sam())


def test_people_are_those_in_the_room() -> None:
    session = after(e.Published(1.0, SAM, "camera"), e.Published(1.0, SAM, "microphone"), e.Muted(1.0, SAM))
    assert people(session, NAMES) == [sam(muted=True, sources=("microphone", "camera"))]
    away = replay(session, [e.WentAway(2.0, SAM)])
    assert [person.present for person in people(away, NAMES)] == [False]
    assert people(replay(away, [e.Left(3.0, SAM, "lost")]), NAMES) == []


def test_an_unknown_name_is_empty() -> None:
    assert [person.name for person in people(after(), {})] == [""]


def test_slots_name_people_not_peers() -> None:
    assert slot_map([Fill("4", 9, SAM, "camera")]) == [p.Slot("4", "sam", "camera")]


def test_the_short_form_is_not_the_id() -> None:
    assert short("0123456789abcdef") == "012345"
