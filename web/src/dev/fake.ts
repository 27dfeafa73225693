/** A session that lives in memory, for development and screenshots. Not in the production build. */

import { computed, signal } from "@preact/signals";

import {
  type Device,
  type DeviceAnswer,
  type LinkAnswer,
  type MicrophoneState,
  type Notice,
  type Person,
  type Phase,
  type Picture,
  type PictureKey,
  type PictureSource,
  type SessionStore,
  type WantedPicture,
  pictureKey,
} from "../session/model";
import { nameOf, paintedPerson, paintedScreen } from "./people";

/** What the address may say: ?people=9&phase=inRoom&speaking=2&... */
export interface Scene {
  people: number;
  phase: Phase;
  notice: Notice | null;
  /** The answer to requestDevices. */
  devices: DeviceAnswer;
  link: "ok" | "bad_link" | "unreachable";
  role: "participant" | "facilitator";
  shared: boolean;
  sharing: boolean;
  blocked: boolean;
  stalled: boolean;
  limit: number;
  /** Pictures moving at this rate; 0 for none at all. */
  fps: number;
  /** Show every state somewhere: away, stopped, waiting, off. */
  mixed: boolean;
  phone: boolean;
}

export function sceneFrom(query: URLSearchParams): Scene {
  const number = (key: string, standard: number) => Number(query.get(key) ?? standard);
  return {
    people: number("people", 9),
    phase: (query.get("phase") ?? "idle") as Phase,
    notice: query.get("notice") as Notice | null,
    devices: (query.get("devices") ?? "ok") as DeviceAnswer,
    link: (query.get("link") ?? "ok") as Scene["link"],
    role: query.get("role") === "facilitator" ? "facilitator" : "participant",
    shared: query.has("shared"),
    sharing: query.has("sharing"),
    blocked: query.has("blocked"),
    stalled: query.has("stalled"),
    limit: number("limit", Infinity),
    fps: number("fps", 8),
    mixed: query.has("mixed"),
    phone: query.has("phone"),
  };
}

const ME = "p0";

export class FakeStore implements SessionStore {
  readonly phase = signal<Phase>("idle");
  readonly notice = signal<Notice | null>(null);
  readonly me = signal<string | null>(null);
  readonly people = signal<readonly Person[]>([]);
  readonly pictures = signal<ReadonlyMap<PictureKey, Picture>>(new Map());
  readonly speakers = computed(() => this.people.value.filter((person) => person.speaking).map((person) => person.id));

  readonly muted = signal(false);
  readonly cameraOn = signal(false);
  readonly sharing = signal(false);
  readonly microphone = signal<MicrophoneState>("none");
  readonly audioBlocked = signal(false);
  readonly pictureLimit = signal(Infinity);
  readonly decodingBehind = computed(() => this.pictureLimit.value !== Infinity);
  readonly mediaStalled = signal(false);

  readonly cameras = signal<readonly Device[]>([]);
  readonly microphones = signal<readonly Device[]>([]);
  readonly outputs = signal<readonly Device[]>([]);
  readonly camera = signal<string | null>(null);
  readonly microphoneDevice = signal<string | null>(null);
  readonly output = signal<string | null>(null);
  readonly preview = signal<MediaStream | null>(null);
  readonly facing = signal<"user" | "environment" | null>("user");
  readonly micLevel = signal(0);
  readonly canShareScreen: boolean;
  readonly canFlipCamera = signal(false);

  /** The last setView, for looking at. */
  view: readonly WantedPicture[] = [];
  private readonly volumes = new Map<string, number>();
  private readonly streams = new Map<PictureKey, MediaStream>();

  constructor(private readonly scene: Scene) {
    this.canShareScreen = !scene.phone;
    this.notice.value = scene.notice;
    this.sharing.value = scene.sharing;
    this.pictureLimit.value = scene.limit;
    this.canFlipCamera.value = scene.phone;
    if (scene.phase === "inRoom" || scene.phase === "reconnecting") {
      void this.requestDevices({ camera: true, microphone: true });
      this.enter();
    }
    this.phase.value = scene.phase;
  }

  async checkLink(): Promise<LinkAnswer> {
    const { link, role } = this.scene;
    return link === "ok" ? { ok: true, role, session: "s" } : { ok: false, reason: link };
  }

  async resume(): Promise<boolean> {
    return false;
  }

  async join({ name }: { token: string; name: string }): Promise<void> {
    this.phase.value = "joining";
    await new Promise((resolve) => setTimeout(resolve, 300));
    this.enter(name);
    this.phase.value = "inRoom";
  }

  leave(): void {
    this.phase.value = "left";
  }

  async requestDevices(what: { camera: boolean; microphone: boolean }): Promise<DeviceAnswer> {
    if (this.scene.devices !== "ok") return this.scene.devices;
    this.microphones.value = [
      { id: "m1", label: "MacBook Air Microphone" },
      { id: "m2", label: "Headset (Jabra Evolve 20, mono)" },
    ];
    this.cameras.value = [{ id: "c1", label: "FaceTime HD Camera" }];
    this.outputs.value = this.scene.phone ? [] : [{ id: "o1", label: "MacBook Air Speakers" }];
    if (what.microphone) this.takeMicrophone();
    if (what.camera) this.setOwnCamera(true);
    return "ok";
  }

  releaseDevices(): void {
    this.setOwnCamera(false);
    this.microphone.value = "none";
  }

  async chooseCamera(id: string): Promise<DeviceAnswer> {
    this.camera.value = id;
    return "ok";
  }

  async chooseMicrophone(id: string): Promise<DeviceAnswer> {
    this.microphoneDevice.value = id;
    return "ok";
  }

  async chooseOutput(id: string): Promise<void> {
    this.output.value = id;
  }

  async setMuted(muted: boolean): Promise<DeviceAnswer> {
    if (!muted && this.microphone.value === "none") return this.requestDevices({ camera: false, microphone: true });
    this.muted.value = muted;
    this.microphone.value = muted ? "off" : "on";
    this.change(ME, { muted });
    return "ok";
  }

  async setCamera(on: boolean): Promise<DeviceAnswer> {
    if (on && this.scene.devices !== "ok") return this.scene.devices;
    this.setOwnCamera(on);
    return "ok";
  }

  async flipCamera(): Promise<DeviceAnswer> {
    this.facing.value = this.facing.value === "user" ? "environment" : "user";
    return "ok";
  }

  async startScreen(): Promise<DeviceAnswer> {
    this.sharing.value = true;
    return "ok";
  }

  stopScreen(): void {
    this.sharing.value = false;
  }

  setVolume(participant: string, volume: number): void {
    this.volumes.set(participant, volume);
  }

  volumeOf(participant: string): number {
    return this.volumes.get(participant) ?? 1;
  }

  setView(wanted: readonly WantedPicture[]): void {
    this.view = wanted;
  }

  show(element: HTMLVideoElement, participant: string, source: PictureSource): () => void {
    const stream = participant === ME ? this.preview.value : (this.streams.get(pictureKey(participant, source)) ?? null);
    element.srcObject = stream;
    return () => (element.srcObject = null);
  }

  async unblockAudio(): Promise<void> {
    this.audioBlocked.value = false;
  }

  /** For trying things by hand and in screenshots: kinroom.store.change("p3", {present: false}). */
  change(id: string, what: Partial<Person>): void {
    this.people.value = this.people.value.map((person) => (person.id === id ? { ...person, ...what } : person));
  }

  add(index: number): void {
    this.people.value = [...this.people.value, person(index, nameOf(index))];
    this.fillPictures();
  }

  remove(id: string): void {
    this.people.value = this.people.value.filter((one) => one.id !== id);
  }

  private takeMicrophone(): void {
    this.microphone.value = this.muted.value ? "off" : "on";
    let time = 0;
    setInterval(() => (this.micLevel.value = this.microphone.value === "on" ? 0.25 + 0.2 * Math.sin((time += 0.5)) : 0), 100);
  }

  private setOwnCamera(on: boolean): void {
    this.cameraOn.value = on;
    this.preview.value = on ? paintedPerson(1, 640, 480, Math.max(1, this.scene.fps)) : null;
    this.fillPictures();
  }

  private enter(name = "Jamie"): void {
    this.me.value = ME;
    const { people, mixed, shared, blocked, stalled } = this.scene;
    this.people.value = Array.from({ length: people }, (_, i) => ({
      ...person(i, i === 0 ? name : nameOf(i - 1)),
      ...(i > 0 && { speaking: i === 2 || i === 7, muted: i % 3 === 0 }),
      ...(mixed && i === 3 && { present: false }),
      ...(shared && i === 1 && { sources: ["microphone", "camera", "screen"] as const }),
    }));
    this.audioBlocked.value = blocked;
    this.mediaStalled.value = stalled;
    this.fillPictures();
  }

  private fillPictures(): void {
    const pictures = new Map<PictureKey, Picture>();
    for (const [i, one] of this.people.value.entries()) {
      for (const source of ["camera", "screen"] as const) {
        if (source === "screen" && !one.sources.includes(source)) continue;
        pictures.set(pictureKey(one.id, source), this.picture(i, one, source));
      }
    }
    this.pictures.value = pictures;
  }

  private picture(i: number, one: Person, source: PictureSource): Picture {
    const off = one.me ? !this.cameraOn.value : source === "camera" && (this.scene.fps === 0 || i % 6 === 5);
    const state = off ? "off" : this.scene.mixed && i === 4 ? "stopped" : this.scene.mixed && i === 6 ? "waiting" : "live";
    const key = pictureKey(one.id, source);
    if (!off && !one.me && !this.streams.has(key)) {
      const upright = i % 4 === 3;
      const stream = source === "screen" ? paintedScreen() : paintedPerson(i + 1, upright ? 360 : 640, upright ? 480 : 360, this.scene.fps);
      this.streams.set(key, stream);
    }
    const stoppedAt = state === "stopped" ? Date.now() - 12_000 : null;
    return { participant: one.id, source, stream: this.streams.get(key) ?? null, state, stoppedAt };
  }
}

function person(index: number, name: string): Person {
  return {
    id: `p${index}`,
    name,
    role: index === 1 ? "facilitator" : "participant",
    me: index === 0,
    muted: false,
    present: true,
    speaking: false,
    sources: ["microphone", "camera"],
  };
}
