/** Is the other end still there? Pure; all times in ms of one clock. */

export interface Pulse {
  readonly heardAt: number;
  readonly pingedAt: number;
  /** Something must be heard by then (the network changed, the page woke up). */
  readonly deadline: number | null;
}

export type Beat = "wait" | "ping" | "dead";

export const PING_EVERY_MS = 5000;
export const DEAD_AFTER_MS = 12_000;
/** After a change of network: two round trips of a bad phone line. */
export const URGENT_MS = 2500;
/** When media is silent as well. Lower is back sooner; a lost packet of a living line is sent again within this. */
export const SILENT_MS = 1000;

export const startPulse = (now: number): Pulse => ({ heardAt: now, pingedAt: now, deadline: null });

export const heard = (pulse: Pulse, now: number): Pulse => ({ ...pulse, heardAt: now, deadline: null });

export const pinged = (pulse: Pulse, now: number): Pulse => ({ ...pulse, pingedAt: now });

export const doubt = (pulse: Pulse, now: number, within: number): Pulse => ({
  ...pulse,
  pingedAt: now,
  deadline: Math.min(pulse.deadline ?? Infinity, now + within),
});

export function beat(pulse: Pulse, now: number): Beat {
  if (now - pulse.heardAt >= DEAD_AFTER_MS) return "dead";
  if (pulse.deadline !== null && now >= pulse.deadline) return "dead";
  return now - pulse.pingedAt >= PING_EVERY_MS ? "ping" : "wait";
}
