/**
 * The one polite status line: at most one message per 3 s, and never who speaks. Pure; `now` is in milliseconds.
 * What comes faster is gathered: five arrivals become one sentence. What is over before its turn is not said at all.
 */

/** People, by name. `knock`: at the door, to facilitators. */
export type PeopleKind = "came" | "left" | "away" | "back" | "knock";

/**
 * `key`: what the notice is about. A later one with the same key takes its place, and `drop` withdraws it.
 * `first`: goes before everything that waits.
 */
export type Notice =
  | { kind: PeopleKind; name: string; key?: string }
  | { kind: "say"; text: string; key?: string; first?: boolean };

export type Spoken = { kind: PeopleKind; names: string[]; keys: string[] } | { kind: "say"; text: string; keys: string[] };

// Screen readers need about this long for a short sentence; sooner and they cut it off.
export const STATUS_EVERY = 3000;
// Nobody wants to hear what happened a while ago; but for what was put first.
const LONGEST_QUEUE = 4;
const STALE_AFTER = 10_000;

/** Of what was not said yet, the one takes the other back. */
const UNDOES: Readonly<Record<PeopleKind, PeopleKind | null>> = { came: "left", left: "came", away: "back", back: "away", knock: null };

interface Named {
  name: string;
  key: string;
}

type Waiting = { at: number } & ({ kind: PeopleKind; who: Named[] } | { kind: "say"; text: string; key: string | null; first: boolean });

const isFirst = (one: Waiting): boolean => one.kind === "say" && one.first;

export class StatusQueue {
  private waiting: Waiting[] = [];
  private last = -Infinity;

  add(notice: Notice, now: number): void {
    if (notice.kind === "say") this.say(notice.text, notice.key ?? null, notice.first ?? false, now);
    else this.gather(notice.kind, { name: notice.name, key: notice.key ?? notice.name }, now);
    // The oldest goes; what was put first stays longest.
    if (this.waiting.length > LONGEST_QUEUE) this.waiting.splice(Math.min(this.firsts(), LONGEST_QUEUE), 1);
  }

  /** It is over: nothing about it is said any more. */
  drop(key: string): void {
    this.waiting = this.waiting
      .filter((one) => one.kind !== "say" || one.key !== key)
      .map((one) => (one.kind === "say" ? one : { ...one, who: one.who.filter((person) => person.key !== key) }))
      .filter((one) => one.kind === "say" || one.who.length > 0);
  }

  /** The next message if its time has come, else null. */
  next(now: number): Spoken | null {
    if (now - this.last < STATUS_EVERY) return null;
    this.waiting = this.waiting.filter((one) => isFirst(one) || now - one.at <= STALE_AFTER);
    const one = this.waiting.shift();
    if (!one) return null;
    this.last = now;
    if (one.kind === "say") return { kind: "say", text: one.text, keys: one.key === null ? [] : [one.key] };
    return { kind: one.kind, names: one.who.map(({ name }) => name), keys: one.who.map(({ key }) => key) };
  }

  /** Milliseconds until `next` could give a message, or null when nothing waits. */
  wait(now: number): number | null {
    return this.waiting.length ? Math.max(0, this.last + STATUS_EVERY - now) : null;
  }

  /** How many stand at the head. */
  private firsts(): number {
    return this.waiting.filter(isFirst).length;
  }

  private say(text: string, key: string | null, first: boolean, at: number): void {
    this.waiting = this.waiting.filter((one) => one.kind !== "say" || (one.text !== text && (key === null || one.key !== key)));
    this.waiting.splice(first ? this.firsts() : this.waiting.length, 0, { kind: "say", text, key, first, at });
  }

  private gather(kind: PeopleKind, person: Named, at: number): void {
    const undone = this.waiting.some((one) => one.kind === UNDOES[kind] && one.who.some(({ key }) => key === person.key));
    this.drop(person.key);
    if (undone) return;
    const same = this.waiting.find((one) => one.kind === kind);
    if (same && same.kind !== "say") same.who.push(person);
    else this.waiting.push({ kind, who: [person], at });
  }
}
