"""All rules together, under random histories: whoever does whatever in whatever order, these stay true.

People join on several devices, drop, reload, resume with each other's secrets, and give every command there is to
anybody; the server restarts; the clock leaps. To dig deeper raise `max_examples`.
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core import sight
from signaling.core.errors import RefusedError
from signaling.core.ids import (
    LATE,
    MAIN,
    ConnectionId,
    ParticipantId,
    SecretHash,
)
from signaling.core.lifecycles import Door
from signaling.core.presence import AWAY_KEPT, SECRET_LIVES
from signaling.core.programme import Rules
from signaling.core.roles import IN_GROUP, role_for
from signaling.core.session import deadline, decide, replay
from signaling.core.state import Away, Gone, Seat, Session
from tests.unit.signaling.core import holds
from tests.unit.signaling.core.anything import CAST, FORGED, Pick, anything, connections, connections_of
from tests.unit.signaling.core.history import F, History, join, join_standby

DOOR = (c.Admit, c.Admit, c.AdmitExpected, c.Decline, c.SendBack, c.LockDoor, c.Remove, c.Ban, c.Leave, c.RevokeLink)
OWN = (c.StepAway, c.ComeBack, *typing.get_args(c.OwnCommand))
SOURCES = typing.get_args(c.SourcesCommand)
FLOOR = (c.PauseGroup, c.ResumeGroup, *typing.get_args(c.FloorCommand))
ROUND = typing.get_args(c.RoundCommand | c.BondsCommand)
PAIRS = (c.MovePeople, *typing.get_args(c.VisitsCommand | c.PartnersCommand))
CARE = typing.get_args(c.RoomsCommand | c.HelpCommand)
PHONE = (c.TakeOver, c.MakeStandby, c.TakeSeat, c.DropStandby)
ENDS = (c.StartBreak, c.EndBreak, c.CancelClose, *typing.get_args(c.EndingsCommand))
RARE = (c.End, c.CloseGroup, c.Leave, c.RevokeLink, c.Remove, c.Ban, c.StartBreak)
ALL_KINDS = (DOOR, OWN, SOURCES, FLOOR, CARE, PHONE, ENDS, ROUND, PAIRS)
EVENTS = list[e.Event]
COVERED = sight.Exception_.COVERED

Kinds = Sequence[type[Any]]


class Sessions(RuleBasedStateMachine):
    @initialize(rules=st.sampled_from([Rules(), Rules(absence_closes=90.0, direct_chat=True, help_rings=5.0)]))
    def start(self, rules: Rules) -> None:
        self.history = History(rules)
        self.names = 0
        self.connections = 0
        for person in ("ana", "sam", "leo", "mia", "eva"):
            self.opens_their_link(person)
        self.do(c.Member(ParticipantId("p1")), c.AdmitExpected())

    @property
    def session(self) -> Session:
        return self.history.session

    def do(self, actor: c.Actor, command: c.Command) -> None:
        before = self.session
        try:
            events, effects = decide(before, self.history.now, actor, command)
        except RefusedError:
            return
        self._is_rightful(before, actor, command)
        self.history.session = replay(before, events)
        self.history.events += events
        self._nobody_was_let_in_wrongly(before, actor, command)
        self._nobody_was_unmuted_by_others(before, actor)
        self._connections_are_closed(before, command, effects)
        holds.apart_by_rule(before, command, self.session)
        assert not (before.ended and events), "after the end nothing happens"
        again, _ = decide(self.session, self.history.now, c.Server(), c.Tick())
        assert again == [], "what follows has followed at once"

    # --- checks of one step --------------------------------------------------------------------------------------

    def _is_rightful(self, before: Session, actor: c.Actor, command: c.Command) -> None:
        if isinstance(actor, c.Member):
            seat = before.seats[actor.participant]
            assert seat.here
            assert role_for(seat.roles, type(command).__name__) is not None

    def _nobody_was_let_in_wrongly(self, before: Session, actor: c.Actor, command: c.Command) -> None:
        """Into the group, or onto the seat of somebody inside, leads only what is named here."""
        for who, seat in self.session.seats.items():
            old = before.seats.get(who)
            if seat.door is not Door.INSIDE:
                continue
            if old is None:
                assert isinstance(command, c.Join), "a new seat"
                assert comes_in_at_once(command) or not command.knocks
            elif old.door is not Door.INSIDE:
                assert let_in_by(before, actor, command, who), "from the door into the group"
            elif seat.secret != old.secret:
                took = isinstance(command, c.TakeSeat) and actor == c.Member(who)
                own = isinstance(command, c.Join) and comes_in_at_once(command) and command.person == seat.person
                assert took or own or let_in_by(before, actor, command, who), "onto another device"
            elif set(connections_of(seat)) - set(connections_of(old)):
                resumed = isinstance(command, c.Resume) and command.secret in secrets_of(old)
                assert resumed or isinstance(command, c.JoinStandby), "onto another connection"

    def _nobody_was_unmuted_by_others(self, before: Session, actor: c.Actor) -> None:
        for who, seat in before.seats.items():
            after = self.session.seats.get(who)
            if seat.muted and after is not None and not after.muted:
                assert actor == c.Member(who)

    def _connections_are_closed(self, before: Session, command: c.Command, effects: list[c.Effect]) -> None:
        """Exactly those that were somebody's and are nobody's, unless they dropped by themselves."""
        dropped = {command.connection} if isinstance(command, c.Disconnect) else set()
        gone = connections(before) - connections(self.session) - dropped
        assert sorted(effect.connection for effect in effects if isinstance(effect, c.Close)) == sorted(gone)

    # --- what people do ------------------------------------------------------------------------------------------

    def connection(self) -> ConnectionId:
        self.connections += 1
        return ConnectionId(self.connections)

    def name(self) -> str:
        self.names += 1
        return f"p{self.names}"

    @rule(person=st.sampled_from(sorted(CAST)))
    def opens_their_link(self, person: str) -> None:
        roles, function = CAST[person]
        self.do(c.Newcomer(), join(self.name(), self.connection(), *roles, person=person, function=function))

    @rule(people=st.sampled_from([1, 2]), knocks=st.booleans())
    def opens_a_shared_link(self, people: int, knocks: bool) -> None:
        how: dict[str, Any] = {"link": f"shared {people} {knocks}", "people": people, "knocks": knocks}
        self.do(c.Newcomer(), join(self.name(), self.connection(), person=None, **how))

    @rule(data=st.data(), kept=st.booleans())
    def resumes(self, data: st.DataObject, kept: bool) -> None:
        """With any secret that was ever given, their own or not."""
        who = data.draw(st.integers(0, self.names), label="whose")
        self.do(c.Newcomer(), c.Resume(SecretHash(f"secret of p{who}"), self.connection(), kept))

    @rule()
    def everybody_is_back(self) -> None:
        for seat in list(self.session.seats.values()):
            if not seat.here and seat.secret is not None:
                self.do(c.Newcomer(), c.Resume(seat.secret, self.connection(), False))

    @rule(number=st.integers(0, 3))
    def a_phone_reads_a_code(self, number: int) -> None:
        self.do(c.Newcomer(), join_standby(f"code {number}", self.connection()))

    @rule(number=st.integers(0, 3))
    def a_phone_resumes(self, number: int) -> None:
        self.do(c.Newcomer(), c.Resume(SecretHash(f"secret of code {number}"), self.connection(), False))

    @rule(data=st.data())
    def drops(self, data: st.DataObject) -> None:
        live = sorted(connections(self.session)) or [0]
        self.do(c.Server(), c.Disconnect(ConnectionId(data.draw(st.sampled_from(live)))))

    @rule(seconds=st.sampled_from([0.1, 0.1, 3.0, 3.0, 20.0, 30.0, 45.0, 60.0, 90.0, 600.0, 3600.0]))
    def time_passes(self, seconds: float) -> None:
        self.history.now += seconds
        self.do(c.Server(), c.Tick())

    @rule(data=st.data(), kinds=st.sampled_from(ALL_KINDS))
    def somebody_asks(self, data: st.DataObject, kinds: Kinds) -> None:
        self.asked(lambda options: data.draw(st.sampled_from(options)), kinds)

    @rule(
        number=st.sampled_from([1, 2]),
        minutes=st.sampled_from([None, 1.0, 20.0]),
        late=st.sampled_from(["ask", "smallest"]),
    )
    def rooms_are_opened(self, number: int, minutes: float | None, late: e.LateRule) -> None:
        """Or hardly any history has them."""
        leader = next((who for who, seat in self.session.seats.items() if seat.here and seat.is_facilitator), None)
        if leader is not None:
            self.do(c.Member(leader), c.EndBreak())
            self.do(c.Member(leader), c.PlanRooms("number", number, self.names))
            self.do(c.Member(leader), c.OpenRooms(minutes, late))

    @rule(seed=st.integers(0, 2**32))
    def a_busy_minute(self, seed: int) -> None:
        """Many commands in a row: deeper than choices drawn one by one would come."""
        random = Random(seed)
        for _ in range(30):
            self.asked(random.choice, random.choice(ALL_KINDS))
            self.everybody_has_one_seat_in_one_room()
            self.a_private_talk_is_between_two()
            self.rooms_hold_what_they_promise()
            if random.random() < 0.1:
                self.time_passes(random.choice([0.1, 3.0, 20.0, 30.0, 45.0, 60.0, 130.0]))
            if random.random() < 0.1:
                self.everybody_is_back()

    def asked(self, pick: Pick, kinds: Kinds) -> None:
        """Mostly by one who may, where one is there."""
        kind = pick(kinds)
        if kind in RARE and pick(range(8)) > 0:
            return  # or all histories are short
        fit = [who for who, seat in self.session.seats.items() if seat.here and role_for(seat.roles, kind.__name__)]
        anybody = [*self.session.seats, FORGED]
        self.do(c.Member(pick(fit if fit and pick(range(5)) else anybody)), anything(self.history, pick, kind))

    @rule(data=st.data(), kind=st.sampled_from([c.RevokeLink, c.Admit, c.Mute]))
    def the_operator_asks(self, data: st.DataObject, kind: type[Any]) -> None:
        self.do(c.Operator(), anything(self.history, lambda options: data.draw(st.sampled_from(options)), kind))

    @rule()
    def the_server_restarts(self) -> None:
        self._replayed()
        for connection in sorted(connections(self.session)):
            self.do(c.Server(), c.Disconnect(connection))
        self.everybody_is_back()

    # --- what stays true -----------------------------------------------------------------------------------------

    def _replayed(self) -> None:
        stored = msgspec.json.decode(msgspec.json.encode(self.history.events), type=EVENTS)
        assert replay(self.history.start, stored) == self.session
        assert self.session.n == len(stored)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            self._replayed()

    @invariant()
    def everybody_has_one_seat_in_one_room(self) -> None:
        session = self.session
        persons = [seat.person for seat in session.seats.values() if let_in(seat) and seat.person is not None]
        assert len(persons) == len(set(persons))
        live = [connection for seat in session.seats.values() for connection in connections_of(seat)]
        assert len(live) == len(set(live)), "one connection, one seat"
        for seat in session.seats.values():
            assert seat.room in session.rooms
            kind = session.rooms[seat.room].kind
            assert not (seat.door is Door.INSIDE and kind == "waiting")
            assert not (seat.door in (Door.KNOCKING, Door.SENT_BACK) and kind in ("main", "desk"))
            assert not seat.sources or sight.in_media_room(session, seat)

    @invariant()
    def rooms_hold_what_they_promise(self) -> None:
        holds.everything(self.session, self.history.now)

    @invariant()
    def media_flows_within_a_room_and_to_named_exceptions(self) -> None:
        session = self.session
        covered = {(viewer, seen) for viewer, seen, why in sight.exceptions(session) if why is COVERED}
        across = {(viewer, seen) for viewer, seen, why in sight.exceptions(session) if why is not COVERED}
        for viewer in session.seats.values():
            for seen in session.seats.values():
                if viewer.participant == seen.participant:
                    continue
                flows = bool(sight.sources_for(session, viewer.participant, seen.participant))
                together = viewer.room == seen.room and session.rooms[seen.room].kind in ("main", "private", "pair")
                assert not flows or (viewer.present and seen.present)
                assert not flows or together or (viewer.participant, seen.participant) in across
                if together and viewer.present and seen.present and not flows:
                    assert viewer.resting in ("away", "arriving") or seen.covered_by is not None
                if flows and seen.covered_by is not None:
                    assert (viewer.participant, seen.participant) in covered
        for viewer_id, seen_id in covered:
            assert viewer_id in (sight.seen_by(session, seen_id) or []), "shown on the screen of who is seen"

    @invariant()
    def the_end_of_no_lock_starts_anything(self) -> None:
        """What a lock keeps off is muted or stopped besides, so that only its own person starts it again."""
        for seat in self.session.seats.values():
            if sight.in_media_room(self.session, seat):
                off = sight.EVERYTHING - sight.may_start(self.session, seat.participant)
                assert "microphone" not in off or sight.muted(self.session, seat)
                assert (off & seat.sources) - {"microphone"} <= seat.stopped

    @invariant()
    def a_private_talk_is_between_two(self) -> None:
        for room in self.session.rooms.values():
            if room.kind == "private":
                members = [seat for seat in self.session.seats.values() if seat.room == room.id]
                assert sum(seat.function != "interpreter" for seat in members) == 2
                assert any(seat.is_facilitator for seat in members)

    @invariant()
    def nothing_points_at_who_is_gone(self) -> None:
        session = self.session
        if session.ended:
            return
        for call in session.calls.values():
            assert session.seats[call.about].door is not Door.OUT
        for seat in session.seats.values():
            if seat.door is Door.OUT:
                assert seat.secret is None
                assert (seat.hand, seat.check, seat.resting, seat.standby) == (None,) * 4
                assert (seat.drop_in, seat.look, seat.back_to) == (None,) * 3
                assert session.round is None or seat.participant not in session.round.known
        for room in session.rooms.values():
            assert room.muted <= {seat.participant for seat in session.seats.values() if seat.room == room.id}
        assert set(session.rooms) >= {MAIN, LATE}

    @invariant()
    def nobody_is_kept_for_longer_than_promised(self) -> None:
        now = self.history.now
        for seat in self.session.seats.values():
            if self.session.ended:
                assert not seat.present
            elif isinstance(seat.presence, Away) and seat.standby is None:
                assert now - seat.presence.since < AWAY_KEPT
            elif isinstance(seat.presence, Gone) and seat.door is not Door.OUT:
                assert now - seat.presence.last_contact < SECRET_LIVES

    @invariant()
    def what_time_brings_lies_ahead(self) -> None:
        at = deadline(self.session)
        assert at is None or at > self.history.now


def comes_in_at_once(command: c.Join) -> bool:
    """The team, and the desk."""
    return F in command.roles or not IN_GROUP & set(command.roles)


def let_in_by(before: Session, actor: c.Actor, command: c.Command, who: ParticipantId) -> bool:
    """A facilitator from inside, or one who takes over their own."""
    assert isinstance(actor, c.Member)
    leader = before.seats[actor.participant]
    if isinstance(command, c.TakeOver):
        return leader.is_facilitator and (who == leader.participant or before.seats[who].person == leader.person)
    return isinstance(command, c.Admit | c.AdmitExpected) and leader.is_facilitator and leader.door is Door.INSIDE


def secrets_of(seat: Seat) -> set[SecretHash | None]:
    return {seat.secret, seat.standby.secret if seat.standby is not None else None} - {None}


def let_in(seat: Seat) -> bool:
    return seat.door in (Door.INSIDE, Door.SENT_BACK)


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
