/** One person's place in one session: the connection, the media and the seat behind the signals that screens read. */

import { batch, computed, effect, signal } from "@preact/signals";
import { Connection, type Ending } from "../connection/connection";
import { DisconnectedError, type Request } from "../connection/wire";
import { LocalMedia } from "../media/local";
import { Pictures } from "../media/pictures";
import { pairsFor } from "../media/plan";
import { Sounds } from "../media/sounds";
import { WakeLock, watchSurroundings } from "../media/surroundings";
import { screenPossible } from "../media/capture";
import { Way } from "../media/way";
import type { Answer, Person as RemotePerson, ServerMessage, SourceName } from "../protocol.gen";
import type {
  DeviceAnswer,
  LinkAnswer,
  Notice,
  Phase,
  PictureKey,
  PictureSource,
  SessionStore,
  WantedPicture,
} from "./model";
import { reduce, type Room } from "./reducer";
import { hashOf, Seats, type Seat } from "./seats";
import { Sync } from "./sync";
import { heldBack, peopleOf, picturesOf, tilesOf } from "./view";

const VERSION = 1;
/** Longer is not waiting any more, it is wondering. */
const UNREACHABLE_MS = 12_000;
const VIEW_EVERY_MS = 150;
const OF_DEVICES = "kinroom.devices";

class Session implements SessionStore {
  readonly phase = signal<Phase>("idle");
  readonly notice = signal<Notice | null>(null);
  readonly output = signal<string | null>(null);

  private readonly room = signal<Room | null>(null);
  private readonly wanted = signal<readonly WantedPicture[] | null>(null);
  private readonly local = new LocalMedia((source, track) => void this.trackChanged(source, track));
  private readonly sounds = new Sounds();
  private readonly seats = new Seats();
  private readonly wakeLock = new WakeLock();
  private readonly volumes = new Map<string, number>();
  private readonly pictureWatch = new Pictures({
    videoSlot: (mid) => this.videoSlot(mid),
    own: (key) => this.ownPictures.value.get(key) ?? null,
  });
  private readonly way = new Way(() => this.local.tracks.value, {
    offer: (sdp, sources, fresh) => this.offer(sdp, sources, fresh),
    renewed: () => this.renewed(),
    negotiated: () => this.bind(),
    pair: (index, pair) => this.sounds.give(index, pair.audio.receiver.track),
    shown: () => this.shown(),
    watched: () => this.pictureWatch.watched(),
    signallingUp: () => this.connection?.isUp ?? false,
  });
  private readonly sync = new Sync({
    muted: () => this.local.muted.value,
    sources: () => new Set(this.local.tracks.value.keys()),
    request: (request) => this.request(request),
    unmuteRefused: () => this.local.setMuted(true),
  });
  private connection: Connection | null = null;
  private seat: Seat | null = null;
  private token = "";
  private name = "";
  /** This page has not had a snapshot yet. */
  private first = true;
  private unreachable: ReturnType<typeof setTimeout> | undefined;
  private viewTimer: ReturnType<typeof setTimeout> | undefined;
  private viewSent = "";
  private settled: (() => void) | null = null;

  readonly me = computed(() => this.room.value?.me ?? null);
  readonly speakers = computed(() => this.room.value?.speakers ?? []);
  readonly people = computed(() =>
    peopleOf(this.room.value, { muted: this.local.muted.value, sources: [...this.local.tracks.value.keys()] }),
  );
  readonly pictureLimit = computed(() => this.way.load.value.limit);
  readonly decodingBehind = computed(() => this.pictureLimit.value !== Infinity);
  readonly pictures = computed(() =>
    picturesOf(this.people.value, {
      seen: this.pictureWatch.states.value,
      own: this.ownSources.value,
      heldBack: heldBack(this.wanted.value ?? [], this.me.value, this.pictureLimit.value),
    }),
  );
  private readonly ownSources = computed(() => {
    const own = new Map<PictureSource, MediaStream>();
    if (this.local.preview.value) own.set("camera", this.local.preview.value);
    if (this.local.screen.value) own.set("screen", this.local.screen.value);
    return own;
  });
  private readonly ownPictures = computed(
    () => new Map([...this.ownSources.value].map(([source, stream]) => [`${this.me.value}/${source}` as PictureKey, stream])),
  );

  readonly muted = this.local.muted;
  readonly cameraOn = this.local.cameraOn;
  readonly sharing = this.local.sharing;
  readonly microphone = this.local.microphone;
  readonly audioBlocked = this.sounds.blocked;
  readonly mediaStalled = this.way.stalled;
  readonly cameras = this.local.cameras;
  readonly microphones = this.local.microphones;
  readonly outputs = this.local.outputs;
  readonly camera = this.local.camera;
  readonly microphoneDevice = this.local.microphoneDevice;
  readonly preview = this.local.preview;
  readonly facing = this.local.facing;
  readonly micLevel = this.local.micLevel;
  readonly canFlipCamera = this.local.canFlipCamera;
  readonly canShareScreen = screenPossible();

  constructor() {
    watchSurroundings({ network: () => this.networkChanged(), awake: () => this.awake() });
    effect(() => {
      this.ownPictures.value;
      this.pictureWatch.bind();
    });
    effect(() => {
      this.wanted.value;
      this.pictureLimit.value;
      this.planView();
    });
    effect(() => void this.wakeLock.want(this.phase.value === "inRoom" || this.phase.value === "reconnecting"));
  }

  pc(): RTCPeerConnection | null {
    return this.way.pc;
  }

  // --- coming and going ---

  async checkLink(token: string): Promise<LinkAnswer> {
    try {
      const response = await fetch("/api/v1/link", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
        signal: AbortSignal.timeout(UNREACHABLE_MS),
      });
      if (response.ok) return { ok: true, ...((await response.json()) as { role: RemotePerson["role"]; session: string }) };
      return { ok: false, reason: response.status < 500 && response.status !== 429 ? "bad_link" : "unreachable" };
    } catch {
      return { ok: false, reason: "unreachable" };
    }
  }

  async resume(token: string): Promise<boolean> {
    if (!globalThis.crypto?.subtle) return false;
    const seat = await this.seats.find(await hashOf(token));
    if (!seat || this.connection) return false;
    this.token = token;
    this.name = seat.name;
    this.seat = seat;
    void this.takeDevicesAgain();
    this.start();
    return true;
  }

  join({ token, name }: { token: string; name: string }): Promise<void> {
    this.sounds.prime();
    this.local.wake();
    this.token = token;
    this.name = name;
    this.seat = null;
    return this.start();
  }

  leave(): void {
    this.connection?.leave();
    this.connection = null;
    this.finish("left", null, true);
  }

  private start(): Promise<void> {
    this.connection?.close();
    this.first = true;
    batch(() => {
      this.phase.value = "joining";
      this.notice.value = null;
    });
    const done = new Promise<void>((resolve) => (this.settled = resolve));
    this.unreachable = setTimeout(() => this.finish("refused", "unreachable", false), UNREACHABLE_MS);
    this.connection = new Connection(`${location.origin.replace(/^http/, "ws")}/ws`, {
      hello: () => this.hello(),
      message: (message) => this.received(message),
      connected: (yes) => this.connected(yes),
      ended: (ending) => this.ended(ending),
    });
    return done;
  }

  private hello(): Request {
    const seat = this.seat;
    if (!seat) return { type: "join", version: VERSION, token: this.token, name: this.name };
    const { session, secret, name } = seat;
    return { type: "resume", version: VERSION, session, secret, name, peer: this.way.peerId };
  }

  private ended(ending: Ending): boolean {
    if (ending.why === "bye") {
      if (ending.reason === "replaced") this.finish("left", "replaced", false);
      else this.finish(ending.reason === "ended" ? "ended" : "left", null, true);
      return false;
    }
    if (ending.code === "resume_unknown" && this.seat) return this.seatUnknown(this.seat);
    const over = ending.code === "ended";
    this.finish(over ? "ended" : "refused", ending.code, over);
    return false;
  }

  /** Who is in the group stays: as a newcomer then. Who has just loaded the page is shown the join page. */
  private seatUnknown(seat: Seat): boolean {
    this.seats.forget(seat);
    this.seat = null;
    if (this.phase.value !== "reconnecting") this.finish("idle", null, false);
    return this.phase.value === "reconnecting";
  }

  private finish(phase: Phase, notice: Notice | null, forget: boolean): void {
    clearTimeout(this.unreachable);
    clearTimeout(this.viewTimer);
    this.connection?.close();
    this.connection = null;
    if (forget && this.seat) this.seats.forget(this.seat);
    this.seats.let();
    this.seat = null;
    this.way.close();
    this.sounds.silence();
    this.pictureWatch.map([], false);
    if (!mayTryAgain(phase, notice)) this.local.release();
    batch(() => {
      this.room.value = null;
      this.phase.value = phase;
      this.notice.value = notice;
    });
    this.settle();
  }

  private settle(): void {
    clearTimeout(this.unreachable);
    this.settled?.();
    this.settled = null;
  }

  // --- what the server says ---

  private received(message: ServerMessage): void {
    batch(() => {
      this.room.value = reduce(this.room.value, message);
      this.follow(message);
    });
  }

  private follow(message: ServerMessage): void {
    switch (message.type) {
      case "snapshot":
        return this.snapshot(message);
      case "slots":
        return this.map(true);
      case "slots_needed":
        return this.way.grow(message.pairs);
      case "flowing":
        return this.pictureWatch.flowing(message.mid, message.rtp);
      case "media_lost":
        return this.way.lost(message.peer);
      case "event":
        if (message.event.type === "muted" || message.event.type === "unmuted") {
          this.heardMuted(message.event.participant, message.event.type === "muted");
        }
    }
  }

  private snapshot(message: Extract<ServerMessage, { type: "snapshot" }>): void {
    if (message.secret !== null) void this.takeSeat(message.session, message.you, message.secret);
    const me = message.people.find((person) => person.id === message.you);
    const resumed = this.first && message.secret === null;
    if (me && this.sync.believe(me.muted, me.sources, resumed)) this.local.setMuted(true);
    this.first = false;
    this.viewSent = "";
    this.map(false);
    this.way.settle(message.peer, pairsFor(message.people, message.you));
  }

  private async takeSeat(session: string, participant: string, secret: string): Promise<void> {
    const seat = { session, participant, secret, name: this.name, link: "" };
    this.seat = seat;
    if (!globalThis.crypto?.subtle) return;
    const whole = { ...seat, link: await hashOf(this.token) };
    if (this.seat !== seat) return;
    this.seat = whole;
    await this.seats.take(whole);
  }

  private heardMuted(participant: string, muted: boolean): void {
    if (participant === this.me.value && this.sync.heardMuted(muted)) this.local.setMuted(true);
  }

  private connected(yes: boolean): void {
    this.phase.value = yes ? "inRoom" : this.phase.value === "joining" ? "joining" : "reconnecting";
    if (!yes) return;
    this.settle();
    this.keepDevices();
    this.sync.run();
    this.planView();
  }

  private request(request: Request): Promise<unknown> {
    return this.connection?.request(request) ?? Promise.reject(new DisconnectedError());
  }

  private async offer(sdp: string, sources: Record<string, SourceName>, fresh: boolean): Promise<Answer> {
    const reply = await this.request({ type: "offer", sdp, sources, fresh });
    return reply as Answer;
  }

  // --- media ---

  private async trackChanged(source: SourceName, track: MediaStreamTrack | null): Promise<void> {
    this.keepDevices();
    // What ends is told first, what begins is told when it can be sent.
    if (!track) this.syncNow();
    await this.way.setTrack(source, track).catch((error: unknown) => console.warn(error));
    if (track) this.syncNow();
  }

  private syncNow(): void {
    if (this.connection?.isUp) this.sync.run();
  }

  private renewed(): void {
    this.sounds.silence();
    this.pictureWatch.renew();
  }

  private map(told: boolean): void {
    this.pictureWatch.map(this.room.value?.slots ?? [], told);
    this.applyVolumes();
  }

  private bind(): void {
    this.pictureWatch.bind();
    this.applyVolumes();
  }

  private videoSlot(mid: string): { receiver: RTCRtpReceiver } | null {
    return this.way.pairs.find((pair) => pair.video.mid === mid)?.video ?? null;
  }

  private applyVolumes(): void {
    const whose = new Map(this.room.value?.slots.map((slot) => [slot.mid, slot.participant]));
    this.way.pairs.forEach(({ audio }, index) => {
      const participant = audio.mid === null ? undefined : whose.get(audio.mid);
      this.sounds.setVolume(index, participant === undefined ? 1 : this.volumeOf(participant));
    });
  }

  private planView(): void {
    clearTimeout(this.viewTimer);
    if (this.wanted.peek() && this.connection?.isUp) this.viewTimer = setTimeout(() => this.sendView(), VIEW_EVERY_MS);
  }

  private sendView(): void {
    const tiles = tilesOf(this.wanted.peek() ?? [], this.me.peek(), this.pictureLimit.peek());
    const text = JSON.stringify(tiles);
    if (text === this.viewSent) return;
    this.viewSent = text;
    this.request({ type: "view", tiles }).catch(() => undefined);
  }

  private shown(): number {
    const wanted = this.wanted.peek();
    if (wanted) return tilesOf(wanted, this.me.peek(), this.pictureLimit.peek()).length;
    return this.pictureWatch.states.peek().size;
  }

  private networkChanged(): void {
    this.connection?.hurry();
    this.way.networkChanged();
  }

  private awake(): void {
    this.connection?.hurry();
    this.sounds.goOn();
    void this.wakeLock.want(this.phase.value === "inRoom" || this.phase.value === "reconnecting");
  }

  // --- what the person does ---

  async requestDevices(what: { camera: boolean; microphone: boolean }): Promise<DeviceAnswer> {
    return this.local.request(what);
  }

  releaseDevices(): void {
    this.local.release();
  }

  chooseCamera(id: string): Promise<DeviceAnswer> {
    return this.local.chooseCamera(id);
  }

  chooseMicrophone(id: string): Promise<DeviceAnswer> {
    return this.local.chooseMicrophone(id);
  }

  async chooseOutput(id: string): Promise<void> {
    this.output.value = id;
    await this.sounds.choose(id);
  }

  async setMuted(muted: boolean): Promise<DeviceAnswer> {
    if (muted) this.local.setMuted(true);
    const answer = muted ? "ok" : this.local.unmute();
    this.syncNow();
    return answer;
  }

  setCamera(on: boolean): Promise<DeviceAnswer> {
    return this.local.setCamera(on);
  }

  flipCamera(): Promise<DeviceAnswer> {
    return this.local.flipCamera();
  }

  startScreen(): Promise<DeviceAnswer> {
    return this.local.startScreen();
  }

  stopScreen(): void {
    this.local.stopScreen();
  }

  setVolume(participant: string, volume: number): void {
    this.volumes.set(participant, Math.min(1, Math.max(0, volume)));
    this.applyVolumes();
  }

  volumeOf(participant: string): number {
    return this.volumes.get(participant) ?? 1;
  }

  setView(wanted: readonly WantedPicture[]): void {
    this.wanted.value = wanted;
  }

  show(element: HTMLVideoElement, participant: string, source: PictureSource): () => void {
    return this.pictureWatch.show(element, participant, source);
  }

  unblockAudio(): Promise<void> {
    this.local.wake();
    return this.sounds.unblock();
  }

  // --- a reload finds its devices again ---

  private keepDevices(): void {
    const held = this.local.tracks.value;
    const text = JSON.stringify({ camera: held.has("camera"), microphone: held.has("microphone") });
    try {
      if (this.phase.value === "inRoom") sessionStorage.setItem(OF_DEVICES, text);
    } catch {
      return;
    }
  }

  private async takeDevicesAgain(): Promise<void> {
    const held = storedDevices();
    if (!held.camera && !held.microphone) return;
    this.sync.paused = true;
    await this.local.request(held);
    this.sync.paused = false;
    this.syncNow();
  }
}

/** Then the preview is kept. Anybody else is on a page that shows no preview: no camera light may stay on there. */
const mayTryAgain = (phase: Phase, notice: Notice | null): boolean =>
  phase === "idle" || (phase === "refused" && (notice === "bad_name" || notice === "unreachable" || notice === "too_many"));

function storedDevices(): { camera: boolean; microphone: boolean } {
  try {
    const held = JSON.parse(sessionStorage.getItem(OF_DEVICES) ?? "{}") as Record<string, unknown>;
    return { camera: held["camera"] === true, microphone: held["microphone"] === true };
  } catch {
    return { camera: false, microphone: false };
  }
}

export function createSession(): SessionStore {
  const session = new Session();
  // For browser tests and whoever opens the developer tools; it gives nothing they would not have.
  Object.assign(window, { kinroom: { pc: () => session.pc(), store: session } });
  return session;
}
