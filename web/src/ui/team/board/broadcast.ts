/** Speaking to everyone: the microphone is opened in the tap, and is afterwards as it was. */

import { useEffect, useRef } from "preact/hooks";

import { t } from "../../../i18n";
import type { SessionStore } from "../../../session/model";
import { ask, trouble } from "../acting";

let wasMuted = false;
let asking = false;

/** A second tap before the answer changes nothing: it would find the microphone open, and leave it so. */
export async function speakToAll(store: SessionStore): Promise<void> {
  if (asking) return;
  asking = true;
  await speak(store);
  asking = false;
}

async function speak(store: SessionStore): Promise<void> {
  const muted = store.muted.peek() || store.microphone.peek() === "none";
  const answer = await store.setMuted(false);
  if (answer !== "ok") {
    trouble.value = t(`help.${answer}.title`);
    return;
  }
  const begun = await ask(store, { type: "broadcast", on: true }, { busy: t("board.speakBusy"), not_now: t("board.notNow") });
  if (begun) wasMuted ||= muted;
  else if (muted) void store.setMuted(true);
}

export function stopSpeaking(store: SessionStore): void {
  const by = store.roomView.peek()?.broadcast?.by ?? null;
  if (by !== null && by === store.me.peek()) void store.act({ type: "broadcast", on: false });
}

/** However it ended: by a tap, by its time, or because the page lost its connection. */
export function useBroadcastEnd(store: SessionStore): void {
  const by = store.roomView.value?.broadcast?.by ?? null;
  const mine = by !== null && by === store.me.value;
  const before = useRef(mine);
  useEffect(() => {
    if (before.current && !mine && wasMuted) void store.setMuted(true);
    if (before.current && !mine) wasMuted = false;
    before.current = mine;
  }, [mine]);
}
