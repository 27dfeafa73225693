/** Two sounds for facilitators alone: somebody knocks, somebody's call for help was not answered. Never for others. */

import type { Team } from "../session/model";
import { Instrument, type Note } from "./notes";

/** Milliseconds between two rounds of the call that rings. Often enough to be found, seldom enough to talk over. */
export const RING_EVERY = 4000;

const KNOCK: readonly Note[] = [
  { pitch: 392, at: 0, lasts: 0.25, loudness: 0.06 },
  { pitch: 330, at: 0.16, lasts: 0.4, loudness: 0.06 },
];
const RING: readonly Note[] = [
  { pitch: 660, at: 0, lasts: 0.3, loudness: 0.16 },
  { pitch: 880, at: 0.22, lasts: 0.3, loudness: 0.16 },
  { pitch: 660, at: 0.44, lasts: 0.5, loudness: 0.16 },
];

/** Somebody knocks who did not before. Never about those who waited when the page came. */
export function knocked(before: Team | null, after: Team): boolean {
  if (!before) return false;
  const knew = new Set(before.waiting.map((knock) => knock.id));
  return after.waiting.some((knock) => !knew.has(knock.id) && !knock.sent_back);
}

export function rings(team: Team | null): boolean {
  return team?.calls.some((call) => call.state === "ringing") ?? false;
}

export class Chime {
  private readonly instrument = new Instrument();
  private timer: ReturnType<typeof setInterval> | undefined;

  /** At once, and again inside a tap: a page that nobody has touched yet may not sound. */
  wake(): void {
    this.instrument.wake();
  }

  knock(): void {
    this.instrument.play(KNOCK);
  }

  ring(on: boolean): void {
    if (on === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = undefined;
    if (!on) return;
    this.instrument.play(RING);
    this.timer = setInterval(() => this.instrument.play(RING), RING_EVERY);
  }

  close(): void {
    this.ring(false);
    this.instrument.close();
  }
}
