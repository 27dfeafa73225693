/** The call for private help on its way to the server: said at once, tried until it is there. */

import { signal } from "@preact/signals";

import type { SessionStore } from "../../session/model";

/** no: nothing under way. sending: tapped a moment ago. late: no answer yet, so this page shows whom to phone. */
export type Asking = "no" | "sending" | "late";

export const asking = signal<Asking>("no");
/** How often it was tapped on this page: the card of a tap takes the focus, the card of a reload does not. */
export const taps = signal(0);

// Longer without an answer and a person in need wonders whether anybody was told.
const LATE_AFTER = 2500;
const AGAIN_EVERY = 4000;

let timer: ReturnType<typeof setTimeout> | undefined;

export function callPrivately(store: SessionStore): void {
  taps.value += 1;
  asking.value = store.phase.peek() === "reconnecting" ? "late" : "sending";
  void attempt(store, LATE_AFTER);
}

export function takeBack(store: SessionStore): void {
  clearTimeout(timer);
  asking.value = "no";
  if (store.mine.peek()?.private) void store.act({ type: "cancel_help", kind: "private" });
}

async function attempt(store: SessionStore, patience: number): Promise<void> {
  clearTimeout(timer);
  timer = setTimeout(() => asking.peek() !== "no" && again(store), patience);
  const answer = await store.act({ type: "call_help", kind: "private" });
  if (!answer.ok) {
    if (asking.peek() !== "no") asking.value = "late";
    return;
  }
  clearTimeout(timer);
  const wanted = asking.peek() !== "no";
  asking.value = "no";
  if (!wanted) void store.act({ type: "cancel_help", kind: "private" });
}

function again(store: SessionStore): void {
  // Whoever has left would else call for help when they come the next time.
  const inside = store.phase.peek() === "inRoom" || store.phase.peek() === "reconnecting";
  asking.value = inside ? "late" : "no";
  if (!inside) return;
  void attempt(store, AGAIN_EVERY);
}
