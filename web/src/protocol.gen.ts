/* Written by `make types` from signaling/protocol.py. Do not edit. */

export type SourceName = "microphone" | "camera" | "screen" | "screen_sound";
export type RoleName = "participant" | "facilitator";
export type ErrorCode =
  | "bad_message"
  | "bad_version"
  | "bad_link"
  | "link_full"
  | "bad_name"
  | "resume_unknown"
  | "not_allowed"
  | "not_joined"
  | "bad_offer"
  | "media_gone"
  | "too_many"
  | "ended"
  | "unavailable";
export type ByeReason = "left" | "replaced" | "ended" | "stopping" | "too_slow" | "too_many" | "bad_message";

export interface Join {
  type: "join";
  id: number;
  version: number;
  token: string;
  name: string;
}
export interface Resume {
  type: "resume";
  id: number;
  version: number;
  session: string;
  secret: string;
  name: string;
  peer?: number | null;
}
export interface Offer {
  type: "offer";
  id: number;
  sdp: string;
  sources: { [mid: string]: SourceName };
  fresh: boolean;
}
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
export interface Mute {
  type: "mute";
  id: number;
}
export interface Unmute {
  type: "unmute";
  id: number;
}
export interface Tile {
  participant: string;
  source: SourceName;
  width: number;
  height: number;
}
export interface View {
  type: "view";
  id: number;
  tiles: Tile[];
}
export interface Leave {
  type: "leave";
  id: number;
}
export interface Ping {
  type: "ping";
  id: number;
}
export type ClientMessage = Join | Resume | Offer | Publish | Unpublish | Mute | Unmute | View | Leave | Ping;

export interface Ok {
  type: "ok";
  id: number;
}
export interface Refused {
  type: "refused";
  id: number | null;
  code: ErrorCode;
  text: string;
}
export interface Answer {
  type: "answer";
  id: number;
  sdp: string;
  peer: number;
  slots: [string, string][];
}
export interface Person {
  id: string;
  name: string;
  role: RoleName;
  muted: boolean;
  sources: SourceName[];
  present: boolean;
}
export interface Slot {
  mid: string;
  participant: string;
  source: SourceName;
}
export interface Snapshot {
  type: "snapshot";
  id: number | null;
  n: number;
  session: string;
  you: string;
  secret: string | null;
  peer: number | null;
  people: Person[];
  slots: Slot[];
  speakers: string[];
}
export interface Joined {
  type: "joined";
  person: Person;
}
export interface Left {
  type: "left";
  participant: string;
  cause: "left" | "lost" | "ended";
}
export interface Away {
  type: "away";
  participant: string;
}
export interface Returned {
  type: "returned";
  person: Person;
}
export interface Muted {
  type: "muted";
  participant: string;
}
export interface Unmuted {
  type: "unmuted";
  participant: string;
}
export interface Published {
  type: "published";
  participant: string;
  source: SourceName;
}
export interface Unpublished {
  type: "unpublished";
  participant: string;
  source: SourceName;
}
export type SessionEvent = Joined | Left | Away | Returned | Muted | Unmuted | Published | Unpublished;
export interface Event {
  type: "event";
  n: number;
  event: SessionEvent;
}
export interface Slots {
  type: "slots";
  slots: Slot[];
}
export interface SlotsNeeded {
  type: "slots_needed";
  pairs: number;
}
export interface Flowing {
  type: "flowing";
  mid: string;
  rtp: number;
}
export interface Speakers {
  type: "speakers";
  participants: string[];
}
export interface MediaLost {
  type: "media_lost";
  peer: number;
}
export interface Bye {
  type: "bye";
  reason: ByeReason;
}
export type ServerMessage =
  | Ok
  | Refused
  | Answer
  | Snapshot
  | Event
  | Slots
  | SlotsNeeded
  | Flowing
  | Speakers
  | MediaLost
  | Bye;
