/**
 * The one polite status line: at most one message per 3 s, and never who speaks. Pure; `now` is in milliseconds.
 * What comes faster is gathered: five arrivals become one sentence.
 */

export type Notice =
  | { kind: "came" | "left" | "away" | "back"; name: string }
  | { kind: "say"; text: string };

export type Spoken = { kind: "came" | "left" | "away" | "back"; names: string[] } | { kind: "say"; text: string };

// Screen readers need about this long for a short sentence; sooner and they cut it off.
export const STATUS_EVERY = 3000;
// Nobody wants to hear what happened a while ago.
const LONGEST_QUEUE = 4;

export class StatusQueue {
  private waiting: Spoken[] = [];
  private last = -Infinity;

  add(notice: Notice): void {
    if (notice.kind === "say") {
      this.waiting = this.waiting.filter((spoken) => spoken.kind !== "say" || spoken.text !== notice.text);
      this.waiting.push(notice);
    } else {
      this.gather(notice.kind, notice.name);
    }
    if (this.waiting.length > LONGEST_QUEUE) this.waiting.shift();
  }

  /** The next message if its time has come, else null. */
  next(now: number): Spoken | null {
    if (now - this.last < STATUS_EVERY) return null;
    const spoken = this.waiting.shift();
    if (!spoken) return null;
    this.last = now;
    return spoken;
  }

  /** Milliseconds until `next` could give a message, or null when nothing waits. */
  wait(now: number): number | null {
    return this.waiting.length ? Math.max(0, this.last + STATUS_EVERY - now) : null;
  }

  private gather(kind: "came" | "left" | "away" | "back", name: string): void {
    for (const spoken of this.waiting) {
      if (spoken.kind !== "say" && spoken.kind !== kind) spoken.names = spoken.names.filter((other) => other !== name);
    }
    this.waiting = this.waiting.filter((spoken) => spoken.kind === "say" || spoken.names.length > 0);
    const same = this.waiting.find((spoken) => spoken.kind === kind);
    if (same && same.kind !== "say") {
      if (!same.names.includes(name)) same.names.push(name);
    } else {
      this.waiting.push({ kind, names: [name] });
    }
  }
}
