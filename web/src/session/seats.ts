/**
 * Which seat this tab holds, so that a reload finds it again. The secret lies in localStorage under its session (a tab
 * that was closed by accident comes back) and in sessionStorage (each of several tabs comes back to its own).
 * A live tab holds a lock on its seat; no other tab of this browser takes the seat while it does.
 */

export interface Seat {
  readonly session: string;
  readonly participant: string;
  readonly secret: string;
  readonly name: string;
  /** SHA-256 of the link's token, hex: the seat belongs to that link. */
  readonly link: string;
}

const OF_TAB = "kinroom.seat";
const resumeKey = (session: string): string => `kinroom.resume.${session}`;
const linkKey = (link: string): string => `kinroom.link.${link}`;
const lockName = (seat: Seat): string => `kinroom.seat.${seat.session}.${seat.participant}`;

/** A reload's new page may start before the old one has gone. */
const RELOAD_PATIENCE_MS = 3000;

export async function hashOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function parseSeat(text: string | null, link: string): Seat | null {
  if (text === null) return null;
  try {
    const seat = JSON.parse(text) as Partial<Record<keyof Seat, unknown>> | null;
    const whole = FIELDS.every((field) => typeof seat?.[field] === "string");
    return whole && seat?.link === link ? (seat as Seat) : null;
  } catch {
    return null;
  }
}

const FIELDS = ["session", "participant", "secret", "name", "link"] as const satisfies (keyof Seat)[];

export class Seats {
  private release: (() => void) | null = null;
  private shared = false;

  /** The seat to come back to behind this link, locked for this tab, or null. */
  async find(link: string): Promise<Seat | null> {
    const own = parseSeat(read("sessionStorage", OF_TAB), link);
    if (own && (await this.lock(own, RELOAD_PATIENCE_MS))) return this.held(own);
    const session = read("localStorage", linkKey(link));
    const left = session === null ? null : parseSeat(read("localStorage", resumeKey(session)), link);
    if (left && left.participant !== own?.participant && (await this.lock(left, 0))) return this.held(left);
    return null;
  }

  /** A new seat: this tab's now. Another live tab's entry in the shared store stays that tab's. */
  async take(seat: Seat): Promise<void> {
    this.let();
    write("sessionStorage", OF_TAB, JSON.stringify(seat));
    await this.lock(seat, RELOAD_PATIENCE_MS);
    if (await this.storeIsFree(seat)) this.share(seat);
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
    const text = read("localStorage", resumeKey(seat.session));
    try {
      return text === null ? null : ((JSON.parse(text) as Partial<Seat>).participant ?? null);
    } catch {
      return null;
    }
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

type Area = "localStorage" | "sessionStorage";

// Storage may be switched off altogether (even naming it throws): then a reload joins anew.
function read(area: Area, key: string): string | null {
  try {
    return window[area].getItem(key);
  } catch {
    return null;
  }
}

function write(area: Area, key: string, value: string | null): void {
  try {
    if (value === null) window[area].removeItem(key);
    else window[area].setItem(key, value);
  } catch {
    return;
  }
}
