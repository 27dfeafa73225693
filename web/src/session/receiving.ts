/** What this person sees and hears: the media way, whose picture and sound is in which slot, and how much is asked for. */

import { computed, effect, signal } from "@preact/signals";
import type { Request } from "../connection/wire";
import type { LocalMedia } from "../media/local";
import { thisMachine } from "../media/machine";
import { Pictures } from "../media/pictures";
import { pairsFor } from "../media/plan";
import { Sounds } from "../media/sounds";
import { Way } from "../media/way";
import type { Answer, SendLayers, ServerMessage, Slot, Snapshot, SourceName } from "../protocol.gen";
import type { ToldFacts } from "./facts";
import type { PictureKey, PictureSource, ViewPart, WantedPicture } from "./model";
import { heldBack, joined, lookedAt, picturesOf, stillSqueezed, tilesOf, waiting } from "./view";
import { STRONG, weakStep } from "./weak";
import { most, Wishes } from "./wishes";

const isPicture = ({ source }: Slot): boolean => source === "camera" || source === "screen";

const VIEW_EVERY_MS = 150;
/** Whoever only looks something up in another tab finds the pictures as they were. */
const LOOKED_AWAY_MS = 3000;

export interface ReceivingNeeds {
  readonly facts: ToldFacts;
  readonly local: LocalMedia;
  request(request: Request): Promise<unknown>;
  isUp(): boolean;
  /** Media is silent. */
  doubt(): void;
}

export class Receiving {
  readonly sounds = new Sounds();
  readonly wishes = new Wishes();
  readonly output = signal<string | null>(null);
  private readonly parts = signal<ReadonlyMap<ViewPart, readonly WantedPicture[]>>(new Map());
  private readonly wanted = computed(() => joined(this.parts.value));
  private readonly volumes = new Map<string, number>();
  private viewTimer: ReturnType<typeof setTimeout> | undefined;
  /** Nobody looks at the page: sound goes on, pictures are not asked for. */
  private readonly unseen = signal(false);
  private unseenTimer: ReturnType<typeof setTimeout> | undefined;
  private viewSent = "";

  private readonly watch = new Pictures({
    videoSlot: (mid) => this.way.pairs.find((pair) => pair.video.mid === mid)?.video ?? null,
    own: (key) => this.ownPictures.value.get(key) ?? null,
  });
  readonly way = new Way(() => this.needs.local.tracks.value, {
    offer: async (sdp, sources, fresh) => (await this.needs.request({ type: "offer", sdp, sources, fresh })) as Answer,
    renewed: () => this.renewed(),
    negotiated: () => this.bind(),
    pair: (index, pair) => this.sounds.give(index, pair.audio.receiver.track),
    shown: () => this.shown(),
    watched: () => this.watch.watched(),
    signallingUp: () => this.needs.isUp(),
    doubtSignalling: () => this.needs.doubt(),
    lean: () => this.wishes.thrift.peek() !== "all",
  });

  private readonly phone = thisMachine().phone;
  private readonly decodable = computed(() => this.way.load.value.limit);
  readonly pictureLimit = computed(() => most(this.decodable.value, this.phone));
  readonly decodingBehind = computed(() => this.decodable.value !== Infinity);
  private readonly asking = computed(() => this.wishes.asking(this.needs.facts.me.value, this.decodable.value, this.phone));
  private readonly squeezed = signal<readonly Slot[]>([]);
  private readonly waits = computed(() => waiting(this.squeezed.value));
  readonly soundSqueezed = computed(() => this.waits.value.sounds);
  private readonly weak = signal(STRONG);
  readonly squeezedSince = computed(() => this.weak.value.since);
  readonly ownPaused = signal(false);
  private readonly ownSources = computed(() => {
    const own = new Map<PictureSource, MediaStream>();
    const { preview, screen } = this.needs.local;
    if (preview.value) own.set("camera", preview.value);
    if (screen.value) own.set("screen", screen.value);
    return own;
  });
  private readonly ownPictures = computed(() => {
    const me = this.needs.facts.me.value;
    return new Map([...this.ownSources.value].map(([source, stream]) => [`${me}/${source}` as PictureKey, stream]));
  });
  readonly pictures = computed(() => {
    const { people, board } = this.needs.facts;
    return picturesOf([...people.value, ...lookedAt(board.value, people.value)], {
      seen: this.watch.states.value,
      own: this.ownSources.value,
      heldBack: heldBack(this.wanted.value ?? [], this.asking.value),
      squeezed: this.waits.value.pictures,
    });
  });
  /** Who speaks to everyone, in a pair that hears itself meanwhile. */
  private readonly loud = computed(() => {
    const { roomView, me } = this.needs.facts;
    const by = roomView.value?.broadcast?.by ?? null;
    return roomView.value?.kind === "pair" && by !== me.value ? by : null;
  });

  constructor(private readonly needs: ReceivingNeeds) {
    effect(() => {
      this.ownPictures.value;
      this.watch.bind();
    });
    effect(() => {
      this.wanted.value;
      this.asking.value;
      this.planView();
    });
    effect(() => {
      this.wishes.thrift.value;
      this.way.leanChanged();
    });
    effect(() => {
      const waits = this.squeezed.value.length > 0;
      this.weak.value = weakStep(this.weak.peek(), waits, Date.now());
    });
    effect(() => {
      // Whoever comes meanwhile is seen until a view says otherwise; effects of hidden pages still run, screens do not.
      if (!this.unseen.value || !this.needs.facts.slots.value.some(isPicture)) return;
      this.viewSent = "";
      this.planView();
    });
    effect(() => {
      this.loud.value;
      this.applyVolumes();
    });
  }

  /** Whoever is away hears nothing, from the tap on. */
  followAway(away: () => boolean): void {
    effect(() => this.sounds.setQuiet(away()));
  }

  // --- what the server says ---

  /** A room, or the same one again. */
  enter(room: Snapshot): void {
    this.viewSent = "";
    // In reply to a request of ours it is told again; with a move it goes on.
    if (room.id !== null) this.squeezed.value = [];
    this.map(false);
    this.way.relays = room.ice;
    this.way.settle(room.peer, pairsFor(room.people, room.you, room.pairs));
  }

  /** A place without media: the server holds no peer for us there. */
  rest(): void {
    clearTimeout(this.viewTimer);
    this.way.close();
    this.sounds.silence();
    this.squeezed.value = [];
    this.ownPaused.value = false;
    this.watch.map([], false);
  }

  hear(message: ServerMessage): void {
    if (message.type === "slots") this.map(true);
    else if (message.type === "squeezed") this.squeeze(message.mids);
    else if (message.type === "send_layers") this.supply(message);
    else if (message.type === "slots_needed") this.way.grow(message.pairs);
    else if (message.type === "flowing") this.watch.flowing(message.mid, message.rtp);
    else if (message.type === "ice") this.way.relays = message.servers;
    else if (message.type === "media_lost") this.way.lost(message.peer);
  }

  private renewed(): void {
    this.sounds.silence();
    this.squeezed.value = [];
    this.ownPaused.value = false;
    this.watch.renew();
  }

  private supply({ source, layers, paused }: SendLayers): void {
    this.way.sendLayers(source, layers);
    if (source === "camera") this.ownPaused.value = paused ?? false;
  }

  private squeeze(mids: readonly string[]): void {
    this.squeezed.value = this.needs.facts.slots.peek().filter(({ mid }) => mids.includes(mid));
    this.watch.squeeze(mids);
  }

  private map(told: boolean): void {
    this.squeezed.value = stillSqueezed(this.squeezed.peek(), this.needs.facts.slots.peek());
    this.watch.map(this.needs.facts.slots.peek(), told);
    this.applyVolumes();
  }

  private bind(): void {
    this.watch.bind();
    this.applyVolumes();
  }

  // --- what the screens ask for ---

  setView(wanted: readonly WantedPicture[], part: ViewPart): void {
    this.parts.value = new Map(this.parts.peek()).set(part, wanted);
  }

  lookAway(hidden: boolean): void {
    clearTimeout(this.unseenTimer);
    if (hidden) this.unseenTimer = setTimeout(() => (this.unseen.value = true), LOOKED_AWAY_MS);
    else this.unseen.value = false;
    this.planView();
  }

  /** Soon; what changes meanwhile goes with it. */
  planView(): void {
    clearTimeout(this.viewTimer);
    if (this.wanted.peek() && this.needs.isUp()) this.viewTimer = setTimeout(() => this.sendView(), VIEW_EVERY_MS);
  }

  show(...screen: Parameters<Pictures["show"]>): () => void {
    return this.watch.show(...screen);
  }

  async choose(output: string): Promise<void> {
    this.output.value = output;
    await this.sounds.choose(output);
  }

  setVolume(participant: string, volume: number): void {
    this.volumes.set(participant, Math.min(1, Math.max(0, volume)));
    this.applyVolumes();
  }

  volumeOf(participant: string): number {
    return this.volumes.get(participant) ?? 1;
  }

  setTrack(source: SourceName, track: MediaStreamTrack | null): Promise<void> {
    return this.way.setTrack(source, track);
  }

  /** A slot that carries nobody is silent: what was under way from a room that one has left is not heard in the next. */
  private applyVolumes(): void {
    const slots = new Map(this.needs.facts.slots.peek().map((slot) => [slot.mid, slot]));
    const loud = this.loud.peek();
    let except: number | null = null;
    this.way.pairs.forEach(({ audio }, index) => {
      const slot = audio.mid === null ? undefined : slots.get(audio.mid);
      if (slot?.source === "microphone" && slot.participant === loud) except = index;
      this.sounds.setVolume(index, slot ? this.volumeOf(slot.participant) : 0);
    });
    this.sounds.setDuck(except);
  }

  private sendView(): void {
    if (this.needs.facts.place.peek() !== "room") return;
    const tiles = this.unseen.peek() ? [] : tilesOf(this.wanted.peek() ?? [], this.asking.peek());
    const text = JSON.stringify(tiles);
    if (text === this.viewSent) return;
    this.viewSent = text;
    this.needs.request({ type: "view", tiles }).catch(() => undefined);
  }

  private shown(): number {
    const wanted = this.wanted.peek();
    if (wanted) return tilesOf(wanted, this.asking.peek()).length;
    return this.watch.states.peek().size;
  }
}
