/** How many slot pairs a page asks for. A pair is one receive-only audio and one video m-line. */

import type { Person } from "../protocol.gen";

/** One new person or screen must not cost everybody a negotiation. */
export const HEADROOM = 2;
/** The server's limit per peer. */
export const MOST_PAIRS = 64;

/** One pair per other person, one more per shared screen; from the start as many as any room of this session needs. */
export function pairsFor(people: readonly Person[], me: string, anywhere: number): number {
  const others = people.filter((person) => person.id !== me);
  const screens = others.filter((person) => person.sources.includes("screen"));
  return Math.min(Math.max(anywhere, others.length + screens.length + HEADROOM), MOST_PAIRS);
}

/** The number of pairs to have after the server asked for `needed` (its own headroom included); never fewer than `have`. */
export const grownPairs = (have: number, needed: number): number => Math.max(have, Math.min(needed, MOST_PAIRS));

/** Somebody in the room would have no pair: `planned` is what `pairsFor` says. */
export const tooFew = (have: number, planned: number): boolean => have < planned - HEADROOM;
