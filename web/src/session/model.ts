/** The seam between the session's logic and its screens: what a screen may read, and what it may ask for. */

import type { ReadonlySignal } from "@preact/signals";
import type { ErrorCode, RoleName, SourceName } from "../protocol.gen";

export type { RoleName, SourceName };

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
}

/**
 * off: no such source now, or put aside because this device cannot keep up: show the name tile.
 * waiting: published, no frame of it yet: show the name tile; never an older picture.
 * live: frames arrive. stopped: no new frame for 2 s: dim it and say since when.
 */
export type PictureState = "off" | "waiting" | "live" | "stopped";

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
 * reconnecting: had a place, signalling is down; pictures and sound may still be live.
 * left: by own wish or because another tab took the seat over (`notice` is then "replaced").
 * ended: the session is over. refused: `notice` says why; `join` may be tried again.
 */
export type Phase = "idle" | "joining" | "inRoom" | "reconnecting" | "left" | "ended" | "refused";

/** Why the server, or the way to it, said no. "unreachable": no answer from the server while joining. */
export type Notice = ErrorCode | "replaced" | "unreachable";

/** Answers of the browser and its owner to "may we use camera and microphone?". */
export type DeviceAnswer = "ok" | "denied" | "none" | "unsupported" | "insecure";

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** none: no microphone. off: muted by choice. on: live. interrupted: the system took it (a phone call). */
export type MicrophoneState = "none" | "off" | "on" | "interrupted";

export type LinkAnswer =
  | { readonly ok: true; readonly role: RoleName; readonly session: string }
  | { readonly ok: false; readonly reason: "bad_link" | "unreachable" };

export interface WantedPicture {
  readonly participant: string;
  readonly source: PictureSource;
  /** Size of the tile in device pixels. */
  readonly width: number;
  readonly height: number;
}

export interface SessionStore {
  readonly phase: ReadonlySignal<Phase>;
  readonly notice: ReadonlySignal<Notice | null>;
  readonly me: ReadonlySignal<string | null>;
  /** Me first, then in order of arrival. */
  readonly people: ReadonlySignal<readonly Person[]>;
  /** One entry per person and picture source that exists now, mine included. */
  readonly pictures: ReadonlySignal<ReadonlyMap<PictureKey, Picture>>;
  /** Who speaks now, loudest first. */
  readonly speakers: ReadonlySignal<readonly string[]>;

  readonly muted: ReadonlySignal<boolean>;
  readonly cameraOn: ReadonlySignal<boolean>;
  readonly sharing: ReadonlySignal<boolean>;
  readonly microphone: ReadonlySignal<MicrophoneState>;
  /** The browser refused to play sound: it needs a tap, then `unblockAudio`. */
  readonly audioBlocked: ReadonlySignal<boolean>;
  /** This device cannot decode what it shows; `pictureLimit` says how many pictures it is given now. */
  readonly decodingBehind: ReadonlySignal<boolean>;
  readonly pictureLimit: ReadonlySignal<number>;
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

  /** Asks the server about a link, before any camera question. */
  checkLink(token: string): Promise<LinkAnswer>;
  /**
   * After a reload: takes this browser's seat behind the link again, unless another live tab sits on it.
   * True: on its way (`phase` is "joining"; devices that were in use are asked for again). False: show the join page.
   */
  resume(token: string): Promise<boolean>;
  /** Call it inside the tap: sound is allowed there. `phase` tells the outcome. */
  join(how: { token: string; name: string }): Promise<void>;
  leave(): void;

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

  /** 0..1; their voice and their shared sound. Survives their reconnects, not a reload of this page. */
  setVolume(participant: string, volume: number): void;
  volumeOf(participant: string): number;
  /** Everybody this page shows, in order of importance, whenever it changes (it is coalesced). */
  setView(wanted: readonly WantedPicture[]): void;
  /**
   * Puts a picture (own camera too) into a <video> and keeps it right until the returned function is called.
   * The element stays the caller's: muted, playsinline; hide it unless the picture is live or stopped.
   */
  show(element: HTMLVideoElement, participant: string, source: PictureSource): () => void;
  unblockAudio(): Promise<void>;
}
