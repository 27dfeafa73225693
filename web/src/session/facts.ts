/** What screens read of the session, out of the last view. */

import { computed, signal } from "@preact/signals";
import type { View } from "../connection/wire";
import type { Me, Numbers, ServerMessage } from "../protocol.gen";
import type { Facts, Place, Pulse, Voice } from "./model";
import { missed, reduce, type Told } from "./reducer";
import { peopleOf, voiceOf, type Own } from "./view";

const PLACE: Record<View["type"], Place> = {
  waiting: "waiting",
  snapshot: "room",
  desk: "desk",
  figures: "figures",
  silent: "silent",
};

export class ToldFacts implements Facts {
  readonly told = signal<Told | null>(null);
  /** Stepped away by a tap that the server has not taken yet. */
  readonly stepping = signal(false);
  /** Whom to call is known before the first view, and still after the last one. */
  readonly numbers = signal<Numbers | null>(null);
  /** Server's clock minus ours, ms. */
  private ahead = 0;

  private readonly view = computed(() => this.told.value?.view ?? null);
  private readonly peopled = computed(() => {
    const view = this.view.value;
    return view?.type === "snapshot" || view?.type === "silent" ? view : null;
  });
  readonly room = computed(() => (this.view.value?.type === "snapshot" ? this.view.value : null));
  readonly place = computed<Place>(() => (this.view.value ? PLACE[this.view.value.type] : "outside"));
  readonly me = computed(() => this.view.value?.you ?? null);
  /** As the server told it. */
  readonly toldMe = computed(() => (this.view.value && "me" in this.view.value ? this.view.value.me : null));
  readonly mine = computed<Me | null>(() => {
    const me = this.toldMe.value;
    return me && this.stepping.value ? { ...me, resting: "away" } : me;
  });
  readonly speakers = computed(() => this.room.value?.speakers ?? []);
  readonly slots = computed(() => this.room.value?.slots ?? []);
  readonly people = computed(() => peopleOf(this.peopled.value, this.speakers.value, this.room.value ? this.own() : null));
  readonly isFacilitator = computed(() => this.people.value[0]?.role === "facilitator");
  readonly roomView = computed(() => this.peopled.value?.room ?? null);
  readonly team = computed(() => this.peopled.value?.team ?? null);
  readonly board = computed(() => this.peopled.value?.board ?? null);
  readonly pulse = computed<Pulse>(() => {
    const { speaking = [], weak = [], poor = [] } = this.told.value?.pulse ?? {};
    return { speaking: new Set(speaking), weak: new Set(weak), poor: new Set(poor) };
  });
  readonly voice = computed<Voice | null>(() => (this.room.value ? voiceOf(this.room.value.room, this.people.value, this.me.value) : null));
  readonly lines = computed(() => this.peopled.value?.lines ?? []);
  readonly waiting = computed(() => (this.view.value?.type === "waiting" ? this.view.value : null));
  readonly desk = computed(() => (this.view.value?.type === "desk" ? this.view.value : null));
  readonly silent = computed(() => (this.view.value?.type === "silent" ? this.view.value : null));
  readonly figures = computed(() => (this.view.value?.type === "figures" ? this.view.value : null));

  /** `own`: my marks as this page makes them; the server's last word on me may be older. */
  constructor(private readonly own: () => Own) {}

  /** False: something was missed, and the page must ask for everything again. */
  take(message: ServerMessage): boolean {
    if (missed(this.told.value, message)) return false;
    this.told.value = reduce(this.told.value, message);
    if ("now" in message) this.ahead = message.now * 1000 - Date.now();
    if ("numbers" in message) this.numbers.value = message.numbers;
    return true;
  }

  forget(): void {
    this.told.value = null;
  }

  serverNow(): number {
    return (Date.now() + this.ahead) / 1000;
  }
}
