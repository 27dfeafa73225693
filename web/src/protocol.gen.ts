/* Written by `make types` from signaling/protocol.py. Do not edit. */

export type ClientMessage =
  | Join
  | Resume
  | JoinStandby
  | Offer
  | Publish
  | Unpublish
  | Mute
  | Unmute
  | View
  | Leave
  | Ping
  | RaiseHand
  | LowerHand
  | DeclineUnmute
  | StepAway
  | ComeBack
  | CallHelp
  | CancelHelp
  | AnswerCheck
  | AskToStay
  | Say
  | BackToGroup
  | WaitForPartner
  | Admit
  | AdmitExpected
  | Decline
  | SendBack
  | LockDoor
  | Remove
  | Ban
  | MuteOther
  | MuteAll
  | AskToUnmute
  | StopSource
  | Allow
  | Forbid
  | AllowAll
  | ForbidAll
  | LowerOther
  | LowerHands
  | Spotlight
  | Rename
  | Cover
  | Uncover
  | Follow
  | PauseGroup
  | ResumeGroup
  | StartBreak
  | EndBreak
  | CloseGroup
  | CancelClose
  | EndGroup
  | TakeOver
  | TalkPrivately
  | EndPrivate
  | Coming
  | CloseCall
  | CheckOn
  | AnswerPerson
  | MakeStandby
  | DropStandby
  | TakeSeat
  | PlanRooms
  | EditPlan
  | DropPlan
  | OpenRooms
  | ExtendRooms
  | RecallRooms
  | MovePeople
  | KeepApart
  | KeepTogether
  | DropIn
  | CancelDropIn
  | Look
  | CloseLook
  | Broadcast;
export type SourceName = "camera" | "microphone" | "screen" | "screen_sound";
export type LateName = "ask" | "smallest";
export type Request =
  | Offer
  | Publish
  | Unpublish
  | Mute
  | Unmute
  | View
  | Leave
  | Ping
  | RaiseHand
  | LowerHand
  | DeclineUnmute
  | StepAway
  | ComeBack
  | CallHelp
  | CancelHelp
  | AnswerCheck
  | AskToStay
  | Say
  | BackToGroup
  | WaitForPartner
  | Admit
  | AdmitExpected
  | Decline
  | SendBack
  | LockDoor
  | Remove
  | Ban
  | MuteOther
  | MuteAll
  | AskToUnmute
  | StopSource
  | Allow
  | Forbid
  | AllowAll
  | ForbidAll
  | LowerOther
  | LowerHands
  | Spotlight
  | Rename
  | Cover
  | Uncover
  | Follow
  | PauseGroup
  | ResumeGroup
  | StartBreak
  | EndBreak
  | CloseGroup
  | CancelClose
  | EndGroup
  | TakeOver
  | TalkPrivately
  | EndPrivate
  | Coming
  | CloseCall
  | CheckOn
  | AnswerPerson
  | MakeStandby
  | DropStandby
  | TakeSeat
  | PlanRooms
  | EditPlan
  | DropPlan
  | OpenRooms
  | ExtendRooms
  | RecallRooms
  | MovePeople
  | KeepApart
  | KeepTogether
  | DropIn
  | CancelDropIn
  | Look
  | CloseLook
  | Broadcast;
export type ServerMessage =
  | Ok
  | Refused
  | Answer
  | StandbyOffer
  | Waiting
  | Snapshot
  | Desk
  | Figures
  | Silent
  | Changes
  | Slots
  | SlotsNeeded
  | Flowing
  | Squeezed
  | SendLayers
  | Speakers
  | Pulse
  | NewLine
  | MediaLost
  | Ice
  | Bye;
export type ErrorCode =
  | "agreement_needed"
  | "alone"
  | "bad_link"
  | "bad_message"
  | "bad_name"
  | "bad_offer"
  | "bad_version"
  | "banned"
  | "busy"
  | "declined"
  | "ended"
  | "link_full"
  | "locked"
  | "media_gone"
  | "no_such"
  | "not_allowed"
  | "not_joined"
  | "not_now"
  | "over"
  | "resume_unknown"
  | "standby_unknown"
  | "too_early"
  | "too_many"
  | "unavailable"
  | "waiting";
export type CallStateName = "coming" | "open" | "ringing";
export type Staff = "here" | "none" | "reconnecting";
export type RoleName = "admin" | "coordinator" | "facilitator" | "guest" | "participant" | "support";
export type FunctionName = "captioner" | "interpreter" | "supervisor" | "trainee";
export type Groups = "pairs" | "rooms";
export type KnockName = "again" | "expected" | "other_device" | "removed" | "stranger";
export type CallName = "come" | "dropped" | "no_answer" | "partner_dropped" | "private";
export type AbsenceName = "closing" | "locked" | "none" | "open_to_team" | "present" | "told" | "unsure";
export type Change =
  PersonIs | PersonGone | MeIs | RoomIs | TeamIs | BoardIs | WaitingIs | DeskIs | FiguresIs | LaptopIs;
export type ByeReason =
  | "bad_message"
  | "closed"
  | "declined"
  | "ended"
  | "left"
  | "removed"
  | "replaced"
  | "stopping"
  | "too_many"
  | "too_slow";
export type Step = "agreement" | "check" | "devices" | "name";

export interface Protocol {
  ClientMessage: ClientMessage;
  Request: Request;
  ServerMessage: ServerMessage;
  LinkOpen: LinkOpen;
}
/**
 * First message of a newcomer. Reply: a snapshot with a resume secret. `agreement`: the version just accepted.
 */
export interface Join {
  type: "join";
  id: number;
  version: number;
  token: string;
  name: string;
  agreement?: string | null;
}
/**
 * First message of a returning browser. Reply: a snapshot. `peer`: the peer whose RTCPeerConnection still lives.
 */
export interface Resume {
  type: "resume";
  id: number;
  version: number;
  session: string;
  secret: string;
  name: string;
  peer?: number | null;
}
/**
 * First message of a facilitator's phone. Reply: `silent` with a resume secret. The token works once.
 */
export interface JoinStandby {
  type: "join_standby";
  id: number;
  version: number;
  token: string;
}
/**
 * Reply: `answer`. `sources`: mid -> what that sending m-line carries. `fresh`: from a new RTCPeerConnection.
 */
export interface Offer {
  type: "offer";
  id: number;
  sdp: string;
  sources: {
    [k: string]: SourceName;
  };
  fresh: boolean;
}
/**
 * A track was put on this source's m-line.
 */
export interface Publish {
  type: "publish";
  id: number;
  source: SourceName;
}
export interface Unpublish {
  type: "unpublish";
  id: number;
  source: SourceName;
}
/**
 * Own microphone. The server stops forwarding it.
 */
export interface Mute {
  type: "mute";
  id: number;
}
export interface Unmute {
  type: "unmute";
  id: number;
}
/**
 * Whose pictures the page shows, most important first. Before the first `view`: everybody's. Sound is not asked.
 */
export interface View {
  type: "view";
  id: number;
  tiles: Tile[];
}
export interface Tile {
  participant: string;
  source: SourceName;
  width: number;
  height: number;
  front?: boolean;
  needed?: boolean;
}
export interface Leave {
  type: "leave";
  id: number;
}
/**
 * Every 5 s; the page takes 12 s without any message as a dead connection.
 */
export interface Ping {
  type: "ping";
  id: number;
}
export interface RaiseHand {
  type: "raise_hand";
  id: number;
}
export interface LowerHand {
  type: "lower_hand";
  id: number;
}
/**
 * Not now: the answer to being asked to unmute.
 */
export interface DeclineUnmute {
  type: "decline_unmute";
  id: number;
}
/**
 * Nobody sees or hears this person, nor they the others; the seat is kept.
 */
export interface StepAway {
  type: "step_away";
  id: number;
}
/**
 * From stepping away, from a break, or into the room that changed meanwhile.
 */
export interface ComeBack {
  type: "come_back";
  id: number;
}
/**
 * "private" is seen by facilitators only. A second one only adds the note.
 */
export interface CallHelp {
  type: "call_help";
  id: number;
  kind: "come" | "private";
  note?: string;
}
export interface CancelHelp {
  type: "cancel_help";
  id: number;
  kind: "come" | "private";
}
export interface AnswerCheck {
  type: "answer_check";
  id: number;
  ok: boolean;
}
/**
 * When the group closes. Only facilitators see it.
 */
export interface AskToStay {
  type: "ask_to_stay";
  id: number;
  on: boolean;
}
export interface Say {
  type: "say";
  id: number;
  to: string;
  text: string;
}
/**
 * From a pair to the main room: facilitators always, muted; others while they are alone there.
 */
export interface BackToGroup {
  type: "back_to_group";
  id: number;
}
/**
 * Whoever is alone in a pair stays there.
 */
export interface WaitForPartner {
  type: "wait_for_partner";
  id: number;
}
export interface Admit {
  type: "admit";
  id: number;
  participant: string;
}
/**
 * Everybody who knocks with an unused link of the list.
 */
export interface AdmitExpected {
  type: "admit_expected";
  id: number;
}
export interface Decline {
  type: "decline";
  id: number;
  participant: string;
}
/**
 * Back to the waiting room, with a line that only they read.
 */
export interface SendBack {
  type: "send_back";
  id: number;
  participant: string;
  note?: string;
}
/**
 * Stops new knocks only.
 */
export interface LockDoor {
  type: "lock_door";
  id: number;
  on: boolean;
}
/**
 * They may knock again.
 */
export interface Remove {
  type: "remove";
  id: number;
  participant: string;
}
/**
 * `until`: wall seconds.
 */
export interface Ban {
  type: "ban";
  id: number;
  participant: string;
  until: number;
}
export interface MuteOther {
  type: "mute_other";
  id: number;
  participant: string;
}
export interface MuteAll {
  type: "mute_all";
  id: number;
  room: string;
}
export interface AskToUnmute {
  type: "ask_to_unmute";
  id: number;
  participant: string;
}
export interface StopSource {
  type: "stop_source";
  id: number;
  participant: string;
  source: SourceName;
}
export interface Allow {
  type: "allow";
  id: number;
  participant: string;
  source: SourceName;
}
export interface Forbid {
  type: "forbid";
  id: number;
  participant: string;
  source: SourceName;
}
export interface AllowAll {
  type: "allow_all";
  id: number;
  room: string;
  source: SourceName;
}
export interface ForbidAll {
  type: "forbid_all";
  id: number;
  room: string;
  source: SourceName;
}
export interface LowerOther {
  type: "lower_other";
  id: number;
  participant: string;
}
export interface LowerHands {
  type: "lower_hands";
  id: number;
  room: string;
}
export interface Spotlight {
  type: "spotlight";
  id: number;
  room: string;
  participant: string | null;
}
export interface Rename {
  type: "rename";
  id: number;
  participant: string;
  name: string;
}
/**
 * Nobody but facilitators sees or hears them, at once.
 */
export interface Cover {
  type: "cover";
  id: number;
  participant: string;
}
export interface Uncover {
  type: "uncover";
  id: number;
  participant: string;
}
/**
 * An interpreter goes where this person goes.
 */
export interface Follow {
  type: "follow";
  id: number;
  participant: string;
  whom: string | null;
}
export interface PauseGroup {
  type: "pause_group";
  id: number;
}
export interface ResumeGroup {
  type: "resume_group";
  id: number;
}
/**
 * `until`: wall seconds.
 */
export interface StartBreak {
  type: "start_break";
  id: number;
  until: number;
}
export interface EndBreak {
  type: "end_break";
  id: number;
}
export interface CloseGroup {
  type: "close_group";
  id: number;
  minutes: 0 | 2 | 5;
}
export interface CancelClose {
  type: "cancel_close";
  id: number;
}
export interface EndGroup {
  type: "end_group";
  id: number;
}
/**
 * Lead a group whose facilitator has been gone for a minute.
 */
export interface TakeOver {
  type: "take_over";
  id: number;
}
export interface TalkPrivately {
  type: "talk_privately";
  id: number;
  participant: string;
}
export interface EndPrivate {
  type: "end_private";
  id: number;
  room: string;
}
/**
 * "I am coming": the person sees who.
 */
export interface Coming {
  type: "coming";
  id: number;
  call: string;
}
export interface CloseCall {
  type: "close_call";
  id: number;
  call: string;
}
/**
 * "Are you OK?", privately.
 */
export interface CheckOn {
  type: "check_on";
  id: number;
  participant: string;
}
/**
 * A facilitator's line back to one person.
 */
export interface AnswerPerson {
  type: "answer";
  id: number;
  participant: string;
  text: string;
}
/**
 * Reply: `standby`.
 */
export interface MakeStandby {
  type: "make_standby";
  id: number;
}
/**
 * Puts the phone away.
 */
export interface DropStandby {
  type: "drop_standby";
  id: number;
}
/**
 * From the phone: it becomes the seat's device. Reply: `ok`, then a `snapshot`; offer fresh.
 */
export interface TakeSeat {
  type: "take_seat";
  id: number;
}
/**
 * `how` "size": rooms of `count`. "number": `count` rooms. "again": as last time, `count` means nothing.
 */
export interface PlanRooms {
  type: "plan_rooms";
  id: number;
  how: "again" | "number" | "size";
  count: number;
}
/**
 * The whole plan, by hand.
 */
export interface EditPlan {
  type: "edit_plan";
  id: number;
  rooms: string[][];
}
export interface DropPlan {
  type: "drop_plan";
  id: number;
}
/**
 * `minutes` null: until they are called back. `late`: what becomes of who comes late.
 */
export interface OpenRooms {
  type: "open_rooms";
  id: number;
  minutes: number | null;
  late: LateName;
}
export interface ExtendRooms {
  type: "extend_rooms";
  id: number;
  minutes: number;
}
/**
 * `seconds` 0: now.
 */
export interface RecallRooms {
  type: "recall_rooms";
  id: number;
  seconds: number;
}
/**
 * All at once. A room of the next number is opened. `alone`, unless `anyway`, if somebody would be left alone.
 */
export interface MovePeople {
  type: "move_people";
  id: number;
  moves: [string, string][];
  anyway?: boolean;
}
/**
 * No plan puts these two into one room, today or another day.
 */
export interface KeepApart {
  type: "keep_apart";
  id: number;
  participant: string;
  other: string;
  on: boolean;
}
export interface KeepTogether {
  type: "keep_together";
  id: number;
  participant: string;
  other: string;
  on: boolean;
}
/**
 * In 3 s; the pair is told now.
 */
export interface DropIn {
  type: "drop_in";
  id: number;
  room: string;
}
export interface CancelDropIn {
  type: "cancel_drop_in";
  id: number;
}
/**
 * Cameras of that pair for 60 s, no sound, once the pair was told.
 */
export interface Look {
  type: "look";
  id: number;
  room: string;
}
export interface CloseLook {
  type: "close_look";
  id: number;
}
/**
 * The own voice to main and all pairs. Nothing is heard back.
 */
export interface Broadcast {
  type: "broadcast";
  id: number;
  on: boolean;
}
export interface Ok {
  type: "ok";
  id: number;
}
/**
 * `id` is null when the message could not be read.
 */
export interface Refused {
  type: "refused";
  id: number | null;
  code: ErrorCode;
  text: string;
}
/**
 * `peer`: to be given to `resume`. `slots`: (audio mid, video mid) pairs.
 */
export interface Answer {
  type: "answer";
  id: number;
  sdp: string;
  peer: number;
  slots: [string, string][];
}
/**
 * Reply to `make_standby`: a link for one phone, until that wall second.
 */
export interface StandbyOffer {
  type: "standby";
  id: number;
  token: string;
  until: number;
}
/**
 * The waiting room: never people, never counts.
 */
export interface Waiting {
  type: "waiting";
  id: number | null;
  session: string;
  you: string;
  secret: string | null;
  now: number;
  me: Me;
  staff: Staff;
  staff_names: string[];
  numbers: Numbers;
  note: string;
  sent_back: boolean;
  knock_at: number;
  take_over: boolean;
  over: boolean;
  late: boolean;
}
/**
 * What only this person is told of themselves. `may`: sources they may start.
 */
export interface Me {
  muted: boolean;
  muted_by: string | null;
  may: SourceName[];
  stopped: SourceName[];
  asked_by: string | null;
  seen_by: string[] | null;
  covered_by: string | null;
  resting: ("arriving" | "away" | "break") | null;
  check_by: string | null;
  stays: boolean;
  come: CallMine | null;
  private: CallMine | null;
  standby: boolean;
}
export interface CallMine {
  state: CallStateName;
  coming: string | null;
}
/**
 * Whom to call; on every page.
 */
export interface Numbers {
  practice: string;
  crisis: string;
}
/**
 * A room with media. `pairs`: of slots; enough for every room of this session, so have them in the first offer.
 */
export interface Snapshot {
  type: "snapshot";
  id: number | null;
  session: string;
  you: string;
  secret: string | null;
  now: number;
  peer: number | null;
  me: Me;
  people: Person[];
  room: RoomView;
  team: Team | null;
  board: Board | null;
  pairs: number;
  lines: Said[];
  slots: Slot[];
  speakers: string[];
  numbers: Numbers;
  ice: IceServer[];
}
/**
 * Somebody of the own room. `sources`: what of them reaches this client, held pictures left out.
 */
export interface Person {
  id: string;
  name: string;
  role: RoleName;
  function: FunctionName | null;
  muted: boolean;
  sources: SourceName[];
  present: boolean;
  hand: number | null;
  resting: ("arriving" | "away" | "break") | null;
  covered: boolean;
  calling: boolean;
  with: string | null;
}
/**
 * `closes_at`, `break_until`, `until`: wall seconds. `announced`: functions of the guests who are present.
 *
 *     Of pairs: `number`; `groups`, what the rooms are called; `round`; `until`, when they end; `coming`, who is about to
 *     be here; `watched`, who sees it; `alone`, to the one who is. `broadcast`: who is heard in main and all pairs.
 */
export interface RoomView {
  id: string;
  kind: "main" | "pair" | "private";
  spotlight: string | null;
  locked: SourceName[];
  paused_by: string | null;
  staff: Staff;
  staff_names: string[];
  break_until: number | null;
  closes_at: number | null;
  notice: ("locked" | "open_to_team" | "told") | null;
  chat: "direct" | "room";
  announced: FunctionName[];
  number: number | null;
  groups: Groups | null;
  round: ("open" | "recalling") | null;
  until: number | null;
  coming: Visitor[];
  watched: Watcher[];
  broadcast: Speaking | null;
  alone: LeftAlone | null;
}
/**
 * A facilitator who drops in at that wall second.
 */
export interface Visitor {
  name: string;
  at: number;
}
/**
 * A facilitator who sees the cameras of this room, until that wall second.
 */
export interface Watcher {
  name: string;
  until: number;
}
/**
 * Whose voice everybody hears.
 */
export interface Speaking {
  by: string;
  name: string;
}
/**
 * `since`: wall seconds. `names`: who is missing. `can_return`: one of them still may come back.
 */
export interface LeftAlone {
  since: number;
  names: string[];
  can_return: boolean;
  waits: boolean;
}
/**
 * What facilitators see besides their room. `desk`: names of those at the desk. `checks`: asked, not answered.
 */
export interface Team {
  waiting: Knock[];
  calls: CallSeen[];
  elsewhere: Elsewhere[];
  locked: boolean;
  absence: AbsenceName;
  stays: string[];
  desk: string[];
  checks: string[];
  kept_off: {
    [k: string]: SourceName[];
  };
}
/**
 * `of`: the present seat whose other device this is.
 */
export interface Knock {
  id: string;
  name: string;
  role: RoleName;
  function: FunctionName | null;
  kind: KnockName;
  since: number;
  present: boolean;
  of: string | null;
  sent_back: boolean;
}
export interface CallSeen {
  id: string;
  kind: CallName;
  about: string;
  name: string;
  note: string;
  since: number;
  state: CallStateName;
  coming: string | null;
  room: string;
  waiting: boolean;
}
/**
 * Somebody in another room.
 */
export interface Elsewhere {
  id: string;
  name: string;
  role: RoleName;
  room: string;
  present: boolean;
}
/**
 * All rooms of the group, to facilitators, while there is a plan or the rooms are open.
 *
 *     `plan`: empty once they are open. `people`: everybody let in, in every room, in order of arrival. `again`: there is
 *     a last time. `suggested`: a room for each who came late. `until`: wall seconds.
 */
export interface Board {
  state: "open" | "planned" | "recalling";
  groups: Groups;
  until: number | null;
  late: LateName;
  rooms: BoardRoom[];
  plan: string[][];
  people: Placed[];
  apart: [string, string][];
  together: [string, string][];
  again: boolean;
  suggested: {
    [k: string]: string;
  };
}
/**
 * `alone`: who is left there; `called`: facilitators were rung about it. `trio`: a room they would fit into.
 *
 *     `watched_by`, `coming`: facilitators who look at it, and who are about to drop in.
 */
export interface BoardRoom {
  id: string;
  number: number;
  alone: string | null;
  called: boolean;
  trio: string | null;
  watched_by: string[];
  coming: string[];
}
/**
 * Somebody of the group, on the board. `partner`: counts as one of a pair. `person.sources`: what a look gives.
 */
export interface Placed {
  person: Person;
  room: string;
  partner: boolean;
}
/**
 * One line of the chat, as its reader may see it.
 */
export interface Said {
  who: string;
  name: string;
  to: "everyone" | "facilitators" | "one" | "room" | "you";
  text: string;
  at: number;
  whom?: string | null;
}
export interface Slot {
  mid: string;
  participant: string;
  source: SourceName;
}
/**
 * A relay for who cannot reach the media port, as RTCPeerConnection takes it. Good for some hours.
 */
export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}
/**
 * Coordinators and admins: names, never rooms, never media.
 */
export interface Desk {
  type: "desk";
  id: number | null;
  session: string;
  you: string;
  secret: string | null;
  now: number;
  people: DeskPerson[];
  waiting: number;
  numbers: Numbers;
}
export interface DeskPerson {
  id: string;
  name: string;
  role: RoleName;
  function: FunctionName | null;
  state: "away" | "gone" | "here" | "waiting";
}
/**
 * Support: numbers only.
 */
export interface Figures {
  type: "figures";
  id: number | null;
  session: string;
  you: string;
  secret: string | null;
  now: number;
  people: Figure[];
  phase: "closing" | "draining" | "ended" | "open";
}
/**
 * One person as support sees them: no name, no role, no room. Loss as a share of 1. Rates in kbit/s, in steps of 1,
 *     2 and 5: finer, what one sends would show whose media another gets.
 */
export interface Figure {
  code: string;
  here: boolean;
  up_kbps: number;
  down_kbps: number;
  up_loss: number;
  down_loss: number;
  jitter_ms: number;
}
/**
 * A facilitator's standby phone: no media, no sound.
 */
export interface Silent {
  type: "silent";
  id: number | null;
  session: string;
  you: string;
  secret: string | null;
  now: number;
  me: Me;
  room: RoomView;
  team: Team;
  board: Board | null;
  people: Person[];
  lines: Said[];
  numbers: Numbers;
  laptop: boolean;
}
/**
 * All of one moment. `n` counts from 1 after each snapshot; after a gap: `resume`.
 */
export interface Changes {
  type: "changes";
  n: number;
  changes: Change[];
}
/**
 * New, or different. Order of arrival is the order in which they were first told.
 */
export interface PersonIs {
  type: "person";
  person: Person;
}
/**
 * Out of the room, for whatever cause.
 */
export interface PersonGone {
  type: "person_gone";
  participant: string;
}
export interface MeIs {
  type: "me";
  me: Me;
}
export interface RoomIs {
  type: "room";
  room: RoomView;
}
export interface TeamIs {
  type: "team";
  team: Team;
}
export interface BoardIs {
  type: "board";
  board: Board | null;
}
export interface WaitingIs {
  type: "waiting_is";
  staff: Staff;
  staff_names: string[];
  note: string;
  me: Me;
  take_over: boolean;
  over: boolean;
  late: boolean;
}
export interface DeskIs {
  type: "desk_is";
  people: DeskPerson[];
  waiting: number;
}
export interface FiguresIs {
  type: "figures_is";
  people: Figure[];
}
/**
 * To a standby phone: whether the seat's own device is connected.
 */
export interface LaptopIs {
  type: "laptop";
  here: boolean;
}
/**
 * The whole map of this peer's slots that carry somebody; all others are empty. The page blanks what changed.
 */
export interface Slots {
  type: "slots";
  slots: Slot[];
}
/**
 * The page has too few slot pairs: add up to `pairs` in all and offer again.
 */
export interface SlotsNeeded {
  type: "slots_needed";
  pairs: number;
}
/**
 * Media of the present attachment starts at this RTP timestamp: show the tile from that frame on.
 */
export interface Flowing {
  type: "flowing";
  mid: string;
  rtp: number;
}
/**
 * Slots whose pictures wait so that sound gets through, or whose sound does for that of others: the whole list.
 */
export interface Squeezed {
  type: "squeezed";
  mids: string[];
}
/**
 * How many of its encodings this source should send, smallest first. Before it is said: all.
 *
 *     `paused`: none, because the line does not carry the sound beside them. Its person is told.
 */
export interface SendLayers {
  type: "send_layers";
  source: SourceName;
  layers: number;
  paused?: boolean;
}
/**
 * Who speaks now, loudest first, of those whom this client may hear.
 */
export interface Speakers {
  type: "speakers";
  participants: string[];
}
/**
 * To facilitators while rooms are open, on a difference: who speaks in any of them, whose line is weak or poor.
 *
 *     Sorted by id, not by loudness.
 */
export interface Pulse {
  type: "pulse";
  speaking: string[];
  weak: string[];
  poor: string[];
}
/**
 * One more line of the chat.
 */
export interface NewLine {
  type: "said";
  line: Said;
}
/**
 * The media peer is gone (worker died, consent lost): open a new RTCPeerConnection with the same tracks.
 */
export interface MediaLost {
  type: "media_lost";
  peer: number;
}
/**
 * Relays for the next ICE restart, in place of those told before, which end soon. What is connected stays so.
 */
export interface Ice {
  type: "ice";
  servers: IceServer[];
}
/**
 * Last message before the server closes.
 */
export interface Bye {
  type: "bye";
  reason: ByeReason;
}
/**
 * `next`: start of the next session, wall seconds; null: none is known. `session`: the one that is open now.
 */
export interface LinkOpen {
  open: boolean;
  why: "banned" | "open" | "over" | "too_early" | "wrong_day";
  next: number | null;
  session: string | null;
  roles: RoleName[];
  function: FunctionName | null;
  name: string | null;
  fixed: boolean;
  steps: Step[];
  agreement: Agreement | null;
  numbers: Numbers;
}
export interface Agreement {
  version: string;
  text: string;
}
