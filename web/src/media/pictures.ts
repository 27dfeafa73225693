/** Which person's frames are in which <video>: nothing shows until a frame is known to be that person's. */

import { signal } from "@preact/signals";
import type { Slot } from "../protocol.gen";
import { pictureKey, type Picture, type PictureKey, type PictureSource, type PictureState } from "../session/model";
import { checkStopped, closedGate, flowing, frameSeen, untold, type Gate } from "./frames";
import { frameless, putInto, seesFrames, Surfaces } from "./surfaces";

/** Of a picture that is shown, so often is a frame told: enough to know that it has not stopped. */
const CHECK_MS = 250;
/** Then the receiver is asked, which makes the page wait for another thread. */
const LATE_MS = 1000;

/** The receiving half of one video slot. */
export interface VideoSlot {
  readonly receiver: RTCRtpReceiver;
}

interface Entry {
  readonly mid: string;
  gate: Gate;
  receiver: RTCRtpReceiver | null;
  stream: MediaStream | null;
  /** Of the last frame the receiver delivered, shown or not. */
  delivered: number | null;
}

/** Where a picture is shown, and what is in there now. */
interface Screen {
  readonly place: HTMLElement;
  readonly key: PictureKey;
  readonly shaped: (aspect: number) => void;
  element: HTMLVideoElement | null;
  stream: MediaStream | null;
}

export interface PicturesSource {
  /** The video slot with this mid, if the connection has it by now. */
  videoSlot(mid: string): VideoSlot | null;
  /** Own pictures need no gate. */
  own(key: PictureKey): MediaStream | null;
}

export class Pictures {
  /** State of every mapped picture; whoever is not in it has no slot. */
  readonly states = signal<ReadonlyMap<PictureKey, Pick<Picture, "stream" | "state" | "stoppedAt">>>(new Map());
  private readonly entries = new Map<PictureKey, Entry>();
  private readonly screens = new Set<Screen>();
  private readonly surfaces = new Surfaces((mid, element, rtp) => this.frame(mid, element, rtp));
  private awakeAt = performance.now();

  constructor(private readonly source: PicturesSource) {
    document.addEventListener("visibilitychange", () => (this.awakeAt = performance.now()));
    setInterval(() => this.check(), CHECK_MS);
  }

  /** The whole map. `told`: it came as a signal, so a `flowing` follows for each change. */
  map(slots: readonly Slot[], told: boolean): void {
    const now = performance.now();
    const wanted = new Map(slots.flatMap((slot) => {
      const source = pictureSource(slot);
      return source ? [[pictureKey(slot.participant, source), slot.mid] as const] : [];
    }));
    for (const [key, entry] of this.entries) {
      if (wanted.get(key) !== entry.mid) this.entries.delete(key);
      else if (!told) entry.gate = untold(entry.gate, now);
    }
    for (const [key, mid] of wanted) {
      if (this.entries.has(key)) continue;
      this.entries.set(key, { mid, gate: closedGate(now, told), receiver: null, stream: null, delivered: null });
    }
    this.bind();
  }

  flowing(mid: string, rtp: number): void {
    for (const entry of this.entries.values()) {
      if (entry.mid === mid) entry.gate = flowing(entry.gate, performance.now(), rtp);
    }
  }

  /** The server sends nothing there for a while: what stands in it is old. */
  squeeze(mids: readonly string[]): void {
    for (const entry of this.entries.values()) {
      if (mids.includes(entry.mid) && entry.gate.open) entry.gate = closedGate(performance.now(), false);
    }
    this.bind();
  }

  /** Another RTCPeerConnection: nothing of the old one may stay in sight. */
  renew(): void {
    const now = performance.now();
    this.surfaces.clear();
    for (const [key, entry] of this.entries) {
      this.entries.set(key, { mid: entry.mid, gate: closedGate(now, true), receiver: null, stream: null, delivered: null });
    }
    this.bind();
  }

  /** New m-lines have their mids, a track began, or own pictures changed. */
  bind(): void {
    for (const entry of this.entries.values()) {
      if (entry.stream) continue;
      entry.receiver = this.source.videoSlot(entry.mid)?.receiver ?? null;
      entry.stream = entry.receiver && this.surfaces.stream(entry.mid, entry.receiver);
    }
    // All are emptied first, so that two who change slots find them free.
    for (const screen of this.screens) if (screen.stream !== this.streamFor(screen)) this.empty(screen);
    for (const screen of this.screens) this.fill(screen);
    this.surfaces.listen();
    this.publish();
  }

  /** The receivers whose pictures are on a screen. */
  watched(): RTCRtpReceiver[] {
    const keys = new Set([...this.screens].map(({ key }) => key));
    return [...this.entries].flatMap(([key, { receiver }]) => (receiver && keys.has(key) ? [receiver] : []));
  }

  /** Puts the picture into an empty place, for as long as it is wanted there. `shaped`: its width by its height. */
  show(place: HTMLElement, participant: string, source: PictureSource, shaped: (aspect: number) => void): () => void {
    const screen: Screen = { place, key: pictureKey(participant, source), shaped, element: null, stream: null };
    this.screens.add(screen);
    this.fill(screen);
    return () => {
      this.screens.delete(screen);
      this.empty(screen);
    };
  }

  private streamFor({ key }: Screen): MediaStream | null {
    return this.source.own(key) ?? this.entries.get(key)?.stream ?? null;
  }

  private fill(screen: Screen): void {
    const own = this.source.own(screen.key);
    const entry = own ? null : this.entries.get(screen.key);
    const stream = this.streamFor(screen);
    if (screen.stream !== stream) {
      this.empty(screen);
      screen.stream = stream;
      if (own) screen.element = playing(own);
      else if (entry?.stream) screen.element = this.surfaces.take(entry.mid, entry.stream);
      if (screen.element) this.mount(screen, screen.element);
    }
    if (!screen.element || own) return;
    // What is in it may still be somebody else's: the next frame lifts the veil, where frames are told.
    if (!entry?.gate.open) veil(screen.element, true);
    else if (!seesFrames(screen.element)) veil(screen.element, false);
  }

  private mount(screen: Screen, element: HTMLVideoElement): void {
    const shape = (): void => {
      if (element.videoHeight) screen.shaped(element.videoWidth / element.videoHeight);
    };
    element.onresize = shape;
    shape();
    putInto(screen.place, element);
    void element.play().catch(() => undefined);
  }

  private empty(screen: Screen): void {
    const { element } = screen;
    screen.element = screen.stream = null;
    if (!element) return;
    element.onresize = null;
    veil(element, true);
    this.surfaces.park(element);
  }

  /** True: the next one matters, too. */
  private frame(mid: string, element: HTMLVideoElement, rtp: number | null): boolean {
    const entry = [...this.entries.values()].find((one) => one.mid === mid);
    if (entry) this.seen(entry, element, rtp);
    return entry !== undefined && !entry.gate.open;
  }

  private seen(entry: Entry, element: HTMLVideoElement, rtp: number | null): void {
    const before = entry.gate;
    entry.gate = frameSeen(before, performance.now(), rtp);
    if (entry.gate.open) veil(element, false);
    if (entry.gate.open !== before.open || entry.gate.stopped !== before.stopped) this.publish();
  }

  /** Second evidence, for browsers without frame callbacks and windows that are not painted. */
  private check(): void {
    if (document.hidden) return;
    const now = performance.now();
    let changed = false;
    for (const [key, entry] of this.entries) {
      const before = entry.gate;
      this.delivered(key, entry, now);
      entry.gate = checkStopped(entry.gate, now, this.awakeAt);
      changed ||= entry.gate.open !== before.open || entry.gate.stopped !== before.stopped;
    }
    if (changed) this.bind();
    else this.surfaces.listen();
  }

  private delivered(key: PictureKey, entry: Entry, now: number): void {
    const watched = this.watchable(key);
    // A frame at the receiver may not be painted yet: it keeps a picture alive, but opens it only where no callback can.
    if (entry.gate.open ? now - entry.gate.frameAt < LATE_MS : watched) return;
    const rtp = entry.receiver?.getSynchronizationSources?.()[0]?.rtpTimestamp ?? null;
    if (rtp !== null && rtp !== entry.delivered && (entry.delivered !== null || !entry.gate.open)) {
      entry.gate = frameSeen(entry.gate, now, rtp);
    }
    entry.delivered = rtp;
  }

  private watchable(key: PictureKey): boolean {
    for (const screen of this.screens) {
      if (screen.key === key && screen.element && seesFrames(screen.element)) return true;
    }
    return false;
  }

  private publish(): void {
    this.states.value = new Map([...this.entries].map(([key, entry]) => [key, describe(entry)]));
  }
}

const pictureSource = (slot: Slot): PictureSource | null =>
  slot.source === "camera" || slot.source === "screen" ? slot.source : null;

function describe(entry: Entry): Pick<Picture, "stream" | "state" | "stoppedAt"> {
  const { gate, stream } = entry;
  const state: PictureState = !gate.open ? "waiting" : gate.stopped ? "stopped" : "live";
  const ago = performance.now() - gate.frameAt;
  return { stream, state, stoppedAt: gate.stopped ? Math.round(Date.now() - ago) : null };
}

/** In the frame callback itself, before anything is painted: the screens' own states follow later. */
function veil(element: HTMLVideoElement, veiled: boolean): void {
  element.style.opacity = veiled ? "0" : "";
}

function playing(stream: MediaStream): HTMLVideoElement {
  const element = frameless();
  element.srcObject = stream;
  return element;
}
