/** What this browser remembers of a person between two groups, so that they are asked only what is new. */

import { read, write } from "./storage";

export interface Kept {
  /** The name they came in with, null before the first time. */
  readonly name: string | null;
  /** They went through the check of sound and picture here. */
  readonly checked: boolean;
}

const NOTHING: Kept = { name: null, checked: false };
const keyOf = (link: string): string => `kinroom.kept.${link}`;

/** `link`: SHA-256 of its token, hex; "" where the browser cannot compute it. */
export function kept(link: string): Kept {
  if (link === "") return NOTHING;
  try {
    const found = JSON.parse(read("localStorage", keyOf(link)) ?? "{}") as Partial<Record<keyof Kept, unknown>>;
    return { name: typeof found.name === "string" ? found.name : null, checked: found.checked === true };
  } catch {
    return NOTHING;
  }
}

export function keep(link: string, what: Kept): void {
  if (link !== "") write("localStorage", keyOf(link), JSON.stringify(what));
}
