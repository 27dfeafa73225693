/** What interrupts a screen reader: moved, muted by a facilitator, help is coming, check on, group closing. Nothing else. */

import { signal } from "@preact/signals";

// Both are said when two things happen in one moment; the first would else be cut off unheard.
const TOGETHER = 1500;

export interface Urgent {
  readonly text: string;
  /** Tells the same words said twice apart. */
  readonly n: number;
}

interface Said {
  text: string;
  key: string;
  at: number;
}

export const urgent = signal<Urgent>({ text: "", n: 0 });
let last: Said | null = null;

/** `key`: what it is about; a newer word about the same thing takes the place of the older one. */
export function shout(text: string, key = text, now = performance.now()): void {
  const together = last !== null && now - last.at < TOGETHER && last.key !== key;
  urgent.value = { text: together ? `${last!.text} ${text}` : text, n: urgent.peek().n + 1 };
  last = { text, key, at: now };
}

/** What was said belongs to a page that is gone. */
export function hush(): void {
  urgent.value = { ...urgent.peek(), text: "" };
  last = null;
}
