/** The way of the media: keeps one Peer alive, restarts its ICE or makes a new one when nothing arrives. */

import { signal } from "@preact/signals";
import { retryDelay } from "../connection/backoff";
import { DisconnectedError, mayPass, RefusedError } from "../connection/wire";
import type { Answer, IceServer, SourceName } from "../protocol.gen";
import { added, framesOf, loadStep, startLoad, type Frames, type Load } from "./decoding";
import { thisMachine } from "./machine";
import { Peer, type SlotPair } from "./peer";
import { grownPairs, tooFew } from "./plan";
import { usedOctets } from "./usage";
import {
  isOpen,
  networkChanged,
  pathFailed,
  pathLost,
  receivedBytes,
  startWatch,
  watchStep,
  type Remedy,
  type Watch,
} from "./watch";

const WATCH_MS = 250;
/** Encodings that a phone makes of its camera. */
const MOST_ON_PHONE = 2;
const LOAD_EVERY = 10; // watches: 2.5 s, two samples and a bit in the window

export interface WayEvents {
  offer(sdp: string, sources: Record<string, SourceName>, fresh: boolean): Promise<Answer>;
  /** A new Peer stands: whatever came from the old one is void. */
  renewed(): void;
  /** Mids are known: pictures and sounds can be bound. */
  negotiated(): void;
  pair(index: number, pair: SlotPair): void;
  /** The number of remote pictures asked for now. */
  shown(): number;
  /** The slots whose pictures somebody looks at. */
  watched(): readonly RTCRtpReceiver[];
  signallingUp(): boolean;
  /** Media is silent: signalling is to show soon that it lives. */
  doubtSignalling(): void;
  /** Its person saves data. */
  lean(): boolean;
}

export class Way {
  readonly stalled = signal(false);
  readonly load = signal<Load>(startLoad(0));
  /** Octets on the wire both ways, of all Peers so far. */
  readonly used = signal(0);
  /** As the server told last. What is connected stays so: they are for the next restart. */
  relays: readonly IceServer[] = [];
  private peer: Peer | null = null;
  private watch: Watch = startWatch(0);
  private wantedPairs = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private ticks = 0;
  private flowedOnce = false;
  private frames: Frames = { decoded: 0, dropped: 0 };
  private usedByPeer = 0;
  private readonly counted = new WeakMap<RTCRtpReceiver, Frames>();

  constructor(
    private readonly tracks: () => ReadonlyMap<SourceName, MediaStreamTrack>,
    private readonly events: WayEvents,
  ) {}

  get pc(): RTCPeerConnection | null {
    return this.peer?.pc ?? null;
  }

  /** The server's name of the living Peer, for `resume`. */
  get peerId(): number | null {
    return this.peer?.id ?? null;
  }

  get pairs(): readonly SlotPair[] {
    return this.peer?.pairs ?? [];
  }

  /** After every snapshot: `serverPeer` is what the server still holds for us. */
  settle(serverPeer: number | null, pairs: number): void {
    this.wantedPairs = Math.max(this.wantedPairs, pairs);
    const ours = this.peer?.id ?? null;
    if (ours === null || ours !== serverPeer) this.renew();
    else if (this.watch.path === "restarting" || this.watch.path === "broken") this.restart();
    else if (this.peer?.owesOffer) void this.peer.negotiate();
    // The server asks once, and may have asked while nobody listened.
    if (tooFew(this.pairs.length, pairs)) this.grow(pairs);
  }

  grow(needed: number): void {
    this.wantedPairs = grownPairs(Math.max(this.wantedPairs, this.pairs.length), needed);
    if (!this.peer || this.wantedPairs <= this.peer.pairs.length) return;
    const before = this.peer.pairs.length;
    this.peer.grow(this.wantedPairs);
    this.tellPairs(before);
    void this.peer.negotiate();
  }

  setTrack(source: SourceName, track: MediaStreamTrack | null): Promise<void> {
    return this.peer?.setTrack(source, track) ?? Promise.resolve();
  }

  /** The server lost that Peer. */
  lost(id: number): void {
    if (this.peer && (this.peer.id === id || this.peer.id === null)) this.renew();
  }

  /** The server has a use for that many encodings of this source. */
  sendLayers(source: SourceName, layers: number): void {
    this.peer?.setLayers(source, layers);
  }

  /** What `lean` says has changed. */
  leanChanged(): void {
    this.peer?.look();
  }

  networkChanged(): void {
    this.apply(networkChanged(this.watch, performance.now()));
  }

  close(): void {
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.peer?.close();
    this.peer = null;
    this.wantedPairs = 0;
    this.flowedOnce = false;
    this.stalled.value = false;
    this.load.value = startLoad(performance.now());
  }

  private renew(): void {
    clearTimeout(this.retry);
    this.peer?.close();
    const peer: Peer = new Peer(this.wantedPairs, this.tracks(), {
      limits: () => ({ most: thisMachine().phone ? MOST_ON_PHONE : Infinity, lean: this.events.lean() }),
      relays: () => this.relays,
      offer: (sdp, sources, fresh) => this.events.offer(sdp, sources, fresh),
      negotiated: () => this.peer === peer && this.events.negotiated(),
      failed: (error) => this.peer === peer && this.failed(error),
      connectionState: (state) => this.peer === peer && this.heardOf(state),
    });
    this.peer = peer;
    this.usedByPeer = 0;
    this.watch = startWatch(performance.now());
    this.load.value = { ...this.load.value, samples: [] };
    this.events.renewed();
    this.tellPairs(0);
    this.show();
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.tick(peer), WATCH_MS);
    void peer.negotiate();
  }

  /** What could not be offered while signalling was away. */
  private restart(): void {
    clearTimeout(this.retry);
    this.watch = { ...this.watch, path: "restarting", since: performance.now() };
    void this.peer?.restartIce();
  }

  private tellPairs(from: number): void {
    this.pairs.slice(from).forEach((pair, index) => this.events.pair(from + index, pair));
  }

  private heardOf(state: RTCPeerConnectionState): void {
    if (state === "failed") this.apply(pathFailed(this.watch, performance.now()));
    else if (state === "disconnected") this.apply(pathLost(this.watch, performance.now()));
  }

  /** An offer came back without an answer. */
  private failed(error: unknown): void {
    // Without signalling nothing can be offered; the next snapshot brings us to `settle`.
    if (error instanceof DisconnectedError) return;
    // Too many offers at once, or the store was busy: the same one again, a little later.
    if (error instanceof RefusedError && mayPass(error)) return this.later(() => void this.peer?.negotiate());
    // Refused (the worker is starting again), or SDP that this browser does not take: a clean start, not at once.
    this.watch = { ...this.watch, path: "broken" };
    this.show();
    this.later();
  }

  private later(what: () => void = () => this.renew()): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      if (this.events.signallingUp()) what();
    }, retryDelay(this.attempt++, Math.random()));
  }

  private async tick(peer: Peer): Promise<void> {
    const stats = await peer.probe?.getStats().catch(() => null);
    if (this.peer !== peer || !stats) return;
    peer.look();
    this.apply(watchStep(this.watch, performance.now(), receivedBytes(stats.values())));
    const used = usedOctets(stats.values());
    this.used.value += Math.max(0, used - this.usedByPeer);
    this.usedByPeer = used;
    if (++this.ticks % LOAD_EVERY === 0) await this.weigh(peer);
  }

  private async weigh(peer: Peer): Promise<void> {
    if (document.hidden) {
      this.load.value = { ...this.load.value, samples: [] };
      return;
    }
    // Slot by slot: the report of a whole connection is hundreds of entries, and costs a slow phone a tenth of its time.
    await Promise.all(this.events.watched().map((receiver) => this.count(receiver)));
    if (this.peer !== peer) return;
    this.load.value = loadStep(this.load.value, { at: performance.now(), ...this.frames }, this.events.shown());
  }

  private async count(receiver: RTCRtpReceiver): Promise<void> {
    const stats = await receiver.getStats().catch(() => null);
    if (!stats) return;
    const now = framesOf(stats.values());
    this.frames = added(this.frames, this.counted.get(receiver), now);
    this.counted.set(receiver, now);
  }

  private apply([watch, remedy]: [Watch, Remedy]): void {
    this.watch = watch;
    if (watch.path === "flowing") {
      this.attempt = 0;
      this.flowedOnce = true;
    }
    if (remedy === "ask" || remedy === "restart") this.events.doubtSignalling();
    if (remedy === "restart" && this.events.signallingUp()) void this.peer?.restartIce();
    if (remedy === "renew") this.later();
    this.show();
  }

  private show(): void {
    this.stalled.value = this.flowedOnce && !isOpen(this.watch);
  }
}
