/** Low data shows one picture: of who speaks, for a while each, so that it does not jump. Pure; times in ms. */

export interface Pickable {
  readonly id: string;
  readonly me: boolean;
  readonly role: string;
  readonly present: boolean;
  readonly sources: readonly string[];
}

export interface Pick {
  readonly id: string | null;
  /** Nobody else before then. */
  readonly until: number;
}

export const NOBODY: Pick = { id: null, until: 0 };
/** Each change costs a key frame, and short answers are no reason for one. */
export const SPEAKER_MS = 8000;
/** Whom somebody chose themselves. */
export const CHOSEN_MS = 30_000;

export const chosen = (id: string, now: number): Pick => ({ id, until: now + CHOSEN_MS });

/** `speakers`: loudest first. */
export function pickOne(pick: Pick, people: readonly Pickable[], speakers: readonly string[], now: number): Pick {
  const pictured = people.filter((one) => !one.me && one.present && one.sources.includes("camera"));
  const held = pictured.some(({ id }) => id === pick.id);
  if (held && now < pick.until) return pick;
  const speaker = speakers.find((id) => pictured.some((one) => one.id === id));
  if (speaker !== undefined) return speaker === pick.id ? pick : { id: speaker, until: now + SPEAKER_MS };
  if (held) return pick;
  const somebody = pictured.find(({ role }) => role === "facilitator") ?? pictured[0];
  return somebody ? { id: somebody.id, until: now } : NOBODY;
}
