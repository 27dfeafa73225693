/** What somebody's own hands may do here. Apart from the controls, which the door needs none of. */

import type { SessionStore, SourceName } from "../../session/model";

export const mayStart = (store: SessionStore, source: SourceName): boolean => store.mine.value?.may.includes(source) ?? true;

/** Muted in a pair, and a tap would change that. Facilitators read it beside their microphone. */
export function tapWouldUnmute(store: SessionStore): boolean {
  const room = store.roomView.value;
  const mine = store.mine.value;
  if (room?.kind !== "pair" || !store.muted.value || store.team.value !== null || !mayStart(store, "microphone")) return false;
  return room.paused_by === null && mine?.resting === null && mine.asked_by === null && mine.muted_by === null;
}
