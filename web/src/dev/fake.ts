/** A session that lives in memory, for development and screenshots. Not in the production build. */

import { computed, effect, signal, untracked } from "@preact/signals";

import { dispose, frameless } from "../media/surfaces";
import type {
  ActAnswer, Board, CodeAnswer, Desk, Device, DeviceAnswer, DeviceNews, Figures, LinkAnswer, LinkOpen, Me,
  MicrophoneHint, MicrophoneState, Notice, Numbers, Person, Phase, Picture, PictureKey, PictureSource, Place, Pulse,
  Request, RoomView, Said, SessionStore, Silent, Team, Thrift, ViewPart, Voice, Waiting, WantedPicture,
} from "../session/model";
import { pictureKey } from "../session/model";
import { lookedAt, voiceOf } from "../session/view";
import { perform } from "./acts";
import type { Scene } from "./address";
import { nameOf, paintedPerson, paintedScreen, person } from "./people";
import { NUMBERS, OPEN_LINK, QUIET_BOARD, QUIET_ME, QUIET_PULSE, QUIET_ROOM, QUIET_TEAM, type Told } from "./scenes";

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
  readonly microphoneHint = signal<MicrophoneHint>(null);
  readonly deviceNews = signal<DeviceNews | null>(null);
  readonly audioBlocked = signal(false);
  readonly pictureLimit = signal(Infinity);
  readonly decodingBehind = computed(() => this.pictureLimit.value !== Infinity);
  readonly mediaStalled = signal(false);
  readonly soundSqueezed = computed<ReadonlySet<PictureKey>>(() => new Set(this.scene.told.soundSqueezed?.map((id) => pictureKey(id, "camera"))));
  readonly squeezedSince = computed(() => (this.scene.told.squeezed ? Date.now() - 1000 * (this.scene.told.squeezedFor ?? 0) : null));
  readonly ownPaused = computed(() => this.scene.told.ownPaused ?? false);
  readonly needed = signal<string | null>(null);
  readonly thrift = signal<Thrift>("all");
  readonly dataUsed = signal(42_700_000);

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

  readonly place = signal<Place>("outside");
  readonly mine = signal<Me | null>(null);
  readonly roomView = signal<RoomView | null>(null);
  readonly team = signal<Team | null>(null);
  readonly board = signal<Board | null>(null);
  readonly pulse = signal<Pulse>(QUIET_PULSE);
  readonly voice = computed<Voice | null>(() => (this.place.value === "room" ? voiceOf(this.roomView.value, this.people.value, ME) : null));
  readonly lines = signal<readonly Said[]>([]);
  readonly waiting = signal<Waiting | null>(null);
  readonly numbers = signal<Numbers | null>(NUMBERS);
  readonly desk = signal<Desk | null>(null);
  readonly figures = signal<Figures | null>(null);
  readonly silent = signal<Silent | null>(null);
  readonly link = signal<LinkOpen | null>(null);

  /** What screens asked for, newest last. */
  readonly acts: Request[] = [];
  /** The last setView, for looking at. */
  view: readonly WantedPicture[] = [];
  looks: readonly WantedPicture[] = [];
  private readonly volumes = new Map<string, number>();
  private readonly streams = new Map<PictureKey, MediaStream>();

  constructor(private readonly scene: Scene) {
    this.canShareScreen = !scene.phone;
    this.notice.value = scene.notice;
    this.sharing.value = scene.sharing;
    this.pictureLimit.value = scene.limit;
    this.needed.value = scene.told.needed ?? null;
    this.canFlipCamera.value = scene.phone;
    if (scene.phase === "inRoom" || scene.phase === "reconnecting") {
      void this.requestDevices({ camera: true, microphone: true });
      this.enter();
    }
    this.setThrift(scene.told.thrift ?? "all");
    this.phase.value = scene.phase;
    // A look gives pictures, and takes them again.
    effect(() => {
      this.board.value;
      untracked(() => this.fillPictures());
    });
  }

  async checkLink(): Promise<LinkAnswer> {
    const { link, role, told: scene } = this.scene;
    if (link !== "ok") return { ok: false, reason: link };
    this.link.value = { ...OPEN_LINK, roles: [role], ...scene.link };
    return { ok: true, link: this.link.value };
  }

  async supportCode(): Promise<string> {
    return "234 769";
  }

  async spendCode(code: string): Promise<CodeAnswer> {
    return /^4821.?7730$/.test(code) ? { ok: true, token: "a-token-that-was-told-by-voice" } : { ok: false, reason: "wrong" };
  }

  async resume(): Promise<boolean> {
    return false;
  }

  async resumeLast(): Promise<boolean> {
    return false;
  }

  async joinStandby(): Promise<void> {
    this.phase.value = "inRoom";
    this.place.value = "silent";
  }

  async join({ name }: { token: string; name: string }): Promise<void> {
    this.phase.value = "joining";
    await new Promise((resolve) => setTimeout(resolve, 300));
    this.enter(name);
    this.phase.value = "inRoom";
  }

  leave(): void {
    this.place.value = "outside";
    this.phase.value = "left";
  }

  leaveQuickly(): void {
    location.replace("about:blank");
  }

  async act(request: Request): Promise<ActAnswer> {
    this.acts.push(request);
    perform(this, request);
    return { ok: true };
  }

  async makeStandby(): Promise<{ url: string; until: number } | null> {
    return { url: "https://group.example/standby#2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk", until: this.serverNow() + 120 };
  }

  serverNow(): number {
    return Date.now() / 1000;
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

  setNeeded(participant: string | null): void {
    this.needed.value = participant;
  }

  setThrift(thrift: Thrift): void {
    this.thrift.value = thrift;
    if (thrift === "sound") this.setOwnCamera(false);
    else this.fillPictures();
  }

  setVolume(participant: string, volume: number): void {
    this.volumes.set(participant, volume);
  }

  volumeOf(participant: string): number {
    return this.volumes.get(participant) ?? 1;
  }

  setView(wanted: readonly WantedPicture[], part: ViewPart = "stage"): void {
    if (part === "stage") this.view = wanted;
    else this.looks = wanted;
  }

  show(place: HTMLElement, participant: string, source: PictureSource, shaped: (aspect: number) => void): () => void {
    const element = frameless();
    element.onresize = () => shaped(element.videoWidth / Math.max(1, element.videoHeight));
    element.srcObject = participant === ME ? this.preview.value : (this.streams.get(pictureKey(participant, source)) ?? null);
    place.append(element);
    return () => dispose(element);
  }

  async unblockAudio(): Promise<void> {
    this.audioBlocked.value = false;
  }

  /** For trying things by hand and in screenshots: kinroom.store.change("p3", {present: false}). */
  change(id: string, what: Partial<Person>): void {
    this.people.value = this.people.value.map((person) => (person.id === id ? { ...person, ...what } : person));
  }

  add(index: number, what: Partial<Person> = {}): void {
    this.people.value = [...this.people.value, { ...person(index, nameOf(index)), ...what }];
    this.fillPictures();
  }

  room(what: Partial<RoomView>): void {
    if (this.roomView.value) this.roomView.value = { ...this.roomView.value, ...what };
  }

  hear(line: Said): void {
    this.lines.value = [...this.lines.value, line];
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
    const { people, mixed, shared, blocked, stalled, role, told: scene } = this.scene;
    const lead = role === "facilitator";
    this.me.value = ME;
    this.people.value = Array.from({ length: people }, (_, i) => ({
      ...person(i, i === 0 ? (lead ? "Ana" : name) : nameOf(lead ? i : i - 1)),
      ...((lead ? i === 0 : i === 1) && { role: "facilitator" as const }),
      ...(i > 0 && { speaking: i === 2 || i === 7, muted: i % 3 === 0 }),
      ...(mixed && i === 3 && { present: false }),
      ...(shared && i === 1 && { sources: ["microphone", "camera", "screen"] as const }),
      ...scene.people?.[`p${i}`],
    })).filter(({ id }) => scene.only?.includes(id) ?? true);
    this.tell(scene, lead);
    this.audioBlocked.value = blocked;
    this.microphoneHint.value = scene.hint ?? null;
    this.deviceNews.value = scene.news ?? null;
    if (scene.microphone) queueMicrotask(() => (this.microphone.value = scene.microphone!));
    this.mediaStalled.value = stalled;
    this.fillPictures();
  }

  private tell(scene: Told, lead: boolean): void {
    const place = scene.place ?? "room";
    const mine = { ...QUIET_ME, ...scene.mine };
    this.mine.value = mine;
    this.muted.value ||= mine.muted;
    this.roomView.value = place === "room" || place === "silent" ? { ...QUIET_ROOM, ...scene.room } : null;
    this.team.value = lead && scene.team !== null ? { ...QUIET_TEAM, ...scene.team } : null;
    this.board.value = lead && scene.board ? { ...QUIET_BOARD, ...scene.board } : null;
    this.pulse.value = { ...QUIET_PULSE, ...scene.pulse };
    this.lines.value = scene.lines ?? [];
    const base = { id: null, session: "s", you: ME, secret: null, now: this.serverNow(), numbers: NUMBERS };
    this.desk.value = scene.desk ? { ...base, type: "desk", people: [...scene.desk], waiting: 1 } : null;
    this.figures.value = scene.figures ? { ...base, type: "figures", people: [...scene.figures], phase: "open" } : null;
    if (place === "waiting") {
      const since = this.serverNow() - 60;
      const quiet = { staff: "here", staff_names: ["Ana"], note: "", sent_back: false, knock_at: since, take_over: false, over: false, late: false } as const;
      this.waiting.value = { ...base, type: "waiting", me: mine, ...quiet, staff_names: [...quiet.staff_names], ...scene.waiting };
    }
    if (place === "silent" && this.team.value && this.roomView.value) {
      const { team, roomView, lines } = this;
      const people = this.people.value.map(({ me: _, speaking: __, ...person }) => ({ ...person, sources: [...person.sources] }));
      this.silent.value = { ...base, type: "silent", me: mine, room: roomView.value!, team: team.value!, board: this.board.value, people, lines: [...lines.value], laptop: scene.laptop ?? true };
    }
    this.place.value = place;
  }

  private fillPictures(): void {
    const pictures = new Map<PictureKey, Picture>();
    for (const [i, one] of [...this.people.value, ...lookedAt(this.board.value, this.people.value)].entries()) {
      for (const source of ["camera", "screen"] as const) {
        if (source === "screen" && !one.sources.includes(source)) continue;
        pictures.set(pictureKey(one.id, source), this.picture(i, one, source));
      }
    }
    this.pictures.value = pictures;
  }

  private picture(i: number, one: Person, source: PictureSource): Picture {
    const squeezed = source === "camera" && (this.scene.told.squeezed?.includes(one.id) ?? false);
    if (squeezed) return { participant: one.id, source, stream: null, state: "squeezed", stoppedAt: null };
    const off = this.thrift.value === "sound" && !one.me ? true : one.me ? !this.cameraOn.value : source === "camera" && (this.scene.fps === 0 || i % 6 === 5 || !one.sources.includes("camera"));
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
