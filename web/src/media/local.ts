/** What this person sends: devices, their tracks, and what becomes of them when they are unplugged or switched. */

import { batch, computed, signal } from "@preact/signals";
import type { Device, DeviceAnswer, MicrophoneState, SourceName } from "../session/model";
import { audioConstraints, capture, captureScreen, obstacle, videoConstraints, type Captured } from "./capture";
import { LevelMeter } from "./level";

export type TrackChange = (source: SourceName, track: MediaStreamTrack | null) => void;

export class LocalMedia {
  readonly tracks = signal<ReadonlyMap<SourceName, MediaStreamTrack>>(new Map());
  /** The wish; `muted` also is true while there is no microphone. */
  readonly wantMuted = signal(false);
  readonly interrupted = signal(false);
  readonly cameras = signal<readonly Device[]>([]);
  readonly microphones = signal<readonly Device[]>([]);
  readonly outputs = signal<readonly Device[]>([]);
  readonly camera = signal<string | null>(null);
  readonly microphoneDevice = signal<string | null>(null);
  readonly facing = signal<"user" | "environment" | null>(null);
  readonly micLevel = signal(0);
  readonly preview = signal<MediaStream | null>(null);
  readonly screen = signal<MediaStream | null>(null);

  readonly muted = computed(() => this.wantMuted.value || !this.tracks.value.has("microphone"));
  readonly cameraOn = computed(() => this.tracks.value.has("camera"));
  readonly sharing = computed(() => this.tracks.value.has("screen"));
  readonly microphone = computed<MicrophoneState>(() => {
    if (!this.tracks.value.has("microphone")) return "none";
    if (this.interrupted.value) return "interrupted";
    return this.wantMuted.value ? "off" : "on";
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
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.enumerate());
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
    if (first.answer !== "none" || !(camera && microphone)) return first.answer;
    // One of the two is missing or busy: the other alone is better than nothing.
    const sound = await this.take(false, true);
    const picture = await this.take(true, false);
    return sound.answer === "ok" ? "ok" : picture.answer;
  }

  release(): void {
    this.wishes.clear();
    for (const source of [...this.tracks.value.keys()]) this.drop(source);
  }

  wake(): void {
    this.meter.wake();
  }

  setMuted(muted: boolean): void {
    this.wantMuted.value = muted;
    const track = this.tracks.value.get("microphone");
    if (track) track.enabled = !muted;
  }

  async setCamera(on: boolean): Promise<DeviceAnswer> {
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
    if (!this.tracks.value.has("microphone")) return "ok";
    this.wishes.add("microphone");
    const taken = await capture({ audio: audioConstraints(id) });
    if (taken.stream) this.adopt(taken.stream);
    return taken.answer;
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

  async enumerate(): Promise<void> {
    const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const of = (kind: MediaDeviceKind): Device[] =>
      all.filter((one) => one.kind === kind && one.deviceId !== "").map((one) => ({ id: one.deviceId, label: one.label }));
    batch(() => {
      this.cameras.value = of("videoinput");
      this.microphones.value = of("audioinput");
      this.outputs.value = "setSinkId" in HTMLMediaElement.prototype ? of("audiooutput") : [];
    });
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
    this.changed(source, track);
    before?.stop();
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
    track.enabled = !this.wantMuted.value;
    this.interrupted.value = track.muted;
    // The system takes the microphone for a phone call and gives it back (iOS, Android).
    track.onmute = () => (this.interrupted.value = true);
    track.onunmute = () => (this.interrupted.value = false);
  }

  /** Unplugged, or taken away in the browser's own menu: another one of its kind, or none. */
  private async ended(source: SourceName, track: MediaStreamTrack): Promise<void> {
    if (this.tracks.value.get(source) !== track) return;
    if (source === "screen" || source === "screen_sound") {
      if (source === "screen") this.stopScreen();
      else this.drop(source);
      return;
    }
    this.drop(source);
    await this.enumerate();
    const camera = source === "camera";
    this.wishes.add(source);
    if ((camera ? this.cameras : this.microphones).value.length === 0) return;
    if (camera) this.camera.value = null;
    else this.microphoneDevice.value = null;
    await this.take(camera, !camera);
  }
}
