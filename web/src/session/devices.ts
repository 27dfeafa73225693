/** What this person sends: their own wishes, and what the group's facilitators and pauses leave of them. */

import { computed, effect, signal } from "@preact/signals";
import { DisconnectedError, type Request } from "../connection/wire";
import { hearingStep, hintOf, startHearing, type MicrophoneHint } from "../media/hearing";
import { LocalMedia } from "../media/local";
import type { Me, SourceName } from "../protocol.gen";
import type { ToldFacts } from "./facts";
import type { DeviceAnswer } from "./model";
import { read, write } from "./storage";
import { Sync } from "./sync";

const OF_DEVICES = "kinroom.devices";

export interface DevicesNeeds {
  request(request: Request): Promise<unknown>;
  isUp(): boolean;
  setTrack(source: SourceName, track: MediaStreamTrack | null): Promise<void>;
}

/** What a reload finds again. `resting`: no camera light may go on before the person says that they are back. */
interface Held {
  readonly camera: boolean;
  readonly microphone: boolean;
  readonly resting: boolean;
}

export class Devices {
  readonly local = new LocalMedia((source, track) => void this.trackChanged(source, track));
  /** A reloaded page whose person was resting, until the server has said whether they still are. */
  private readonly unsure = signal(false);
  /** Their camera was on when they went. */
  private cameraAfterRest = false;
  /** They are back, and the camera is on its way. */
  private opening = false;
  private facts: ToldFacts | null = null;
  private readonly sync = new Sync({
    muted: () => this.local.muted.value,
    sources: () => new Set(this.local.tracks.value.keys()),
    request: (request) => (this.inRoom() ? this.needs.request(request) : Promise.reject(new DisconnectedError())),
    unmuteRefused: () => this.local.setMuted(true),
  });

  /** Nothing is sent, camera and screen are let go. */
  readonly resting = computed(() => this.unsure.value || (this.facts?.mine.value?.resting ?? null) !== null);
  readonly microphoneHint = signal<MicrophoneHint>(null);
  private hearing = startHearing(0);
  /** They hear nobody either. */
  readonly away = computed(() => this.unsure.value || this.facts?.mine.value?.resting === "away");

  constructor(private readonly needs: DevicesNeeds) {}

  /** Once, before anything is told. */
  follow(facts: ToldFacts): void {
    this.facts = facts;
    const paused = computed(() => {
      const room = facts.roomView.value;
      return room !== null && room.kind !== "private" && room.paused_by !== null && !facts.isFacilitator.value;
    });
    effect(() => this.local.setHushed(this.resting.value || paused.value));
    const listens = computed(() => {
      const { microphone, hushed } = this.local;
      return facts.place.value === "room" && !hushed.value && (microphone.value === "on" || microphone.value === "off");
    });
    effect(() => this.listen(listens.value));
    let rested = false;
    effect(() => {
      const resting = this.resting.value;
      if (resting !== rested) this.rest((rested = resting));
    });
  }

  /** Nothing of what is heard here leaves the page, or stays in it. */
  private listen(on: boolean): void {
    this.hearing = startHearing(performance.now());
    this.microphoneHint.value = null;
    this.local.listen(on ? (loudness, flat) => this.heardMyself(loudness, flat) : null);
  }

  private heardMyself(loudness: number, flat: boolean): void {
    const mine = this.facts?.mine.peek();
    const muted = this.local.muted.peek();
    // Whom a facilitator has muted knows it.
    const kept = muted && (!this.may("microphone") || (mine?.muted_by ?? null) !== null);
    this.hearing = hearingStep(this.hearing, performance.now(), { muted, loudness: kept ? 0 : loudness, flat });
    this.microphoneHint.value = kept ? null : hintOf(this.hearing);
  }

  // --- what the server says of me ---

  /** A view of the room. `resumed`: the first one of this page, with a seat that another page had. */
  believe(me: Me, sources: readonly SourceName[], resumed: boolean): void {
    this.settleRest(me);
    if (this.sync.believe(me.muted, sources, resumed)) this.local.setMuted(true);
    this.obey(me);
  }

  /** A change of what I may and am. */
  heard(me: Me): void {
    this.settleRest(me);
    if (this.sync.heardMuted(me.muted)) this.local.setMuted(true);
    this.obey(me);
  }

  private settleRest(me: Me): void {
    this.unsure.value = false;
    if (me.resting !== null && this.facts) this.facts.stepping.value = false;
  }

  /** Whatever the server does not forward any more is not sent any more. */
  private obey(me: Me): void {
    const held = (source: SourceName): boolean => me.stopped.includes(source) || !me.may.includes(source);
    if (held("camera") && this.local.cameraOn.peek()) void this.local.setCamera(false);
    if (held("screen") && this.local.sharing.peek()) this.local.stopScreen();
    if (!me.may.includes("microphone") && !this.local.wantMuted.peek()) this.local.setMuted(true);
  }

  private may(source: SourceName): boolean {
    return !this.hasRoom() || (this.facts?.mine.peek()?.may.includes(source) ?? true);
  }

  /** Also while the line is down. */
  private hasRoom(): boolean {
    return this.facts?.place.peek() === "room";
  }

  private inRoom(): boolean {
    return this.needs.isUp() && this.hasRoom();
  }

  // --- what the person does ---

  /** What may not be sent now is not asked for; the screens say why. */
  async setMuted(muted: boolean): Promise<DeviceAnswer> {
    if (!muted && (!this.may("microphone") || this.resting.peek())) return "ok";
    if (muted) this.local.setMuted(true);
    const answer = muted ? "ok" : this.local.unmute();
    this.run();
    return answer;
  }

  async setCamera(on: boolean): Promise<DeviceAnswer> {
    // No light goes on while they rest; the wish is for when they are back.
    if (this.resting.peek()) this.cameraAfterRest = on;
    return on && (!this.may("camera") || this.resting.peek()) ? "ok" : this.local.setCamera(on);
  }

  async startScreen(): Promise<DeviceAnswer> {
    return this.may("screen") && !this.resting.peek() ? this.local.startScreen() : "ok";
  }

  /** Tells the server what differs, if there is one and a room. */
  run(): void {
    if (this.inRoom()) this.sync.run();
  }

  private rest(on: boolean): void {
    if (on) {
      this.cameraAfterRest ||= this.local.cameraOn.peek() || this.opening;
      void this.local.setCamera(false);
      this.local.stopScreen();
    } else {
      if (this.cameraAfterRest && this.hasRoom() && this.may("camera")) void this.reopen();
      this.cameraAfterRest = false;
    }
    this.keep();
  }

  private async reopen(): Promise<void> {
    this.opening = true;
    await this.local.setCamera(true);
    this.opening = false;
  }

  private async trackChanged(source: SourceName, track: MediaStreamTrack | null): Promise<void> {
    this.keep();
    // What ends is told first, what begins is told when it can be sent.
    if (!track) this.run();
    await this.needs.setTrack(source, track).catch((error: unknown) => console.warn(error));
    if (track) this.run();
  }

  // --- a reload finds its devices again ---

  keep(): void {
    if (!this.needs.isUp()) return;
    const tracks = this.local.tracks.peek();
    const resting = this.resting.peek();
    const camera = tracks.has("camera") || (resting && this.cameraAfterRest);
    write("sessionStorage", OF_DEVICES, JSON.stringify({ camera, microphone: tracks.has("microphone"), resting }));
  }

  async takeAgain(): Promise<void> {
    const held = storedDevices();
    if (held.resting) {
      this.cameraAfterRest = held.camera;
      this.unsure.value = true;
    }
    const wanted = { camera: held.camera && !held.resting, microphone: held.microphone };
    if (!wanted.camera && !wanted.microphone) return;
    this.sync.paused = true;
    this.opening = wanted.camera;
    await this.local.request(wanted);
    this.opening = false;
    this.sync.paused = false;
    this.run();
  }
}

function storedDevices(): Held {
  try {
    const held = JSON.parse(read("sessionStorage", OF_DEVICES) ?? "{}") as Record<string, unknown>;
    return { camera: held["camera"] === true, microphone: held["microphone"] === true, resting: held["resting"] === true };
  } catch {
    return { camera: false, microphone: false, resting: false };
  }
}
