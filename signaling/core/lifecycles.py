"""What can become of what: every lifecycle of a session as one table. docs/lifecycles.md is drawn from these.

State is changed only by `step`, so that a picture cannot say what the code does not do.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final, TypeVar

from msgspec import Struct


class Door(enum.StrEnum):
    KNOCKING = "knocking"
    INSIDE = "inside"
    SENT_BACK = "sent_back"
    OUT = "out"


class PresenceState(enum.StrEnum):
    """The names of the three shapes of `state.Presence`."""

    HERE = "here"
    AWAY = "away"
    GONE = "gone"


class CallState(enum.StrEnum):
    OPEN = "open"
    RINGING = "ringing"
    COMING = "coming"


class Absence(enum.StrEnum):
    """How far the facilitators' own absence has gone."""

    NONE = "none"  # none has come yet, or nobody is in the group to miss them
    PRESENT = "present"
    UNSURE = "unsure"
    TOLD = "told"
    LOCKED = "locked"
    OPEN_TO_TEAM = "open_to_team"
    CLOSING = "closing"


class Phase(enum.StrEnum):
    OPEN = "open"
    CLOSING = "closing"
    DRAINING = "draining"  # the group has ended; private rooms and those who asked to stay have not
    ENDED = "ended"


class RoomState(enum.StrEnum):
    OPEN = "open"


class RoundState(enum.StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    RECALLING = "recalling"


class DropInState(enum.StrEnum):
    COMING = "coming"


class LookState(enum.StrEnum):
    TOLD = "told"
    OPEN = "open"


class BroadcastState(enum.StrEnum):
    ON = "on"


class AloneState(enum.StrEnum):
    ALONE = "alone"


class StandbyState(enum.StrEnum):
    OFFERED = "offered"
    SILENT = "silent"
    LOST = "lost"


S = TypeVar("S", bound=enum.StrEnum)


class Lifecycle(Struct, frozen=True):
    """`table`: (state, tag of the event) -> next state; None is before the first and after the last."""

    name: str
    title: str
    table: Mapping[tuple[enum.StrEnum | None, str], enum.StrEnum | None]
    labels: Mapping[str, str] = {}  # tag -> what the picture says instead


def step(lifecycle: Lifecycle, state: S | None, tag: str) -> S | None:
    """The next state. KeyError is our own bug: `decide` made an event that cannot be."""
    return lifecycle.table[state, tag]  # type: ignore[return-value]  # a table holds states of one kind


def can(lifecycle: Lifecycle, state: enum.StrEnum | None, tag: str) -> bool:
    return (state, tag) in lifecycle.table


DOOR: Final = Lifecycle(
    "door",
    "The door",
    {
        (None, "knocked"): Door.KNOCKING,
        (None, "entered"): Door.INSIDE,
        (Door.KNOCKING, "admitted"): Door.INSIDE,
        (Door.SENT_BACK, "admitted"): Door.INSIDE,
        (Door.INSIDE, "sent_back"): Door.SENT_BACK,
        (Door.KNOCKING, "left"): Door.OUT,
        (Door.INSIDE, "left"): Door.OUT,
        (Door.SENT_BACK, "left"): Door.OUT,
        (Door.INSIDE, "seat_moved"): Door.INSIDE,
        (Door.SENT_BACK, "seat_moved"): Door.INSIDE,
    },
    {
        "knocked": "knocks",
        "entered": "comes in without a knock",
        "admitted": "is let in",
        "left": "leaves, is lost, declined, removed, or the group ends",
        "seat_moved": "is let in on another device",
    },
)

PRESENCE: Final = Lifecycle(
    "presence",
    "A person's connection",
    {
        (None, "knocked"): PresenceState.HERE,
        (None, "entered"): PresenceState.HERE,
        (PresenceState.HERE, "away"): PresenceState.AWAY,
        (PresenceState.HERE, "returned"): PresenceState.HERE,
        (PresenceState.AWAY, "returned"): PresenceState.HERE,
        (PresenceState.GONE, "returned"): PresenceState.HERE,
        (PresenceState.AWAY, "lost"): PresenceState.GONE,
        **{(state, "left"): PresenceState.GONE for state in PresenceState},
        **{(state, "seat_moved"): PresenceState.HERE for state in PresenceState},
        (PresenceState.HERE, "standby_took"): PresenceState.HERE,
        (PresenceState.AWAY, "standby_took"): PresenceState.HERE,
        (PresenceState.GONE, "standby_joined"): PresenceState.AWAY,
    },
    {
        "knocked": "comes",
        "entered": "comes",
        "away": "drops",
        "returned": "comes back",
        "left": "leaves",
        "standby_joined": "their phone is back",
        "lost": "60 s",
        "seat_moved": "is let in on another device",
        "standby_took": "the phone takes the group",
    },
)

CALL: Final = Lifecycle(
    "call",
    "A call for a facilitator",
    {
        (None, "call_opened"): CallState.OPEN,
        (CallState.OPEN, "call_rang"): CallState.RINGING,
        (CallState.COMING, "call_rang"): CallState.RINGING,
        (CallState.OPEN, "call_coming"): CallState.COMING,
        (CallState.RINGING, "call_coming"): CallState.COMING,
        **{(state, "call_closed"): None for state in CallState},
    },
    {"call_opened": "asks", "call_rang": "30 s", "call_coming": "“I'm coming”", "call_closed": "closed"},
)

_MISSED: Final = (Absence.UNSURE, Absence.TOLD, Absence.LOCKED, Absence.OPEN_TO_TEAM, Absence.CLOSING)

# An `AbsenceStep` carries the state it leads to: that is its tag here.
ABSENCE: Final = Lifecycle(
    "absence",
    "When the facilitators' own line dies",
    {
        (Absence.NONE, "present"): Absence.PRESENT,
        (Absence.PRESENT, "unsure"): Absence.UNSURE,
        (Absence.PRESENT, "told"): Absence.TOLD,
        (Absence.UNSURE, "told"): Absence.TOLD,
        (Absence.TOLD, "locked"): Absence.LOCKED,
        (Absence.LOCKED, "open_to_team"): Absence.OPEN_TO_TEAM,
        (Absence.OPEN_TO_TEAM, "closing"): Absence.CLOSING,
        **{(state, "present"): Absence.PRESENT for state in _MISSED},
        **{(state, "none"): Absence.NONE for state in (Absence.PRESENT, *_MISSED)},
    },
    {
        "none": "nobody is left to miss them",
        "present": "a facilitator is here",
        "unsure": "no facilitator is connected",
        "told": "3 s, or the last one left",
        "locked": "30 s",
        "open_to_team": "60 s",
        "closing": "10 min",
    },
)

PHASE: Final = Lifecycle(
    "phase",
    "The session",
    {
        (Phase.OPEN, "closing"): Phase.CLOSING,
        (Phase.CLOSING, "closing"): Phase.CLOSING,
        (Phase.CLOSING, "closing_off"): Phase.OPEN,
        (Phase.CLOSING, "phase"): Phase.DRAINING,
        **{(state, "ended"): Phase.ENDED for state in (Phase.OPEN, Phase.CLOSING, Phase.DRAINING)},
    },
    {
        "closing": "close group",
        "closing_off": "not yet",
        "phase": "its time is up",
        "ended": "the last one goes, or end",
    },
)

ROOM: Final = Lifecycle(
    "room",
    "A private room, or a pair",
    {(None, "room_opened"): RoomState.OPEN, (RoomState.OPEN, "room_closed"): None},
    {
        "room_opened": "talk privately, or the rooms open",
        "room_closed": "either goes, or the rooms are over",
    },
)

_RUNNING: Final = (RoundState.OPEN, RoundState.RECALLING)

ROUND: Final = Lifecycle(
    "round",
    "Rooms of the group",
    {
        (None, "rooms_planned"): RoundState.PLANNED,
        (RoundState.PLANNED, "rooms_planned"): RoundState.PLANNED,
        (RoundState.PLANNED, "plan_dropped"): None,
        (RoundState.PLANNED, "rooms_opened"): RoundState.OPEN,
        **{(state, "rooms_until"): RoundState.OPEN for state in _RUNNING},
        **{(state, "recall"): RoundState.RECALLING for state in _RUNNING},
        **{(state, "rooms_over"): None for state in RoundState},
    },
    {
        "rooms_planned": "planned, by chance or by hand",
        "plan_dropped": "given up",
        "rooms_opened": "opened",
        "rooms_until": "more time",
        "recall": "called back, or nearly over",
        "rooms_over": "everybody is back, or the session ends",
    },
)

DROP_IN: Final = Lifecycle(
    "drop_in",
    "A facilitator's visit",
    {
        (None, "drop_in"): DropInState.COMING,
        (DropInState.COMING, "drop_in"): DropInState.COMING,
        (DropInState.COMING, "dropped_in"): None,
        (DropInState.COMING, "drop_in_off"): None,
    },
    {"drop_in": "announced", "dropped_in": "3 s", "drop_in_off": "called off, moved, or not connected"},
)

LOOK: Final = Lifecycle(
    "look",
    "A facilitator's look",
    {
        (None, "look"): LookState.TOLD,
        (LookState.TOLD, "look"): LookState.TOLD,
        (LookState.TOLD, "look_opened"): LookState.OPEN,
        (LookState.TOLD, "look_over"): None,
        (LookState.OPEN, "look"): LookState.OPEN,
        (LookState.OPEN, "look_over"): None,
    },
    {"look": "looks", "look_opened": "0.5 s", "look_over": "closed, 60 s, moved, or not connected"},
)

BROADCAST: Final = Lifecycle(
    "broadcast",
    "A voice to everyone",
    {(None, "broadcast"): BroadcastState.ON, (BroadcastState.ON, "broadcast_over"): None},
    {"broadcast": "speaks to everyone", "broadcast_over": "stopped, 2 min, moved, or not connected"},
)

ALONE: Final = Lifecycle(
    "alone",
    "Left alone in a pair",
    {
        (None, "partner_gone"): AloneState.ALONE,
        (AloneState.ALONE, "partner_awaited"): AloneState.ALONE,
        (AloneState.ALONE, "partner_called"): AloneState.ALONE,
        (AloneState.ALONE, "partner_back"): None,
    },
    {
        "partner_gone": "the other is gone",
        "partner_awaited": "would rather wait",
        "partner_called": "60 s",
        "partner_back": "somebody is back, or nobody is left",
    },
)

STANDBY: Final = Lifecycle(
    "standby",
    "A facilitator's phone",
    {
        (None, "standby_offered"): StandbyState.OFFERED,
        (StandbyState.OFFERED, "standby_offered"): StandbyState.OFFERED,
        (StandbyState.OFFERED, "standby_joined"): StandbyState.SILENT,
        (StandbyState.SILENT, "standby_offered"): StandbyState.SILENT,
        (StandbyState.LOST, "standby_offered"): StandbyState.LOST,
        (StandbyState.SILENT, "standby_joined"): StandbyState.SILENT,
        (StandbyState.SILENT, "standby_away"): StandbyState.LOST,
        (StandbyState.LOST, "standby_joined"): StandbyState.SILENT,
        (StandbyState.SILENT, "standby_took"): None,
        **{(state, tag): None for state in StandbyState for tag in ("standby_gone", "left")},
    },
    {
        "standby_offered": "the laptop shows a code",
        "standby_joined": "the phone joins",
        "standby_away": "drops",
        "standby_took": "takes the group",
        "standby_gone": "put away",
        "left": "the seat is left",
    },
)

ALL: Final = (DOOR, PRESENCE, CALL, ABSENCE, PHASE, ROOM, ROUND, ALONE, DROP_IN, LOOK, BROADCAST, STANDBY)
