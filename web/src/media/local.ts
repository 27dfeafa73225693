/** What this person sends: devices, their tracks, and what becomes of them when they are unplugged or switched. */

import { batch, computed, signal } from "@preact/signals";
import type { Device, DeviceAnswer, DeviceNews, MicrophoneState, SourceName } from "../session/model";
import { audioConstraints, capture, captureScreen, obstacle, videoConstraints, type Captured } from "./capture";
import { type Ear, LevelMeter } from "./level";

export type TrackChange = (source: SourceName, track: MediaStreamTrack | null) => void;

export class LocalMedia {
  readonly tracks = signal<ReadonlyMap<SourceName, MediaStreamTrack>>(new Map());
  /** The wish; `muted` also is true while there is no microphone. */
  readonly wantMuted = signal(false);
  readonly interrupted = signal(false);
  /** Held, but nothing of it leaves this page: the person or the whole group rests. */
  readonly hushed = signal(false);
  readonly cameras = signal<readonly Device[]>([]);
  readonly microphones = signal<readonly Device[]>([]);
  readonly outputs = signal<readonly Device[]>([]);
  readonly camera = signal<string | null>(null);
  readonly microphoneDevice = signal<string | null>(null);
  readonly facing = signal<"user" | "environment" | null>(null);
  readonly micLevel = signal(0, {
    watched: () => this.meter.look(true),
    unwatched: () => this.meter.look(false),
  });
  readonly news = signal<DeviceNews | null>(null);
  readonly preview = signal<MediaStream | null>(null);
  readonly screen = signal<MediaStream | null>(null);

  readonly muted = computed(() => this.wantMuted.value || !this.tracks.value.has("microphone"));
  readonly cameraOn = computed(() => this.tracks.value.has("camera"));
  readonly sharing = computed(() => this.tracks.value.has("screen"));
  readonly microphone = computed<MicrophoneState>(() => {
    if (!this.tracks.value.has("microphone")) return "none";
    if (this.wantMuted.value) return "off";
    return this.interrupted.value ? "interrupted" : "on";
  });
  readonly canFlipCamera = computed(
    () => this.facing.value !== null && this.cameras.value.length > 1,
  );

  private readonly meter = new LevelMeter((level) => (this.micLevel.value = level));
  private wantedFacing: "user" | "environment" = "user";
  /** What is still wished for. The browser's dialog may be answered after the wish is gone. */
  private readonly wishes = new Set<SourceName>();

  /** `changed` is told of every track that starts or ends, in order. */
  constructor(private readonly changed: TrackChange) {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.devicesChanged());
  }

  async request(what: { camera: boolean; microphone: boolean }): Promise<DeviceAnswer> {
    const stands = obstacle();
    if (stands) return stands;
    const camera = what.camera && !this.tracks.value.has("camera");
    const microphone = what.microphone && !this.tracks.value.has("microphone");
    if (camera) this.wishes.add("camera");
    if (microphone) this.wishes.add("microphone");
    if (!camera && !microphone) return "ok";
    const first = await this.take(camera, microphone);
    if (first.answer === "ok" || !(camera && microphone)) return first.answer;
    if (first.answer === "denied") return this.takeAllowed();
    // One of the two is missing or busy: the other alone is better than nothing.
    const sound = await this.take(false, true);
    const picture = await this.take(true, false);
    return sound.answer === "ok" ? "ok" : picture.answer;
  }

  /** One of the two is refused for good: the other is taken if that asks nobody anything. */
  private async takeAllowed(): Promise<DeviceAnswer> {
    if (await allowed("microphone")) await this.take(false, true);
    else if (await allowed("camera")) await this.take(true, false);
    return "denied";
  }

  release(): void {
    this.wishes.clear();
    for (const source of [...this.tracks.value.keys()]) this.drop(source);
  }

  wake(): void {
    this.meter.wake();
  }

  /** Ten times a second, also while muted; null: no more. */
  listen(ear: Ear | null): void {
    this.meter.listen(ear);
  }

  /** After a sleep: what ended meanwhile, and told nobody. */
  lookAfter(): void {
    for (const [source, track] of this.tracks.peek()) if (track.readyState === "ended") void this.ended(source, track);
  }

  setMuted(muted: boolean): void {
    this.wantMuted.value = muted;
    this.enable();
  }

  setHushed(hushed: boolean): void {
    this.hushed.value = hushed;
    this.enable();
  }

  /** To be heard: a microphone that is missing, or that the system has kept since a phone call, is asked for. */
  async unmute(): Promise<DeviceAnswer> {
    this.setMuted(false);
    if (!this.tracks.value.has("microphone")) return this.request({ camera: false, microphone: true });
    return this.interrupted.value ? this.retakeMicrophone() : "ok";
  }

  async setCamera(on: boolean): Promise<DeviceAnswer> {
    this.isOld("camera");
    if (on) return this.request({ camera: true, microphone: false });
    this.drop("camera");
    return "ok";
  }

  async chooseCamera(id: string): Promise<DeviceAnswer> {
    this.camera.value = id;
    return this.cameraOn.value ? this.retakeCamera() : "ok";
  }

  async flipCamera(): Promise<DeviceAnswer> {
    this.wantedFacing = this.facing.value === "environment" ? "user" : "environment";
    this.camera.value = null;
    return this.cameraOn.value ? this.retakeCamera() : "ok";
  }

  async chooseMicrophone(id: string): Promise<DeviceAnswer> {
    this.microphoneDevice.value = id;
    return this.tracks.value.has("microphone") ? this.retakeMicrophone() : "ok";
  }

  async startScreen(): Promise<DeviceAnswer> {
    this.wishes.add("screen");
    const taken = await captureScreen();
    if (taken.stream) this.adopt(taken.stream, "screen", "screen_sound");
    return taken.answer;
  }

  stopScreen(): void {
    this.wishes.delete("screen");
    this.drop("screen_sound");
    this.drop("screen");
  }

  async enumerate(): Promise<readonly MediaDeviceInfo[]> {
    const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind): Device[] =>
      all.filter((one) => one.kind === kind && one.deviceId !== "").map((one) => ({ id: one.deviceId, label: one.label }));
    batch(() => {
      this.cameras.value = of("videoinput");
      this.microphones.value = of("audioinput");
      this.outputs.value = "setSinkId" in HTMLMediaElement.prototype ? of("audiooutput") : [];
    });
    return all;
  }

  /**
   * Headphones came or went. Where the system's choice is used, it is followed, which browsers do not do by themselves;
   * whoever has chosen one device keeps it.
   */
  private async devicesChanged(): Promise<void> {
    const known = new Set(this.microphones.value.map(({ id }) => id));
    const all = await this.enumerate();
    const held = this.tracks.value.get("microphone");
    if (!held || held.readyState === "ended") return;
    if (isOther(all, held)) {
      if ((await this.retakeMicrophone()) === "ok") this.tell("microphone", "replaced");
      return;
    }
    const fresh = this.microphones.value.find(({ id }) => !known.has(id) && id !== "default" && id !== "communications");
    if (known.size > 0 && fresh?.label) this.news.value = { source: "microphone", became: "found", label: fresh.label };
  }

  private tell(source: "microphone" | "camera", became: DeviceNews["became"]): void {
    const label = this.tracks.value.get(source)?.label ?? "";
    this.news.value = { source, became, label };
  }

  /** The person has done something about it. */
  private isOld(source: SourceName): void {
    if (this.news.value?.source === source) this.news.value = null;
  }

  private async take(camera: boolean, microphone: boolean): Promise<Captured> {
    const facing = this.camera.value === null ? this.wantedFacing : null;
    const taken = await capture({
      ...(camera && { video: videoConstraints(this.camera.value, facing) }),
      ...(microphone && { audio: audioConstraints(this.microphoneDevice.value) }),
    });
    if (taken.stream) {
      this.adopt(taken.stream);
      void this.enumerate();
    }
    return taken;
  }

  /** The old one goes on until another one is there. */
  private async retakeMicrophone(): Promise<DeviceAnswer> {
    const { answer } = await this.take(false, true);
    const held = this.tracks.value.get("microphone");
    if (held) this.microphoneDevice.value = held.getSettings().deviceId ?? null;
    return answer;
  }

  private async retakeCamera(): Promise<DeviceAnswer> {
    // Phones open one camera at a time: the old one must go first. Its m-line stays as it is meanwhile.
    this.tracks.value.get("camera")?.stop();
    const taken = await this.take(true, false);
    if (taken.answer !== "ok") this.drop("camera");
    return taken.answer;
  }

  private adopt(stream: MediaStream, video: "camera" | "screen" = "camera", audio: SourceName = "microphone"): void {
    for (const track of stream.getTracks()) {
      const source = track.kind === "video" ? video : audio;
      if (this.wishes.has(source === "screen_sound" ? "screen" : source)) this.hold(source, track);
      else track.stop();
    }
    if (video === "screen") this.screen.value = this.tracks.value.has("screen") ? stream : null;
  }

  private hold(source: SourceName, track: MediaStreamTrack): void {
    const before = this.tracks.value.get(source);
    if (source === "microphone") this.watchMicrophone(track);
    if (track.kind === "video") track.contentHint = source === "screen" ? "detail" : "motion";
    track.onended = () => void this.ended(source, track);
    batch(() => {
      this.tracks.value = new Map(this.tracks.value).set(source, track);
      this.remember(source, track);
    });
    this.isOld(source);
    this.enable();
    this.changed(source, track);
    before?.stop();
  }

  private enable(): void {
    const hushed = this.hushed.peek();
    for (const [source, track] of this.tracks.peek()) {
      track.enabled = !hushed && !(source === "microphone" && this.wantMuted.peek());
    }
  }

  private drop(source: SourceName): void {
    this.wishes.delete(source);
    const track = this.tracks.value.get(source);
    if (!track) return;
    track.onended = null;
    track.stop();
    const rest = new Map(this.tracks.value);
    rest.delete(source);
    batch(() => {
      this.tracks.value = rest;
      this.remember(source, null);
    });
    this.changed(source, null);
  }

  private remember(source: SourceName, track: MediaStreamTrack | null): void {
    const settings = track?.getSettings();
    if (source === "camera") {
      this.preview.value = track && new MediaStream([track]);
      if (settings?.deviceId) this.camera.value = settings.deviceId;
      const facing = settings?.facingMode;
      if (track) this.facing.value = facing === "user" || facing === "environment" ? facing : null;
    } else if (source === "microphone") {
      if (settings?.deviceId) this.microphoneDevice.value = settings.deviceId;
      this.meter.follow(track);
    } else if (source === "screen" && !track) this.screen.value = null;
  }

  private watchMicrophone(track: MediaStreamTrack): void {
    this.interrupted.value = track.muted;
    // The system takes the microphone for a phone call and gives it back (iOS, Android).
    track.onmute = () => (this.interrupted.value = true);
    track.onunmute = () => (this.interrupted.value = false);
  }

  /**
   * Unplugged: another one of its kind, or none. A device that is still there was taken away, by the person in the
   * browser's own menu or by the system; it is not asked for again.
   */
  private async ended(source: SourceName, track: MediaStreamTrack): Promise<void> {
    if (this.tracks.value.get(source) !== track) return;
    if (source === "screen") return this.stopScreen();
    this.drop(source);
    if (source === "screen_sound") return;
    const all = await this.enumerate();
    const camera = source === "camera";
    if (this.tracks.value.has(source)) return; // turned on again already
    if ((camera ? this.cameras : this.microphones).value.length === 0 || isAmong(all, track)) return this.tell(source, "stopped");
    this.wishes.add(source);
    if (camera) this.camera.value = null;
    else this.microphoneDevice.value = null;
    const { answer } = await this.take(camera, !camera);
    this.tell(source, answer === "ok" ? "replaced" : "stopped");
  }
}

/** The track is the system's choice, and that is another device now. */
function isOther(devices: readonly MediaDeviceInfo[], track: MediaStreamTrack): boolean {
  const { deviceId, groupId } = track.getSettings();
  if (deviceId !== "default" || !groupId) return false;
  const now = devices.find((one) => one.kind === `${track.kind}input` && one.deviceId === "default");
  return now !== undefined && now.groupId !== groupId;
}

/** Chrome's "default" stays while the device behind it changes: the group tells. */
function isAmong(devices: readonly MediaDeviceInfo[], track: MediaStreamTrack): boolean {
  const { deviceId, groupId } = track.getSettings();
  return devices.some(
    (one) => one.kind === `${track.kind}input` && one.deviceId === deviceId && (!groupId || one.groupId === groupId),
  );
}

async function allowed(name: "camera" | "microphone"): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state === "granted";
  } catch {
    return false; // Firefox before 131 does not know these names
  }
}
