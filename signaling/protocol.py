"""WebSocket protocol v2: the shapes of all messages. docs/protocol.md tells their meaning and order.

Every request carries an `id` that the client chose; it gets exactly one reply with the same id. A client is told what
it may see (one of the snapshots), then after each command the difference (`changes`), if there is one for it.
"""

from __future__ import annotations

import enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

VERSION = 2

Id = Annotated[int, Meta(ge=0, le=2**31 - 1)]
ParticipantId = Annotated[str, Meta(min_length=1, max_length=32)]
SessionId = Annotated[str, Meta(min_length=1, max_length=32)]
MidText = Annotated[str, Meta(min_length=1, max_length=16)]
Name = Annotated[str, Meta(max_length=80)]
Secret = Annotated[str, Meta(min_length=16, max_length=128)]
Key = Annotated[str, Meta(min_length=1, max_length=48)]  # of a call or a room
Words = Annotated[str, Meta(max_length=500)]
Line = Annotated[str, Meta(max_length=200)]
Version = Annotated[str, Meta(max_length=32)]

SourceName = Literal["microphone", "camera", "screen", "screen_sound"]
RoleName = Literal["participant", "guest", "facilitator", "coordinator", "support", "admin"]
FunctionName = Literal["interpreter", "captioner", "supervisor", "trainee"]
Staff = Literal["here", "reconnecting", "none"]
Resting = Literal["away", "break", "arriving"]
KnockName = Literal["expected", "again", "other_device", "removed", "stranger"]
CallName = Literal["come", "private", "no_answer", "dropped", "partner_dropped"]
CallStateName = Literal["open", "ringing", "coming"]
AbsenceName = Literal["none", "present", "unsure", "told", "locked", "open_to_team", "closing"]
Notice = Literal["told", "locked", "open_to_team"]
Step = Literal["name", "agreement", "devices", "check"]
LateName = Literal["ask", "smallest"]
Groups = Literal["pairs", "rooms"]
RoomPeople = Annotated[tuple[ParticipantId, ...], Meta(max_length=64)]


class ErrorCode(enum.StrEnum):
    BAD_MESSAGE = "bad_message"  # not JSON, not one of ours, or out of bounds
    BAD_VERSION = "bad_version"
    BAD_LINK = "bad_link"  # unknown, revoked or expired
    LINK_FULL = "link_full"  # as many people came as the link is for
    BAD_NAME = "bad_name"
    RESUME_UNKNOWN = "resume_unknown"  # the secret is unknown, or too old: join again
    NOT_ALLOWED = "not_allowed"
    NOT_JOINED = "not_joined"
    BAD_OFFER = "bad_offer"
    MEDIA_GONE = "media_gone"  # the media worker is restarting: offer again, fresh
    TOO_MANY = "too_many"  # messages in a short time
    ENDED = "ended"
    UNAVAILABLE = "unavailable"  # the server cannot do it right now, by no fault of the client: try again
    WAITING = "waiting"  # not let in yet
    LOCKED = "locked"  # the door is locked: no new knocks
    BANNED = "banned"  # the text is the time it ends, in wall seconds
    DECLINED = "declined"
    TOO_EARLY = "too_early"
    OVER = "over"
    AGREEMENT_NEEDED = "agreement_needed"  # the group's agreement was not accepted, or an older version of it
    BUSY = "busy"  # already in a private talk
    NO_SUCH = "no_such"  # call, room, person or source
    NOT_NOW = "not_now"  # it would be allowed at another time
    ALONE = "alone"  # somebody would be left alone: ask again with `anyway`
    STANDBY_UNKNOWN = "standby_unknown"  # the phone's code is used up, too old, or never was


class ByeReason(enum.StrEnum):
    LEFT = "left"
    REPLACED = "replaced"  # the same person came back on another connection
    ENDED = "ended"  # the session is over
    CLOSED = "closed"  # the group ended after its notice
    DECLINED = "declined"  # not let in
    REMOVED = "removed"
    STOPPING = "stopping"  # the server stops; come back in some seconds
    TOO_SLOW = "too_slow"  # the outbox was full
    TOO_MANY = "too_many"  # flood
    BAD_MESSAGE = "bad_message"


# --- what the page asks about a link, over HTTP, before it joins ------------------------------------------------------


class Numbers(Struct, frozen=True):
    """Whom to call; on every page."""

    practice: str
    crisis: str


class Agreement(Struct, frozen=True):
    version: Version
    text: str


class LinkOpen(Struct, frozen=True):
    """`next`: start of the next session, wall seconds; null: none is known. `session`: the one that is open now."""

    open: bool
    why: Literal["open", "too_early", "wrong_day", "over", "banned"]
    next: float | None
    session: SessionId | None
    roles: list[RoleName]
    function: FunctionName | None
    name: str | None
    fixed: bool  # the name is given, not asked
    steps: list[Step]
    agreement: Agreement | None  # null: none is needed, or it is accepted already
    numbers: Numbers


# --- client -> server ------------------------------------------------------------------------------------------------


class _Request(Struct, frozen=True):
    id: Id


class _AboutPerson(_Request, frozen=True):
    participant: ParticipantId


class _InRoom(_Request, frozen=True):
    room: Key


class Join(Struct, frozen=True, tag="join"):
    """First message of a newcomer. Reply: a snapshot with a resume secret. `agreement`: the version just accepted."""

    id: Id
    version: int
    token: Secret
    name: Name
    agreement: Version | None = None


class Resume(Struct, frozen=True, tag="resume"):
    """First message of a returning browser. Reply: a snapshot. `peer`: the peer whose RTCPeerConnection still lives."""

    id: Id
    version: int
    session: SessionId
    secret: Secret
    name: Name
    peer: int | None = None


class JoinStandby(Struct, frozen=True, tag="join_standby"):
    """First message of a facilitator's phone. Reply: `silent` with a resume secret. The token works once."""

    id: Id
    version: int
    token: Secret


class Offer(Struct, frozen=True, tag="offer"):
    """Reply: `answer`. `sources`: mid -> what that sending m-line carries. `fresh`: from a new RTCPeerConnection."""

    id: Id
    sdp: Annotated[str, Meta(max_length=600_000)]
    sources: dict[MidText, SourceName]
    fresh: bool


class Publish(Struct, frozen=True, tag="publish"):
    """A track was put on this source's m-line."""

    id: Id
    source: SourceName


class Unpublish(Struct, frozen=True, tag="unpublish"):
    id: Id
    source: SourceName


class Mute(Struct, frozen=True, tag="mute"):
    """Own microphone. The server stops forwarding it."""

    id: Id


class Unmute(Struct, frozen=True, tag="unmute"):
    id: Id


class Tile(Struct, frozen=True):
    participant: ParticipantId
    source: SourceName
    width: Annotated[int, Meta(ge=0, le=8192)]  # device pixels
    height: Annotated[int, Meta(ge=0, le=8192)]
    front: bool = False  # pinned, or in the spotlight: before the others when a line is narrow
    needed: bool = False  # "I need this one": ranks with sound


class View(Struct, frozen=True, tag="view"):
    """Whose pictures the page shows, most important first. Before the first `view`: everybody's. Sound is not asked."""

    id: Id
    tiles: Annotated[list[Tile], Meta(max_length=64)]


class Leave(Struct, frozen=True, tag="leave"):
    id: Id


class Ping(Struct, frozen=True, tag="ping"):
    """Every 5 s; the page takes 12 s without any message as a dead connection."""

    id: Id


class RaiseHand(_Request, frozen=True, tag="raise_hand"):
    pass


class LowerHand(_Request, frozen=True, tag="lower_hand"):
    pass


class StepAway(_Request, frozen=True, tag="step_away"):
    """Nobody sees or hears this person, nor they the others; the seat is kept."""


class ComeBack(_Request, frozen=True, tag="come_back"):
    """From stepping away, from a break, or into the room that changed meanwhile."""


class DeclineUnmute(_Request, frozen=True, tag="decline_unmute"):
    """Not now: the answer to being asked to unmute."""


class CallHelp(_Request, frozen=True, tag="call_help"):
    """ "private" is seen by facilitators only. A second one only adds the note."""

    kind: Literal["come", "private"]
    note: Line = ""


class CancelHelp(_Request, frozen=True, tag="cancel_help"):
    kind: Literal["come", "private"]


class AnswerCheck(_Request, frozen=True, tag="answer_check"):
    ok: bool


class AskToStay(_Request, frozen=True, tag="ask_to_stay"):
    """When the group closes. Only facilitators see it."""

    on: bool


class Say(_Request, frozen=True, tag="say"):
    to: ParticipantId  # or "room" or "facilitators"; by facilitators also "everyone": main and all pairs
    text: Words


class AnswerPerson(_AboutPerson, frozen=True, tag="answer"):
    """A facilitator's line back to one person."""

    text: Words


class Admit(_AboutPerson, frozen=True, tag="admit"):
    pass


class AdmitExpected(_Request, frozen=True, tag="admit_expected"):
    """Everybody who knocks with an unused link of the list."""


class Decline(_AboutPerson, frozen=True, tag="decline"):
    pass


class SendBack(_AboutPerson, frozen=True, tag="send_back"):
    """Back to the waiting room, with a line that only they read."""

    note: Line = ""


class LockDoor(_Request, frozen=True, tag="lock_door"):
    """Stops new knocks only."""

    on: bool


class Remove(_AboutPerson, frozen=True, tag="remove"):
    """They may knock again."""


class Ban(_AboutPerson, frozen=True, tag="ban"):
    """`until`: wall seconds."""

    until: float


class MuteOther(_AboutPerson, frozen=True, tag="mute_other"):
    pass


class MuteAll(_InRoom, frozen=True, tag="mute_all"):
    pass


class AskToUnmute(_AboutPerson, frozen=True, tag="ask_to_unmute"):
    pass


class StopSource(_AboutPerson, frozen=True, tag="stop_source"):
    source: SourceName


class Allow(_AboutPerson, frozen=True, tag="allow"):
    source: SourceName


class Forbid(_AboutPerson, frozen=True, tag="forbid"):
    source: SourceName


class AllowAll(_InRoom, frozen=True, tag="allow_all"):
    source: SourceName


class ForbidAll(_InRoom, frozen=True, tag="forbid_all"):
    source: SourceName


class LowerOther(_AboutPerson, frozen=True, tag="lower_other"):
    pass


class LowerHands(_InRoom, frozen=True, tag="lower_hands"):
    pass


class Spotlight(_InRoom, frozen=True, tag="spotlight"):
    participant: ParticipantId | None


class Rename(_AboutPerson, frozen=True, tag="rename"):
    name: Name


class Cover(_AboutPerson, frozen=True, tag="cover"):
    """Nobody but facilitators sees or hears them, at once."""


class Uncover(_AboutPerson, frozen=True, tag="uncover"):
    pass


class Follow(_AboutPerson, frozen=True, tag="follow"):
    """An interpreter goes where this person goes."""

    whom: ParticipantId | None


class PauseGroup(_Request, frozen=True, tag="pause_group"):
    pass


class ResumeGroup(_Request, frozen=True, tag="resume_group"):
    pass


class StartBreak(_Request, frozen=True, tag="start_break"):
    """`until`: wall seconds."""

    until: float


class EndBreak(_Request, frozen=True, tag="end_break"):
    pass


class TalkPrivately(_AboutPerson, frozen=True, tag="talk_privately"):
    pass


class EndPrivate(_InRoom, frozen=True, tag="end_private"):
    pass


class Coming(_Request, frozen=True, tag="coming"):
    """ "I am coming": the person sees who."""

    call: Key


class CloseCall(_Request, frozen=True, tag="close_call"):
    call: Key


class CheckOn(_AboutPerson, frozen=True, tag="check_on"):
    """ "Are you OK?", privately."""


class CloseGroup(_Request, frozen=True, tag="close_group"):
    minutes: Literal[0, 2, 5]


class CancelClose(_Request, frozen=True, tag="cancel_close"):
    pass


class EndGroup(_Request, frozen=True, tag="end_group"):
    pass


class TakeOver(_Request, frozen=True, tag="take_over"):
    """Lead a group whose facilitator has been gone for a minute."""


class MakeStandby(_Request, frozen=True, tag="make_standby"):
    """Reply: `standby`."""


class DropStandby(_Request, frozen=True, tag="drop_standby"):
    """Puts the phone away."""


class TakeSeat(_Request, frozen=True, tag="take_seat"):
    """From the phone: it becomes the seat's device. Reply: `ok`, then a `snapshot`; offer fresh."""


# --- breakouts ---


class BackToGroup(_Request, frozen=True, tag="back_to_group"):
    """From a pair to the main room: facilitators always, muted; others while they are alone there."""


class WaitForPartner(_Request, frozen=True, tag="wait_for_partner"):
    """Whoever is alone in a pair stays there."""


class PlanRooms(_Request, frozen=True, tag="plan_rooms"):
    """`how` "size": rooms of `count`. "number": `count` rooms. "again": as last time, `count` means nothing."""

    how: Literal["size", "number", "again"]
    count: Annotated[int, Meta(ge=1, le=40)]


class EditPlan(_Request, frozen=True, tag="edit_plan"):
    """The whole plan, by hand."""

    rooms: Annotated[tuple[RoomPeople, ...], Meta(max_length=40)]


class DropPlan(_Request, frozen=True, tag="drop_plan"):
    pass


class OpenRooms(_Request, frozen=True, tag="open_rooms"):
    """`minutes` null: until they are called back. `late`: what becomes of who comes late."""

    minutes: Annotated[float, Meta(ge=0.5, le=240)] | None
    late: LateName


class ExtendRooms(_Request, frozen=True, tag="extend_rooms"):
    minutes: Annotated[float, Meta(ge=0.5, le=240)]


class RecallRooms(_Request, frozen=True, tag="recall_rooms"):
    """`seconds` 0: now."""

    seconds: Annotated[float, Meta(ge=0, le=600)]


class MovePeople(_Request, frozen=True, tag="move_people"):
    """All at once. A room of the next number is opened. `alone`, unless `anyway`, if somebody would be left alone."""

    moves: Annotated[tuple[tuple[ParticipantId, Key], ...], Meta(max_length=64)]
    anyway: bool = False


class KeepApart(_AboutPerson, frozen=True, tag="keep_apart"):
    """No plan puts these two into one room, today or another day."""

    other: ParticipantId
    on: bool


class KeepTogether(_AboutPerson, frozen=True, tag="keep_together"):
    other: ParticipantId
    on: bool


class DropIn(_InRoom, frozen=True, tag="drop_in"):
    """In 3 s; the pair is told now."""


class CancelDropIn(_Request, frozen=True, tag="cancel_drop_in"):
    pass


class Look(_InRoom, frozen=True, tag="look"):
    """Cameras of that pair for 60 s, no sound, once the pair was told."""


class CloseLook(_Request, frozen=True, tag="close_look"):
    pass


class Broadcast(_Request, frozen=True, tag="broadcast"):
    """The own voice to main and all pairs. Nothing is heard back."""

    on: bool


Own = Offer | Publish | Unpublish | Mute | Unmute | View | Leave | Ping | RaiseHand | LowerHand | DeclineUnmute
Help = StepAway | ComeBack | CallHelp | CancelHelp | AnswerCheck | AskToStay | Say
Partner = BackToGroup | WaitForPartner
AtDoor = Admit | AdmitExpected | Decline | SendBack | LockDoor | Remove | Ban
Sources = MuteOther | MuteAll | AskToUnmute | StopSource | Allow | Forbid | AllowAll | ForbidAll
Floor = LowerOther | LowerHands | Spotlight | Rename | Cover | Uncover | Follow
Group = PauseGroup | ResumeGroup | StartBreak | EndBreak | CloseGroup | CancelClose | EndGroup | TakeOver
Private = TalkPrivately | EndPrivate | Coming | CloseCall | CheckOn | AnswerPerson
Phone = MakeStandby | DropStandby | TakeSeat
Plan = PlanRooms | EditPlan | DropPlan | OpenRooms | ExtendRooms | RecallRooms | MovePeople | KeepApart | KeepTogether
Breakouts = Plan | DropIn | CancelDropIn | Look | CloseLook | Broadcast
First = Join | Resume | JoinStandby
Request = Own | Help | Partner | AtDoor | Sources | Floor | Group | Private | Phone | Breakouts
ClientMessage = First | Request


# --- server -> client: replies ---------------------------------------------------------------------------------------


class Ok(Struct, frozen=True, tag="ok"):
    id: Id


class Refused(Struct, frozen=True, tag="refused"):
    """`id` is null when the message could not be read."""

    id: Id | None
    code: ErrorCode
    text: str  # for developers; the page has its own words for each code


class Answer(Struct, frozen=True, tag="answer"):
    """`peer`: to be given to `resume`. `slots`: (audio mid, video mid) pairs."""

    id: Id
    sdp: str
    peer: int
    slots: list[tuple[MidText, MidText]]


class StandbyOffer(Struct, frozen=True, tag="standby"):
    """Reply to `make_standby`: a link for one phone, until that wall second."""

    id: Id
    token: Secret
    until: float


# --- server -> client: what a client may see --------------------------------------------------------------------------


class Person(Struct, frozen=True):
    """Somebody of the own room. `sources`: what of them reaches this client, held pictures left out."""

    id: ParticipantId
    name: str
    role: RoleName
    function: FunctionName | None
    muted: bool
    sources: list[SourceName]
    present: bool  # false: reconnecting
    hand: int | None  # place in the queue, 1 is first
    resting: Resting | None
    covered: bool
    calling: bool  # asked the facilitator to come
    with_: ParticipantId | None = msgspec.field(name="with")  # whom an interpreter follows


class CallMine(Struct, frozen=True):
    state: CallStateName
    coming: str | None  # the name of who comes


class Me(Struct, frozen=True):
    """What only this person is told of themselves. `may`: sources they may start."""

    muted: bool
    muted_by: ParticipantId | None
    may: list[SourceName]
    stopped: list[SourceName]  # by a facilitator: take the track off, then publish anew if wanted
    asked_by: ParticipantId | None  # would like to hear them
    seen_by: list[ParticipantId] | None  # null: the room, as usual; else exactly these
    covered_by: ParticipantId | None
    resting: Resting | None
    check_by: ParticipantId | None  # asks "Are you OK?"
    stays: bool
    come: CallMine | None
    private: CallMine | None
    standby: bool  # a phone stands by


class Visitor(Struct, frozen=True):
    """A facilitator who drops in at that wall second."""

    name: str
    at: float


class Watcher(Struct, frozen=True):
    """A facilitator who sees the cameras of this room, until that wall second."""

    name: str
    until: float


class Speaking(Struct, frozen=True):
    """Whose voice everybody hears."""

    by: ParticipantId
    name: str


class LeftAlone(Struct, frozen=True):
    """`since`: wall seconds. `names`: who is missing. `can_return`: one of them still may come back."""

    since: float
    names: list[str]
    can_return: bool
    waits: bool


class RoomView(Struct, frozen=True):
    """`closes_at`, `break_until`, `until`: wall seconds. `announced`: functions of the guests who are present.

    Of pairs: `number`; `groups`, what the rooms are called; `round`; `until`, when they end; `coming`, who is about to
    be here; `watched`, who sees it; `alone`, to the one who is. `broadcast`: who is heard in main and all pairs.
    """

    id: Key
    kind: Literal["main", "private", "pair"]
    spotlight: ParticipantId | None
    locked: list[SourceName]
    paused_by: ParticipantId | None
    staff: Staff
    staff_names: list[str]
    break_until: float | None
    closes_at: float | None
    notice: Notice | None
    chat: Literal["room", "direct"]
    announced: list[FunctionName]
    number: int | None
    groups: Groups | None
    round: Literal["open", "recalling"] | None
    until: float | None
    coming: list[Visitor]
    watched: list[Watcher]
    broadcast: Speaking | None
    alone: LeftAlone | None


class Knock(Struct, frozen=True):
    """`of`: the present seat whose other device this is."""

    id: ParticipantId
    name: str
    role: RoleName
    function: FunctionName | None
    kind: KnockName
    since: float
    present: bool
    of: ParticipantId | None
    sent_back: bool


class CallSeen(Struct, frozen=True):
    id: Key
    kind: CallName
    about: ParticipantId
    name: str
    note: str
    since: float
    state: CallStateName
    coming: ParticipantId | None
    room: Key
    waiting: bool


class Elsewhere(Struct, frozen=True):
    """Somebody in another room."""

    id: ParticipantId
    name: str
    role: RoleName
    room: Key
    present: bool


class Team(Struct, frozen=True):
    """What facilitators see besides their room. `desk`: names of those at the desk. `checks`: asked, not answered."""

    waiting: list[Knock]
    calls: list[CallSeen]
    elsewhere: list[Elsewhere]
    locked: bool
    absence: AbsenceName
    stays: list[ParticipantId]
    desk: list[str]
    checks: list[ParticipantId]
    kept_off: dict[ParticipantId, list[SourceName]]  # what those of the own room and the waiting may not start


class Placed(Struct, frozen=True):
    """Somebody of the group, on the board. `partner`: counts as one of a pair. `person.sources`: what a look gives."""

    person: Person
    room: Key
    partner: bool


class BoardRoom(Struct, frozen=True):
    """`alone`: who is left there; `called`: facilitators were rung about it. `trio`: a room they would fit into.

    `watched_by`, `coming`: facilitators who look at it, and who are about to drop in.
    """

    id: Key
    number: int
    alone: ParticipantId | None
    called: bool
    trio: Key | None
    watched_by: list[ParticipantId]
    coming: list[ParticipantId]


class Board(Struct, frozen=True):
    """All rooms of the group, to facilitators, while there is a plan or the rooms are open.

    `plan`: empty once they are open. `people`: everybody let in, in every room, in order of arrival. `again`: there is
    a last time. `suggested`: a room for each who came late. `until`: wall seconds.
    """

    state: Literal["planned", "open", "recalling"]
    groups: Groups
    until: float | None
    late: LateName
    rooms: list[BoardRoom]
    plan: list[list[ParticipantId]]
    people: list[Placed]
    apart: list[tuple[ParticipantId, ParticipantId]]
    together: list[tuple[ParticipantId, ParticipantId]]
    again: bool
    suggested: dict[ParticipantId, Key]


class DeskPerson(Struct, frozen=True):
    id: ParticipantId
    name: str
    role: RoleName
    function: FunctionName | None
    state: Literal["here", "away", "waiting", "gone"]


class Figure(Struct, frozen=True):
    """One person as support sees them: no name, no role, no room. Loss as a share of 1. Rates in kbit/s, in steps of 1,
    2 and 5: finer, what one sends would show whose media another gets.
    """

    code: str
    here: bool
    up_kbps: float
    down_kbps: float
    up_loss: float
    down_loss: float
    jitter_ms: float


class Said(Struct, frozen=True):
    """One line of the chat, as its reader may see it."""

    who: ParticipantId
    name: str
    to: Literal["room", "facilitators", "everyone", "you", "one"]  # to the reader; by the reader, to one person
    text: str
    at: float
    whom: ParticipantId | None = None  # whom a line for one person is for


class IceServer(Struct, frozen=True):
    """A relay for who cannot reach the media port, as RTCPeerConnection takes it. Good for some hours."""

    urls: list[str]
    username: str
    credential: str


# In each snapshot: `id` of the request that it answers, null when the place changed; `secret` only in reply to `join`
# and `join_standby`, or when a seat moved to this connection; `now`: the server's wall seconds, to show clocks by.


class Waiting(Struct, frozen=True, tag="waiting"):
    """The waiting room: never people, never counts."""

    id: Id | None
    session: SessionId
    you: ParticipantId
    secret: Secret | None
    now: float
    me: Me
    staff: Staff
    staff_names: list[str]
    numbers: Numbers
    note: str  # of who sent them back
    sent_back: bool
    knock_at: float
    take_over: bool  # this facilitator may lead the group
    over: bool  # the group has ended; who asked to stay waits for their facilitator
    late: bool  # let in, but the group is in pairs: a facilitator places them


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """A room with media. `pairs`: of slots; enough for every room of this session, so have them in the first offer."""

    id: Id | None
    session: SessionId
    you: ParticipantId
    secret: Secret | None
    now: float
    peer: int | None  # the media peer that lives on; null: open a new RTCPeerConnection and offer fresh
    me: Me
    people: list[Person]  # yourself included
    room: RoomView
    team: Team | None
    board: Board | None
    pairs: int
    lines: list[Said]
    slots: list[Slot]
    speakers: list[ParticipantId]
    numbers: Numbers
    ice: list[IceServer]


class Desk(Struct, frozen=True, tag="desk"):
    """Coordinators and admins: names, never rooms, never media."""

    id: Id | None
    session: SessionId
    you: ParticipantId
    secret: Secret | None
    now: float
    people: list[DeskPerson]
    waiting: int
    numbers: Numbers


class Figures(Struct, frozen=True, tag="figures"):
    """Support: numbers only."""

    id: Id | None
    session: SessionId
    you: ParticipantId
    secret: Secret | None
    now: float
    people: list[Figure]
    phase: Literal["open", "closing", "draining", "ended"]


class Silent(Struct, frozen=True, tag="silent"):
    """A facilitator's standby phone: no media, no sound."""

    id: Id | None
    session: SessionId
    you: ParticipantId
    secret: Secret | None
    now: float
    me: Me
    room: RoomView
    team: Team
    board: Board | None
    people: list[Person]
    lines: list[Said]
    numbers: Numbers
    laptop: bool  # the seat's own device is connected


# --- server -> client: what changed ----------------------------------------------------------------------------------


class PersonIs(Struct, frozen=True, tag="person"):
    """New, or different. Order of arrival is the order in which they were first told."""

    person: Person


class PersonGone(Struct, frozen=True, tag="person_gone"):
    """Out of the room, for whatever cause."""

    participant: ParticipantId


class MeIs(Struct, frozen=True, tag="me"):
    me: Me


class RoomIs(Struct, frozen=True, tag="room"):
    room: RoomView


class TeamIs(Struct, frozen=True, tag="team"):
    team: Team


class BoardIs(Struct, frozen=True, tag="board"):
    board: Board | None


class WaitingIs(Struct, frozen=True, tag="waiting_is"):
    staff: Staff
    staff_names: list[str]
    note: str
    me: Me
    take_over: bool
    over: bool
    late: bool


class DeskIs(Struct, frozen=True, tag="desk_is"):
    people: list[DeskPerson]
    waiting: int


class FiguresIs(Struct, frozen=True, tag="figures_is"):
    people: list[Figure]


class LaptopIs(Struct, frozen=True, tag="laptop"):
    """To a standby phone: whether the seat's own device is connected."""

    here: bool


Change = PersonIs | PersonGone | MeIs | RoomIs | TeamIs | BoardIs | WaitingIs | DeskIs | FiguresIs | LaptopIs


class Changes(Struct, frozen=True, tag="changes"):
    """All of one moment. `n` counts from 1 after each snapshot; after a gap: `resume`."""

    n: int
    changes: list[Change]


# --- server -> client: signals ---------------------------------------------------------------------------------------


class Slot(Struct, frozen=True):
    mid: MidText
    participant: ParticipantId
    source: SourceName


class Slots(Struct, frozen=True, tag="slots"):
    """The whole map of this peer's slots that carry somebody; all others are empty. The page blanks what changed."""

    slots: list[Slot]


class SlotsNeeded(Struct, frozen=True, tag="slots_needed"):
    """The page has too few slot pairs: add up to `pairs` in all and offer again."""

    pairs: int


class Flowing(Struct, frozen=True, tag="flowing"):
    """Media of the present attachment starts at this RTP timestamp: show the tile from that frame on."""

    mid: MidText
    rtp: int


class Squeezed(Struct, frozen=True, tag="squeezed"):
    """Slots whose pictures wait so that sound gets through, or whose sound does for that of others: the whole list."""

    mids: list[MidText]


class SendLayers(Struct, frozen=True, tag="send_layers"):
    """How many of its encodings this source should send, smallest first. Before it is said: all.

    `paused`: none, because the line does not carry the sound beside them. Its person is told.
    """

    source: SourceName
    layers: Annotated[int, Meta(ge=0, le=3)]
    paused: bool = False


class Speakers(Struct, frozen=True, tag="speakers"):
    """Who speaks now, loudest first, of those whom this client may hear."""

    participants: list[ParticipantId]


class Pulse(Struct, frozen=True, tag="pulse"):
    """To facilitators while rooms are open, on a difference: who speaks in any of them, whose line is weak or poor.

    Sorted by id, not by loudness.
    """

    speaking: list[ParticipantId]
    weak: list[ParticipantId]
    poor: list[ParticipantId]


class NewLine(Struct, frozen=True, tag="said"):
    """One more line of the chat."""

    line: Said


class MediaLost(Struct, frozen=True, tag="media_lost"):
    """The media peer is gone (worker died, consent lost): open a new RTCPeerConnection with the same tracks."""

    peer: int


class Ice(Struct, frozen=True, tag="ice"):
    """Relays for the next ICE restart, in place of those told before, which end soon. What is connected stays so."""

    servers: list[IceServer]


class Bye(Struct, frozen=True, tag="bye"):
    """Last message before the server closes."""

    reason: ByeReason


Reply = Ok | Refused | Answer | StandbyOffer
Place = Waiting | Snapshot | Desk | Figures | Silent
Signal = Slots | SlotsNeeded | Flowing | Squeezed | SendLayers | Speakers | Pulse | NewLine | MediaLost | Ice | Bye
ServerMessage = Reply | Place | Changes | Signal
