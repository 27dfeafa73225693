/** Three soft pairs of notes for everybody: somebody comes into the room, sees it, or speaks to all. Never about others. */

import type { RoomView } from "../session/model";
import { Instrument, type Note } from "./notes";

export type BellSound = "coming" | "seen" | "everyone";

const pair = (first: number, second: number): readonly Note[] => [
  { pitch: first, at: 0, lasts: 0.3, loudness: 0.07 },
  { pitch: second, at: 0.18, lasts: 0.5, loudness: 0.07 },
];

const NOTES: Readonly<Record<BellSound, readonly Note[]>> = {
  coming: pair(440, 554),
  seen: pair(554, 440),
  everyone: pair(392, 587),
};

/** What sounds when a room changes. What stood there when one came into it does not; a voice that begins to all does. */
export function bellOf(before: RoomView | null, after: RoomView | null, me: string | null): BellSound | null {
  if (!after) return null;
  const by = after.broadcast?.by;
  if (by !== undefined && by !== me && by !== before?.broadcast?.by) return "everyone";
  if (before?.id !== after.id) return null;
  if (isNew(before.coming, after.coming)) return "coming";
  return isNew(before.watched, after.watched) ? "seen" : null;
}

interface Named {
  readonly name: string;
}

/** Two may have one name; whoever looks on is not new. */
function isNew(before: readonly Named[], after: readonly Named[]): boolean {
  const known = new Set(before.map(({ name }) => name));
  return after.length > before.length || after.some(({ name }) => !known.has(name));
}

export class Bell {
  private readonly instrument = new Instrument();

  /** Inside a tap; and whenever it may have been put to sleep. */
  wake(): void {
    this.instrument.wake();
  }

  play(what: BellSound): void {
    this.instrument.play(NOTES[what]);
  }
}
