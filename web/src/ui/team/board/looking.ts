/** Looking at the pictures of one room: when it began here, and so when it ends. */

import { signal } from "@preact/signals";

import type { SessionStore } from "../../../session/model";
import { ask } from "../acting";

const LOOK_LASTS = 60; // seconds; signaling/core/visits.py

/** Seconds by the server's clock; null where this page did not begin it. */
export const lookUntil = signal<number | null>(null);

export async function startLook(store: SessionStore, room: string): Promise<void> {
  const until = store.serverNow() + LOOK_LASTS;
  lookUntil.value = until;
  if (!(await ask(store, { type: "look", room }))) lookUntil.value = null;
}
