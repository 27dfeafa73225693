/* Written by `make types` from signaling/protocol.py. Do not edit. */

export type ClientMessage = Join | Resume | Offer | Publish | Unpublish | Mute | Unmute | View | Leave | Ping;
export type SourceName = "camera" | "microphone" | "screen" | "screen_sound";
export type ServerMessage =
  Ok | Refused | Answer | Snapshot | Event | Slots | SlotsNeeded | Flowing | Speakers | MediaLost | Bye;
export type ErrorCode =
  | "bad_link"
  | "bad_message"
  | "bad_name"
  | "bad_offer"
  | "bad_version"
  | "ended"
  | "link_full"
  | "media_gone"
  | "not_allowed"
  | "not_joined"
  | "resume_unknown"
  | "too_many"
  | "unavailable";
export type RoleName = "facilitator" | "participant";
export type SessionEvent = Joined | Left | Away | Returned | Muted | Unmuted | Published | Unpublished;
export type ByeReason = "bad_message" | "ended" | "left" | "replaced" | "stopping" | "too_many" | "too_slow";

export interface Protocol {
  ClientMessage: ClientMessage;
  ServerMessage: ServerMessage;
}
/**
 * First message of a newcomer. Reply: `snapshot` with a resume secret.
 */
export interface Join {
  type: "join";
  id: number;
  version: number;
  token: string;
  name: string;
}
/**
 * First message of a returning browser. Reply: `snapshot`. `peer`: the peer whose RTCPeerConnection still lives.
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
 * Everything this client may see, at event number `n`; events n+1 and on follow.
 */
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
/**
 * What everybody in the session sees of a participant.
 */
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
export interface Event {
  type: "event";
  n: number;
  event: SessionEvent;
}
export interface Joined {
  type: "joined";
  person: Person;
}
export interface Left {
  type: "left";
  participant: string;
  cause: "ended" | "left" | "lost";
}
/**
 * Their connection dropped; the seat is kept.
 */
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
 * Who speaks now, loudest first.
 */
export interface Speakers {
  type: "speakers";
  participants: string[];
}
/**
 * The media peer is gone (worker died, consent lost): open a new RTCPeerConnection with the same tracks.
 */
export interface MediaLost {
  type: "media_lost";
  peer: number;
}
/**
 * Last message before the server closes.
 */
export interface Bye {
  type: "bye";
  reason: ByeReason;
}
