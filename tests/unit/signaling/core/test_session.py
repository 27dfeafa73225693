"""The session core: every rule as a small table, and all of them together under random histories."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash, SessionId
from signaling.core.roles import Role
from signaling.core.session import (
    AWAY_KEPT,
    SEATS_PER_PLACE,
    SECRET_LIVES,
    Away,
    Gone,
    Here,
    RefusedError,
    Session,
    apply,
    deadline,
    decide,
    replay,
)
from signaling.protocol import ByeReason, ErrorCode

SAM, ANA = ParticipantId("sam"), ParticipantId("ana")
LINK = LinkHash("link")


def join(who: str, connection: int, *, link: str = LINK, people: int = 2) -> c.Join:
    return c.Join(
        ParticipantId(who),
        SecretHash(f"secret of {who}"),
        ConnectionId(connection),
        LinkHash(link),
        Role.PARTICIPANT,
        people,
    )


def resume(who: str, connection: int, *, people: int = 2, kept: bool = False) -> c.Resume:
    return c.Resume(SecretHash(f"secret of {who}"), ConnectionId(connection), people, kept)


class History:
    """A session and the events that led to it."""

    def __init__(self) -> None:
        self.session = Session(SessionId("s"))
        self.events: list[e.Event] = []

    def do(self, now: float, actor: c.Actor, command: c.Command) -> tuple[list[e.Event], list[c.Effect]]:
        events, effects = decide(self.session, now, actor, command)
        self.session = replay(self.session, events)
        self.events += events
        return events, effects

    def refused(self, now: float, actor: c.Actor, command: c.Command) -> ErrorCode:
        with pytest.raises(RefusedError) as caught:
            decide(self.session, now, actor, command)
        return caught.value.code


@pytest.fixture
def room() -> History:
    """Sam on connection 1, Ana on 2, both through a link for two."""
    history = History()
    history.do(0.0, c.Newcomer(), join("sam", 1))
    history.do(0.0, c.Newcomer(), join("ana", 2))
    return history


def test_a_newcomer_sits_down(room: History) -> None:
    seat = room.session.seats[SAM]
    assert (seat.presence, seat.muted, seat.sources, seat.role) == (
        Here(ConnectionId(1)),
        False,
        frozenset(),
        "participant",
    )
    assert [seat.participant for seat in room.session.present()] == [SAM, ANA]
    assert room.session.n == 2


def test_a_link_is_for_a_number_of_people(room: History) -> None:
    assert room.refused(1.0, c.Newcomer(), join("leo", 3)) == ErrorCode.LINK_FULL
    room.do(1.0, c.Newcomer(), join("leo", 3, link="another"))


def test_a_dropped_connection_keeps_the_seat_then_loses_it(room: History) -> None:
    events, effects = room.do(10.0, c.Server(), c.Disconnect(ConnectionId(1)))
    assert (events, effects) == ([e.WentAway(10.0, SAM)], [])
    assert room.session.seats[SAM].in_room
    assert deadline(room.session) == 10.0 + AWAY_KEPT
    assert room.do(10.0 + AWAY_KEPT - 0.01, c.Server(), c.Tick()) == ([], [])
    events, effects = room.do(10.0 + AWAY_KEPT, c.Server(), c.Tick())
    assert (events, effects) == ([e.Left(10.0 + AWAY_KEPT, SAM, "lost")], [c.DropMedia(SAM)])
    assert deadline(room.session) is None
    assert room.session.seats[SAM].presence == Gone(10.0, "lost")


def test_the_secret_brings_back_seat_and_mute(room: History) -> None:
    room.do(5.0, c.Member(SAM), c.Mute())
    room.do(5.0, c.Member(SAM), c.Publish("camera"))
    room.do(10.0, c.Server(), c.Disconnect(ConnectionId(1)))
    room.do(70.0, c.Server(), c.Tick())
    room.do(10.0 + SECRET_LIVES, c.Newcomer(), resume("sam", 3))
    seat = room.session.seats[SAM]
    assert (seat.presence, seat.muted, seat.sources) == (Here(ConnectionId(3)), True, frozenset())


def test_an_old_secret_is_unknown(room: History) -> None:
    room.do(10.0, c.Server(), c.Disconnect(ConnectionId(1)))
    room.do(70.0, c.Server(), c.Tick())
    assert room.refused(10.1 + SECRET_LIVES, c.Newcomer(), resume("sam", 3)) == ErrorCode.RESUME_UNKNOWN
    assert room.refused(11.0, c.Newcomer(), resume("nobody", 3)) == ErrorCode.RESUME_UNKNOWN


def test_whoever_is_here_has_a_fresh_secret(room: History) -> None:
    room.do(SECRET_LIVES * 10, c.Newcomer(), resume("sam", 3))


def test_a_new_connection_replaces_the_old_at_once(room: History) -> None:
    events, effects = room.do(3.0, c.Newcomer(), resume("sam", 7))
    assert events == [e.Returned(3.0, SAM, ConnectionId(7), False)]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(1), ByeReason.REPLACED)]
    assert room.do(3.1, c.Server(), c.Disconnect(ConnectionId(1))) == ([], [])
    assert room.session.seats[SAM].presence == Here(ConnectionId(7))


def test_media_that_lived_on_is_kept_with_what_it_publishes(room: History) -> None:
    room.do(1.0, c.Member(SAM), c.Publish("microphone"))
    room.do(2.0, c.Server(), c.Disconnect(ConnectionId(1)))
    _, effects = room.do(3.0, c.Newcomer(), resume("sam", 7, kept=True))
    assert effects == []
    assert room.session.seats[SAM].sources == {"microphone"}


def test_who_leaves_gives_up_the_place_but_may_come_back_while_it_is_free(room: History) -> None:
    events, effects = room.do(1.0, c.Member(SAM), c.Leave())
    assert events == [e.Left(1.0, SAM, "left")]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(1), ByeReason.LEFT)]
    room.do(2.0, c.Newcomer(), join("leo", 3))
    assert room.refused(3.0, c.Newcomer(), resume("sam", 4)) == ErrorCode.LINK_FULL
    room.do(4.0, c.Member(ParticipantId("leo")), c.Leave())
    room.do(5.0, c.Newcomer(), resume("sam", 4))


def test_who_was_lost_holds_the_place_as_long_as_the_secret_lives(room: History) -> None:
    room.do(0.0, c.Server(), c.Disconnect(ConnectionId(1)))
    room.do(60.0, c.Server(), c.Tick())
    assert room.refused(SECRET_LIVES, c.Newcomer(), join("leo", 3)) == ErrorCode.LINK_FULL
    room.do(SECRET_LIVES + 0.1, c.Newcomer(), join("leo", 3))


def test_a_link_that_is_joined_and_left_in_a_loop_wears_out_alone() -> None:
    history = History()
    for number in range(SEATS_PER_PLACE):
        history.do(0.0, c.Newcomer(), join(f"p{number}", number, people=1))
        history.do(0.0, c.Member(ParticipantId(f"p{number}")), c.Leave())
    assert history.refused(0.0, c.Newcomer(), join("once more", 99, people=1)) == ErrorCode.LINK_FULL
    history.do(0.0, c.Newcomer(), join("sam", 100, link="another"))


@pytest.mark.parametrize(
    ("command", "events", "effects"),
    [
        (c.Mute(), [e.Muted(1.0, SAM)], [c.SilenceMicrophone(SAM, True)]),
        (c.Publish("screen"), [e.Published(1.0, SAM, "screen")], []),
        (c.Unmute(), [], []),
        (c.Unpublish("screen"), [], []),
    ],
)
def test_own_commands_count_once(
    room: History, command: c.Command, events: list[e.Event], effects: list[c.Effect]
) -> None:
    assert room.do(1.0, c.Member(SAM), command) == (events, effects)
    assert room.do(2.0, c.Member(SAM), command) == ([], [])


def test_what_was_done_can_be_undone(room: History) -> None:
    for command in (c.Mute(), c.Publish("camera")):
        room.do(1.0, c.Member(SAM), command)
    assert room.do(2.0, c.Member(SAM), c.Unmute()) == ([e.Unmuted(2.0, SAM)], [c.SilenceMicrophone(SAM, False)])
    assert room.do(2.0, c.Member(SAM), c.Unpublish("camera")) == ([e.Unpublished(2.0, SAM, "camera")], [])


def test_the_end_is_for_everybody_and_for_good(room: History) -> None:
    room.do(1.0, c.Server(), c.Disconnect(ConnectionId(2)))
    events, effects = room.do(2.0, c.Operator(), c.End())
    assert events == [e.Left(2.0, SAM, "ended"), e.Left(2.0, ANA, "ended"), e.Ended(2.0)]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(1), ByeReason.ENDED), c.DropMedia(ANA)]
    assert room.session.present() == []
    assert room.do(3.0, c.Operator(), c.End()) == ([], [])
    for actor, command in ((c.Newcomer(), join("leo", 3)), (c.Newcomer(), resume("sam", 3)), (c.Member(SAM), c.Mute())):
        assert room.refused(3.0, actor, command) == ErrorCode.ENDED


@pytest.mark.parametrize(
    ("actor", "command", "code"),
    [
        (c.Member(SAM), c.End(), ErrorCode.NOT_ALLOWED),
        (c.Newcomer(), c.End(), ErrorCode.NOT_ALLOWED),
        (c.Newcomer(), c.Mute(), ErrorCode.NOT_ALLOWED),
        (c.Operator(), join("leo", 3), ErrorCode.NOT_ALLOWED),
        (c.Member(SAM), c.Tick(), ErrorCode.NOT_ALLOWED),
        (c.Member(SAM), c.Disconnect(ConnectionId(2)), ErrorCode.NOT_ALLOWED),
        (c.Member(SAM), resume("ana", 3), ErrorCode.NOT_ALLOWED),
        (c.Member(ParticipantId("nobody")), c.Mute(), ErrorCode.NOT_JOINED),
    ],
)
def test_who_may_not_is_refused(room: History, actor: c.Actor, command: c.Command, code: ErrorCode) -> None:
    assert room.refused(1.0, actor, command) == code


def test_who_is_away_has_no_say(room: History) -> None:
    room.do(1.0, c.Server(), c.Disconnect(ConnectionId(1)))
    assert room.refused(1.5, c.Member(SAM), c.Mute()) == ErrorCode.NOT_JOINED


def test_apply_leaves_the_state_before_alone(room: History) -> None:
    before = room.session
    apply(before, e.Muted(1.0, SAM))
    assert not before.seats[SAM].muted


class Sessions(RuleBasedStateMachine):
    """Random histories of a session with one link for three."""

    people = Bundle("people")
    sources = st.sampled_from(["microphone", "camera", "screen", "screen_sound"])

    @initialize()
    def start(self) -> None:
        self.history = History()
        self.now = 0.0
        self.connections = 0
        self.names = 0

    def do(self, actor: c.Actor, command: c.Command) -> None:
        try:
            _, effects = self.history.do(self.now, actor, command)
        except RefusedError:
            return
        for effect in effects:
            if isinstance(effect, c.Close):
                seats = self.history.session.seats.values()
                assert all(seat.presence != Here(effect.connection) for seat in seats), "closed, but still seated"

    def connection(self) -> int:
        self.connections += 1
        return self.connections

    @rule(seconds=st.sampled_from([0.0, 0.5, 30.0, 60.0, 599.0, 601.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.do(c.Server(), c.Tick())

    @rule(target=people)
    def join(self) -> str:
        self.names += 1
        self.do(c.Newcomer(), join(f"p{self.names}", self.connection(), people=3))
        return f"p{self.names}"

    @rule(who=people, kept=st.booleans())
    def resume(self, who: str, kept: bool) -> None:
        self.do(c.Newcomer(), resume(who, self.connection(), people=3, kept=kept))

    @rule(number=st.integers(0, 30))
    def disconnect(self, number: int) -> None:
        self.do(c.Server(), c.Disconnect(ConnectionId(number)))

    @rule(who=people, source=sources, on=st.booleans())
    def publish(self, who: str, source: e.SourceKind, on: bool) -> None:
        self.do(c.Member(ParticipantId(who)), (c.Publish if on else c.Unpublish)(source))

    @rule(who=people, on=st.booleans())
    def mute(self, who: str, on: bool) -> None:
        self.do(c.Member(ParticipantId(who)), c.Mute() if on else c.Unmute())

    @rule(who=people)
    def leave(self, who: str) -> None:
        self.do(c.Member(ParticipantId(who)), c.Leave())

    @rule()
    def end(self) -> None:
        if self.now > 300:
            self.do(c.Operator(), c.End())

    @invariant()
    def replaying_gives_the_same(self) -> None:
        stored = msgspec.json.decode(msgspec.json.encode(self.history.events), type=list[e.Event])
        assert replay(Session(SessionId("s")), stored) == self.history.session
        assert self.history.session.n == len(stored)

    @invariant()
    def nobody_sits_where_they_may_not(self) -> None:
        session = self.history.session
        assert len(session.present()) <= 3
        assert not (session.ended and session.present())
        connections = [seat.presence.connection for seat in session.present() if isinstance(seat.presence, Here)]
        assert len(set(connections)) == len(connections), "one connection, one person"
        assert all(not seat.sources for seat in session.seats.values() if not seat.in_room)

    @invariant()
    def nobody_is_away_for_longer_than_promised(self) -> None:
        for seat in self.history.session.present():
            if isinstance(seat.presence, Away):
                assert self.now - seat.presence.since < AWAY_KEPT


TestSessions = Sessions.TestCase
