/** The seam between the session's logic and its screens: what a screen may read, and what it may ask for. */

import type { ReadonlySignal } from "@preact/signals";
import type { MicrophoneHint } from "../media/hearing";
import type {
  Board,
  Desk,
  ErrorCode,
  Figures,
  FunctionName,
  LinkOpen,
  Me,
  Numbers,
  Request as ClientRequest,
  RoleName,
  RoomView,
  Said,
  Silent,
  SourceName,
  Team,
  Waiting,
} from "../protocol.gen";

export type {
  Board,
  BoardRoom,
  CallMine,
  CallSeen,
  Desk,
  DeskPerson,
  Elsewhere,
  ErrorCode,
  Figure,
  Figures,
  FunctionName,
  Knock,
  LinkOpen,
  Me,
  LeftAlone,
  Numbers,
  Placed,
  RoleName,
  RoomView,
  Said,
  Silent,
  SourceName,
  Speaking,
  Staff,
  Step,
  Team,
  Visitor,
  Waiting,
  Watcher,
} from "../protocol.gen";

export type { MicrophoneHint } from "../media/hearing";

export type PictureSource = "camera" | "screen";
export type PictureKey = `${string}/${PictureSource}`;

export const pictureKey = (participant: string, source: PictureSource): PictureKey => `${participant}/${source}`;

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: RoleName;
  readonly me: boolean;
  readonly muted: boolean;
  /** false: their connection dropped, their place is kept. */
  readonly present: boolean;
  readonly speaking: boolean;
  readonly sources: readonly SourceName[];
  /** Of guests: interpreter, captioner, supervisor, trainee. */
  readonly function: FunctionName | null;
  /** Place in the queue of raised hands, 1 is first. */
  readonly hand: number | null;
  /** arriving: their room changed while they were gone, and they have not come into it yet. */
  readonly resting: "away" | "break" | "arriving" | null;
  readonly covered: boolean;
  /** Asked the facilitator to come. */
  readonly calling: boolean;
  /** Whom an interpreter follows. */
  readonly with: string | null;
}

/** Where the own seat is. outside: no seat. silent: this is a facilitator's standby phone. */
export type Place = "outside" | "waiting" | "room" | "desk" | "figures" | "silent";

/** What flickers on the board: who speaks in any room, and whose line is bad. */
export interface Pulse {
  readonly speaking: ReadonlySet<string>;
  readonly weak: ReadonlySet<string>;
  readonly poor: ReadonlySet<string>;
}

/** The one place that the own voice goes to. `number` of a pair; `with`: names of who else is in a private room. */
export interface Voice {
  readonly where: "main" | "pair" | "private" | "everyone";
  readonly number: number | null;
  readonly with: string;
}

/** Parts of the page that show pictures of their own; what they want is joined in this order. */
export type ViewPart = "stage" | "look";

/** What a screen may ask of the server. The store numbers it. */
export type Request = ClientRequest extends infer Message
  ? Message extends { id: number }
    ? Omit<Message, "id">
    : never
  : never;

export type ActAnswer = { readonly ok: true } | { readonly ok: false; readonly code: ErrorCode | "unreachable" };

/**
 * off: no such source now, or put aside because this device cannot keep up: show the name tile.
 * waiting: published, no frame of it yet: show the name tile; never an older picture.
 * squeezed: the server waits for room on this line, so that sound gets through: show the name tile, and say so.
 * live: frames arrive. stopped: no new frame for 2 s: dim it and say since when.
 */
export type PictureState = "off" | "waiting" | "squeezed" | "live" | "stopped";

/** What of the others this person wants. low: one picture and sound. sound: no pictures. */
export type Thrift = "all" | "low" | "sound";

export interface Picture {
  readonly participant: string;
  readonly source: PictureSource;
  /** To show it use `SessionStore.show`, which knows whose frames these are. Null: nothing to show. */
  readonly stream: MediaStream | null;
  readonly state: PictureState;
  /** `Date.now()` of the last frame while `stopped`, else null. */
  readonly stoppedAt: number | null;
}

/**
 * idle: before the join tap (or the seat is unknown: join again). joining: until the first snapshot.
 * inRoom: has a seat; `place` says where, the waiting room too.
 * reconnecting: had a place, signalling is down; pictures and sound may still be live.
 * left: by own wish, put out, or because another tab or device took the seat over (`notice` says which).
 * ended: the group is over. refused: `notice` says why; `join` may be tried again.
 */
export type Phase = "idle" | "joining" | "inRoom" | "reconnecting" | "left" | "ended" | "refused";

/** Why the server, or the way to it, said no. "unreachable": no answer from the server while joining. */
export type Notice = ErrorCode | "replaced" | "removed" | "unreachable";

/** Answers of the browser and its owner to "may we use camera and microphone?". */
export type DeviceAnswer = "ok" | "denied" | "none" | "unsupported" | "insecure";

export interface Device {
  readonly id: string;
  readonly label: string;
}

/**
 * What became of an own device by itself. replaced: another one is in use now. stopped: none is.
 * found: one more is there, and the one in use stays. `label`: of the new one, "" where browsers do not say.
 */
export interface DeviceNews {
  readonly source: "microphone" | "camera";
  readonly became: "replaced" | "stopped" | "found";
  readonly label: string;
}

/** none: no microphone. off: muted by choice. on: live. interrupted: the system took it (a phone call). */
export type MicrophoneState = "none" | "off" | "on" | "interrupted";

/** Asking changes nothing: opening a link never uses it up. `link.open` false: `link.why` and `link.next` say more. */
export type LinkAnswer =
  | { readonly ok: true; readonly link: LinkOpen }
  | { readonly ok: false; readonly reason: "bad_link" | "too_many" | "unreachable" };

export type CodeAnswer =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: "wrong" | "too_many" | "unreachable" };

export interface WantedPicture {
  readonly participant: string;
  readonly source: PictureSource;
  /** Size of the tile in device pixels. */
  readonly width: number;
  readonly height: number;
  /** In the spotlight: before the others on a narrow line. */
  readonly front?: boolean;
}

/** The way in and out. */
export interface Coming {
  readonly phase: ReadonlySignal<Phase>;
  readonly notice: ReadonlySignal<Notice | null>;
  /** The last that the server said about the link of this page; null before. Its `next` serves the last page. */
  readonly link: ReadonlySignal<LinkOpen | null>;

  /** Asks the server about a link, before any camera question. */
  checkLink(token: string): Promise<LinkAnswer>;
  /** The six digits of this link for today; needs no server. */
  supportCode(token: string): Promise<string>;
  /** A code that was told by voice, for a link of its own into the waiting room. */
  spendCode(code: string): Promise<CodeAnswer>;
  /**
   * After a reload: takes this browser's seat behind the link again, unless another live tab sits on it.
   * True: on its way (`phase` is "joining"; devices that were in use are asked for again). False: show the door.
   */
  resume(token: string): Promise<boolean>;
  /** As `resume`, where the page was opened again without its link: the freshest seat of this browser. */
  resumeLast(): Promise<boolean>;
  /** Call it inside the tap: sound is allowed there. `agreement`: the version accepted by this tap. */
  join(how: { token: string; name: string; agreement?: string | null }): Promise<void>;
  /** This page becomes the silent phone of a facilitator's seat. */
  joinStandby(token: string): Promise<void>;
  leave(): void;
  /** Leaves and clears, then a blank page in the same tick. */
  leaveQuickly(): void;
}

/** What the server lets this person know. */
export interface Facts {
  readonly place: ReadonlySignal<Place>;
  readonly me: ReadonlySignal<string | null>;
  readonly mine: ReadonlySignal<Me | null>;
  /** Of the own room: me first, then in order of arrival. */
  readonly people: ReadonlySignal<readonly Person[]>;
  /** Who speaks now, loudest first. */
  readonly speakers: ReadonlySignal<readonly string[]>;
  readonly roomView: ReadonlySignal<RoomView | null>;
  /** Facilitators only. */
  readonly team: ReadonlySignal<Team | null>;
  /** All rooms of the group. Facilitators only, while there is a plan or rooms are open. */
  readonly board: ReadonlySignal<Board | null>;
  /** Empty but for facilitators. */
  readonly pulse: ReadonlySignal<Pulse>;
  /** Null outside of rooms with media. */
  readonly voice: ReadonlySignal<Voice | null>;
  /** Oldest first. */
  readonly lines: ReadonlySignal<readonly Said[]>;
  readonly waiting: ReadonlySignal<Waiting | null>;
  readonly numbers: ReadonlySignal<Numbers | null>;
  readonly desk: ReadonlySignal<Desk | null>;
  readonly figures: ReadonlySignal<Figures | null>;
  /** On a standby phone; `laptop` false: it may take the group. */
  readonly silent: ReadonlySignal<Silent | null>;
  /** Seconds by the server's clock. */
  serverNow(): number;
}

export interface Acting {
  /** Resolves when the server has answered. Never rejects. */
  act(request: Request): Promise<ActAnswer>;
  /** The address that the laptop shows as a code, good until that second of the server's clock, for one phone. */
  makeStandby(): Promise<{ readonly url: string; readonly until: number } | null>;
}

/** Devices, sound and pictures. */
export interface Media {
  /** One entry per person and picture source that exists now, mine included. */
  readonly pictures: ReadonlySignal<ReadonlyMap<PictureKey, Picture>>;
  /** Who speaks now, loudest first. */
  readonly speakers: ReadonlySignal<readonly string[]>;

  readonly muted: ReadonlySignal<boolean>;
  readonly cameraOn: ReadonlySignal<boolean>;
  readonly sharing: ReadonlySignal<boolean>;
  readonly microphone: ReadonlySignal<MicrophoneState>;
  /** Talks while muted, or is not heard while not. */
  readonly microphoneHint: ReadonlySignal<MicrophoneHint>;
  /** The last; null once the person has done something about it. */
  readonly deviceNews: ReadonlySignal<DeviceNews | null>;
  /** The browser refused to play sound: it needs a tap, then `unblockAudio`. */
  readonly audioBlocked: ReadonlySignal<boolean>;
  /** This device cannot decode what it shows. */
  readonly decodingBehind: ReadonlySignal<boolean>;
  /** The most pictures at once, shared screens among them. */
  readonly pictureLimit: ReadonlySignal<number>;
  /** Pictures whose sound waits, as this line has no room for all voices. */
  readonly soundSqueezed: ReadonlySignal<ReadonlySet<PictureKey>>;
  /** `Date.now()` since when something waits, short returns passed over; null: nothing does. */
  readonly squeezedSince: ReadonlySignal<number | null>;
  /** One's own camera is on, but others do not get it: this line does not carry the sound beside it. */
  readonly ownPaused: ReadonlySignal<boolean>;
  /** Whose picture comes right after the sound, for signing and lip-reading. */
  readonly needed: ReadonlySignal<string | null>;
  readonly thrift: ReadonlySignal<Thrift>;
  /** Octets sent and received since this page was opened, as a data plan counts them. */
  readonly dataUsed: ReadonlySignal<number>;
  /** Media does not flow, or a way for it is being found again, while `phase` may still be "inRoom". */
  readonly mediaStalled: ReadonlySignal<boolean>;

  readonly cameras: ReadonlySignal<readonly Device[]>;
  readonly microphones: ReadonlySignal<readonly Device[]>;
  /** Empty where the browser cannot choose an output. */
  readonly outputs: ReadonlySignal<readonly Device[]>;
  readonly camera: ReadonlySignal<string | null>;
  readonly microphoneDevice: ReadonlySignal<string | null>;
  readonly output: ReadonlySignal<string | null>;
  /** Own camera, before and after joining; null while the camera is off. */
  readonly preview: ReadonlySignal<MediaStream | null>;
  /** "user" or "environment" where the browser says so; mirror the self-view unless "environment". */
  readonly facing: ReadonlySignal<"user" | "environment" | null>;
  /** 0..1, ten times a second while a microphone is held. */
  readonly micLevel: ReadonlySignal<number>;
  readonly canShareScreen: boolean;
  readonly canFlipCamera: ReadonlySignal<boolean>;

  /** Asks for what is named; a later call may ask for less. "none": no such device. Never asks unless called. */
  requestDevices(what: { camera: boolean; microphone: boolean }): Promise<DeviceAnswer>;
  /** Lets go of camera and microphone (their lights go out); for leaving the join page. */
  releaseDevices(): void;
  chooseCamera(id: string): Promise<DeviceAnswer>;
  chooseMicrophone(id: string): Promise<DeviceAnswer>;
  chooseOutput(id: string): Promise<void>;

  setMuted(muted: boolean): Promise<DeviceAnswer>;
  setCamera(on: boolean): Promise<DeviceAnswer>;
  flipCamera(): Promise<DeviceAnswer>;
  /** "denied": the person changed their mind in the browser's dialog. */
  startScreen(): Promise<DeviceAnswer>;
  stopScreen(): void;

  /** At most one; null: nobody. Survives reconnects and a reload. */
  setNeeded(participant: string | null): void;
  /** "sound" lets go of the own camera, too; it is not opened again by itself. */
  setThrift(thrift: Thrift): void;
  /** 0..1; their voice and their shared sound. Survives their reconnects, not a reload of this page. */
  setVolume(participant: string, volume: number): void;
  volumeOf(participant: string): number;
  /** Everybody this part of the page shows, in order of importance, whenever it changes (it is coalesced). */
  setView(wanted: readonly WantedPicture[], part?: ViewPart): void;
  /**
   * Puts a picture (own camera too) into an empty place and keeps it right until the returned function is called.
   * Hide the place unless the picture is live or stopped. `shaped` is told its width by its height.
   */
  show(place: HTMLElement, participant: string, source: PictureSource, shaped: (aspect: number) => void): () => void;
  unblockAudio(): Promise<void>;
}

export interface SessionStore extends Coming, Facts, Acting, Media {}
