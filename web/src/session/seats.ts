/**
 * Which seat this tab holds, so that a reload finds it again. The secret lies in localStorage under its session (a tab
 * that was closed by accident comes back) and in sessionStorage (each of several tabs comes back to its own).
 * A live tab holds a lock on its seat; no other tab of this browser takes the seat while it does.
 */

import { keys, read, write } from "./storage";

export interface Seat {
  readonly session: string;
  readonly participant: string;
  readonly secret: string;
  readonly name: string;
  /** SHA-256 of the link's token, hex: the seat belongs to that link. */
  readonly link: string;
  /** `Date.now()` of the last contact with the server. */
  readonly at: number;
}

const OF_TAB = "kinroom.seat";
const RESUME = "kinroom.resume.";
const LINK = "kinroom.link.";
const resumeKey = (session: string): string => RESUME + session;
const linkKey = (link: string): string => LINK + link;
const lockName = (seat: Seat): string => `kinroom.seat.${seat.session}.${seat.participant}`;

/** A reload's new page may start before the old one has gone. */
const RELOAD_PATIENCE_MS = 3000;
/** The server keeps a seat for as long; an older secret opens nothing any more. */
export const KEPT_MS = 600_000;
/** How old a stored time of contact may get: less is more writing. */
const TOUCH_EVERY_MS = 10_000;

export async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Browsers give no hashes to pages that came without TLS: "" then. */
export const hashIfPossible = async (token: string): Promise<string> => (globalThis.crypto?.subtle ? hashOf(token) : "");

/** `link`: only a seat of this link; null: of any. */
export function parseSeat(text: string | null, link: string | null): Seat | null {
  if (text === null) return null;
  try {
    const seat = JSON.parse(text) as Partial<Record<keyof Seat, unknown>> | null;
    const whole = FIELDS.every((field) => typeof seat?.[field] === "string") && typeof seat?.at === "number";
    return whole && (link === null || seat?.link === link) ? (seat as Seat) : null;
  } catch {
    return null;
  }
}

const FIELDS = ["session", "participant", "secret", "name", "link"] as const satisfies (keyof Seat)[];

/** Forgets what no server takes any more. Once, when the page starts. */
export function sweepSeats(now: number): void {
  const fresh = (text: string | null): boolean => {
    const seat = parseSeat(text, null);
    return seat !== null && now - seat.at < KEPT_MS;
  };
  if (!fresh(read("sessionStorage", OF_TAB))) write("sessionStorage", OF_TAB, null);
  for (const key of keys("localStorage", RESUME)) if (!fresh(read("localStorage", key))) write("localStorage", key, null);
  for (const key of keys("localStorage", LINK)) {
    const session = read("localStorage", key) ?? "";
    if (read("localStorage", resumeKey(session)) === null) write("localStorage", key, null);
  }
}

export class Seats {
  private release: (() => void) | null = null;
  private shared = false;
  private touchedAt = 0;

  /** The seat to come back to behind this link, locked for this tab, or null. */
  async find(link: string): Promise<Seat | null> {
    const own = parseSeat(read("sessionStorage", OF_TAB), link);
    if (own && (await this.lock(own, RELOAD_PATIENCE_MS))) return this.held(own);
    const session = read("localStorage", linkKey(link));
    const left = session === null ? null : parseSeat(read("localStorage", resumeKey(session)), link);
    if (left && left.participant !== own?.participant && (await this.lock(left, 0))) return this.held(left);
    return null;
  }

  /** The page was opened without its link: this tab's seat, else the freshest one that no tab holds. */
  async findLast(): Promise<Seat | null> {
    const own = parseSeat(read("sessionStorage", OF_TAB), null);
    if (own && (await this.lock(own, RELOAD_PATIENCE_MS))) return this.held(own);
    const left = keys("localStorage", RESUME)
      .map((key) => parseSeat(read("localStorage", key), null))
      .filter((seat) => seat !== null)
      .sort((a, b) => b.at - a.at);
    for (const seat of left) if (await this.lock(seat, 0)) return this.held(seat);
    return null;
  }

  /** A new seat: this tab's now. Another live tab's entry in the shared store stays that tab's. */
  async take(seat: Seat): Promise<void> {
    this.let();
    write("sessionStorage", OF_TAB, JSON.stringify(seat));
    await this.lock(seat, RELOAD_PATIENCE_MS);
    if (await this.storeIsFree(seat)) this.share(seat);
  }

  /** The server was heard: the seat as it is to be found again. At once if more than the time changed. */
  touch(seat: Seat, atOnce = false): void {
    if (!atOnce && seat.at - this.touchedAt < TOUCH_EVERY_MS) return;
    this.touchedAt = seat.at;
    write("sessionStorage", OF_TAB, JSON.stringify(seat));
    if (this.shared) write("localStorage", resumeKey(seat.session), JSON.stringify(seat));
  }

  /** Left for good, or the server does not know the seat any more. */
  forget(seat: Seat): void {
    write("sessionStorage", OF_TAB, null);
    if (this.shared || this.storedParticipant(seat) === seat.participant) {
      write("localStorage", resumeKey(seat.session), null);
      write("localStorage", linkKey(seat.link), null);
    }
    this.let();
  }

  /** The seat goes on in another tab. */
  let(): void {
    this.release?.();
    this.release = null;
    this.shared = false;
  }

  private held(seat: Seat): Seat {
    write("sessionStorage", OF_TAB, JSON.stringify(seat));
    this.shared = this.storedParticipant(seat) === seat.participant;
    return seat;
  }

  private share(seat: Seat): void {
    write("localStorage", resumeKey(seat.session), JSON.stringify(seat));
    write("localStorage", linkKey(seat.link), seat.session);
    this.shared = true;
  }

  private storedParticipant(seat: Seat): string | null {
    return parseSeat(read("localStorage", resumeKey(seat.session)), null)?.participant ?? null;
  }

  private async storeIsFree(seat: Seat): Promise<boolean> {
    const other = this.storedParticipant(seat);
    if (other === null || other === seat.participant) return true;
    const held = (await navigator.locks?.query())?.held ?? [];
    return !held.some((one) => one.name === lockName({ ...seat, participant: other }));
  }

  /** True when this tab now holds the lock. Browsers without locks trust the person to use one tab. */
  private lock(seat: Seat, patience: number): Promise<boolean> {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        resolve(lock !== null);
        return lock ? new Promise<void>((release) => (this.release = release)) : undefined;
      };
      const how: LockOptions = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
      navigator.locks.request(lockName(seat), how, hold).catch(() => resolve(false));
    });
  }
}
