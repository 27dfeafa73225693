/**
 * While a facilitator shares a screen, whatever lies on their page may lie on everybody's. Until they ask for it, names
 * of people who call, wait or talk elsewhere are left out then.
 */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { SessionStore, Team } from "../../session/model";

/** The facilitator looked to it that nobody else sees their page, and asked for the names. */
export const uncovered = signal(false);

export const isDiscreet = (store: SessionStore): boolean => store.sharing.value && !uncovered.value;

/** Each time of sharing begins discreetly. */
export function useDiscretion(store: SessionStore): void {
  const sharing = store.sharing.value;
  useEffect(() => void (uncovered.value = false), [sharing]);
}

/** What is left of the team for other eyes: who is in the room is no secret there. Pure. */
export function forOtherEyes(team: Team): Team {
  return { ...team, waiting: [], calls: [], elsewhere: [], stays: [], desk: [], checks: [] };
}
