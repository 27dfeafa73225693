/** For how long this line has had no room for all that its person should see and hear. Pure; times in ms. */

/** A picture that was back for less was not really back: the time goes on. */
const BACK_FOR_MS = 5000;
/** A line that is full for as long does not get better by waiting. Never at once: most lines recover. */
export const SUGGEST_AFTER_MS = 20_000;

export interface Weak {
  /** Something waits, since then. */
  readonly since: number | null;
  /** What began then was over at `at`. */
  readonly over: { readonly since: number; readonly at: number } | null;
}

export const STRONG: Weak = { since: null, over: null };

/** The server has said anew what waits. */
export function weakStep({ since, over }: Weak, waits: boolean, now: number): Weak {
  if (!waits) return since === null ? { since, over } : { since: null, over: { since, at: now } };
  if (since !== null) return { since, over };
  return { since: over !== null && now - over.at < BACK_FOR_MS ? over.since : now, over: null };
}

/** Fewer pictures may be suggested. */
export const isLong = (since: number | null, now: number): boolean => since !== null && now - since >= SUGGEST_AFTER_MS;
